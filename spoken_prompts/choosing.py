"""Which language a call goes on in: the first one wanted that may be spoken, else English."""

from collections.abc import Sequence
from dataclasses import dataclass

from spoken_prompts.prompts import FALLBACK, Prompts


@dataclass(frozen=True, slots=True)
class Choice:
    """The language to speak.

    `fell_back_from` is the language that was wanted most, where none of those wanted may be
    spoken: English then says so, by the prompt `language_fallback`. It is None otherwise.
    """

    language: str
    fell_back_from: str | None = None


def choose(prompts: Prompts, wanted: Sequence[str], *, production: bool) -> Choice:
    """Choose among the languages wanted, the most wanted first; BCP 47 tags.

    A tag that is more exact than any catalogue stands for the language that has one: `pt-BR` for
    `pt`. In production a language has to be approved.
    """
    for tag in wanted:
        language = known(prompts, tag)
        if language is not None and prompts.is_allowed(language, production=production):
            return Choice(language)
    return Choice(FALLBACK, wanted[0] if wanted else None)


def known(prompts: Prompts, tag: str) -> str | None:
    """The language with a catalogue that a tag stands for: the lookup of RFC 4647."""
    parts = tag.lower().replace("_", "-").split("-")
    names = {language.lower(): language for language in prompts.languages}
    for length in range(len(parts), 0, -1):
        found = names.get("-".join(parts[:length]))
        if found is not None:
            return found
    return None
