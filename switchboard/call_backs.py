"""Call-backs: the caller hangs up, the place stays, and the line calls when it is their turn.

A call-back is the caller's own call, whose row lives on: same place, same case, same log. Only the
network's name for it changes with every attempt.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from switchboard import representatives
from switchboard.calls import end, get, hold
from switchboard.events import EventKind, record
from switchboard.model import CALL_BACKS, WAITING, Call, CallState
from switchboard.queues import PROMISED
from switchboard.tables import calls

# How long to let pass after each attempt that nobody answered; after as many it is given up.
PAUSES: Final = (timedelta(minutes=5), timedelta(minutes=15))
MOST_ATTEMPTS: Final = len(PAUSES) + 1
# What a number may be called by this means, however many calls it comes with.
MOST_IN_A_DAY: Final = 6
A_DAY: Final = timedelta(days=1)
# A centre's next opening is looked for a fortnight ahead.
LONGEST_PROMISE: Final = timedelta(days=15)

_CALL = update(calls).where(calls.c.id == bindparam("id_"))
_ASK = _CALL.values(
    state=CallState.CALL_BACK,
    representative=None,
    offered_at=None,
    queued_at=bindparam("since"),
    not_before=bindparam("earliest"),
    priority=bindparam("new_priority"),
    centre=bindparam("new_centre"),
    language=bindparam("new_language"),
)
_PLACED = _CALL.values(call_sid=bindparam("sid"))
_MISSED = _CALL.values(
    state=CallState.CALL_BACK,
    representative=None,
    offered_at=None,
    not_before=bindparam("earliest"),
)
_OF_NUMBER = (calls.c.caller == bindparam("number"), calls.c.started_at > bindparam("since"))
_PENDING = (
    select(func.count())
    .select_from(calls)
    .where(
        *_OF_NUMBER,
        calls.c.id != bindparam("but"),
        calls.c.not_before.is_not(None),
        calls.c.state.in_(CALL_BACKS),
    )
)
_ATTEMPTS = select(func.coalesce(func.sum(calls.c.attempts), 0)).where(*_OF_NUMBER)
# Of a caller who has rung again. Rows that another holds are passed over, so nobody waits here who
# has been to the register.
_OF_REQUEST = (
    select(calls)
    .where(
        calls.c.state == CallState.CALL_BACK,
        calls.c.request_id == bindparam("request"),
        calls.c.id != bindparam("but"),
    )
    .order_by(calls.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_TAKE_PLACE = _CALL.values(queued_at=bindparam("since"))


def is_pending(conn: Connection, call: Call, now: datetime) -> bool:
    """Whether the caller's number is to be called back already, for another call."""
    given = {"number": call.caller, "since": now - LONGEST_PROMISE, "but": call.id}
    return bool(conn.execute(_PENDING, given).scalar_one())


def has_had_enough(conn: Connection, call: Call, now: datetime) -> bool:
    """Whether the caller's number was called so often that it is left in peace for a day."""
    given = {"number": call.caller, "since": now - A_DAY}
    return int(conn.execute(_ATTEMPTS, given).scalar_one()) >= MOST_IN_A_DAY


def ask(
    conn: Connection,
    call: Call,
    now: datetime,
    *,
    opens: datetime | None = None,
    by: tuple[str, str] | None = None,
) -> Call:
    """Keep the call's place, or take one, for a caller who hangs up now.

    `opens`: a promised time, at which it comes before those who wait. `by`: another centre that
    is to call, and its language. A call that somebody has answered meanwhile, or that has ended,
    stays as it is.
    """
    held = hold(conn, call.id)
    if held is None or held.state is CallState.ENDED or held.is_accompanied:
        return held or call
    who = held.representative
    if who is not None and representatives.release(conn, who, held.id, now):
        released = {"representative": who}
        record(conn, held.id, call.case_number, EventKind.REP_RELEASED, released, now)
    centre, language = by or (held.centre, held.language)
    waits = held.state in WAITING and held.queued_at is not None
    conn.execute(
        _ASK,
        {
            "id_": held.id,
            "since": held.queued_at if waits else now,
            "earliest": opens or now,
            "new_priority": held.priority if opens is None else PROMISED,
            "new_centre": centre,
            "new_language": language,
        },
    )
    data = {"centre": centre, "promised": opens is not None}
    record(conn, held.id, call.case_number, EventKind.CALL_BACK_ASKED, data, now)
    return get(conn, held.id) or call


def placed(conn: Connection, call_id: int, attempt: int, call_sid: str, now: datetime) -> Call:
    """The network calls: from now on this is its name for the call.

    Where that attempt is over already, which the network may tell first, nothing changes.
    """
    call = _require(conn, call_id)
    if not is_under_way(call, attempt) or call.call_sid == call_sid:
        return call
    conn.execute(_PLACED, {"id_": call_id, "sid": call_sid})
    data = {"attempt": attempt}
    record(conn, call_id, call.case_number, EventKind.CALL_BACK_PLACED, data, now)
    return _require(conn, call_id)


def missed(conn: Connection, call_id: int, now: datetime) -> Call:
    """The caller was not reached: the representative is free, and it is tried again later."""
    call = _require(conn, call_id)
    if call.state is not CallState.CALLING:
        return call
    if call.representative is not None:
        representatives.move(conn, call.representative, "not reached", now)
        released = {"representative": call.representative}
        record(conn, call_id, call.case_number, EventKind.REP_RELEASED, released, now)
    pause = PAUSES[min(call.attempts, len(PAUSES)) - 1]
    conn.execute(_MISSED, {"id_": call_id, "earliest": now + pause})
    data = {"attempt": call.attempts}
    record(conn, call_id, call.case_number, EventKind.CALL_BACK_MISSED, data, now)
    return _require(conn, call_id)


def is_under_way(call: Call, attempt: int) -> bool:
    """Whether this attempt to reach the caller is the one that goes on now."""
    return call.state is CallState.CALLING and call.attempts == attempt


def withdraw(conn: Connection, call: Call, now: datetime) -> None:
    """The caller has rung again for the same request: nobody needs to call back.

    A call that waits takes the place that was kept.
    """
    if call.request_id is None:
        return
    for row in conn.execute(_OF_REQUEST, {"request": call.request_id, "but": call.id}).all():
        end(conn, row.id, "called_again", now)
        if call.state in WAITING:
            conn.execute(_TAKE_PLACE, {"id_": call.id, "since": row.queued_at})


def _require(conn: Connection, call_id: int) -> Call:
    call = hold(conn, call_id)
    if call is None:
        raise LookupError(f"There is no call {call_id}.")
    return call
