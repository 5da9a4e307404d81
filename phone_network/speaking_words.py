"""What a text becomes before the speech engine reads it: words by table, pinyin, kana."""

import functools
import re
import tomllib
from importlib import resources
from typing import Any, Final

from phone_network.errors import SpeechError
from phone_network.voices import EngineVoice

_DANDA: Final = "\u0964"  # the full stop of Devanagari, which is never anything else
_STOPS: Final = str.maketrans(
    {"，": ", ", "、": ", ", "。": ". ", "！": "! ", "？": "? ", "：": ": ", "；": "; "}
)


@functools.cache
def _readings() -> dict[str, Any]:
    text = resources.files("phone_network").joinpath("readings.toml").read_text("utf-8")
    return tomllib.loads(text)


def rows(*path: str) -> dict[str, Any]:
    """Give one table of `readings.toml`; empty where there is none."""
    table = _readings()
    for name in path:
        table = table.get(name, {})
    return table


def readable(text: str, voice: EngineVoice) -> str:
    """Write a text as the engine reads it rightly by this voice.

    Raises `SpeechError` where the package that a language needs for it is not installed.
    """
    try:
        if voice.reading == "kana":
            from phone_network.speaking_kana import kana  # noqa: PLC0415 -- loads a dictionary

            return kana(text)
        if voice.reading == "pinyin":
            return _with_stops(_pinyin(text))
    except ImportError as error:
        raise SpeechError(f"The voice {voice.name!r} needs the package {error.name}.") from None
    words = rows("words", voice.name.partition("-")[0])
    text = _with_stops(text)
    if not words:
        return text
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
    return re.sub(pattern, lambda found: str(words[found[0]]), text)


@functools.cache
def _learn_phrases() -> None:
    from pypinyin import load_phrases_dict  # noqa: PLC0415 -- as below

    load_phrases_dict(
        {
            phrase: [[syllable] for syllable in reading.split()]
            for phrase, reading in rows("phrases", "zh").items()
        }
    )


def _with_stops(text: str) -> str:
    """Keep full stops before small letters: to the engine they are abbreviations, with no pause."""
    return re.sub(r"(?<=\w\w)\.(?=\s+([^\W\d_]))", _stop, text)


def _stop(found: re.Match[str]) -> str:
    return _DANDA if found[1].islower() else "."


def _pinyin(text: str) -> str:
    """Give Chinese as tone-numbered pinyin: the engine reads many characters wrongly."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- loads a dictionary

    _learn_phrases()
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    spaced = " ".join(" ".join(syllables).translate(_STOPS).split())
    return re.sub(r" ([,.!?:;])", r"\1", spaced)
