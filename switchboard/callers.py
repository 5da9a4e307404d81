"""Callers' numbers in the calls: shown, and erased where nobody needs them any more.

The event log holds no number, so it stays. A call that is under way, or waits to be called back,
keeps its number until it is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, update

from switchboard.model import CallState
from switchboard.tables import calls

ERASED: Final = ""
_C = calls.c
_OVER: Final = _C.state == CallState.ENDED


@dataclass(frozen=True, slots=True)
class CallOfNumber:
    """A call that holds a caller's number."""

    id: int
    call_sid: str
    case_number: str | None
    started_at: datetime
    is_over: bool


def of_number(conn: Connection, number: str) -> list[CallOfNumber]:
    """The calls that hold the number, oldest first."""
    rows = conn.execute(select(calls).where(_C.caller == number).order_by(_C.started_at))
    return [
        CallOfNumber(
            row.id, row.call_sid, row.case_number, row.started_at, row.state == CallState.ENDED
        )
        for row in rows
    ]


def erase(conn: Connection, number: str) -> list[int]:
    """Erase the number from calls that are over; gives the ids of those calls."""
    return _erase(conn, _C.caller == number)


def erase_before(conn: Connection, before: datetime) -> list[int]:
    """Erase the numbers of calls that ended before a moment; gives the ids of those calls."""
    return _erase(conn, (_C.caller != ERASED) & (_C.ended_at < before))


def _erase(conn: Connection, whose: ColumnElement[bool]) -> list[int]:
    ids: Sequence[int] = conn.scalars(select(_C.id).where(whose, _OVER)).all()
    conn.execute(
        update(calls)
        .where(whose, _OVER)
        .values(caller=ERASED, shared=None, last_token=None, last_answer=None)
    )
    return list(ids)
