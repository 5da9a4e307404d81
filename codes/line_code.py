"""Line code: four digits by which the line shows that it is the true one.

The wizard shows them beside the telephone number; the line says them once both IDs are keyed.

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> request = "07263704541960936955944048464452370"
>>> make(secret, "00298772766931009389", request)
'7140'
>>> verify(secret, "00298772766931009389", request, "71 40")
True
"""

from typing import Final

from codes import license_server_id as license_server_ids
from codes import product_id as product_ids
from codes.proofs import Secret, same
from codes.typed import ShortCode

_SHAPE: Final = ShortCode("line code", 4)


def make(secret: Secret, product_id: str, license_server_id: str) -> str:
    """Make the line code of a request."""
    return secret.digits(
        _SHAPE.length,
        "line-code",
        product_ids.compact(product_id),
        license_server_ids.compact(license_server_id),
        0,
    )


def verify(secret: Secret, product_id: str, license_server_id: str, text: str) -> bool:
    """Tell whether a typed line code is that of the request."""
    return is_valid(text) and same(make(secret, product_id, license_server_id), compact(text))


def compact(text: str) -> str:
    """Read a typed line code as ASCII digits; raises InvalidCharacter."""
    return _SHAPE.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Give the line code as its only group."""
    return (compact(text),)


def validate(text: str) -> str:
    """Give the compact line code, or raise the CodeError that says what is wrong."""
    return _SHAPE.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed line code has the right form."""
    return _SHAPE.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a line code: it has no hyphens."""
    return compact(text)
