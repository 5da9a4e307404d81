"""Challenge: four digits from the console, to which only the true wizard knows the answer of six.

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> request = "07263704541960936955944048464452370"
>>> answer(secret, "00298772766931009389", request, "0444")
'010069'
>>> verify(secret, "00298772766931009389", request, "0444", "010 069")
True
"""

import random
from typing import Final

from codes import license_server_id as license_server_ids
from codes import product_id as product_ids
from codes.proofs import Secret, same
from codes.typed import ShortCode

_SHAPE: Final = ShortCode("challenge", 4)
_ANSWER: Final = ShortCode("answer", 6)


def make(rng: random.Random) -> str:
    """Draw a challenge."""
    return str(rng.randrange(10**_SHAPE.length)).zfill(_SHAPE.length)


def answer(secret: Secret, product_id: str, license_server_id: str, challenge: str) -> str:
    """Make the answer that belongs to a challenge of this request."""
    return secret.digits(
        _ANSWER.length,
        "challenge-answer",
        product_ids.compact(product_id),
        license_server_ids.compact(license_server_id),
        validate(challenge),
        0,
    )


def verify(
    secret: Secret, product_id: str, license_server_id: str, challenge: str, text: str
) -> bool:
    """Tell whether a typed answer belongs to the challenge."""
    return _ANSWER.is_valid(text) and same(
        answer(secret, product_id, license_server_id, challenge), _ANSWER.compact(text)
    )


def compact(text: str) -> str:
    """Read a typed challenge as ASCII digits; raises InvalidCharacter."""
    return _SHAPE.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Give the challenge as its only group."""
    return (compact(text),)


def validate(text: str) -> str:
    """Give the compact challenge, or raise the CodeError that says what is wrong."""
    return _SHAPE.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed challenge has the right form."""
    return _SHAPE.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a challenge: it has no hyphens."""
    return compact(text)
