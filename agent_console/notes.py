"""What representatives wrote after calls: free text, in which a caller may be named."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from agent_console.tables import wrap_ups

_W = wrap_ups.c


def of_calls(conn: Connection, ids: Iterable[int]) -> list[str]:
    """The notes of these calls, oldest first."""
    held = select(_W.note).where(_W.call_id.in_(list(ids)), _W.note != "").order_by(_W.id)
    return list(conn.scalars(held))


def erase_of_calls(conn: Connection, ids: Iterable[int]) -> int:
    """Erase the notes of these calls, not what came of them; gives how many went."""
    whose = _W.call_id.in_(list(ids)) & (_W.note != "")
    return conn.execute(update(wrap_ups).where(whose).values(note="")).rowcount


def erase_before(conn: Connection, before: datetime) -> int:
    """Erase the notes from before a moment; gives how many went."""
    whose = (_W.at < before) & (_W.note != "")
    return conn.execute(update(wrap_ups).where(whose).values(note="")).rowcount
