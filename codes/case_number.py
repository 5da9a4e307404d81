"""Case number: how a caller names an open request; it proves nothing.

Three groups of four: three digits of data and a check digit over the group's number and them.

>>> import random
>>> format(make(random.Random(7)))
'3475-7122-7822'
"""

import random
from typing import Final

from codes.groups import CASE_NUMBER

_DATA_DIGITS: Final = 9


def make(rng: random.Random) -> str:
    """Draw a case number; the caller draws again where it is already in use."""
    return CASE_NUMBER.assemble(str(rng.randrange(10**_DATA_DIGITS)).zfill(_DATA_DIGITS))


def compact(text: str) -> str:
    """Read a typed case number as ASCII digits, however many."""
    return CASE_NUMBER.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed case number into its groups."""
    return CASE_NUMBER.split(text)


def validate(text: str) -> str:
    """Give the compact case number, or raise the CodeError that fits."""
    return CASE_NUMBER.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed case number is well-formed."""
    return CASE_NUMBER.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a case number with hyphens."""
    return CASE_NUMBER.format(text)
