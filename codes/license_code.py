"""License code: what a purchase of client licences is known by; it stands on its receipt.

An addition of this project. Five groups: the serial number (16 digits, random), the parity (4). It
says nothing by itself: version, kind and quantity stand in the register.

>>> make(1234567890123456)
'1234956781901223456693240'
>>> format("1234956781901223456693240")
'12349-56781-90122-34566-93240'
>>> parse("12349-56781-90122-34566-93240")
LicenseCode(serial=1234567890123456)
>>> validate("00298-77276-69310-09389")
Traceback (most recent call last):
codes.errors.OtherKind: This is not a license code: with 20 digits it is a product ID. Type the \
license code; it has 25 digits.
"""

import random as random_numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from codes import restoring
from codes.errors import ParityUnreachable
from codes.groups import LICENSE_CODE, number

_SERIAL_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class LicenseCode:
    """What a license code says."""

    serial: int


def make(serial: int) -> str:
    """Make the license code; raises ParityUnreachable for a serial number that no parity fits."""
    return LICENSE_CODE.assemble(number(serial, _SERIAL_DIGITS, "serial number"))


def random(rng: random_numbers.Random) -> str:
    """Draw a license code."""
    while True:
        try:
            return make(rng.randrange(10**_SERIAL_DIGITS))
        except ParityUnreachable:
            continue


def parse(text: str) -> LicenseCode:
    """Read what a license code says; raises CodeError where it is not well-formed."""
    return LicenseCode(int(LICENSE_CODE.data(LICENSE_CODE.validate(text))))


def restore(groups: Sequence[str | None], is_registered: Callable[[str], bool]) -> str:
    """Give the license code of which one group is missing or wrong, if the register knows it."""
    return restoring.restore(LICENSE_CODE, groups, is_registered, "register of license packs")


def compact(text: str) -> str:
    """Read a typed license code as ASCII digits, however many."""
    return LICENSE_CODE.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed license code into its groups."""
    return LICENSE_CODE.split(text)


def validate(text: str) -> str:
    """Give the compact license code, or raise the CodeError that fits."""
    return LICENSE_CODE.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed license code is well-formed."""
    return LICENSE_CODE.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a license code with hyphens."""
    return LICENSE_CODE.format(text)
