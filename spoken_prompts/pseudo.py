"""Pseudo-languages, made of English and stored nowhere: what no real text would try out.

`ar-XB` runs from right to left, each word marked by the controls of Unicode's bidirectional
algorithm; `en-XA` has an accent on every letter that can bear one, and is longer, as translations
are. The tags are those that CLDR keeps for this.
"""

from collections.abc import Callable
from dataclasses import replace
from string import Formatter

from babel import Locale

from spoken_prompts.catalogues import Catalogue
from spoken_prompts.digits import Pauses

RIGHT_TO_LEFT = "ar-XB"
ACCENTED = "en-XA"
OVERRIDE, POP = "\u202e", "\u202c"  # from here on right to left; back to what was before
ACCENTS = str.maketrans(
    {"a": "áá", "e": "éé", "i": "íí", "o": "óó", "u": "úú", "c": "ç", "n": "ñ", "s": "š", "z": "ž"}
)


def make(english: Catalogue, tag: str) -> Catalogue:
    """Make the catalogue of one pseudo-language. Raises `KeyError` for any other tag."""
    turn, locale, pauses = {
        RIGHT_TO_LEFT: (_turned, "ar", Pauses("، ", ". ")),
        ACCENTED: (_accented, "en", english.speech.pauses),
    }[tag]
    speech = replace(
        english.speech,
        locale=Locale.parse(locale),
        digits=tuple(turn(word) for word in english.speech.digits),
        pauses=pauses,
    )
    texts = {prompt: _outside_braces(text, turn) for prompt, text in english.texts.items()}
    return Catalogue(speech, texts, dict(english.texts))


def _outside_braces(text: str, turn: Callable[[str], str]) -> str:
    """Turn what stands between the values, and leave these."""
    made = ""
    for literal, name, _, _ in Formatter().parse(text):
        made += turn(literal) + ("" if name is None else f"{{{name}}}")
    return made


def _turned(text: str) -> str:
    """Each word from right to left; the spaces between them stay as they are."""
    return " ".join(f"{OVERRIDE}{word}{POP}" if word else "" for word in text.split(" "))


def _accented(text: str) -> str:
    return text.translate(ACCENTS)
