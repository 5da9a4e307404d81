"""The way back: which prompt a heard text is, and the values that stood in it.

Scripted parties and tests listen by it, so that they never depend on wording. A web process that
only speaks never pays for it: patterns are made when something is first listened to.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

from spoken_prompts import digits as spoken_digits
from spoken_prompts.speech import Speech

# What a value looks like in a spoken text; any words where it is not said here.
SHAPES = dict.fromkeys(("group", "place", "minutes", "left"), r"\d+")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A heard text: which prompt it is, and the values that stood in it (`digits` as digits)."""

    prompt_id: str
    values: Mapping[str, str]


class Ear:
    """Knows the texts of one language again."""

    def __init__(self, texts: Mapping[str, str], speech: Speech) -> None:
        self._texts = texts
        self._speech = speech
        # Most texts have no value, and are known by looking them up.
        self._plain = {text: prompt for prompt, text in texts.items() if "{" not in text}

    def plain(self, text: str) -> Recognised | None:
        """The prompt whose text this is, word for word; None for all that have values."""
        prompt = self._plain.get(text)
        return None if prompt is None else Recognised(prompt, {})

    def recognise(self, text: str) -> Recognised | None:
        """The prompt that this text is; None for free speech."""
        return self.plain(text) or next(self.all_that_fit(text), None)

    def all_that_fit(self, text: str) -> Iterator[Recognised]:
        """Every prompt that this text may be: more than one, and two can't be told apart."""
        for prompt, pattern in self._patterns.items():
            found = pattern.fullmatch(text)
            if found is not None:
                values = found.groupdict()
                if "digits" in values:
                    said = self._speech
                    values["digits"] = spoken_digits.hear(
                        values["digits"], said.digits, said.pauses
                    )
                yield Recognised(prompt, values)

    @cached_property
    def _patterns(self) -> Mapping[str, re.Pattern[str]]:
        digits = spoken_digits.pattern(self._speech.digits, self._speech.pauses)
        return {prompt: _pattern(text, digits) for prompt, text in self._texts.items()}


def _pattern(text: str, digits: str) -> re.Pattern[str]:
    """What a text looks like once values stand in it; a value that comes twice is the same."""
    made, seen = "", set[str]()
    for literal, name, _, _ in Formatter().parse(text):
        made += re.escape(literal)
        if name is None:
            continue
        shape = digits if name == "digits" else SHAPES.get(name, ".+?")
        made += f"(?P={name})" if name in seen else f"(?P<{name}>{shape})"
        seen.add(name)
    return re.compile(made)
