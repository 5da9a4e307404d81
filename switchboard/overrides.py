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

# The fields of an `Override`, in their order.
Parts = tuple[str, datetime, datetime, bool | None, OutOfHours | None, tuple[str, ...] | None]

_COMING = (
    select(opening_overrides)
    .where(opening_overrides.c.end > bindparam("at"))
    .order_by(opening_overrides.c.id)
)
_OF_CENTRE = _COMING.where(opening_overrides.c.centre == bindparam("centre_"))
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


def of_centre(conn: Connection, centre: str, now: datetime) -> list[Parts]:
    """What is not over yet at a centre, in the order it was added."""
    return [_parts(row) for row in conn.execute(_OF_CENTRE, {"centre_": centre, "at": now})]


def near(conn: Connection, now: datetime) -> list[Parts]:
    """What may count for a call of now at any centre, in the order it was added."""
    rows = conn.execute(_NEAR, {"at": now, "until": now + AHEAD})
    return [_parts(row) for row in rows]


def current(conn: Connection, now: datetime) -> list[Override]:
    """What is not over yet, of all centres, in the order it was added."""
    return [Override(*_parts(row)) for row in conn.execute(_COMING, {"at": now})]


def coming(conn: Connection, now: datetime) -> list[Dated]:
    """The same with the rows' numbers, by which one can be taken away."""
    rows = conn.execute(_COMING, {"at": now})
    return [Dated(row.id, Override(*_parts(row))) for row in rows]


def remove(conn: Connection, row: int) -> None:
    """Take a row away; one that is not there is none already."""
    conn.execute(_REMOVE, {"row": row})


def _parts(row: Any) -> Parts:  # noqa: ANN401 -- a row is as wide as the statement
    rule = None if row.out_of_hours is None else OutOfHours(row.out_of_hours)
    overflow = None if row.overflow is None else tuple(row.overflow)
    return (row.centre, row.start, row.end, row.is_open, rule, overflow)
