"""Encryption of what must not be readable in a copy of the database."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data_store.errors import StoreError
from data_store.private_file import read_private, write_private

KEY_BYTES = 32
_FORMAT = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = len(_FORMAT) + _ID_BYTES


class CipherError(StoreError):
    """A value can't be decrypted: another key, another place, or damaged."""


class Cipher:
    """AES-256-GCM with key ids: the first key encrypts, every key decrypts.

    A stored value is a format byte, four bytes of a hash of the key (which key), twelve random
    bytes (nonce), the ciphertext and its tag. `context` (the row's own key, for example) is
    authenticated along, so that a value copied into another row is refused.
    """

    __slots__ = ("_first", "_keys")

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise StoreError(f"Encryption needs at least one key, each of {KEY_BYTES} bytes.")
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self._first = _key_id(keys[0])

    def __repr__(self) -> str:
        return f"<Cipher with {len(self._keys)} key(s), writing with {self._first.hex()}>"

    def encrypt(self, plain: bytes, context: bytes = b"") -> bytes:
        """Encrypt with the first key."""
        header = _FORMAT + self._first
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._keys[self._first].encrypt(nonce, plain, header + context)

    def decrypt(self, stored: bytes, context: bytes = b"") -> bytes:
        """Decrypt with whichever key wrote it. Raises CipherError."""
        header, rest = stored[:_HEADER_BYTES], stored[_HEADER_BYTES:]
        key = self._keys.get(header[len(_FORMAT) :])
        if header[:1] != _FORMAT or key is None:
            raise CipherError(
                "A stored secret was encrypted with a key that isn't in the key file."
            )
        try:
            return key.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + context)
        except (InvalidTag, ValueError) as error:
            raise CipherError("A stored secret is damaged or belongs to another row.") from error

    def is_current(self, stored: bytes) -> bool:
        """Whether the first key wrote it; where not, it is due for re-encryption."""
        return stored[:_HEADER_BYTES] == _FORMAT + self._first

    @classmethod
    def load_or_create(cls, path: Path) -> "Cipher":
        """Read the key file (hexadecimal, one key a line, first writes), or make it with one key.

        The file is readable by its owner only; one that others can read is refused. Two processes
        that start at once end with the same key. Raises StoreError.
        """
        try:
            if not path.exists():
                _write(path, [secrets.token_bytes(KEY_BYTES)], replace=False)
            return cls(_read(path))
        except OSError as error:
            raise StoreError(f"The key file {path} can't be used: {error.strerror}.") from error

    @staticmethod
    def rotate(path: Path) -> None:
        """Put a new key before those of the key file; what is stored stays readable."""
        _write(path, [secrets.token_bytes(KEY_BYTES), *_read(path)], replace=True)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key-id|" + key).digest()[:_ID_BYTES]


def _read(path: Path) -> list[bytes]:
    try:
        return [bytes.fromhex(line) for line in read_private(path).decode("ascii").split()]
    except ValueError as error:
        raise StoreError(
            f"{path} is not a key file: each line is a key of {KEY_BYTES * 2} hexadecimal digits."
        ) from error


def _write(path: Path, keys: Sequence[bytes], *, replace: bool) -> None:
    """Write the key file; where another process was first, its key counts."""
    content = "".join(f"{key.hex()}\n" for key in keys).encode("ascii")
    write_private(path, content, replace=replace)
