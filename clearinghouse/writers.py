"""Who asked in writing: personal data, kept beside the audit so that it can be erased."""

from collections.abc import Iterable
from dataclasses import asdict, astuple, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select

from clearinghouse.asked import Contact
from clearinghouse.certificate_tables import writers

_W = writers.c
_add = insert(writers)
_of_request = select(writers).where(_W.request_id == bindparam("request")).order_by(_W.id)
_is_theirs = or_(_W.phone == bindparam("address"), _W.email == bindparam("address"))
_of_address = select(writers).where(_is_theirs).order_by(_W.id)
_erase = delete(writers).where(_is_theirs)
_erase_old = delete(writers).where(_W.at < bindparam("before"))


def record(
    connection: Connection,
    contact: Contact,
    now: datetime,
    *,
    request_id: int | None = None,
    permission_id: int | None = None,
) -> None:
    """Store who asked, unless nothing was said or the same was said before."""
    if not any(astuple(contact)):
        return
    if request_id is not None and contact in of_request(connection, request_id):
        return
    values = {"request_id": request_id, "permission_id": permission_id, "at": now}
    connection.execute(_add, {**asdict(contact), **values})


def of_request(connection: Connection, request_id: int) -> list[Contact]:
    """Read who asked in writing about a request, in order."""
    return _contacts(connection.execute(_of_request, {"request": request_id}))


def of_address(connection: Connection, address: str) -> list[Contact]:
    """Read what somebody with this telephone number or e-mail address has written, in order."""
    return _contacts(connection.execute(_of_address, {"address": address}))


def _contacts(rows: Iterable[Row[Any]]) -> list[Contact]:
    names = [field.name for field in fields(Contact)]
    return [Contact(**{name: getattr(row, name) for name in names}) for row in rows]


def erase(connection: Connection, address: str) -> int:
    """Erase everybody with this telephone number or e-mail address; gives how many went."""
    return connection.execute(_erase, {"address": address}).rowcount


def erase_before(connection: Connection, before: datetime) -> int:
    """Erase who asked before a moment; gives how many went."""
    return connection.execute(_erase_old, {"before": before}).rowcount
