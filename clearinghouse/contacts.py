"""Callers' numbers: personal data, kept beside the audit so that it can be erased."""

import hashlib
import os
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from clearinghouse.tables import contacts, wrong_tries
from data_store import Prepared, PreparedInsert

_SALT_BYTES: Final = 16

_add = PreparedInsert(contacts, "request_id", "number", "salt", "at")
_of_request = Prepared(
    select(contacts.c.number)
    .where(contacts.c.request_id == bindparam("request"))
    .order_by(contacts.c.id)
)
_erase = delete(contacts).where(contacts.c.number == bindparam("caller"))
_erase_old = delete(contacts).where(contacts.c.at < bindparam("before"))
_erase_tries = delete(wrong_tries).where(
    wrong_tries.c.kind == "caller", wrong_tries.c.subject == bindparam("caller")
)


def record(connection: Connection, request_id: int, number: str, now: datetime) -> str:
    """Store who called about a request; gives the salted hash that may stand in the audit."""
    salt = os.urandom(_SALT_BYTES)
    _add.run(connection, {"request_id": request_id, "number": number, "salt": salt, "at": now})
    return fingerprint(salt, number)


def fingerprint(salt: bytes, number: str) -> str:
    """Hash a number. Once its row, and so the salt, is erased nobody can try numbers against it."""
    return hashlib.sha256(salt + number.encode()).hexdigest()


def of_request(connection: Connection, request_id: int) -> list[str]:
    """Read who called about a request, in the order of their first call."""
    rows = _of_request.all(connection, {"request": request_id})
    return list(dict.fromkeys(row.number for row in rows))


def erase(connection: Connection, number: str) -> int:
    """Erase a number everywhere in the register; gives how many contacts went."""
    connection.execute(_erase_tries, {"caller": number})
    return connection.execute(_erase, {"caller": number}).rowcount


def erase_before(connection: Connection, before: datetime) -> int:
    """Erase the numbers of older calls; gives how many contacts went."""
    return connection.execute(_erase_old, {"before": before}).rowcount
