"""License server ID: the request that the wizard shows and the caller keys.

Seven groups: the last accepted issue number (3 digits, 000 for none or lost), the hash of the
public key (16), the request proof (5), the parity (4).

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> parse("07263-70454-19609-36955-94404-84644-52370")
LicenseServerID(last_issue=72, key_hash='6704519603695944', proof='08464')
>>> verify(secret, "00298772766931009389", "07263-70454-19609-36955-94404-84644-52370").last_issue
72
>>> verify(secret, "85943118482785326763", "07263-70454-19609-36955-94404-84644-52370")
Traceback (most recent call last):
codes.errors.NotAuthentic: The license server ID was not made for this product ID with its \
product key: compare both with the license server.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes import product_id as product_ids
from codes import restoring
from codes.errors import InvalidField, NotAuthentic
from codes.groups import LICENSE_SERVER_ID, number
from codes.proofs import Secret, same, signed

_HASH_DIGITS: Final = 16
_PROOF_DIGITS: Final = 5

__all__ = [
    "LicenseServerID",
    "assemble",
    "compact",
    "format",
    "is_valid",
    "key_hash",
    "make",
    "parse",
    "restore",
    "split",
    "validate",
    "verify",
]


@dataclass(frozen=True, slots=True)
class LicenseServerID:
    """What a license server ID says; `key_hash` and `proof` are digits with their zeros."""

    last_issue: int
    key_hash: str
    proof: str


def key_hash(public_key_der: bytes) -> str:
    """Hash a public key (SubjectPublicKeyInfo, DER) to the sixteen digits that name it."""
    digest = hashlib.sha256(public_key_der).digest()
    return str(int.from_bytes(digest) % 10**_HASH_DIGITS).zfill(_HASH_DIGITS)


def make(secret: Secret, product_id: str, last_issue: int, public_key_der: bytes) -> str:
    """Make the license server ID of a server that holds this key; `last_issue` 0: none or lost."""
    return assemble(secret, product_id, last_issue, key_hash(public_key_der))


def assemble(secret: Secret, product_id: str, last_issue: int, hash_digits: str) -> str:
    """Make the license server ID from the key's hash, where the key itself is elsewhere."""
    issue = number(last_issue, 3, "last accepted issue number")
    if len(hash_digits) != _HASH_DIGITS:
        raise InvalidField(f"A key hash has {_HASH_DIGITS} digits, but this is “{hash_digits}”.")
    return signed(
        LICENSE_SERVER_ID,
        secret,
        issue + hash_digits,
        _PROOF_DIGITS,
        "request-proof",
        product_ids.compact(product_id),
        issue,
        hash_digits,
    )


def parse(text: str) -> LicenseServerID:
    """Read what a license server ID says; raises CodeError where it is not well-formed."""
    data = LICENSE_SERVER_ID.data(LICENSE_SERVER_ID.validate(text))
    return LicenseServerID(int(data[:3]), data[3:-_PROOF_DIGITS], data[-_PROOF_DIGITS:])


def verify(secret: Secret, product_id: str, text: str) -> LicenseServerID:
    """Read a license server ID whose request proof holds; raises NotAuthentic where it does not."""
    said = parse(text)
    if not same(assemble(secret, product_id, said.last_issue, said.key_hash), compact(text)):
        raise NotAuthentic(
            "The license server ID was not made for this product ID with its product key: "
            "compare both with the license server."
        )
    return said


def restore(secret: Secret, product_id: str, groups: Sequence[str | None]) -> str:
    """Give the ID of which one group is missing or wrong, if the request proof confirms it."""

    def is_authentic(code: str) -> bool:
        try:
            verify(secret, product_id, code)
        except NotAuthentic:
            return False
        return True

    return restoring.restore(LICENSE_SERVER_ID, groups, is_authentic, "request proof")


def compact(text: str) -> str:
    """Read a typed license server ID as ASCII digits, however many."""
    return LICENSE_SERVER_ID.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed license server ID into its groups."""
    return LICENSE_SERVER_ID.split(text)


def validate(text: str) -> str:
    """Give the compact license server ID, or raise the CodeError that fits."""
    return LICENSE_SERVER_ID.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed license server ID is well-formed."""
    return LICENSE_SERVER_ID.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a license server ID with hyphens."""
    return LICENSE_SERVER_ID.format(text)
