"""Where a region's calls go in each hour of a week, and which regions share such a week."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from region_routing.destinations import Destination, destination
from region_routing.model import Override, RoutingTable

HOUR = timedelta(hours=1)
HOURS = 24 * 7


@dataclass(frozen=True, slots=True)
class Run:
    """Hours in a row that go to one place; `hours` may be 168, and both ends are UTC."""

    start: datetime
    hours: int
    destination: Destination

    @property
    def end(self) -> datetime:
        """When the next run begins."""
        return self.start + self.hours * HOUR


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week that some regions share; `destinations` has an entry for each hour's beginning."""

    regions: tuple[str, ...]
    monday: datetime
    destinations: tuple[Destination, ...]

    def runs(self) -> Iterator[Run]:
        """The week as it goes on from one destination to the next."""
        at = self.monday
        for found, same in groupby(self.destinations):
            run = Run(at, len(list(same)), found)
            yield run
            at = run.end


def monday_of(day: date) -> datetime:
    """The beginning (UTC) of the week that a day is in."""
    return datetime.combine(day - timedelta(days=day.weekday()), time(0), UTC)


def week(
    table: RoutingTable, region: str, monday: datetime, overrides: Iterable[Override] = ()
) -> tuple[Destination, ...]:
    """Where a call goes that is greeted by the region's line, at each of 168 hours' beginnings.

    Raises `KeyError` for a region that the table does not have.
    """
    dated = tuple(overrides)
    language = table.route(region).line.language
    return tuple(
        destination(table, region, language, monday + hour * HOUR, dated) for hour in range(HOURS)
    )


def timetables(
    table: RoutingTable, monday: datetime, overrides: Iterable[Override] = ()
) -> tuple[Timetable, ...]:
    """The weeks of all regions, in the order of the table; regions of the same week together."""
    dated = tuple(overrides)
    # Regions of one support centre, one line's language and the same languages are alike: a week
    # is found once for them, and may be another such group's as well.
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for region in table.regions.values():
        key = (region.centre, table.lines[region.line].language, region.languages)
        alike.setdefault(key, []).append(region.code)
    shared: dict[tuple[Destination, ...], list[str]] = {}
    for codes in alike.values():
        shared.setdefault(week(table, codes[0], monday, dated), []).extend(codes)
    return tuple(Timetable(tuple(codes), monday, found) for found, codes in shared.items())
