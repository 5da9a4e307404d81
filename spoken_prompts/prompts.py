"""All catalogues together: a text by id and language, and the id of a text that was heard."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from string import Formatter

from babel.dates import format_date, format_datetime

from spoken_prompts import digits as spoken_digits
from spoken_prompts.catalogues import TEXTS, Catalogue, CatalogueError, State, compare, read

FALLBACK = "en"
# What a value looks like in a spoken text; any words where it is not said here.
SHAPES = {"group": r"\d+", "place": r"\d+"}


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
            language: self._patterns_of(catalogue)
            for language, catalogue in self._catalogues.items()
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be spoken."""
        return tuple(self._catalogues)

    def ids(self) -> frozenset[str]:
        """The ids of all prompts."""
        return frozenset(self._catalogues[FALLBACK].texts)

    def missing(self, language: str) -> frozenset[str]:
        """The ids whose texts the language lacks: they are spoken in English."""
        return self.ids() - self._catalogue(language).texts.keys()

    def state(self, language: str) -> State:
        """Whether a person has approved the language's texts."""
        return self._catalogue(language).state

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
        """Digits one by one, in words, with pauses; a longer one where a space or hyphen stands.

        Raises `ValueError` for anything that is no digit.
        """
        return spoken_digits.say(digits, self._catalogue(language).digits)

    def spoken_time(self, local: datetime, language: str) -> str:
        """A day, a time of day and whose time it is, to follow "It opens"; `local` is aware.

        The zone is named as CLDR names the one of `local`, so nobody takes the support centre's
        time for their own.
        """
        catalogue = self._catalogue(language)
        pattern = catalogue.time if local.minute else catalogue.hour
        if local.tzname() == "UTC":
            # No place lives by it, so CLDR has only its long name.
            pattern = pattern.replace("vvvv", "zzzz")
        return format_datetime(local, pattern, locale=catalogue.locale)

    def spoken_date(self, day: date, language: str) -> str:
        """A day with its weekday and year, as CLDR writes it in full."""
        return format_date(day, "full", locale=self._catalogue(language).locale)

    def voice(self, language: str) -> str:
        """The BCP 47 tag that makes the network choose a voice."""
        return self._catalogue(language).voice

    def recognise(self, text: str, language: str) -> Recognised | None:
        """Which prompt a heard text is; None for free speech.

        `digits` among the values are digits again, without groups; all others are as spoken.
        """
        words = self._catalogue(language).digits
        for prompt, pattern in self._patterns[language]:
            found = pattern.fullmatch(text)
            if found is not None:
                values = found.groupdict()
                if "digits" in values:
                    values["digits"] = spoken_digits.hear(values["digits"], words)
                return Recognised(prompt, values)
        return None

    def _patterns_of(self, catalogue: Catalogue) -> list[tuple[str, re.Pattern[str]]]:
        """What every prompt looks like once it is spoken, the English ones of the gaps included."""
        texts = {**self._catalogues[FALLBACK].texts, **catalogue.texts}
        return [(prompt, _pattern(text, catalogue.digits)) for prompt, text in texts.items()]

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
    if FALLBACK not in languages:
        raise CatalogueError(f"English ({FALLBACK}) has to be among the languages.")
    held = {language: read(folder, language) for language in languages}
    english = held[FALLBACK].texts
    problems = [
        f"{folder / f'{language}.po'}: {problem}"
        for language, catalogue in held.items()
        for problem in compare(catalogue.texts, english)
    ]
    if problems:
        raise CatalogueError("\n".join(problems))
    return Prompts(held)


def _pattern(text: str, words: tuple[str, ...]) -> re.Pattern[str]:
    """What a text looks like once values stand in it; a value that comes twice is the same."""
    made, seen = "", set[str]()
    for literal, name, _, _ in Formatter().parse(text):
        made += re.escape(literal)
        if name is None:
            continue
        shape = spoken_digits.pattern(words) if name == "digits" else SHAPES.get(name, ".+?")
        made += f"(?P={name})" if name in seen else f"(?P<{name}>{shape})"
        seen.add(name)
    return re.compile(made)
