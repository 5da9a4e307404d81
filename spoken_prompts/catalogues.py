"""Read the gettext catalogues: one `.po` file a language, its message ids are prompt ids.

English is a catalogue like the others, so a text can be reworded without touching any code.
`languages.toml` beside them says which voice to ask for, and whether a person approved the texts.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from spoken_prompts.digits import WORDS

TEXTS = Path(__file__).with_name("texts")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CatalogueError(Exception):
    """A catalogue can't be used; the message names the file, and every text that is wrong."""


class State(StrEnum):
    """Whether a person has approved a language's texts."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's texts by prompt id."""

    language: str
    voice: str
    state: State
    texts: Mapping[str, str]


def read(folder: Path, language: str) -> Catalogue:
    """Read one catalogue of a folder. Raises `CatalogueError`."""
    path, table = folder / f"{language}.po", folder / "languages.toml"
    if language not in WORDS:
        raise CatalogueError(f"{path}: nobody has said how {language!r} speaks digits.")
    try:
        with path.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} can't be read: {error}.") from error
    try:
        said = tomllib.loads(table.read_text("utf-8"))[language]
        voice, state = str(said["voice"]), State(said["state"])
    except (OSError, ValueError, KeyError) as error:
        raise CatalogueError(
            f"{table}: voice and state of {language!r} can't be read: {error}."
        ) from error
    texts = {
        str(message.id): str(message.string)
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
    return Catalogue(language, voice, state, texts)


def compare(texts: Mapping[str, str], english: Mapping[str, str]) -> list[str]:
    """What is wrong with a language's texts beside the English ones, a sentence each."""
    problems = [f"{prompt} is no prompt of the line." for prompt in texts.keys() - english.keys()]
    for prompt in sorted(texts.keys() & english.keys()):
        wanted = placeholders(english[prompt])
        given = placeholders(texts[prompt])
        if given != wanted:
            problems.append(f"{prompt} has the values {sorted(given)}; it needs {sorted(wanted)}.")
    return problems


def placeholders(text: str) -> frozenset[str]:
    """The names of the values that a text takes."""
    return frozenset(PLACEHOLDER.findall(text))
