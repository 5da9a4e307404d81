"""Calls as rows: started, loaded and saved by each turn, ended once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from data_store import Prepared
from switchboard import representatives
from switchboard.events import EventKind, NewEvent, record_all
from switchboard.model import Call, CallState
from switchboard.tables import calls

# Held against other changes, not against new events, which only refer to the row. SQLite has one
# writer at a time, and SQLAlchemy leaves the clause out there.
_LOAD = Prepared(
    select(calls).where(calls.c.call_sid == bindparam("sid")).with_for_update(key_share=True)
)
_GET = select(calls).where(calls.c.id == bindparam("id_"))
_HOLD = Prepared(_GET.with_for_update(key_share=True))
# By the states that it may have, so that the index finds them among all that have ended.
_LIVE = (
    select(calls)
    .where(calls.c.state.in_([state for state in CallState if state is not CallState.ENDED]))
    .order_by(calls.c.id)
)
_RECENT = select(calls).order_by(calls.c.id.desc()).limit(bindparam("most"))
# What a turn may change. Who talks to whom is changed by queues and representatives alone.
_TURN = ("state", "snapshot", "shared", "request_id", "case_number", "last_token", "last_answer")
_SAVE = Prepared(
    update(calls)
    .where(calls.c.id == bindparam("id_"))
    .values({name: bindparam(f"new_{name}") for name in _TURN})
)
# A turn that only moves on inside the flow touches no index.
_KEPT = ("snapshot", "last_token", "last_answer")
_KEEP = Prepared(
    update(calls)
    .where(calls.c.id == bindparam("id_"))
    .values({name: bindparam(f"new_{name}") for name in _KEPT})
)
_END = Prepared(
    update(calls)
    .where(calls.c.id == bindparam("id_"))
    .values(
        state=CallState.ENDED.value,
        ended_at=bindparam("at"),
        ended_by=bindparam("by"),
        # A call that is over takes no further requests: nothing has to be repeated.
        last_token=None,
        last_answer=None,
    )
)
_FIRST_PRIORITY = 0
_ENDED = (
    select(calls)
    .where(calls.c.state == CallState.ENDED, calls.c.ended_at > bindparam("since"))
    .order_by(calls.c.ended_at.desc(), calls.c.id.desc())
    .limit(bindparam("most"))
)
_ENDED_OF_CALLER = _ENDED.where(calls.c.caller == bindparam("number"))
_ENDED_OF_CASE = _ENDED.where(calls.c.case_number == bindparam("case_"))
_REDIRECT = (
    update(calls)
    .where(calls.c.id == bindparam("id_"))
    .values(
        region=bindparam("to_region"),
        centre=bindparam("to_centre"),
        language=bindparam("to_language"),
    )
)


def start(  # noqa: PLR0913 -- what is known of a call when it comes
    conn: Connection,
    *,
    call_sid: str,
    line: str,
    region: str,
    centre: str,
    language: str,
    caller: str,
    snapshot: str,
    now: datetime,
    events: Sequence[NewEvent] = (),
) -> Call:
    """Begin a call's row. One that the network announces twice is begun once."""
    insert = sqlite_insert if conn.dialect.name == "sqlite" else postgresql_insert
    begun = conn.execute(
        insert(calls)
        .values(
            call_sid=call_sid,
            line=line,
            region=region,
            centre=centre,
            language=language,
            caller=caller,
            state=CallState.IN_LINE,
            snapshot=snapshot,
            priority=_FIRST_PRIORITY,
            started_at=now,
        )
        .on_conflict_do_nothing()
        .returning(calls.c.id)
    ).first()
    call = load(conn, call_sid)
    if call is None:  # pragma: no cover -- it was begun just now, in this transaction
        raise LookupError(call_sid)
    if begun is not None:
        data = {"line": line, "region": region, "language": language}
        first = NewEvent(EventKind.CALL_STARTED, data)
        record_all(conn, call.id, None, (first, *events), now)
    return call


def load(conn: Connection, call_sid: str) -> Call | None:
    """The call by the network's name for it, held until the commit: a turn will save it."""
    row = _LOAD.first(conn, {"sid": call_sid})
    return None if row is None else from_row(row)


def get(conn: Connection, call_id: int) -> Call | None:
    """The call by its row's id, to be looked at; who means to change it uses `hold`."""
    row = conn.execute(_GET, {"id_": call_id}).first()
    return None if row is None else from_row(row)


def hold(conn: Connection, call_id: int) -> Call | None:
    """The call by its row's id, held until the commit.

    Whoever changes a call holds it first, and a representative's row only after it: so nobody
    decides by what another is changing, and no two wait for each other.
    """
    row = _HOLD.first(conn, {"id_": call_id})
    return None if row is None else from_row(row)


def live(conn: Connection) -> list[Call]:
    """All calls that have not ended, oldest first."""
    return [from_row(row) for row in conn.execute(_LIVE)]


def recent(conn: Connection, limit: int) -> list[Call]:
    """The newest calls, newest first."""
    return [from_row(row) for row in conn.execute(_RECENT, {"most": limit})]


def ended_of_caller(conn: Connection, caller: str, since: datetime, most: int) -> list[Call]:
    """The calls from a number that ended after a moment, newest first."""
    values = {"number": caller, "since": since, "most": most}
    return [from_row(row) for row in conn.execute(_ENDED_OF_CALLER, values)]


def ended_of_case(conn: Connection, case_number: str, since: datetime) -> Call | None:
    """The newest call about a case that ended after a moment."""
    row = conn.execute(_ENDED_OF_CASE, {"case_": case_number, "since": since, "most": 1}).first()
    return None if row is None else from_row(row)


def redirect(conn: Connection, call_id: int, *, region: str, centre: str, language: str) -> None:
    """Let a call be one of another region, centre or language from now on."""
    to = {"to_region": region, "to_centre": centre, "to_language": language}
    conn.execute(_REDIRECT, {"id_": call_id, **to})


def save(conn: Connection, call: Call, *, events: Sequence[NewEvent], now: datetime) -> None:
    """Write what a turn has changed of a call, and what happened in it."""
    values = {f"new_{name}": getattr(call, name) for name in _TURN}
    values["new_state"] = call.state.value
    _SAVE.run(conn, {"id_": call.id, **values})
    record_all(conn, call.id, call.case_number, events, now)


def keep(
    conn: Connection,
    call: Call,
    *,
    snapshot: str,
    token: str | None,
    answer: str | None,
    events: Sequence[NewEvent],
    now: datetime,
) -> None:
    """Write where a turn left the flow, of a call that is otherwise as it was loaded.

    The cheap form of `save`, for the many turns that bring the caller on by a few keys.
    """
    values = {"new_snapshot": snapshot, "new_last_token": token, "new_last_answer": answer}
    _KEEP.run(conn, {"id_": call.id, **values})
    record_all(conn, call.id, call.case_number, events, now)


def end(conn: Connection, call_id: int, by: str, now: datetime) -> bool:
    """End a call, once; the representative is released. Whether it was live until now."""
    call = hold(conn, call_id)
    if call is None or call.state is CallState.ENDED:
        return False
    _END.run(conn, {"id_": call_id, "at": now, "by": by})
    happened = [NewEvent(EventKind.CALL_ENDED, {"by": by})]
    who = call.representative
    if who is not None and representatives.release(conn, who, call_id, now):
        happened.insert(0, NewEvent(EventKind.REP_RELEASED, {"representative": who}))
    record_all(conn, call_id, call.case_number, happened, now)
    return True


def from_row(row: Any) -> Call:  # noqa: ANN401 -- a row is as wide as the statement
    """A call of a row of the table."""
    values = list(row)
    values[7] = CallState(values[7])
    return Call(*values)
