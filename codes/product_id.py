"""Product ID: which product, and which copy of it, a license server was installed from.

Four groups: the product family (4 digits), the serial number (8), the parity (4).

>>> make(29, 77276931)
'00298772766931009389'
>>> format("00298772766931009389")
'00298-77276-69310-09389'
>>> parse("00298 77276 69310 09389")
ProductID(family=29, serial=77276931)
>>> validate("00298-77276-69310-09388")
Traceback (most recent call last):
codes.errors.InvalidGroups: Group 4 of the product ID is wrong: compare it with the original and \
type it again.
"""

import random as random_numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from codes import restoring
from codes.errors import ParityUnreachable
from codes.groups import PRODUCT_ID, number

_FAMILY_DIGITS: Final = 4
_SERIAL_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class ProductID:
    """What a product ID says."""

    family: int
    serial: int


def make(family: int, serial: int) -> str:
    """Make the product ID; raises ParityUnreachable for a serial number that no parity fits."""
    return PRODUCT_ID.assemble(
        number(family, _FAMILY_DIGITS, "product family")
        + number(serial, _SERIAL_DIGITS, "serial number")
    )


def random(rng: random_numbers.Random, family: int | None = None) -> str:
    """Draw a product ID, of the given family or of any."""
    while True:
        drawn = rng.randrange(10**_FAMILY_DIGITS) if family is None else family
        try:
            return make(drawn, rng.randrange(10**_SERIAL_DIGITS))
        except ParityUnreachable:
            continue


def parse(text: str) -> ProductID:
    """Read what a product ID says; raises CodeError where it is not well-formed."""
    data = PRODUCT_ID.data(PRODUCT_ID.validate(text))
    return ProductID(int(data[:_FAMILY_DIGITS]), int(data[_FAMILY_DIGITS:]))


def restore(groups: Sequence[str | None], is_registered: Callable[[str], bool]) -> str:
    """Give the product ID of which one group is missing or wrong, if the register knows it.

    >>> restore(["00298", None, "69310", "09389"], lambda code: code.startswith("00298"))
    '00298772766931009389'
    """
    return restoring.restore(PRODUCT_ID, groups, is_registered, "register of products")


def compact(text: str) -> str:
    """Read a typed product ID as ASCII digits, however many."""
    return PRODUCT_ID.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed product ID into its groups."""
    return PRODUCT_ID.split(text)


def validate(text: str) -> str:
    """Give the compact product ID, or raise the CodeError that fits."""
    return PRODUCT_ID.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed product ID is well-formed."""
    return PRODUCT_ID.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a product ID with hyphens."""
    return PRODUCT_ID.format(text)
