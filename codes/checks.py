"""The arithmetic that finds mistakes: a Damm check digit for each group, a parity for all.

The Damm digit runs over the group's number (1, 2, ...) followed by its data, so that a group in
a place that is not its own is as wrong as a group with a wrong digit. The parity is the sum of
position times data over all groups, modulo the prime 10007; it is 0 in a code without mistakes.

Source of the table: H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004; it is the one that
python-stdnum uses.
"""

from collections.abc import Sequence
from typing import Final

MODULUS: Final = 10007

_QUASIGROUP: Final = tuple(
    bytes(map(int, row))
    for row in (
        "0317598642",
        "7092154863",
        "4206871359",
        "1750983426",
        "6123045978",
        "3674209581",
        "5869720134",
        "8945362017",
        "9438617205",
        "2581436790",
    )
)


def _longer(shorter: Sequence[bytes]) -> tuple[bytes, ...]:
    """Make the table for one digit more: row = state before, column = digits, cell = after."""
    return tuple(b"".join(_QUASIGROUP[state] for state in row) for row in shorter)


_TWO: Final = _longer(_QUASIGROUP)
_THREE: Final = _longer(_TWO)
_FOUR: Final = _longer(_THREE)
_TABLES: Final = {3: _THREE, 4: _FOUR}


def check_digits(number: int, width: int = 4) -> bytes:
    """Give the check digits of all data that group `number` can hold, indexed by the data.

    `width` is how many digits of data a group has: 3 or 4.

    >>> check_digits(1)[1234]
    9
    """
    return _TABLES[width][_QUASIGROUP[0][number]]


def check_digit(number: int, data: str) -> str:
    """Give the check digit of one group.

    >>> check_digit(1, "0029"), check_digit(2, "0029")
    ('8', '6')
    """
    return str(check_digits(number, len(data))[int(data)])


def parity(data: Sequence[int]) -> int:
    """Sum position times data over all groups, modulo 10007: 0 in a faultless code.

    >>> parity([29, 7727, 6931, 938])
    0
    """
    return sum(position * value for position, value in enumerate(data, 1)) % MODULUS


def missing_data(data: Sequence[int | None]) -> int | None:
    """Compute the data of the one group that is None from the others.

    The answer is None where no four digits fit (seven times in ten thousand).

    >>> missing_data([29, None, 6931, 938])
    7727
    >>> missing_data([29, 7727, 6931, None])
    938
    """
    position = data.index(None) + 1
    others = parity([value or 0 for value in data])
    value = -others * pow(position, -1, MODULUS) % MODULUS
    return value if value < 10_000 else None  # noqa: PLR2004 -- four digits
