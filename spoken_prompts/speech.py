"""How each language is spoken: the table `languages.toml`, checked row by row.

Which voices to ask for, the words for digits, the pauses between them, and how a time is said.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import parse_pattern

from spoken_prompts.digits import PAUSES, Pauses

TABLE = "languages.toml"
DIGITS = 10
PARTS = re.compile(r"[\s,.،、，。।]")


class CatalogueError(Exception):
    """A catalogue can't be used; the message names the file, and every text that is wrong."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One language's ways of speaking.

    `voice` is the tag by which the network chooses a voice, `voices` are names to ask for first,
    best first; `digits` are the words for 0 to 9; `time` and `hour` are CLDR patterns for a day
    and a time of day, the latter for full hours.
    """

    locale: Locale
    voice: str
    voices: tuple[str, ...]
    digits: tuple[str, ...]
    pauses: Pauses
    time: str
    hour: str


def read_table(path: Path) -> Mapping[str, Any]:
    """The whole table, a row for each language. Raises `CatalogueError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path} can't be read: {error}.") from error


def with_own_voices(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The table with the voices of whoever runs the line, from a file of theirs.

    Of a language that file may set `voice` and `voices`, and nothing else. Raises
    `CatalogueError`.
    """
    mended = dict(table)
    for language, said in read_table(path).items():
        if language not in table:
            raise CatalogueError(f"{path}: [{language}] is no language of the prompts.")
        if not isinstance(said, dict) or not said.keys() <= {"voice", "voices"}:
            raise CatalogueError(f"{path}: [{language}]: write voice or voices, and nothing else.")
        mended[language] = {**table[language], **said}
    return mended


def row(path: Path, table: Mapping[str, Any], language: str) -> Speech:
    """One language's row. Raises `CatalogueError` that says what to write."""
    said = table.get(language)
    if not isinstance(said, dict):
        raise CatalogueError(f"{path} has no table [{language}]: write one.")
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise CatalogueError(f"{path}: [{language}] is no BCP 47 language tag.") from error
    wrong = f"{path}: [{language}]"
    return Speech(
        locale,
        _word(said, "voice", f"{wrong} voice: write the BCP 47 tag of a voice, such as de-DE."),
        _voices(said.get("voices", []), f"{wrong} voices: write a list of names of voices."),
        _digits(said.get("digits"), f"{wrong} digits: write ten different words, zero first."),
        _pauses(said.get("pauses"), f"{wrong} pauses: write two, between digits and groups."),
        _pattern(said, "time", wrong),
        _pattern(said, "hour", wrong),
    )


def _pattern(said: Mapping[str, Any], key: str, wrong: str) -> str:
    example = "EEEE 'at' h:mm a"
    pattern = _word(said, key, f'{wrong} {key}: write a CLDR pattern, such as "{example}".')
    try:
        parse_pattern(pattern)
    except ValueError as error:
        raise CatalogueError(f"{wrong} {key}: {pattern!r} is no CLDR pattern: {error}.") from error
    return pattern


def _word(said: Mapping[str, Any], key: str, says: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CatalogueError(says)
    return value


def _voices(value: object, says: str) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(name, str) or not name for name in value):
        raise CatalogueError(says)
    return tuple(value)


def _digits(value: object, says: str) -> tuple[str, ...]:
    words = value if isinstance(value, list) else []
    if len({*map(str, words)}) != DIGITS or len(words) != DIGITS:
        raise CatalogueError(says)
    # Whatever parts words is a pause, and each language has its own: none may stand in a word.
    if any(not isinstance(word, str) or not word or PARTS.search(word) for word in words):
        raise CatalogueError(says)
    return tuple(words)


def _pauses(value: object, says: str) -> Pauses:
    if value is None:
        return PAUSES
    if not isinstance(value, list) or len({*map(str, value)}) != len(Pauses._fields):
        raise CatalogueError(says)
    if any(not isinstance(pause, str) or not pause.strip() for pause in value):
        raise CatalogueError(says)
    return Pauses(*value)
