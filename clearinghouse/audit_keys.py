"""The audit's own key: signs the chain's end, and seals what each entry says."""

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from data_store import StoreError, read_private, write_private

_SIGNED: Final = "activation-line-audit-head-1"


class AuditKeyError(StoreError):
    """A key of the audit can't be used; `str()` says why and what to do."""


class Signer:
    """The private key. It proves two things of an entry.

    The *signature* (Ed25519) covers number, moment and hash, and with the hash all that came
    before; whoever has the public key can check it. The *seal* (HMAC-SHA-256) covers the entry's
    own content alone: it tells an entry that was written so from one that wasn't, even where the
    chain around it was made anew.
    """

    __slots__ = ("_private", "_seal_key", "public_key")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_key = private.public_key()
        derive = HKDF(hashes.SHA256(), 32, salt=b"activation-line", info=b"audit-seal-1")
        self._seal_key = derive.derive(private.private_bytes_raw())

    def __repr__(self) -> str:
        return f"<Signer {self.public_key.public_bytes_raw().hex()}>"

    def sign(self, number: int, at: str, entry_hash: str) -> str:
        """Sign the chain up to an entry: 128 hexadecimal digits."""
        return self._private.sign(_message(number, at, entry_hash)).hex()

    def seal(self, body: str) -> str:
        """Seal an entry's content: 64 hexadecimal digits."""
        return hmac.digest(self._seal_key, body.encode(), "sha256").hex()

    def is_sealed(self, body: str, seal: str | None) -> bool:
        """Whether this key sealed this content."""
        return seal is not None and hmac.compare_digest(self.seal(body).encode(), seal.encode())

    def to_pem(self) -> bytes:
        """Write the private key, for a key file or an encrypted export."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @classmethod
    def from_pem(cls, pem: bytes) -> "Signer":
        """Read a private key. Raises AuditKeyError."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise AuditKeyError("This is not an Ed25519 private key in PEM form.")
        return cls(private)

    @classmethod
    def load_or_create(cls, path: Path) -> "Signer":
        """Read the key file, or make it; only its owner can read it. Raises StoreError."""
        try:
            if not path.exists():
                made = cls(Ed25519PrivateKey.generate())
                write_private(path, made.to_pem(), replace=False)
            return cls.from_pem(read_private(path))
        except AuditKeyError as error:
            raise AuditKeyError(f"{path}: {error} Put back its copy.") from error
        except OSError as error:
            raise StoreError(f"The key file {path} can't be used: {error.strerror}.") from error


def public_pem(key: Ed25519PublicKey) -> str:
    """Write a public key, to be handed out."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def read_public(pem: str) -> Ed25519PublicKey:
    """Read a public key. Raises AuditKeyError."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise AuditKeyError("This is not an Ed25519 public key in PEM form.")
    return key


def is_signed(
    keys: Sequence[Ed25519PublicKey], signature: str, number: int, at: str, entry_hash: str
) -> bool:
    """Whether one of these keys signed the chain up to an entry."""
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return False
    for key in keys:
        try:
            key.verify(raw, _message(number, at, entry_hash))
        except InvalidSignature:
            continue
        return True
    return False


def _message(number: int, at: str, entry_hash: str) -> bytes:
    return f"{_SIGNED}|{number}|{at}|{entry_hash}".encode()
