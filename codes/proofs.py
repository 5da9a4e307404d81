"""Digits that only somebody who holds the product key can have made."""

import hashlib
import hmac
import itertools
from typing import Final, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from codes.errors import ParityUnreachable
from codes.groups import Shape

_SALT: Final = b"activation-line"
_INFO: Final = b"v1"
_BYTES: Final = 32


class Secret:
    """The key K under which proofs are made; it shows itself in no text, log or pickle.

    >>> secret = Secret.derive(bytes(15))
    >>> secret
    Secret(...)
    >>> secret.digits(4, "line-code", "1", "2", 0)
    '0356'
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def derive(cls, entropy: bytes) -> "Secret":
        """Derive K from a product key's fifteen bytes by HKDF-SHA-256 (RFC 5869)."""
        return cls(HKDF(SHA256(), _BYTES, _SALT, _INFO).derive(entropy))

    def digits(self, count: int, *fields: str | int) -> str:
        """Make a proof of `count` digits over the fields, which are joined by `|`."""
        mac = hmac.digest(self._key, _message(fields), hashlib.sha256)
        return str(int.from_bytes(mac) % 10**count).zfill(count)

    def mac(self, *fields: str | int) -> str:
        """Make a proof for documents, where nothing has to be keyed: 64 hexadecimal digits.

        >>> Secret.derive(bytes(15)).mac("certificate-answer", "1")[:16]
        '44636ffd8630afd4'
        """
        return hmac.digest(self._key, _message(fields), hashlib.sha256).hex()

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not to be stored: store the product key, encrypted.")


def _message(fields: tuple[str | int, ...]) -> bytes:
    return "|".join(map(str, fields)).encode("ascii")


def same(left: str, right: str) -> bool:
    """Compare two ASCII codes in a time that says nothing of where they differ.

    >>> same("1234", "1234"), same("1234", "1235")
    (True, False)
    """
    return hmac.compare_digest(left, right)


def signed(shape: Shape, secret: Secret, fixed: str, count: int, *fields: str | int) -> str:
    """Assemble a code of the fixed data digits and a proof of `count` digits.

    The last field, a counter from 0, goes on until the parity fits; a verifier walks the same way.
    """
    for counter in itertools.count():
        try:
            return shape.assemble(fixed + secret.digits(count, *fields, counter))
        except ParityUnreachable:
            continue
    raise AssertionError  # pragma: no cover -- counting does not end
