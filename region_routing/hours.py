"""When a support centre is open: weekly hours in its own time zone, and dated exceptions."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from babel import Locale
from babel.dates import format_time, get_day_names

from region_routing.model import Override, Span, SupportCentre

LONGEST_SEARCH = timedelta(days=14)
MIDNIGHT = time(0)


def is_open(centre: SupportCentre, at: datetime, overrides: Iterable[Override] = ()) -> bool:
    """Whether somebody is there at this moment (aware). The last override that covers it counts."""
    verdict = None
    for override in overrides:
        if override.centre == centre.id and override.start <= at < override.end:
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
    moments = {item.start for item in given} | {item.end for item in given}
    day = at.astimezone(centre.zone).date() - timedelta(days=1)
    while day <= at.date() + LONGEST_SEARCH:
        moments |= {start for start, _ in _spans_of(centre, day)}
        day += timedelta(days=1)
    later = sorted(moment for moment in moments if at < moment <= at + LONGEST_SEARCH)
    return next(
        (moment.astimezone(UTC) for moment in later if is_open(centre, moment, given)), None
    )


def hours_text(centre: SupportCentre, language: str, at: datetime | None = None) -> str:
    """The weekly hours in words, days of the same hours together, in the centre's own time.

    With `at` the hours stand in that moment's time zone instead, as its week has them.
    """
    locale = Locale.parse(language, sep="-")
    names = get_day_names("abbreviated", locale=locale)
    days = [_local(centre, weekday, at) for weekday in range(len(centre.hours))]
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


def _local(
    centre: SupportCentre, weekday: int, at: datetime | None
) -> tuple[tuple[time, time], ...]:
    if at is None:
        return tuple((span.start, span.end) for span in centre.hours[weekday])
    day = at.astimezone(centre.zone).date()
    day += timedelta(days=weekday - day.weekday())
    return tuple(
        (start.astimezone(at.tzinfo).time(), end.astimezone(at.tzinfo).time())
        for start, end in _spans_of(centre, day)
    )


def _spans_around(centre: SupportCentre, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans of this day and of the one before, whose last may reach over midnight."""
    today = at.astimezone(centre.zone).date()
    yield from _spans_of(centre, today - timedelta(days=1))
    yield from _spans_of(centre, today)


def _spans_of(centre: SupportCentre, day: date) -> Iterator[tuple[datetime, datetime]]:
    for span in centre.hours[day.weekday()]:
        yield _moment(centre, day, span.start), _moment(centre, _end_day(day, span), span.end)


def _end_day(day: date, span: Span) -> date:
    return day + timedelta(days=1) if span.end <= span.start else day


def _moment(centre: SupportCentre, day: date, at: time) -> datetime:
    """A local time as a moment. In the hour that a clock change skips it is the hour after."""
    return datetime.combine(day, at, centre.zone).astimezone(UTC)
