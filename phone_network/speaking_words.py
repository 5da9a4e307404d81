"""What a text becomes before the speech engine reads it: words by table, pinyin, kana."""

import functools
import re
import tomllib
from importlib import resources
from typing import Any, Final

from phone_network.errors import SpeechError

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


def readable(text: str, language: str, reading: str) -> str:
    """Write a text as the engine reads it rightly.

    Raises `SpeechError` where the package that a language needs for it is not installed.
    """
    try:
        if reading == "kana":
            from phone_network.speaking_kana import kana  # noqa: PLC0415 -- loads a dictionary

            return kana(text)
        if reading == "pinyin":
            return _pinyin(text)
    except ImportError as error:
        raise SpeechError(f"Reading {language!r} needs the package {error.name}.") from None
    words = rows("words", language.lower().partition("-")[0])
    if not words:
        return text
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
    return re.sub(pattern, lambda found: str(words[found[0]]), text)


def _pinyin(text: str) -> str:
    """Give Chinese as tone-numbered pinyin: the engine reads many characters wrongly."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- loads a dictionary

    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    spaced = " ".join(" ".join(syllables).translate(_STOPS).split())
    return re.sub(r" ([,.!?:;])", r"\1", spaced)
