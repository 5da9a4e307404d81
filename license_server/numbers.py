"""Which table of numbers this server uses: the packaged one, or a newer signed one from a stick."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

import region_routing
from license_server import event_log, files
from license_server import state as states
from license_server.errors import CodeRefusedError
from region_routing import RoutingTable, RoutingTableError
from region_routing.signing import SignedTables, SignedTablesError, open_content, open_signed

FILE: Final = "numbers.zip"
KEY_FILE: Final = "numbers-key.pem"


class NumbersRefusedError(CodeRefusedError):
    """A table of numbers that is not taken; the one in use stays."""

    code = "numbers_refused"


def load(data: Path) -> RoutingTable:
    """Give the newer of the packaged table and the stored one; a damaged one is passed over."""
    packaged = region_routing.load()
    stored = _stored(data)
    return packaged if stored is None or stored.as_of < packaged.as_of else stored.table


def stamp(data: Path) -> tuple[int, int]:
    """Tell one stored table from another without reading it; changes whenever `load` may."""
    try:
        found = (data / FILE).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def update(data: Path, path: Path, now: datetime, *, key_pem: bytes | None = None) -> RoutingTable:
    """Take a signed table; raises NumbersRefusedError, then nothing is changed.

    With `key_pem` (Ed25519, PEM) that key is trusted from now on, once a table proves to be signed
    with it; without, the key that was given before.
    """
    states.load(data)
    key_pem = key_pem if key_pem is not None else files.read(data / KEY_FILE)
    if key_pem is None:
        raise NumbersRefusedError(
            "no_key",
            "This server does not know yet whose tables to trust: name the public key that came "
            "with the product by --key.",
        )
    key = _read_key(key_pem)
    try:
        found = open_signed(path, key)
    except SignedTablesError as error:
        raise NumbersRefusedError(error.why, str(error)) from error
    except RoutingTableError as error:
        raise NumbersRefusedError("damaged", f"{path} cannot be used:\n{error}") from error
    with files.locked(data):
        used = load(data).as_of
        if found.as_of < used:
            raise NumbersRefusedError(
                "older",
                f"{path} has the numbers as of {_day(found.as_of)}, but this server has those of "
                f"{_day(used)} already. Nothing was changed.",
            )
        files.write(data / KEY_FILE, key_pem)
        files.write(data / FILE, found.content)
    facts = {"as_of": found.as_of.isoformat(), "key": hashlib.sha256(key_pem).hexdigest()[:16]}
    event_log.record(data, event_log.Kind.NUMBERS_UPDATED, now, **facts)
    return found.table


def _stored(data: Path) -> SignedTables | None:
    content, key_pem = files.read(data / FILE), files.read(data / KEY_FILE)
    if content is None or key_pem is None:
        return None
    try:
        return open_content(content, _read_key(key_pem), FILE)
    except (SignedTablesError, RoutingTableError, NumbersRefusedError):
        return None


def _read_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NumbersRefusedError("no_key", "The key is no public key (PEM).") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NumbersRefusedError("no_key", "The key is no Ed25519 key: another signs the tables.")
    return key


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
