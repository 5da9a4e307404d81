"""The event log: everything that happens in a call is one row, and no row is ever changed.

Console, wallboard, scores and reports read it. Codes never stand in it, only which group of which
code was keyed, whether it was good, and how many digits it took.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from data_store import PreparedInsert
from switchboard.tables import events


class EventKind(StrEnum):
    """What can happen in a call."""

    CALL_STARTED = "call.started"
    PROMPT_SPOKEN = "prompt.spoken"
    DIGITS_KEYED = "digits.keyed"
    CASE_OPENED = "case.opened"
    REASON_CHOSEN = "reason.chosen"
    CALL_QUEUED = "call.queued"
    CALL_REQUEUED = "call.requeued"
    REP_OFFERED = "rep.offered"
    REP_ASSIGNED = "rep.assigned"
    REP_NOT_RESPONDING = "rep.not_responding"
    REP_RELEASED = "rep.released"
    CALLER_CONNECTED = "caller.connected"
    REQUEST_CHECKED = "request.checked"
    REQUEST_REFUSED = "request.refused"
    ID_ISSUED = "id.issued"
    GROUP_READ = "group.read"
    ID_READ = "id.read"
    CLOSING_CODE_ASKED = "closing_code.asked"
    ID_CONFIRMED = "id.confirmed"
    SERVER_DEACTIVATED = "server.deactivated"
    CALL_ENDED = "call.ended"
    CALL_WRAPPED_UP = "call.wrapped_up"
    TELEPHONY_FAILED = "telephony.failed"
    CALL_RESUMED = "call.resumed"
    COUNTRY_CHANGED = "country.changed"
    LANGUAGE_CHANGED = "language.changed"
    CALL_BACK_ASKED = "call_back.asked"
    CALL_BACK_REFUSED = "call_back.refused"
    CALL_BACK_PLACED = "call_back.placed"
    CALL_BACK_ANSWERED = "call_back.answered"
    CALL_BACK_MISSED = "call_back.missed"
    CALL_BACK_GIVEN_UP = "call_back.given_up"
    CALL_MOVED = "call.moved"
    PACK_INSTALLED = "pack.installed"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is not yet written; `data` holds small values, never a code."""

    kind: EventKind
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the log. Ids grow with time; `switchboard.live` says what else they promise."""

    id: int
    call_id: int
    case_number: str | None
    at: datetime
    kind: EventKind
    data: Mapping[str, Any]


_INSERT = PreparedInsert(events, "call_id", "case_number", "at", "kind", "data")
_SINCE = (
    select(events)
    .where(events.c.id > bindparam("last_id"))
    .order_by(events.c.id)
    .limit(bindparam("most"))
)
_OF_CALL = select(events).where(events.c.call_id == bindparam("call_id")).order_by(events.c.id)
_OF_KINDS = _OF_CALL.where(events.c.kind.in_(bindparam("kinds", expanding=True)))
_LAST_ID = select(func.coalesce(func.max(events.c.id), 0))


def record(
    conn: Connection,
    call_id: int,
    case_number: str | None,
    kind: EventKind,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write one event."""
    record_all(conn, call_id, case_number, (NewEvent(kind, data),), now)


def record_all(
    conn: Connection,
    call_id: int,
    case_number: str | None,
    happened: Sequence[NewEvent],
    now: datetime,
) -> None:
    """Write what happened at one moment, in order, by one statement."""
    if happened:
        rows = [
            {
                "call_id": call_id,
                "case_number": case_number,
                "at": now,
                "kind": event.kind.value,  # a plain text: the driver converts any other slowly
                "data": event.data,
            }
            for event in happened
        ]
        _INSERT.run_all(conn, rows)


def since(conn: Connection, last_id: int, limit: int = 500) -> list[Event]:
    """What happened after an event, oldest first.

    On PostgreSQL an earlier id may become visible after a later one; see `switchboard.live`.
    """
    return [_event(row) for row in conn.execute(_SINCE, {"last_id": last_id, "most": limit})]


def of_call(
    conn: Connection, call_id: int, kinds: Collection[EventKind] | None = None
) -> list[Event]:
    """Everything that happened in a call, or all of these kinds, oldest first."""
    if kinds is None:
        return [_event(row) for row in conn.execute(_OF_CALL, {"call_id": call_id})]
    wanted = {"call_id": call_id, "kinds": [kind.value for kind in kinds]}
    return [_event(row) for row in conn.execute(_OF_KINDS, wanted)]


def last_id(conn: Connection) -> int:
    """The id of the newest event; 0 where nothing has happened yet."""
    return int(conn.execute(_LAST_ID).scalar_one())


def _event(row: Any) -> Event:  # noqa: ANN401 -- a row is as wide as the statement
    return Event(row.id, row.call_id, row.case_number, row.at, EventKind(row.kind), row.data)
