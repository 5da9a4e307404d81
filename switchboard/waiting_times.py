"""How long a caller will wait: honestly, from what calls of the centre took, or not at all.

A representative is taken by a call from the moment of answering until wrap-up is finished. With
*n* of them at work and a mean of *m* seconds, one becomes free every *m / n* seconds, so the
caller at place *p* waits about *p m / n*. Where too few calls were measured, or nobody is at work,
nothing is said.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from sqlalchemy import Connection, bindparam, select

from switchboard import representatives
from switchboard.events import EventKind
from switchboard.model import CallState, Presence, Representative, WorkState
from switchboard.tables import calls, events

FEWEST_MEASURED: Final = 5
MOST_MEASURED: Final = 50
# A wrap-up left open over lunch says nothing of how long calls take.
LONGEST_HANDLING: Final = 3600.0
# What is said, in minutes: the next of these, so that a caller is rather surprised early.
SPOKEN_MINUTES: Final = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60)
# Of so many calls that ended last, those that somebody answered are looked at.
_LOOK_BACK: Final = 4 * MOST_MEASURED

_RECENT = (
    select(calls.c.id, calls.c.answered_at)
    .where(calls.c.state == CallState.ENDED, calls.c.centre == bindparam("at_centre"))
    .order_by(calls.c.queued_at.desc())
    .limit(_LOOK_BACK)
    .subquery()
)
_HANDLED = (
    select(_RECENT.c.answered_at, events.c.at)
    .join(events, events.c.call_id == _RECENT.c.id)
    .where(
        events.c.kind == EventKind.CALL_WRAPPED_UP,
        _RECENT.c.answered_at.is_not(None),
    )
    .order_by(events.c.id.desc())
    .limit(MOST_MEASURED)
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a centre at a moment: seconds that calls took, and how many are at work."""

    handling: tuple[float, ...]
    at_work: int


def measure(conn: Connection, centres: Sequence[str], language: str) -> Measured:
    """Measure the last calls of the first centre, and who is at work in any of them."""
    rows = conn.execute(_HANDLED, {"at_centre": centres[0]})
    return Measured(
        tuple((wrapped_up - answered).total_seconds() for answered, wrapped_up in rows),
        len(at_work(conn, centres, language)),
    )


def at_work(conn: Connection, centres: Sequence[str], language: str) -> list[Representative]:
    """Those who answer calls of these centres in this language now, free or not."""
    return [
        who
        for who in representatives.all(conn)
        if who.presence is Presence.AVAILABLE
        and who.next_presence is None
        and who.work_state is not WorkState.NOT_RESPONDING
        and language in who.languages
        and any(centre in who.centres for centre in centres)
    ]


def expected(measured: Measured, place: int) -> float | None:
    """The seconds until whoever is at `place` (from 1) is answered; None where nobody can tell."""
    if measured.at_work == 0 or len(measured.handling) < FEWEST_MEASURED:
        return None
    mean = fmean(min(each, LONGEST_HANDLING) for each in measured.handling)
    return place * mean / measured.at_work


def spoken_minutes(seconds: float) -> int | None:
    """The minutes that are said; None where it is more than can be promised."""
    index = bisect_left(SPOKEN_MINUTES, seconds / 60)
    return SPOKEN_MINUTES[index] if index < len(SPOKEN_MINUTES) else None
