"""Dated exceptions to a support centre's opening hours, kept as rows."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select

from region_routing import Override
from switchboard.tables import opening_overrides

_OF_CENTRE = (
    select(opening_overrides)
    .where(opening_overrides.c.centre == bindparam("centre_"))
    .where(opening_overrides.c.end > bindparam("at"))
    .order_by(opening_overrides.c.id)
)

_NEAR = (
    select(opening_overrides)
    .where(opening_overrides.c.end > bindparam("at"))
    .where(opening_overrides.c.start <= bindparam("until"))
    .order_by(opening_overrides.c.id)
)
# An opening is looked for no further, so what begins later changes nothing for a call of now.
AHEAD = timedelta(days=14)
_CURRENT = (
    select(opening_overrides)
    .where(opening_overrides.c.end > bindparam("at"))
    .order_by(opening_overrides.c.id)
)


def add(conn: Connection, centre: str, *, start: datetime, end: datetime, is_open: bool) -> None:
    """Open or close a centre from `start` until `end` (aware), whatever its week says."""
    conn.execute(
        insert(opening_overrides).values(centre=centre, start=start, end=end, is_open=is_open)
    )


def of_centre(
    conn: Connection, centre: str, now: datetime
) -> list[tuple[str, datetime, datetime, bool]]:
    """What is not over yet, in the order it was added: centre, start, end, whether open."""
    rows = conn.execute(_OF_CENTRE, {"centre_": centre, "at": now})
    return [(row.centre, row.start, row.end, row.is_open) for row in rows]


def near(conn: Connection, now: datetime) -> list[tuple[str, datetime, datetime, bool]]:
    """What may count for a call of now at any centre, in the order it was added; as `of_centre`."""
    rows = conn.execute(_NEAR, {"at": now, "until": now + AHEAD})
    return [(row.centre, row.start, row.end, row.is_open) for row in rows]


def current(conn: Connection, now: datetime) -> list[Override]:
    """What is not over yet, of all centres, in the order it was added."""
    rows = conn.execute(_CURRENT, {"at": now})
    return [Override(row.centre, row.start, row.end, row.is_open) for row in rows]
