"""The audit: every change of the register as one entry of a hash chain."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from clearinghouse.model import Actor
from clearinghouse.tables import audit_entries, audit_head
from data_store import mark_durable

FIRST_HASH: Final = "0" * 64
HIGHEST_NUMBER: Final = 2**31 - 1
_CHUNK: Final = 1000

_lock_head = select(audit_head.c.number, audit_head.c.hash).with_for_update()
_read_head = select(audit_head.c.number, audit_head.c.hash)
# Both databases know this form; two processes may meet at an empty register.
_make_head = text(
    f"INSERT INTO {audit_head.name} (id, number, hash) VALUES (1, 0, '{FIRST_HASH}')"  # noqa: S608 -- constants
    " ON CONFLICT DO NOTHING"
)
_move_head = update(audit_head).values(number=bindparam("new_number"), hash=bindparam("new_hash"))
_add = insert(audit_entries)
_all = select(audit_entries).order_by(audit_entries.c.number)
_stream = _all.execution_options(yield_per=_CHUNK)
_of_request = _all.where(audit_entries.c.request_id == bindparam("request"))
_of_product = (
    select(audit_entries)
    .where(
        audit_entries.c.product_id == bindparam("product"),
        audit_entries.c.number < bindparam("before"),
    )
    .order_by(audit_entries.c.number.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the audit."""

    number: int
    at: datetime
    actor: Actor
    action: str
    product_id: str | None
    request_id: int | None
    data: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that doesn't fit into the chain, and why."""

    number: int
    problem: str


def lock(connection: Connection) -> tuple[int, str]:
    """Lock the chain until the transaction ends, and give the last entry's number and hash.

    Every change of the register starts with it: changes happen one after the other, and all of
    them take their locks in the same order. SQLite has one writer at a time anyway.
    """
    row = connection.execute(_lock_head).first()
    if row is None:
        connection.execute(_make_head)
        row = connection.execute(_lock_head).one()
    return row.number, row.hash


def append(
    connection: Connection,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    product_id: str | None = None,
    request_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry to the chain, in the transaction of the change that it tells of.

    The transaction becomes a durable one: what is audited must survive a power cut.
    """
    mark_durable(connection)
    number, previous = lock(connection)
    number += 1
    body = _canonical(
        {
            "number": number,
            "at": now.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": {"kind": actor.kind, "name": actor.name},
            "action": action,
            "product_id": product_id,
            "request_id": request_id,
            "data": dict(data or {}),
        }
    )
    new_hash = _link(previous, body)
    connection.execute(
        _add,
        {
            "number": number,
            "at": now,
            "product_id": product_id,
            "request_id": request_id,
            "body": body,
            "previous": previous,
            "hash": new_hash,
        },
    )
    connection.execute(_move_head, {"new_number": number, "new_hash": new_hash})


def verify(connection: Connection) -> Broken | None:
    """Walk the whole chain; None where it holds, else the first broken entry."""
    expected, previous = 1, FIRST_HASH
    with connection.execute(_stream) as rows:
        for row in rows:
            problem = _problem(row, expected, previous)
            if problem is not None:
                return Broken(min(expected, row.number), problem)
            expected, previous = expected + 1, row.hash
    head = connection.execute(_read_head).first()
    last = (head.number, head.hash) if head is not None else (0, FIRST_HASH)
    if last != (expected - 1, previous):
        missing = last[0] >= expected
        return Broken(
            expected if missing else expected - 1,
            "it is missing" if missing else "the chain's end doesn't know it",
        )
    return None


def of_request(connection: Connection, request_id: int) -> list[Entry]:
    """Read what happened to a request, oldest first."""
    return [_entry(row) for row in connection.execute(_of_request, {"request": request_id})]


def of_product(
    connection: Connection, product_id: str, limit: int, before: int = HIGHEST_NUMBER
) -> list[Entry]:
    """Read what happened to a product and its requests, newest first, below a number."""
    values = {"product": product_id, "limit": limit, "before": before}
    rows = connection.execute(_of_product, values)
    return [_entry(row) for row in rows]


def entries(connection: Connection) -> Iterator[Entry]:
    """Read the whole audit, oldest first, for an export."""
    with connection.execute(_stream) as rows:
        for row in rows:
            yield _entry(row)


def _canonical(value: object) -> str:
    """Write JSON in exactly one way: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _link(previous: str, body: str) -> str:
    return hashlib.sha256(f"{previous}|{body}".encode("ascii")).hexdigest()


def _problem(row: Row[Any], expected: int, previous: str) -> str | None:
    """Say what is wrong with an entry at its place."""
    if row.number != expected:
        return "it is missing" if row.number > expected else "it was added"
    if row.previous != previous:
        return "it doesn't follow the entry before it"
    if not row.body.isascii() or _link(row.previous, row.body) != row.hash:
        return "it was changed"
    body = json.loads(row.body)
    told = (body["number"], body["at"], body["product_id"], body["request_id"])
    at = row.at.isoformat(timespec="microseconds")
    if told != (row.number, at, row.product_id, row.request_id):
        return "it was changed or moved"
    return None


def _entry(row: Row[Any]) -> Entry:
    body = json.loads(row.body)
    return Entry(
        number=row.number,
        at=row.at,
        actor=Actor(**body["actor"]),
        action=body["action"],
        product_id=row.product_id,
        request_id=row.request_id,
        data=body["data"],
        hash=row.hash,
    )
