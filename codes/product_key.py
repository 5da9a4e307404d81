"""Product key: the secret that comes with a licence and is never spoken.

Twenty-five characters of Crockford's base 32 in five groups: 24 carry 15 random bytes, the last is
Luhn modulo 32 over the product ID's digits followed by them.

>>> entropy = bytes.fromhex("02c9ead2ae6b5d2c54a9e1ac57c9f3")
>>> format(make("00298-77276-69310-09389", entropy))
'0B4YN-MNEDD-EJRN5-9W6P5-FJFK6'
>>> validate("Ob4yn mnedd ejrn5 9w6p5 fjfk6", "00298772766931009389")
'0B4YNMNEDDEJRN59W6P5FJFK6'
>>> secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
Secret(...)
"""

import unicodedata
from typing import Final

from codes import product_id as product_ids
from codes.errors import CodeError, InvalidCharacter, InvalidField, InvalidLength, WrongProduct
from codes.proofs import Secret, same
from codes.typed import signs

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {sign: value for value, sign in enumerate(_ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_BASE: Final = len(_ALPHABET)
_BITS: Final = 5
_ENTROPY_BYTES: Final = 15
_LENGTH: Final = 25
_WIDTH: Final = 5


def make(product_id: str, entropy: bytes) -> str:
    """Make the product key of a product ID from fifteen random bytes."""
    if len(entropy) != _ENTROPY_BYTES:
        raise InvalidField(f"A product key is made of 15 bytes, but {len(entropy)} were given.")
    bits = int.from_bytes(entropy)
    body = "".join(_ALPHABET[bits >> shift & _BASE - 1] for shift in range(115, -1, -_BITS))
    return body + _check_character(product_ids.validate(product_id), body)


def compact(text: str) -> str:
    """Read a typed product key as capital letters and digits; I and L are read as 1, O as 0.

    >>> compact("o1il-abcd")
    '0111ABCD'
    >>> compact("ABCU")
    Traceback (most recent call last):
    codes.errors.InvalidCharacter: Character 4 of the product key is “U”, which no product key \
holds: compare it with the original.
    """
    bare = unicodedata.normalize("NFKC", signs(text)).upper()
    read = []
    for place, sign in enumerate(bare, 1):
        digit = unicodedata.decimal(sign, None)
        value = _VALUES.get(sign) if digit is None else digit
        if value is None:
            raise InvalidCharacter(
                f"Character {place} of the product key is “{sign}”, which no product key holds: "
                "compare it with the original.",
                ((place - 1) // _WIDTH + 1,),
            )
        read.append(_ALPHABET[value])
    return "".join(read)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed product key into its groups."""
    key = compact(text)
    return tuple(key[at : at + _WIDTH] for at in range(0, len(key), _WIDTH))


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a product key with hyphens."""
    return "-".join(split(text))


def validate(text: str, product_id: str) -> str:
    """Give the compact product key of this product, or raise what is wrong with it.

    WrongProduct says that the last character fits neither a slip of the finger nor this product:
    nobody can tell the one from the other.
    """
    key = _whole(text)
    if not same(_check_character(product_ids.validate(product_id), key[:-1]), key[-1]):
        raise WrongProduct(
            "The product key and the product ID do not belong together: compare both with your "
            "licence. Either a character is wrong, or the key is that of another product."
        )
    return key


def is_valid(text: str, product_id: str) -> bool:
    """Tell whether a typed product key is well-formed and belongs to this product."""
    try:
        validate(text, product_id)
    except CodeError:
        return False
    return True


def secret(key: str) -> Secret:
    """Derive the key K, under which all proofs of the product are made."""
    bits = 0
    for sign in _whole(key)[:-1]:
        bits = bits << _BITS | _VALUES[sign]
    return Secret.derive(bits.to_bytes(_ENTROPY_BYTES))


def _whole(text: str) -> str:
    key = compact(text)
    if len(key) != _LENGTH:
        raise InvalidLength(
            f"The product key has {_LENGTH} characters, but {len(key)} were given: "
            "compare it with the original."
        )
    return key


def _check_character(product_id: str, body: str) -> str:
    total = 0
    for place, sign in enumerate(reversed(product_id + body)):
        value = _VALUES[sign] * (1 if place % 2 else 2)
        total += value // _BASE + value % _BASE
    return _ALPHABET[-total % _BASE]
