"""Dated exceptions to what the tables say of a support centre, kept as rows.

A row opens or closes a centre for a time, or gives it another overflow list or another rule for
out of hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from region_routing import OutOfHours, Override
from switchboard.tables import opening_overrides

_COMING = (
    select(opening_overrides)
    .where(opening_overrides.c.end > bindparam("at"))
    .order_by(opening_overrides.c.id)
)
_NEAR = _COMING.where(opening_overrides.c.start <= bindparam("until"))
_REMOVE = delete(opening_overrides).where(opening_overrides.c.id == bindparam("row"))
# An opening is looked for no further, so what begins later changes nothing for a call of now.
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Dated:
    """A row with its number."""

    id: int
    override: Override


def add(
    conn: Connection,
    centre: str,
    *,
    start: datetime,
    end: datetime,
    is_open: bool | None = None,
    out_of_hours: OutOfHours | None = None,
    overflow: tuple[str, ...] | None = None,
) -> None:
    """Make an exception from `start` until `end` (aware); what is None stays as the tables say."""
    conn.execute(
        insert(opening_overrides).values(
            centre=centre,
            start=start,
            end=end,
            is_open=is_open,
            out_of_hours=out_of_hours,
            overflow=None if overflow is None else list(overflow),
        )
    )


def near(conn: Connection, now: datetime) -> list[Override]:
    """What may count for a call of now at any centre, in the order it was added."""
    rows = conn.execute(_NEAR, {"at": now, "until": now + AHEAD})
    return [_override(row) for row in rows]


def coming(conn: Connection, now: datetime) -> list[Dated]:
    """Every row that is not over yet, in the order it was added."""
    rows = conn.execute(_COMING, {"at": now})
    return [Dated(row.id, _override(row)) for row in rows]


def remove(conn: Connection, row: int) -> None:
    """Take a row away; one that is not there is none already."""
    conn.execute(_REMOVE, {"row": row})


def _override(row: Any) -> Override:  # noqa: ANN401 -- a row is as wide as the statement
    rule = None if row.out_of_hours is None else OutOfHours(row.out_of_hours)
    overflow = None if row.overflow is None else tuple(row.overflow)
    return Override(row.centre, row.start, row.end, row.is_open, rule, overflow)
