"""All catalogues together: a text by id and language, and the id of a text that was heard."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime

from spoken_prompts import digits as spoken_digits
from spoken_prompts.approvals import Approval, fingerprint
from spoken_prompts.catalogues import TEXTS, Catalogue, compare, read
from spoken_prompts.recognising import Ear, Recognised
from spoken_prompts.speech import TABLE, CatalogueError, read_table, row, with_own_voices

FALLBACK = "en"
NOBODY: Mapping[str, Approval] = MappingProxyType({})


class UnknownPromptError(LookupError):
    """No catalogue has this id, or there is no catalogue of this language."""


class State(StrEnum):
    """Whether a person has approved all that a language says now."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class Prompts:
    """Every text in every language that was loaded. Immutable, and safe to share by threads."""

    def __init__(
        self, catalogues: Mapping[str, Catalogue], approvals: Mapping[str, Approval] = NOBODY
    ) -> None:
        self._catalogues = dict(catalogues)
        self._approvals = dict(approvals)
        english = self._catalogues[FALLBACK].texts
        # A gap is spoken in English, with the language's own digits.
        self._ears = {
            language: Ear({**english, **catalogue.texts}, catalogue.speech)
            for language, catalogue in self._catalogues.items()
        }
        self._unreviewed = {language: self._not_approved(language) for language in self._catalogues}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be spoken."""
        return tuple(self._catalogues)

    def ids(self) -> frozenset[str]:
        """The ids of all prompts."""
        return frozenset(self._catalogues[FALLBACK].texts)

    def menus(self) -> frozenset[str]:
        """The prompts that offer several keys; English names each right before a pause."""
        english = self._catalogues[FALLBACK]
        keys = "|".join((*english.speech.digits, "star", "hash"))
        offer = re.compile(rf"\b(?:{keys})[.,]", re.IGNORECASE)
        return frozenset(
            prompt for prompt, text in english.texts.items() if len(offer.findall(text)) > 1
        )

    def missing(self, language: str) -> frozenset[str]:
        """The ids whose texts the language lacks: they are spoken in English."""
        return self.ids() - self._catalogue(language).texts.keys()

    def changed(self, language: str) -> Mapping[str, str]:
        """The ids whose English text is another than was translated, with the one that was."""
        english = self._catalogues[FALLBACK].texts
        return {
            prompt: source
            for prompt, source in self._catalogue(language).sources.items()
            if language != FALLBACK and source != english[prompt]
        }

    def heard(self, language: str) -> Mapping[str, str]:
        """All that a person approves, by prompt id or key of the table: its fingerprints."""
        catalogue = self._catalogue(language)
        speech = catalogue.speech
        ways = {
            "voice": (speech.voice, *speech.voices),
            "digits": (*speech.digits, *speech.pauses),
            "time": (speech.time, speech.hour),
        }
        return {
            **{prompt: fingerprint(text) for prompt, text in catalogue.texts.items()},
            **{f"{TABLE}:{way}": fingerprint(*said) for way, said in ways.items()},
        }

    def unreviewed(self, language: str) -> frozenset[str]:
        """What nobody has approved as it is now: prompt ids, and keys of the table."""
        if language not in self._unreviewed:
            self._unreviewed[language] = self._not_approved(language)
        return self._unreviewed[language]

    def approval(self, language: str) -> Approval | None:
        """The last approval, whatever has changed since then."""
        return self._approvals.get(language)

    def state(self, language: str) -> State:
        """Whether a person has approved all that the language says now."""
        return State.DRAFT if self.unreviewed(language) else State.REVIEWED

    def is_allowed(self, language: str, *, production: bool) -> bool:
        """Whether callers may hear it. English always: a line that may not speak helps nobody."""
        reviewed = self.state(language) is State.REVIEWED
        return reviewed or not production or language == FALLBACK

    def text(self, prompt_id: str, language: str, /, **values: str) -> str:
        """The text to speak; the English one where the language lacks it.

        Raises `UnknownPromptError` for an id or a language that nobody knows, and `KeyError`
        where a value is missing.
        """
        return self.template(prompt_id, language).format(**values)

    def template(self, prompt_id: str, language: str) -> str:
        """The text with its values' names in braces."""
        template = self._catalogue(language).texts.get(prompt_id)
        if template is None:
            template = self._catalogue(FALLBACK).texts.get(prompt_id)
        if template is None:
            raise UnknownPromptError(f"There is no prompt {prompt_id!r}.")
        return template

    def digits(self, digits: str, language: str) -> str:
        """Digits one by one, in words, with pauses; a longer one where a space or hyphen stands.

        Raises `ValueError` for anything that is no digit.
        """
        speech = self._catalogue(language).speech
        return spoken_digits.say(digits, speech.digits, speech.pauses)

    def spoken_time(self, local: datetime, language: str) -> str:
        """A day, a time of day and whose time it is, to follow "It opens"; `local` is aware.

        The zone is named as CLDR names the one of `local`, so nobody takes the support centre's
        time for their own.
        """
        speech = self._catalogue(language).speech
        pattern = speech.time if local.minute else speech.hour
        if local.tzname() == "UTC":
            # No place lives by it, so CLDR has only its long name.
            pattern = pattern.replace("vvvv", "zzzz")
        return format_datetime(local, pattern, locale=speech.locale)

    def language_name(self, tag: str, language: str) -> str:
        """How a language names another one; the tag itself where it has no name for it."""
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            return tag
        return locale.get_display_name(self._catalogue(language).speech.locale) or tag

    def spoken_date(self, day: date, language: str) -> str:
        """A day with its weekday and year, as CLDR writes it in full."""
        return format_date(day, "full", locale=self._catalogue(language).speech.locale)

    def voice(self, language: str) -> str:
        """The BCP 47 tag that makes the network choose a voice."""
        return self._catalogue(language).speech.voice

    def voices(self, language: str) -> tuple[str, ...]:
        """The names of voices to ask for, best first; where none is had, `voice` alone decides."""
        return self._catalogue(language).speech.voices

    def recognise(self, text: str, language: str) -> Recognised | None:
        """Which prompt a heard text is; None for free speech.

        `language` is the call's. What is said in English although the call isn't is recognised as
        well, and what offers another language. `digits` among the values are digits again, without
        groups; all others are as spoken.
        """
        self._catalogue(language)
        found = self._ears[language].recognise(text) or self._ears[FALLBACK].recognise(text)
        if found is not None:
            return found
        others = (ear.plain(text) for ear in self._ears.values())
        return next((each for each in others if each is not None), None)

    def fitting(self, text: str, language: str) -> frozenset[str]:
        """The ids of all prompts of a language that a text may be: two can't be told apart."""
        self._catalogue(language)
        return frozenset(each.prompt_id for each in self._ears[language].all_that_fit(text))

    def _not_approved(self, language: str) -> frozenset[str]:
        approval = self._approvals.get(language)
        approved = approval.heard if approval else {}
        differ = {what for what, mark in self.heard(language).items() if approved.get(what) != mark}
        return frozenset(differ | self.missing(language) | self.changed(language).keys())

    def _catalogue(self, language: str) -> Catalogue:
        try:
            return self._catalogues[language]
        except KeyError:
            known = ", ".join(self._catalogues)
            raise UnknownPromptError(
                f"There is no catalogue for the language {language!r}; there are {known}."
            ) from None


def load(
    languages: tuple[str, ...] | None = None,
    folder: Path = TEXTS,
    approvals: Mapping[str, Approval] = NOBODY,
    voices: Path | None = None,
) -> Prompts:
    """Read the catalogues of these languages, or of all; English has to be among them.

    The packaged ones of all languages are read once in a process. `voices` is a file with voices
    that take the table's place.

    Raises `CatalogueError` for a file that can't be read, and for a text whose placeholders
    differ from the English one's: a number would be missing from what a caller hears.
    """
    if languages is None and folder == TEXTS and voices is None:
        return Prompts(_packaged(), approvals)
    return Prompts(_read(languages, folder, voices), approvals)


@cache
def _packaged() -> Mapping[str, Catalogue]:
    return MappingProxyType(_read(None, TEXTS, None))


def _read(
    languages: tuple[str, ...] | None, folder: Path, voices: Path | None
) -> dict[str, Catalogue]:
    path = folder / TABLE
    table = read_table(path)
    if voices is not None:
        table = with_own_voices(table, voices)
    languages = tuple(table) if languages is None else languages
    if FALLBACK not in languages:
        raise CatalogueError(f"English ({FALLBACK}) has to be among the languages.")
    held = {language: read(folder, language, row(path, table, language)) for language in languages}
    english = held[FALLBACK].texts
    problems = [
        f"{folder / f'{language}.po'}: {problem}"
        for language, catalogue in held.items()
        for problem in compare(catalogue.texts, english)
    ]
    if problems:
        raise CatalogueError("\n".join(problems))
    return held
