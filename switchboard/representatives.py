"""Representatives: what they chose (presence) and what they do (work state), apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from data_store import Prepared
from switchboard.model import Presence, Representative, WorkState
from switchboard.states import follow
from switchboard.tables import representatives

__all__ = [
    "Presence",
    "Representative",
    "WorkState",
    "add",
    "all",
    "clear_not_responding",
    "finish_wrap_up",
    "get",
    "move",
    "release",
    "set_presence",
    "start_wrap_up",
]

_WHO = select(representatives).where(representatives.c.name == bindparam("who"))
_GET = Prepared(_WHO)
_HOLD = Prepared(_WHO.with_for_update(key_share=True))
_ALL = select(representatives).order_by(representatives.c.name)
_UPDATE = update(representatives).where(representatives.c.name == bindparam("who"))
_MOVE = Prepared(
    _UPDATE.values(
        work_state=bindparam("new_work_state"),
        call_id=bindparam("new_call_id"),
        presence=bindparam("new_presence"),
        next_presence=bindparam("new_next_presence"),
        since=bindparam("new_since"),
    )
)
# In these states a chosen presence waits until the call in hand is done.
BUSY = frozenset({WorkState.RINGING, WorkState.TALKING, WorkState.WRAP_UP})


def add(
    conn: Connection,
    *,
    name: str,
    display_name: str,
    centres: Sequence[str],
    languages: Sequence[str],
    now: datetime,
) -> None:
    """Take on somebody; offline at first."""
    conn.execute(
        insert(representatives).values(
            name=name,
            display_name=display_name,
            centres=list(centres),
            languages=list(languages),
            presence=Presence.OFFLINE,
            work_state=WorkState.IDLE,
            since=now,
        )
    )


def get(conn: Connection, name: str) -> Representative | None:
    """One representative by log-in."""
    row = _GET.first(conn, {"who": name})
    return None if row is None else from_row(row)


def all(conn: Connection) -> list[Representative]:  # noqa: A001 -- read as representatives.all
    """Everybody, by log-in."""
    return [from_row(row) for row in conn.execute(_ALL)]


def set_presence(conn: Connection, name: str, presence: Presence, now: datetime) -> None:
    """Choose a presence; during a call it takes effect after it."""
    who = _require(conn, name)
    if who.work_state in BUSY:
        waiting = None if presence is who.presence else presence
        conn.execute(_UPDATE.values(next_presence=waiting), {"who": name})
    elif presence is not who.presence:
        conn.execute(_UPDATE.values(presence=presence, since=now), {"who": name})


def move(
    conn: Connection, name: str, what: str, now: datetime, *, call_id: int | None = None
) -> Representative:
    """Let something happen to somebody, by the table of work states.

    Once idle again, a presence that was chosen meanwhile takes effect. Raises
    `WrongWorkStateError` and changes nothing where the table has no such step.
    """
    who = _require(conn, name)
    state = follow(who.work_state, what)
    rests = state in {WorkState.IDLE, WorkState.NOT_RESPONDING}
    _MOVE.run(
        conn,
        {
            "who": name,
            "new_work_state": state,
            "new_call_id": None if rests else call_id or who.call_id,
            "new_presence": (rests and who.next_presence) or who.presence,
            "new_next_presence": None if rests else who.next_presence,
            "new_since": now,
        },
    )
    return _require(conn, name)


def release(conn: Connection, name: str, call_id: int, now: datetime) -> bool:
    """The call is over: from ringing back to idle, from talking to wrap-up. Whether it was so."""
    who = _require(conn, name)
    if who.call_id != call_id or who.work_state not in {WorkState.RINGING, WorkState.TALKING}:
        return False
    move(conn, name, "caller gone", now)
    return True


def start_wrap_up(conn: Connection, name: str, now: datetime) -> None:
    """The representative hung up; once is enough."""
    move(conn, name, "hung up", now)


def finish_wrap_up(conn: Connection, name: str, now: datetime) -> None:
    """Done with the call; the next may ring."""
    move(conn, name, "finished", now)


def clear_not_responding(conn: Connection, name: str, now: datetime) -> None:
    """Back at the desk."""
    move(conn, name, "back", now)


def from_row(row: Any) -> Representative:  # noqa: ANN401 -- a row is as wide as the statement
    """A representative of a row of the table."""
    return Representative(
        row.name,
        row.display_name,
        tuple(row.centres),
        tuple(row.languages),
        Presence(row.presence),
        None if row.next_presence is None else Presence(row.next_presence),
        WorkState(row.work_state),
        row.since,
        row.call_id,
    )


def _require(conn: Connection, name: str) -> Representative:
    """Somebody whose row is about to be changed: held until the commit."""
    row = _HOLD.first(conn, {"who": name})
    if row is None:
        raise LookupError(f"There is no representative {name!r}.")
    return from_row(row)
