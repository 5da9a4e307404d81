"""Who waits, who answers: one queue per support centre, rows that only one can take.

The network's own queue holds the caller and plays; the row decides. The longest waiting call goes
to the representative who is idle longest, of the same centre and with the caller's language.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from switchboard import representatives
from switchboard.calls import get
from switchboard.events import EventKind, record
from switchboard.model import (
    WAITING,
    Call,
    CallState,
    Offer,
    Position,
    Presence,
    Representative,
    WorkState,
)
from switchboard.states import WrongWorkStateError
from switchboard.tables import calls
from switchboard.tables import representatives as people

FIRST_IN_LINE = 100

_CALL = update(calls).where(calls.c.id == bindparam("id_"))
_ENQUEUE = _CALL.values(
    state=CallState.QUEUED,
    priority=bindparam("new_priority"),
    queued_at=bindparam("at"),
    offered_at=None,
    representative=None,
)
_PRIORITY = _CALL.values(priority=bindparam("new_priority"))
_OFFER = _CALL.values(
    state=CallState.RINGING, representative=bindparam("who"), offered_at=bindparam("at")
)
_ANSWER = _CALL.values(state=CallState.TALKING, answered_at=bindparam("at"))
_ALONE = _CALL.values(representative=None)
_BACK = _CALL.values(state=CallState.QUEUED, representative=None, offered_at=None)
_IN_ORDER = (calls.c.priority.desc(), calls.c.queued_at, calls.c.id)
_QUEUED = select(calls).where(calls.c.state == CallState.QUEUED).order_by(*_IN_ORDER)
_IDLE = (
    select(people)
    .where(people.c.presence == Presence.AVAILABLE, people.c.work_state == WorkState.IDLE)
    .order_by(people.c.since, people.c.name)
)
_RINGING_SINCE = select(calls).where(
    calls.c.state == CallState.RINGING, calls.c.offered_at <= bindparam("limit")
)


class NotOffered(Exception):  # noqa: N818 -- somebody was faster, which is no error
    """The call does not ring here any more. The message says why, for the representative."""


def enqueue(conn: Connection, call: Call, now: datetime, *, first: bool = False) -> Call:
    """Take a place in the centre's queue. Who waits already keeps the place.

    `first` puts a caller who lost a representative at the head.
    """
    held = get(conn, call.id)
    if held is None:
        return call
    priority = FIRST_IN_LINE if first else held.priority
    if held.state in WAITING:
        if priority == held.priority:
            return held
        conn.execute(_PRIORITY, {"id_": call.id, "new_priority": priority})
        return get(conn, call.id) or held
    conn.execute(_ENQUEUE, {"id_": call.id, "new_priority": priority, "at": now})
    record(conn, call.id, call.case_number, EventKind.CALL_QUEUED, {"centre": call.centre}, now)
    return get(conn, call.id) or call


def position(conn: Connection, call_id: int) -> Position:
    """The call's place among those that wait at its centre; place 0 where it doesn't wait."""
    call = get(conn, call_id)
    if call is None or call.state not in WAITING:
        return Position(0, 0)
    waiting = conn.execute(
        select(calls.c.id)
        .where(calls.c.state.in_(WAITING), calls.c.centre == call.centre)
        .order_by(*_IN_ORDER)
    ).scalars()
    ids = list(waiting)
    return Position(ids.index(call_id) + 1, len(ids))


def waiting(conn: Connection, centre: str | None = None) -> int:
    """How many wait, at one centre or at all."""
    query = select(func.count()).select_from(calls).where(calls.c.state.in_(WAITING))
    if centre is not None:
        query = query.where(calls.c.centre == centre)
    return int(conn.execute(query).scalar_one())


def offer(conn: Connection, now: datetime) -> list[Offer]:
    """Let waiting calls ring at idle representatives, as many as fit."""
    queued = conn.execute(_locking(conn, _QUEUED)).all()
    if not queued:
        return []
    idle = [representatives.from_row(row) for row in conn.execute(_locking(conn, _IDLE))]
    offers: list[Offer] = []
    for row in queued:
        who = next((person for person in idle if _fits(person, row.centre, row.language)), None)
        if who is None:
            continue
        idle.remove(who)
        conn.execute(_OFFER, {"id_": row.id, "who": who.name, "at": now})
        representatives.move(conn, who.name, "offered", now, call_id=row.id)
        data = {"representative": who.name}
        record(conn, row.id, row.case_number, EventKind.REP_OFFERED, data, now)
        offers.append(Offer(row.id, who.name))
    return offers


def answer(conn: Connection, representative: str, call_id: int, now: datetime) -> Call:
    """Take a call that rings here. Raises `NotOffered` where it rings no more."""
    call = _ringing_at(conn, representative, call_id)
    representatives.move(conn, representative, "answered", now, call_id=call_id)
    conn.execute(_ANSWER, {"id_": call_id, "at": now})
    data = {"representative": representative}
    record(conn, call_id, call.case_number, EventKind.REP_ASSIGNED, data, now)
    return get(conn, call_id) or call


def decline(conn: Connection, representative: str, call_id: int, now: datetime) -> None:
    """Don't take it: the caller keeps the place, the representative is not responding."""
    call = _ringing_at(conn, representative, call_id)
    _miss(conn, call, now)


def expire_offers(conn: Connection, now: datetime, ring_seconds: float) -> list[Offer]:
    """Take calls back that rang too long."""
    limit = now - timedelta(seconds=ring_seconds)
    missed: list[Offer] = []
    for row in conn.execute(_locking(conn, _RINGING_SINCE), {"limit": limit}).all():
        call = get(conn, row.id)
        if call is not None and call.representative is not None:
            _miss(conn, call, now)
            missed.append(Offer(call.id, call.representative))
    return missed


def requeue(conn: Connection, representative: str, call_id: int, now: datetime) -> Call | None:
    """The representative was lost, not the caller, who is first in line now.

    A caller who is keying something goes on with that, and is queued when it is done.
    """
    call = get(conn, call_id)
    if call is None or call.representative != representative or call.state is CallState.ENDED:
        return None
    try:
        representatives.move(conn, representative, "lost", now)
    except WrongWorkStateError:
        return None
    data = {"representative": representative}
    record(conn, call_id, call.case_number, EventKind.REP_RELEASED, data, now)
    if call.state is CallState.KEYING:
        conn.execute(_ALONE, {"id_": call_id})
        return get(conn, call_id)
    return enqueue(conn, call, now, first=True)


def _miss(conn: Connection, call: Call, now: datetime) -> None:
    who = str(call.representative)
    conn.execute(_BACK, {"id_": call.id})
    representatives.move(conn, who, "missed", now)
    data = {"representative": who}
    record(conn, call.id, call.case_number, EventKind.REP_NOT_RESPONDING, data, now)


def _ringing_at(conn: Connection, representative: str, call_id: int) -> Call:
    # The row is held first: the caller may hang up, or the ringing time out, at this moment.
    conn.execute(_locking(conn, select(calls.c.id).where(calls.c.id == call_id), skip=False))
    call = get(conn, call_id)
    if call is None or call.state is CallState.ENDED:
        raise NotOffered("The caller has hung up.")
    if call.state is not CallState.RINGING or call.representative != representative:
        raise NotOffered("This call does not ring here any more.")
    return call


def _fits(who: Representative, centre: str, language: str) -> bool:
    return centre in who.centres and language in who.languages


def _locking(conn: Connection, query: Select[Any], *, skip: bool = True) -> Select[Any]:
    """Hold the rows until the commit. SQLite has one writer at a time, so it needs nothing."""
    if conn.dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=skip)
