"""Which open centres help another out, and after how long a wait: by table and dated exceptions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from region_routing import Override, RoutingTable, as_ruled, is_open
from switchboard import overrides
from switchboard.model import Help, Overflow


def helping(routing: RoutingTable, conn: Connection, now: datetime) -> Overflow:
    """The open centres that help out, by the centre that is helped.

    Each further one of a centre's list is tried after as long a wait again.
    """
    dated = overrides.near(conn, now)
    is_open_now = {name: is_open(centre, now, dated) for name, centre in routing.centres.items()}
    return {
        name: tuple(
            Help(other, centre.overflow_after * turn)
            for turn, other in enumerate(as_ruled(centre, now, dated).overflow, 1)
            if is_open_now.get(other)
        )
        for name, centre in routing.centres.items()
    }


def reachable(routing: RoutingTable, conn: Connection, centre: str, now: datetime) -> Sequence[str]:
    """A centre and those of its overflow list that are open now, in order."""
    dated: Sequence[Override] = overrides.near(conn, now)
    others = as_ruled(routing.centres[centre], now, dated).overflow
    known = (routing.centres[name] for name in others if name in routing.centres)
    return [centre, *(other.id for other in known if is_open(other, now, dated))]
