"""The outbox: what webhooks have to be told, written in the transaction in which it happened.

A message is delivered at least once: whoever receives it knows it again by its id.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from clearinghouse.outbox_tables import outbox, webhooks
from clearinghouse.tables import requests

EVENTS: Final[Mapping[str, str]] = {
    "id.issued": "id.issued",
    "id.confirmed": "id.confirmed",
    "request.denied": "request.refused",  # by a person
    "request.refused": "request.refused",  # by policy or register: no change, so not audited
    "product.key_replaced": "product.key_replaced",
}
"""Which acts webhooks are told of, and the type that the message has."""
TEST: Final = "webhook.test"
BACKOFF: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after each failed attempt; after the last one the message is given up."""
LEASE: Final = timedelta(minutes=2)
"""For so long an attempt is one process's own; whoever dies in it leaves it to another."""

_O = outbox.c
_listeners = select(webhooks.c.id, webhooks.c.events)
_case = select(requests.c.case_number).where(requests.c.id == bindparam("request"))
_add = insert(outbox).returning(_O.id)
_messages = select(outbox, webhooks.c.url, webhooks.c.secret).join_from(
    outbox, webhooks, _O.webhook_id == webhooks.c.id
)
_by_id = _messages.where(_O.id == bindparam("message"))
_due = (
    _messages.where(_O.next_try_at <= bindparam("now"))
    .order_by(_O.next_try_at, _O.id)
    .limit(bindparam("limit"))
)
_claim = (
    update(outbox)
    .where(_O.id == bindparam("message"), _O.attempts == bindparam("seen"))
    .values(attempts=_O.attempts + 1, next_try_at=bindparam("until"))
)
_settle = (
    update(outbox)
    .where(_O.id == bindparam("message"))
    .values(
        next_try_at=bindparam("again"),
        delivered_at=bindparam("delivered"),
        outcome=bindparam("said"),
    )
)
_is_done_before = (_O.next_try_at.is_(None), _O.made_at < bindparam("before"))
_done_before = select(_O.id).where(*_is_done_before).limit(1)
_forget = delete(outbox).where(*_is_done_before)


@dataclass(frozen=True, slots=True)
class Message:
    """What one webhook is to be told; `secret` is as stored, encrypted."""

    id: int
    message_id: str
    webhook_id: int
    url: str
    secret: bytes
    body: str
    attempts: int


def note(
    connection: Connection,
    action: str,
    *,
    number: int | None,
    now: datetime,
    product_id: str | None,
    request_id: int | None,
    data: Mapping[str, Any],
) -> None:
    """Note an act for every webhook that listens; `number` is its entry's in the audit."""
    event = EVENTS.get(action)
    if event is None:
        return
    listening = [row.id for row in connection.execute(_listeners) if event in row.events]
    if not listening:
        return
    case = None
    if request_id is not None:
        case = connection.execute(_case, {"request": request_id}).scalar()
    told = {"audit_number": number, "product_id": product_id, "case_number": case, **data}
    for webhook_id in listening:
        put(connection, webhook_id, event, told, now)


def put(
    connection: Connection, webhook_id: int, event: str, data: Mapping[str, Any], now: datetime
) -> int:
    """Put one message for one webhook into the outbox; gives its id there."""
    at = now.astimezone(UTC).isoformat(timespec="microseconds")
    body = json.dumps({"type": event, "timestamp": at, "data": dict(data)}, sort_keys=True)
    values = {
        "webhook_id": webhook_id,
        "message_id": f"msg_{secrets.token_hex(16)}",
        "body": body,
        "made_at": now,
        "attempts": 0,
        "next_try_at": now,
        "outcome": "",
    }
    return int(connection.execute(_add, values).scalar_one())


def due(connection: Connection, now: datetime, limit: int) -> list[Message]:
    """Read what is to be delivered now, the longest due first."""
    rows = connection.execute(_due, {"now": now, "limit": limit})
    return [_message(row) for row in rows]


def by_id(connection: Connection, message_id: int) -> Message:
    """Read one message by its id in the outbox."""
    return _message(connection.execute(_by_id, {"message": message_id}).one())


def claim(connection: Connection, message: Message, now: datetime) -> bool:
    """Take a message for an attempt; False where another process was first."""
    values = {"message": message.id, "seen": message.attempts, "until": now + LEASE}
    return bool(connection.execute(_claim, values).rowcount)


def settle(
    connection: Connection, message: Message, *, delivered: bool, outcome: str, now: datetime
) -> None:
    """Note how the attempt went; a failed one comes again later, unless it was the last."""
    again = None
    if not delivered and message.attempts < len(BACKOFF):
        again = now + BACKOFF[message.attempts]
    values = {"again": again, "delivered": now if delivered else None, "said": outcome}
    connection.execute(_settle, {"message": message.id, **values})


def has_done_before(connection: Connection, before: datetime) -> bool:
    """Whether anything is there to forget; a look, where deleting would lock."""
    return connection.execute(_done_before, {"before": before}).first() is not None


def forget(connection: Connection, before: datetime) -> int:
    """Delete what was delivered or given up and is older than a moment; gives how many."""
    return connection.execute(_forget, {"before": before}).rowcount


def _message(row: Row[Any]) -> Message:
    return Message(
        row.id, row.message_id, row.webhook_id, row.url, row.secret, row.body, row.attempts
    )
