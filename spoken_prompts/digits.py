"""Digits one by one, in words, as each language says them on the telephone.

A number is written out in words, a comma after each: voices pause there, and no voice reads
"12345" as a number. Between groups stands a full stop, for a longer pause. Which words a language
has, and how its script writes comma and stop, stands in `languages.toml`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

# What people write between groups.
BETWEEN_GROUPS = re.compile(r"[ -]+")


class Pauses(NamedTuple):
    """What stands between two digits, and between two groups of digits."""

    digits: str
    groups: str


PAUSES = Pauses(", ", ". ")


def say(digits: str, words: Sequence[str], pauses: Pauses = PAUSES) -> str:
    """The digits in words; spaces or hyphens part groups. Raises `ValueError` for anything else.

    >>> say("20-07", ("null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben"))
    'zwo, null. null, sieben'
    """
    groups = BETWEEN_GROUPS.split(digits.strip())
    return pauses.groups.join(
        pauses.digits.join(words[int(digit)] for digit in group) for group in groups
    )


def hear(spoken: str, words: Sequence[str], pauses: Pauses = PAUSES) -> str:
    """The digits of what `say` makes, without the groups.

    >>> hear("one, zero. one", ("zero", "one"))
    '101'
    """
    flat = spoken.replace(pauses.groups, pauses.digits)
    return "".join(str(words.index(word)) for word in flat.split(pauses.digits))


def pattern(words: Sequence[str], pauses: Pauses = PAUSES) -> str:
    """A regular expression for whatever `say` makes of these words."""
    word = "(?:" + "|".join(re.escape(each) for each in words) + ")"
    pause = f"(?:{re.escape(pauses.digits)}|{re.escape(pauses.groups)})"
    return f"{word}(?:{pause}{word})*"
