"""When a support centre is open: weekly hours in its own time zone, and dated exceptions."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_time, get_day_names

from region_routing.model import Override, Span, SupportCentre, zone_named

LONGEST_SEARCH = timedelta(days=14)
MIDNIGHT = time(0)


def is_open(centre: SupportCentre, at: datetime, overrides: Iterable[Override] = ()) -> bool:
    """Whether somebody is there at this moment (aware). The last override that covers it counts."""
    verdict = None
    for override in overrides:
        if override.is_open is None or override.centre != centre.id:
            continue
        if override.start <= at < override.end:
            verdict = override.is_open
    if verdict is not None:
        return verdict
    return any(start <= at < end for start, end in _spans_around(centre, at))


def next_opening(
    centre: SupportCentre, at: datetime, overrides: Iterable[Override] = ()
) -> datetime | None:
    """When it opens next (UTC): `at` itself if it is open; None within a fortnight."""
    given = [item for item in overrides if item.centre == centre.id]
    if is_open(centre, at, given):
        return at.astimezone(UTC)
    dated = sorted({item.start for item in given} | {item.end for item in given})
    for moment in heapq.merge(dated, _starts(centre, at)):
        if moment > at + LONGEST_SEARCH:
            break
        if moment > at and is_open(centre, moment, given):
            return moment.astimezone(UTC)
    return None


def boundaries(centre: SupportCentre, start: datetime, end: datetime) -> Iterator[datetime]:
    """When the week opens or closes the centre between two moments (UTC), in no strict order."""
    day = start.astimezone(centre.zone).date() - timedelta(days=1)
    last = end.astimezone(centre.zone).date()
    while day <= last:
        for span in _spans_of(centre, day):
            yield from (moment for moment in span if start < moment < end)
        day += timedelta(days=1)


def hours_text(centre: SupportCentre, language: str, at: datetime | None = None) -> str:
    """The weekly hours in words, days of the same hours together, in the centre's own time.

    With `at` (aware) they are told in that moment's time zone, as they fall in its week: a morning
    in Sydney is the evening before in Berlin.
    """
    locale = Locale.parse(language, sep="-")
    names = get_day_names("abbreviated", locale=locale)
    days = _week(centre, at)
    parts: list[str] = []
    first = 0
    for weekday in range(1, len(days) + 1):
        if weekday < len(days) and days[weekday] == days[first]:
            continue
        if days[first]:
            named = names[first] if weekday - 1 == first else f"{names[first]}–{names[weekday - 1]}"
            spans = ", ".join(
                f"{format_time(start, 'short', locale=locale)}–"
                f"{format_time(end, 'short', locale=locale)}"
                for start, end in days[first]
            )
            parts.append(f"{named} {spans}")
        first = weekday
    return "; ".join(parts)


def _week(centre: SupportCentre, at: datetime | None) -> tuple[tuple[tuple[time, time], ...], ...]:
    """Seven days of spans, Monday first. Elsewhere a span may begin on another day of the week."""
    if at is None:
        return tuple(tuple((span.start, span.end) for span in spans) for spans in centre.hours)
    today = at.astimezone(centre.zone).date()
    days: list[list[tuple[time, time]]] = [[] for _ in centre.hours]
    for weekday in range(len(days)):
        day = today + timedelta(days=weekday - today.weekday())
        for start, end in _spans_of(centre, day):
            begins = start.astimezone(at.tzinfo)
            span = begins.time(), end.astimezone(at.tzinfo).time()
            days[begins.weekday()].append(span)
    return tuple(tuple(sorted(spans)) for spans in days)


def _spans_around(centre: SupportCentre, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans of this day and of the one before, whose last may reach over midnight."""
    today = at.astimezone(centre.zone).date()
    yield from _spans_of(centre, today - timedelta(days=1))
    yield from _spans_of(centre, today)


def _starts(centre: SupportCentre, at: datetime) -> Iterator[datetime]:
    """When the spans of the week begin, in order, as far as an opening is looked for."""
    day = at.astimezone(centre.zone).date()
    for _ in range(LONGEST_SEARCH.days + 2):
        yield from sorted(start for start, _ in _spans_of(centre, day))
        day += timedelta(days=1)


def _spans_of(centre: SupportCentre, day: date) -> tuple[tuple[datetime, datetime], ...]:
    spans = centre.hours[day.weekday()]
    return _moments(spans, centre.timezone, day) if spans else ()


@lru_cache(maxsize=4096)
def _moments(
    spans: tuple[Span, ...], timezone: str, day: date
) -> tuple[tuple[datetime, datetime], ...]:
    """A day's spans as moments (UTC). Kept, since a turn may ask for every centre's today."""
    zone = zone_named(timezone)
    next_day = day + timedelta(days=1)
    return tuple(
        (
            datetime.combine(day, span.start, zone).astimezone(UTC),
            _later(datetime.combine(next_day if span.end <= span.start else day, span.end, zone)),
        )
        for span in spans
    )


def _later(local: datetime) -> datetime:
    """A closing time as a moment. Where clocks go back over it, it is the second one.

    Nobody who reads "until half past two" finds the centre closed before that.
    """
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
