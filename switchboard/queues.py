"""Who waits, who answers: one queue per support centre, rows that only one can take.

The network's own queue holds the caller and plays; the row decides. The longest waiting call goes
to the representative who is idle longest, of the same centre and with the caller's language, and
after a while to one of the centres that help out. Who hung up to be called back keeps the place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select, update

from switchboard import representatives
from switchboard.calls import from_row, get, hold
from switchboard.events import EventKind, record
from switchboard.model import (
    WAITING,
    Call,
    CallState,
    Offer,
    Overflow,
    Position,
    Presence,
    Representative,
    WorkState,
)
from switchboard.states import WrongWorkStateError
from switchboard.tables import calls
from switchboard.tables import representatives as people

# A place by what was promised or lost comes before one by waiting time.
URGENT = 50
FIRST_IN_LINE = 100
PROMISED = 200

_CALL = update(calls).where(calls.c.id == bindparam("id_"))
_ENQUEUE = _CALL.values(
    state=CallState.QUEUED,
    priority=bindparam("new_priority"),
    queued_at=bindparam("at"),
    offered_at=None,
    representative=None,
    not_before=None,
)
_OFFER = _CALL.values(
    state=CallState.RINGING, representative=bindparam("who"), offered_at=bindparam("at")
)
_ANSWER = _CALL.values(
    state=bindparam("new_state"), attempts=bindparam("new_attempts"), answered_at=bindparam("at")
)
_FIRST = _CALL.values(priority=FIRST_IN_LINE)
_ALONE = _CALL.values(representative=None)
_BACK = _CALL.values(state=bindparam("new_state"), representative=None, offered_at=None)
_MOVE = _CALL.values(centre=bindparam("new_centre"))
_IN_ORDER = (calls.c.priority.desc(), calls.c.queued_at, calls.c.id)
# A call-back that was promised for later is in nobody's way until then.
_IS_DUE = or_(calls.c.state != CallState.CALL_BACK, calls.c.not_before <= bindparam("now"))
# Rows that another holds at the moment are passed over: he deals with them. SQLite has one writer
# at a time, and SQLAlchemy leaves the clause out there.
_QUEUED = (
    select(calls)
    .where(calls.c.state.in_((CallState.QUEUED, CallState.CALL_BACK)), _IS_DUE)
    .order_by(*_IN_ORDER)
    .with_for_update(skip_locked=True, key_share=True)
)
_IDLE = (
    select(people)
    .where(people.c.presence == Presence.AVAILABLE, people.c.work_state == WorkState.IDLE)
    .order_by(people.c.since, people.c.name)
    .with_for_update(skip_locked=True, key_share=True)
)
_RINGING_SINCE = (
    select(calls)
    .where(calls.c.state == CallState.RINGING, calls.c.offered_at <= bindparam("limit"))
    .order_by(calls.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_PLACES = (
    select(calls.c.id)
    .where(calls.c.state.in_(WAITING), _IS_DUE, calls.c.centre == bindparam("at_centre"))
    .order_by(*_IN_ORDER)
)
_BY_CENTRE = (
    select(calls.c.centre, func.count(), func.min(calls.c.queued_at))
    .where(calls.c.state.in_(WAITING), _IS_DUE)
    .group_by(calls.c.centre)
)
_WAITING = select(func.count()).select_from(calls).where(calls.c.state.in_(WAITING), _IS_DUE)
_WAITING_AT = _WAITING.where(calls.c.centre == bindparam("at_centre"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait at a centre, and since when the one who has waited longest."""

    count: int
    since: datetime


class NotOffered(Exception):  # noqa: N818 -- somebody was faster, which is no error
    """The call does not ring here any more. The message says why, for the representative."""


def enqueue(
    conn: Connection, call: Call, now: datetime, *, first: bool = False, urgent: bool = False
) -> Call:
    """Take a place in the centre's queue, or the head of it (`first`: a representative was lost).

    `urgent` goes before those who only wait. Who waits already keeps waiting and ringing. Who was
    in conversation leaves it, and the representative wraps up. A call that has ended stays so.
    """
    held = hold(conn, call.id)
    if held is None or held.state is CallState.ENDED:
        return held or call
    if held.state in WAITING:
        if not first or held.priority >= FIRST_IN_LINE:
            return held
        conn.execute(_FIRST, {"id_": call.id})
    else:
        _leave(conn, held, now)
        least = FIRST_IN_LINE if first else URGENT if urgent else held.priority
        priority = max(held.priority, least)
        conn.execute(_ENQUEUE, {"id_": call.id, "new_priority": priority, "at": now})
    record(conn, call.id, call.case_number, EventKind.CALL_QUEUED, {"centre": held.centre}, now)
    return get(conn, call.id) or call


def move(conn: Connection, call_id: int, centre: str, now: datetime) -> Call:
    """Let a call wait at another centre, by its waiting time; one that rings stays."""
    call = hold(conn, call_id)
    if call is None:
        raise LookupError(f"There is no call {call_id}.")
    if call.state is not CallState.QUEUED:
        return call
    conn.execute(_MOVE, {"id_": call_id, "new_centre": centre})
    data = {"from": call.centre, "to": centre}
    record(conn, call_id, call.case_number, EventKind.CALL_MOVED, data, now)
    return replace(call, centre=centre)


def position(conn: Connection, call_id: int, now: datetime) -> Position:
    """The call's place among those that wait at its centre; place 0 where it doesn't wait."""
    call = get(conn, call_id)
    return Position(0, 0) if call is None else place_of(conn, call, now)


def place_of(conn: Connection, call: Call, now: datetime) -> Position:
    """The same for a call that was loaded just now."""
    if call.state not in WAITING:
        return Position(0, 0)
    ids = list(conn.execute(_PLACES, {"at_centre": call.centre, "now": now}).scalars())
    return Position(ids.index(call.id) + 1, len(ids)) if call.id in ids else Position(0, 0)


def waiting(conn: Connection, now: datetime, centre: str | None = None) -> int:
    """How many wait, at one centre or at all, on the line or to be called back now."""
    if centre is None:
        return int(conn.execute(_WAITING, {"now": now}).scalar_one())
    return int(conn.execute(_WAITING_AT, {"at_centre": centre, "now": now}).scalar_one())


def waiting_by_centre(conn: Connection, now: datetime) -> dict[str, Waiting]:
    """Who waits, by centre; a centre where nobody does is left out."""
    return {centre: Waiting(*found) for centre, *found in conn.execute(_BY_CENTRE, {"now": now})}


def offer(conn: Connection, now: datetime, overflow: Overflow | None = None) -> list[Offer]:
    """Let waiting calls ring at idle representatives, as many as fit."""
    queued = conn.execute(_QUEUED, {"now": now}).all()
    if not queued:
        return []
    idle = [representatives.from_row(row) for row in conn.execute(_IDLE)]
    offers: list[Offer] = []
    for row in queued:
        centres = _centres(row.centre, (now - row.queued_at).total_seconds(), overflow or {})
        who = _longest_idle(idle, centres, row.language)
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
    """Take a call that rings here. Raises `NotOffered` where it rings no more.

    A call-back is not in conversation yet: its caller is to be called now.
    """
    call = _ringing_at(conn, representative, call_id)
    representatives.move(conn, representative, "answered", now, call_id=call_id)
    state, attempts = CallState.TALKING, call.attempts
    if call.is_call_back:
        state, attempts = CallState.CALLING, attempts + 1
    conn.execute(_ANSWER, {"id_": call_id, "new_state": state, "new_attempts": attempts, "at": now})
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
    for row in conn.execute(_RINGING_SINCE, {"limit": limit}).all():
        call = from_row(row)
        if call.representative is not None:
            _miss(conn, call, now)
            missed.append(Offer(call.id, call.representative))
    return missed


def requeue(conn: Connection, representative: str, call_id: int, now: datetime) -> Call | None:
    """The representative was lost, not the caller, who is first in line now.

    A caller who is keying something, or is being called, goes on with that, and is queued when
    it is done.
    """
    call = hold(conn, call_id)
    if call is None or call.representative != representative or call.state is CallState.ENDED:
        return None
    try:
        representatives.move(conn, representative, "lost", now)
    except WrongWorkStateError:
        return None
    data = {"representative": representative}
    record(conn, call_id, call.case_number, EventKind.REP_RELEASED, data, now)
    if call.state in {CallState.KEYING, CallState.CALLING}:
        conn.execute(_ALONE, {"id_": call_id})
        return get(conn, call_id)
    return enqueue(conn, call, now, first=True)


def let_go(conn: Connection, call: Call, now: datetime) -> None:
    """The caller is done with the representative, who wraps up, and stays with the line."""
    _leave(conn, call, now)
    conn.execute(_ALONE, {"id_": call.id})


def _leave(conn: Connection, call: Call, now: datetime) -> None:
    who = call.representative
    if who is not None and representatives.release(conn, who, call.id, now):
        data = {"representative": who}
        record(conn, call.id, call.case_number, EventKind.REP_RELEASED, data, now)


def _miss(conn: Connection, call: Call, now: datetime) -> None:
    who = str(call.representative)
    state = CallState.CALL_BACK if call.is_call_back else CallState.QUEUED
    conn.execute(_BACK, {"id_": call.id, "new_state": state})
    representatives.move(conn, who, "missed", now)
    data = {"representative": who}
    record(conn, call.id, call.case_number, EventKind.REP_NOT_RESPONDING, data, now)


def _ringing_at(conn: Connection, representative: str, call_id: int) -> Call:
    # Held: the caller may hang up, or the ringing time out, at this moment.
    call = hold(conn, call_id)
    if call is None or call.state is CallState.ENDED:
        raise NotOffered("The caller has hung up.")
    if call.state is not CallState.RINGING or call.representative != representative:
        raise NotOffered("This call does not ring here any more.")
    return call


def _centres(own: str, waited: float, overflow: Overflow) -> tuple[str, ...]:
    """The centres that may take a call by now, its own first."""
    return (own, *(each.centre for each in overflow.get(own, ()) if waited >= each.after))


def _longest_idle(
    idle: Sequence[Representative], centres: Sequence[str], language: str
) -> Representative | None:
    """Whoever can serve the call and is idle longest, of the first centre that has somebody."""
    fitting = (
        who
        for centre in centres
        for who in idle
        if centre in who.centres and language in who.languages
    )
    return next(fitting, None)
