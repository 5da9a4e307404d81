"""Read the gettext catalogues: one `.po` file a language, its message ids are prompt ids.

English is a catalogue like the others, so a text can be reworded without touching any code. Above
each translation stands, as an extracted comment (`#.`), the English text that was translated: so
whoever translates sees it, and a text whose English has changed since then is found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.pofile import PoFileError, read_po

from spoken_prompts.speech import CatalogueError, Speech

TEXTS = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's texts by prompt id, its ways of speaking, and what was translated.

    `sources` has the English text of each translation, as it was then.
    """

    speech: Speech
    texts: Mapping[str, str]
    sources: Mapping[str, str]


def read(folder: Path, language: str, speech: Speech) -> Catalogue:
    """Read one catalogue of a folder. Raises `CatalogueError`."""
    path = folder / f"{language}.po"
    try:
        with path.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} can't be read: {error}.") from error
    spoken = [each for each in catalog if each.id and each.string and not each.fuzzy]
    return Catalogue(
        speech,
        texts={str(each.id): str(each.string) for each in spoken},
        sources={str(each.id): " ".join(each.auto_comments) for each in spoken},
    )


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
    if "{" not in text and "}" not in text:
        return frozenset()
    names = set()
    for _, name, layout, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or layout or conversion:
            raise ValueError(f"{{{name}}}")
        names.add(name)
    return frozenset(names)
