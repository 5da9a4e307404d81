"""All catalogues together: a text by id and language, and the id of a text that was heard."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_datetime

from spoken_prompts import digits as spoken_digits
from spoken_prompts.catalogues import PLACEHOLDER, TEXTS, Catalogue, CatalogueError, compare, read

FALLBACK = "en"
# What a value looks like in a spoken text; any words where it is not said here.
SHAPES = {"group": r"\d+", "place": r"\d+", "digits": r"[^:.]+"}


class UnknownPromptError(LookupError):
    """No catalogue has this id, or there is no catalogue of this language."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A heard text: which prompt it is, and the values that stood in it (`digits` as digits)."""

    prompt_id: str
    values: Mapping[str, str]


class Prompts:
    """Every text in every language that was loaded. Immutable, and safe to share by threads."""

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        self._catalogues = dict(catalogues)
        self._patterns = {
            language: [(prompt, _pattern(text)) for prompt, text in catalogue.texts.items()]
            for language, catalogue in self._catalogues.items()
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be spoken."""
        return tuple(self._catalogues)

    def ids(self) -> frozenset[str]:
        """The ids of all prompts."""
        return frozenset(self._catalogues[FALLBACK].texts)

    def text(self, prompt_id: str, language: str, **values: str) -> str:
        """The text to speak; the English one where the language lacks it.

        Raises `UnknownPromptError` for an id or a language that nobody knows, and `KeyError`
        where a value is missing.
        """
        template = self._catalogue(language).texts.get(prompt_id)
        if template is None:
            template = self._catalogue(FALLBACK).texts.get(prompt_id)
        if template is None:
            raise UnknownPromptError(f"There is no prompt {prompt_id!r}.")
        return template.format(**values)

    def digits(self, digits: str, language: str) -> str:
        """Digits one by one, in words, with pauses."""
        return spoken_digits.say(digits, language)

    def spoken_time(self, local: datetime, language: str) -> str:
        """A day of the week and a time of day, as the language says them; `local` is aware."""
        return format_datetime(local, "EEEE, HH:mm", locale=language)

    def voice(self, language: str) -> str:
        """The BCP 47 tag that makes the network choose a voice."""
        return self._catalogue(language).voice

    def recognise(self, text: str, language: str) -> Recognised | None:
        """Which prompt a heard text is; None for free speech."""
        for prompt, pattern in self._patterns[language]:
            found = pattern.fullmatch(text)
            if found is not None:
                values = found.groupdict()
                if "digits" in values:
                    heard = spoken_digits.hear(values["digits"], language)
                    if heard is None:
                        continue
                    values["digits"] = heard
                return Recognised(prompt, values)
        return None

    def _catalogue(self, language: str) -> Catalogue:
        try:
            return self._catalogues[language]
        except KeyError:
            known = ", ".join(self._catalogues)
            raise UnknownPromptError(
                f"There is no catalogue for the language {language!r}; there are {known}."
            ) from None


def load(languages: tuple[str, ...] = ("en", "de", "es"), folder: Path = TEXTS) -> Prompts:
    """Read the catalogues of these languages; English, the fallback, has to be among them.

    Raises `CatalogueError` for a file that can't be read, and for a text whose placeholders
    differ from the English one's: a number would be missing from what a caller hears.
    """
    held = {language: read(folder, language) for language in languages}
    english = held["en"].texts
    problems = [
        f"{folder / f'{language}.po'}: {problem}"
        for language, catalogue in held.items()
        for problem in compare(catalogue.texts, english)
    ]
    if problems:
        raise CatalogueError("\n".join(problems))
    return Prompts(held)


def _pattern(text: str) -> re.Pattern[str]:
    """What a text looks like once values stand in it."""
    pieces = PLACEHOLDER.split(text)
    made = [
        f"(?P<{piece}>{SHAPES.get(piece, '.+?')})" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(made))
