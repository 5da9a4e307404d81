"""The audit: every change of the register as one entry of a signed hash chain."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, Row, bindparam, select, text, update

from clearinghouse import outbox
from clearinghouse.audit_examination import FIRST_HASH, SIGNING, End, Examination, Written, link
from clearinghouse.audit_findings import Finding
from clearinghouse.audit_keys import Signer
from clearinghouse.model import Actor
from clearinghouse.tables import audit_entries, audit_head
from data_store import Prepared, PreparedInsert, mark_durable

HIGHEST_NUMBER: Final = 2**31 - 1
OWN_END: Final = "the chain's end"
_SIGNER: Final = "clearinghouse_audit_signer"
_CHUNK: Final = 1000

_lock_head = Prepared(select(audit_head.c.number, audit_head.c.hash).with_for_update())
_read_head = select(audit_head.c.number, audit_head.c.hash)
# Both databases know this form; two processes may meet at an empty register.
_make_head = text(
    f"INSERT INTO {audit_head.name} (id, number, hash) VALUES (1, 0, '{FIRST_HASH}')"  # noqa: S608 -- constants
    " ON CONFLICT DO NOTHING"
)
_move_head = Prepared(
    update(audit_head).values(number=bindparam("new_number"), hash=bindparam("new_hash"))
)
_add = PreparedInsert(
    audit_entries,
    "number",
    "at",
    "product_id",
    "request_id",
    "body",
    "previous",
    "hash",
    "signature",
    "seal",
)
_all = select(audit_entries).order_by(audit_entries.c.number)
_stream = _all.execution_options(yield_per=_CHUNK)
_rows = (
    select(*(audit_entries.c[name] for name in Written._fields))
    .order_by(audit_entries.c.number)
    .execution_options(yield_per=_CHUNK)
)
_last = select(audit_entries.c.signature).order_by(audit_entries.c.number.desc()).limit(1)
_any_signed = select(audit_entries.c.number).where(audit_entries.c.signature.is_not(None)).limit(1)
_hash = select(audit_entries.c.hash).where(audit_entries.c.number == bindparam("number"))
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


def sign_with(engine: Engine, signer: Signer) -> None:
    """Sign what is appended over this engine's connections from now on."""
    engine.update_execution_options(**{_SIGNER: signer})


def signer_of(connection: Connection) -> Signer | None:
    """Give the key that signs what is appended over a connection; None where none does."""
    signer: Signer | None = connection.get_execution_options().get(_SIGNER)
    return signer


def lock(connection: Connection) -> tuple[int, str]:
    """Lock the chain until the transaction ends, and give the last entry's number and hash.

    Every change of the register starts with it: changes happen one after the other, and all of
    them take their locks in the same order. SQLite has one writer at a time anyway.
    """
    row = _lock_head.first(connection, {})
    if row is None:
        connection.execute(_make_head)
        row = _lock_head.first(connection, {})
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
    at = now.astimezone(UTC).isoformat(timespec="microseconds")
    body = _canonical(
        {
            "number": number,
            "at": at,
            "actor": {"kind": actor.kind, "name": actor.name},
            "action": action,
            "product_id": product_id,
            "request_id": request_id,
            "data": dict(data or {}),
        }
    )
    new_hash = link(previous, body)
    signer = signer_of(connection)
    _add.run(
        connection,
        {
            "number": number,
            "at": now,
            "product_id": product_id,
            "request_id": request_id,
            "body": body,
            "previous": previous,
            "hash": new_hash,
            "signature": None if signer is None else signer.sign(number, at, new_hash),
            "seal": None if signer is None else signer.seal(body),
        },
    )
    _move_head.run(connection, {"new_number": number, "new_hash": new_hash})
    outbox.note(
        connection,
        action,
        number=number,
        now=now,
        product_id=product_id,
        request_id=request_id,
        data=data or {},
    )


def is_unsigned(connection: Connection) -> bool:
    """Whether the register has entries, and none of them is signed."""
    last = connection.execute(_last).first()
    if last is None or last.signature is not None:
        return False
    return not is_signed(connection)


def is_signed(connection: Connection) -> bool:
    """Whether any entry is signed."""
    return connection.execute(_any_signed).first() is not None


def begin_signing(connection: Connection, actor: Actor, now: datetime) -> None:
    """Begin to sign a register whose entries have no signature; else this changes nothing.

    The entry that tells of it covers by its hash what was written before.
    """
    number, _ = lock(connection)
    if signer_of(connection) is not None and is_unsigned(connection):
        append(connection, SIGNING, actor=actor, now=now, data={"unsigned": number})


def examine(
    connection: Connection,
    *,
    ends: Sequence[End] = (),
    keys: Sequence[Ed25519PublicKey] | None = None,
) -> list[Finding]:
    """Walk the whole chain and give everything that is wrong with it.

    `ends`: what is known of the chain's end from elsewhere. `keys`: the public keys to believe;
    left out, that of the connection's signer.
    """
    signer = signer_of(connection)
    if keys is None:
        keys = () if signer is None else (signer.public_key,)
    head = connection.execute(_read_head).first()
    known = End(head.number, head.hash, OWN_END) if head else End(0, FIRST_HASH, OWN_END)
    examination = Examination(keys=keys, signer=signer, own=known, ends=ends)
    return examination.run(written(connection))


def verify(connection: Connection) -> Finding | None:
    """Walk the whole chain; None where it holds, else the first thing that is wrong with it."""
    return next(iter(examine(connection)), None)


def written(connection: Connection) -> Iterator[Written]:
    """Read the whole audit as it lies there, in the order of its numbers."""
    with connection.execute(_rows) as rows:
        for row in rows:
            yield Written(*row)


def is_empty(connection: Connection) -> bool:
    """Whether nothing was audited yet."""
    return connection.execute(_last).first() is None


def hash_of(connection: Connection, number: int) -> str | None:
    """Read an entry's hash; None where there is no such entry."""
    return connection.execute(_hash, {"number": number}).scalar()


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
