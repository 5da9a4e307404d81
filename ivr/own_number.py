"""Whether a caller can be called back: on their own number only, and where that is harmless.

A number that is shown can be forged. So the line calls only into regions that it serves itself,
and only ordinary numbers: whoever earns by being called, earns nothing here.
"""

from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from region_routing import RoutingTable

ORDINARY: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)


class NotCallable(StrEnum):
    """Why there is no call-back; each has a prompt."""

    WITHHELD = "withheld"
    """No number was shown, or none that can be dialled."""
    ABROAD = "abroad"
    COSTLY = "costly"
    """A range whose calls cost more than ordinary ones: premium, shared cost, personal."""
    PENDING = "pending"
    """This number is to be called back already."""
    TOO_OFTEN = "too_often"
    NO_OPENING = "no_opening"
    """No centre opens within a fortnight that could call."""


def check(caller: str, line: str, routing: RoutingTable) -> NotCallable | None:
    """Why the number that a caller has shown can't be called by this line; None where it can."""
    try:
        number = phonenumbers.parse(caller)
    except phonenumbers.NumberParseException:
        return NotCallable.WITHHELD
    if not phonenumbers.is_valid_number(number):
        return NotCallable.WITHHELD
    # What is not written as the network dials it is no number that the network has shown.
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != caller:
        return NotCallable.WITHHELD
    if phonenumbers.number_type(number) not in ORDINARY:
        return NotCallable.COSTLY
    region = routing.regions.get(phonenumbers.region_code_for_number(number) or "")
    if region is None or region.line != line:
        return NotCallable.ABROAD
    return None
