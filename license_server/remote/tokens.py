"""Tokens by which a Manager on another machine administers this license server.

A token is a secret and the fingerprint of the certificate that this server answers with: whoever
holds it knows both whom to trust and how to be trusted.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server import event_log, files
from license_server.errors import DataDirectoryError
from license_server.event_log import Kind
from license_server.remote import identity

FILE: Final = "administration.json"
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Parts:
    """What a token says: the secret to send, the certificate to expect (SHA-256, hex)."""

    secret: str
    fingerprint: str


def make(data: Path, now: datetime) -> str:
    """Make a token; only its hash is kept, so it is shown this once."""
    secret = secrets.token_urlsafe(_BYTES)
    with files.locked(data):
        _save(data, (*_load(data), _digest(secret)))
    event_log.record(data, Kind.ADMISSION_GIVEN, now)
    return f"{secret}.{identity.fingerprint(data, now)}"


def void(data: Path, now: datetime) -> int:
    """End every token of this server; gives how many there were."""
    with files.locked(data):
        held = _load(data)
        _save(data, ())
    event_log.record(data, Kind.ADMISSIONS_ENDED, now, count=len(held))
    return len(held)


def is_good(data: Path, secret: str) -> bool:
    """Tell whether a secret is that of a token that was made here and not voided."""
    asked = _digest(secret)
    return any(hmac.compare_digest(asked, each) for each in _load(data))


def read(token: str) -> Parts | None:
    """Take a token apart; None where it is none."""
    secret, _, fingerprint = token.rpartition(".")
    is_whole = len(fingerprint) == hashlib.sha256().digest_size * 2 and secret != ""
    return Parts(secret, fingerprint) if is_whole else None


def _load(data: Path) -> tuple[str, ...]:
    content = files.read(data / FILE)
    if content is None:
        return ()
    try:
        return tuple(str(each) for each in json.loads(content)["tokens"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataDirectoryError(
            f"{data / FILE} is damaged and cannot be read: remove it, and make new tokens."
        ) from error


def _save(data: Path, digests: tuple[str, ...]) -> None:
    document = {"format": 1, "tokens": list(digests)}
    files.write(data / FILE, json.dumps(document, indent=1).encode() + b"\n")


def _digest(secret: str) -> str:
    # A random secret of 256 bits needs no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
