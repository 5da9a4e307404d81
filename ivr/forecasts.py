"""What a web process knows of its centres for some seconds, so that each look costs one query.

Everybody who waits is looked at every fifteen seconds, and what calls took and who is at work
changes slowly: it is measured once for all callers of a centre and language.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from region_routing import RoutingTable
from switchboard import overflow, waiting_times
from switchboard.waiting_times import Measured

KEPT_FOR: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was measured at a centre; `elsewhere`: at another, somebody is at work."""

    measured: Measured
    elsewhere: bool


class Forecasts:
    """Measures where what is known is older than `KEPT_FOR`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[datetime, Forecast]] = {}

    def of(
        self, conn: Connection, routing: RoutingTable, centre: str, language: str, now: datetime
    ) -> Forecast:
        """The forecast for those who wait at a centre in a language."""
        known = self._known.get((centre, language))
        if known is not None and abs(now - known[0]) < KEPT_FOR:
            return known[1]
        centres = overflow.reachable(routing, conn, centre, now)
        own = waiting_times.measure(conn, centres[:1], language)
        # Where somebody is at work nobody asks for another centre.
        others = [] if own.at_work else waiting_times.at_work(conn, centres[1:], language)
        forecast = Forecast(own, bool(others))
        self._known[centre, language] = (now, forecast)
        return forecast
