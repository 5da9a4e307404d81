"""Digits one by one, in words, as each language says them on the telephone.

A number is written out in words, a comma after each: voices pause there, and no voice reads
"12345" as a number. Between groups stands a full stop, for a longer pause. Which words a language
has stands in `languages.toml`.
"""

import re
from collections.abc import Sequence

PAUSE = ", "
GROUP_PAUSE = ". "
# What people write between groups.
BETWEEN_GROUPS = re.compile(r"[ -]+")


def say(digits: str, words: Sequence[str]) -> str:
    """The digits in words; spaces or hyphens part groups. Raises `ValueError` for anything else.

    >>> say("20-07", ("null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben"))
    'zwo, null. null, sieben'
    """
    groups = BETWEEN_GROUPS.split(digits.strip())
    return GROUP_PAUSE.join(PAUSE.join(words[int(digit)] for digit in group) for group in groups)


def hear(spoken: str, words: Sequence[str]) -> str:
    """The digits of what `say` makes, without the groups.

    >>> hear("one, zero. one", ("zero", "one"))
    '101'
    """
    flat = spoken.replace(GROUP_PAUSE, PAUSE)
    return "".join(str(words.index(word)) for word in flat.split(PAUSE))


def pattern(words: Sequence[str]) -> str:
    """A regular expression for whatever `say` makes of these words."""
    word = "(?:" + "|".join(re.escape(each) for each in words) + ")"
    pause = f"(?:{re.escape(PAUSE)}|{re.escape(GROUP_PAUSE)})"
    return f"{word}(?:{pause}{word})*"
