"""Read the gettext catalogues: one `.po` file a language, its message ids are prompt ids.

English is a catalogue like the others, so a text can be reworded without touching any code.
`languages.toml` beside them says how each language speaks digits and times, which voice to ask
for, and whether a person approved the texts.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.messages.pofile import PoFileError, read_po

TEXTS = Path(__file__).with_name("texts")
TABLE = "languages.toml"
DIGITS = 10


class CatalogueError(Exception):
    """A catalogue can't be used; the message names the file, and every text that is wrong."""


class State(StrEnum):
    """Whether a person has approved a language's texts."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's texts by prompt id, and its ways of speaking.

    `digits` are the words for 0 to 9; `time` and `hour` are CLDR patterns for a day and a time of
    day, the latter for full hours.
    """

    locale: Locale
    voice: str
    state: State
    digits: tuple[str, ...]
    time: str
    hour: str
    texts: Mapping[str, str]


def read(folder: Path, language: str) -> Catalogue:
    """Read one catalogue of a folder. Raises `CatalogueError`."""
    path = folder / f"{language}.po"
    try:
        with path.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} can't be read: {error}.") from error
    texts = {
        str(message.id): str(message.string)
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
    return _spoken_so(folder / TABLE, language, texts)


def _spoken_so(path: Path, language: str, texts: Mapping[str, str]) -> Catalogue:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path} can't be read: {error}.") from error
    said = table.get(language)
    if not isinstance(said, dict):
        raise CatalogueError(f"{path} has no table [{language}]: write one.")
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise CatalogueError(f"{path}: [{language}] is no BCP 47 language tag.") from error
    wrong = f"{path}: [{language}]"
    state = said.get("state")
    if state not in list(State):
        raise CatalogueError(f'{wrong} state: write "draft" or "reviewed".')
    return Catalogue(
        locale,
        _word(said, "voice", f"{wrong} voice: write the BCP 47 tag of a voice, such as de-DE."),
        State(state),
        _digits(said.get("digits"), f"{wrong} digits: write ten different words, zero first."),
        _pattern(said, "time", locale, wrong),
        _pattern(said, "hour", locale, wrong),
        texts,
    )


def _pattern(said: Mapping[str, Any], key: str, locale: Locale, wrong: str) -> str:
    example = "EEEE 'at' h:mm a"
    pattern = _word(said, key, f'{wrong} {key}: write a CLDR pattern, such as "{example}".')
    try:
        format_datetime(datetime(2026, 1, 5, 8, tzinfo=UTC), pattern, locale=locale)
    except (KeyError, ValueError) as error:
        raise CatalogueError(f"{wrong} {key}: {pattern!r} is no CLDR pattern: {error}.") from error
    return pattern


def _word(said: Mapping[str, Any], key: str, says: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CatalogueError(says)
    return value


def _digits(value: object, says: str) -> tuple[str, ...]:
    words = value if isinstance(value, list) else []
    if len({*map(str, words)}) != DIGITS or len(words) != DIGITS:
        raise CatalogueError(says)
    # Commas and stops are the pauses between words.
    if any(not isinstance(word, str) or not word.strip() or {*word} & {*",. "} for word in words):
        raise CatalogueError(says)
    return tuple(words)


def compare(texts: Mapping[str, str], english: Mapping[str, str]) -> list[str]:
    """What is wrong with a language's texts beside the English ones, a sentence each."""
    problems = [
        f"{prompt} is no prompt of the English catalogue."
        for prompt in sorted(texts.keys() - english.keys())
    ]
    for prompt in sorted(texts.keys() & english.keys()):
        try:
            given, wanted = placeholders(texts[prompt]), placeholders(english[prompt])
        except ValueError as error:
            problems.append(f"{prompt} has a brace that is no {{value}}: {error}.")
            continue
        if given != wanted:
            problems.append(f"{prompt} has the values {sorted(given)}; it needs {sorted(wanted)}.")
    return problems


def placeholders(text: str) -> frozenset[str]:
    """The names of the values that a text takes. Raises `ValueError` for braces of any other use.

    >>> sorted(placeholders("Group {group}: {digits}."))
    ['digits', 'group']
    """
    names = set()
    for _, name, layout, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or layout or conversion:
            raise ValueError(f"{{{name}}}")
        names.add(name)
    return frozenset(names)
