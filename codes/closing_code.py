"""Closing code: four digits that the wizard shows once it has accepted the new ID.

Keyed to the line, they close the request.

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> new = "82609881973242599431076178073946394"
>>> make(secret, "00298772766931009389", new)
'0208'
>>> verify(secret, "00298772766931009389", new, "0209")
False
"""

from typing import Final

from codes import new_license_server_id as new_license_server_ids
from codes import product_id as product_ids
from codes.proofs import Secret, same
from codes.typed import ShortCode

_SHAPE: Final = ShortCode("closing code", 4)


def make(secret: Secret, product_id: str, new_license_server_id: str) -> str:
    """Make the closing code of an accepted new license server ID."""
    return secret.digits(
        _SHAPE.length,
        "closing-code",
        product_ids.compact(product_id),
        new_license_server_ids.compact(new_license_server_id),
        0,
    )


def verify(secret: Secret, product_id: str, new_license_server_id: str, text: str) -> bool:
    """Tell whether a typed closing code is that of the new license server ID."""
    return is_valid(text) and same(make(secret, product_id, new_license_server_id), compact(text))


def compact(text: str) -> str:
    """Read a typed closing code as ASCII digits; raises InvalidCharacter."""
    return _SHAPE.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Give the closing code as its only group."""
    return (compact(text),)


def validate(text: str) -> str:
    """Give the compact closing code, or raise the CodeError that says what is wrong."""
    return _SHAPE.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed closing code has the right form."""
    return _SHAPE.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a closing code: it has no hyphens."""
    return compact(text)
