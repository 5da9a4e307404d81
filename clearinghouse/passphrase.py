"""What a passphrase protects in an exported register: secrets, and every line against change."""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from data_store import StoreError

SHORTEST: Final = 12
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SALT_BYTES: Final = 16
# About a tenth of a second and 64 MiB a try. A file that asks for more than this is refused, or it
# could use up the memory of whoever reads it.
_COST: Final = {"n": 2**16, "r": 8, "p": 1}


class TransferError(StoreError):
    """A register can't be exported or imported; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the keys come from the passphrase: scrypt with these figures, 64 bytes."""

    salt: bytes
    n: int
    r: int
    p: int

    @classmethod
    def draw(cls) -> "Derivation":
        """A new one, for a new file."""
        return cls(os.urandom(_SALT_BYTES), **_COST)

    @classmethod
    def from_document(cls, said: Any) -> "Derivation":  # noqa: ANN401 -- from a file
        """Read one from a file's heading. Raises TransferError."""
        try:
            salt, figures = base64.b64decode(said["salt"], validate=True), said["scrypt"]
            read = cls(salt, figures["n"], figures["r"], figures["p"])
        except (TypeError, KeyError, ValueError) as error:
            raise TransferError("Line 1: it doesn't say how its keys are derived.") from error
        if {"n": read.n, "r": read.r, "p": read.p} != _COST or len(salt) != _SALT_BYTES:
            raise TransferError("Line 1: its keys are derived in a way that isn't known here.")
        return read

    def to_document(self) -> dict[str, Any]:
        """Write it for a file's heading."""
        salt = base64.b64encode(self.salt).decode("ascii")
        return {"salt": salt, "scrypt": {"n": self.n, "r": self.r, "p": self.p}}


class Envelope:
    """The keys of one exported file: AES-256-GCM for secrets, HMAC-SHA-256 over its lines."""

    __slots__ = ("_aead", "_mac")

    def __init__(self, passphrase: str, derivation: Derivation) -> None:
        if len(passphrase) < SHORTEST:
            raise TransferError(
                f"The passphrase has {len(passphrase)} characters: use at least {SHORTEST}."
            )
        scrypt = Scrypt(
            salt=derivation.salt,
            length=2 * _KEY_BYTES,
            n=derivation.n,
            r=derivation.r,
            p=derivation.p,
        )
        keys = scrypt.derive(passphrase.encode())
        self._aead = AESGCM(keys[:_KEY_BYTES])
        self._mac = hmac.new(keys[_KEY_BYTES:], digestmod="sha256")

    def seal(self, plain: bytes, place: str) -> str:
        """Encrypt a secret for its place in the file: base64 of nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, plain, place.encode())
        return base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, place: str) -> bytes:
        """Decrypt a secret. Raises TransferError."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._aead.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError, TypeError, binascii.Error) as error:
            raise TransferError(
                "The passphrase isn't the one of this file, or the file is damaged."
            ) from error

    def add(self, line: str) -> None:
        """Authenticate a line along."""
        self._mac.update(line.encode())

    def mac(self) -> str:
        """The code over all lines so far."""
        return self._mac.hexdigest()
