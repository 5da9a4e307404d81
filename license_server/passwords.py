"""The local administrator's password, kept as an argon2id hash only."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from license_server.errors import InvalidEntryError

LEAST: Final = 8
MOST: Final = 200
_HASHER: Final = PasswordHasher()


def hashed(password: str) -> str:
    """Hash a new password, or raise InvalidEntryError where it is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise InvalidEntryError(
            "password", f"The password needs {LEAST} to {MOST} characters: choose another."
        )
    return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the administrator's; without a hash none is."""
    try:
        return password_hash is not None and _HASHER.verify(password_hash, password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
