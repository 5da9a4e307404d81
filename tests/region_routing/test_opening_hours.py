"""Opening hours: local time, clock changes, midnight and dated exceptions."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_routing import Override, Span, SupportCentre, hours_text, is_open, next_opening

DAY = (Span(time(8), time(18)),)
BERLIN = SupportCentre("c", "Centre", "Europe/Berlin", (DAY,) * 5 + ((), ()), ("de",), ())
NIGHT = SupportCentre("n", "Night", "Europe/Berlin", ((Span(time(22), time(6)),),) * 7, ("de",), ())


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        (utc(2026, 3, 27, 6, 59), False),  # winter time: 07:59 there
        (utc(2026, 3, 27, 7, 0), True),
        (utc(2026, 3, 30, 5, 59), False),  # summer time: 07:59 there
        (utc(2026, 3, 30, 6, 0), True),
        (utc(2026, 3, 30, 16, 0), False),
        (utc(2026, 3, 28, 10, 0), False),  # Saturday
    ],
)
def test_hours_follow_the_clock_of_the_place(at: datetime, open_then: bool) -> None:  # noqa: FBT001 -- a row of the table
    assert is_open(BERLIN, at) is open_then


def test_a_span_may_reach_over_midnight() -> None:
    assert is_open(NIGHT, utc(2026, 6, 1, 22))
    assert is_open(NIGHT, utc(2026, 6, 2, 3))
    assert not is_open(NIGHT, utc(2026, 6, 2, 4))


def test_the_next_opening_skips_the_weekend() -> None:
    assert next_opening(BERLIN, utc(2026, 11, 27, 20)) == utc(2026, 11, 30, 7)


def test_an_override_closes_and_opens() -> None:
    closed = Override("c", utc(2026, 11, 30), utc(2026, 12, 1), is_open=False)
    opened = Override("c", utc(2026, 11, 29, 9), utc(2026, 11, 29, 12), is_open=True)
    other = Override("x", utc(2026, 1, 1), utc(2027, 1, 1), is_open=True)
    assert not is_open(BERLIN, utc(2026, 11, 30, 10), [closed])
    assert is_open(BERLIN, utc(2026, 11, 29, 10), [opened])
    assert not is_open(BERLIN, utc(2026, 11, 29, 10), [other])
    assert next_opening(BERLIN, utc(2026, 11, 27, 20), [closed]) == utc(2026, 12, 1, 7)
    assert next_opening(BERLIN, utc(2026, 11, 27, 20), [opened]) == utc(2026, 11, 29, 9)


def test_a_centre_without_hours_never_opens() -> None:
    never = SupportCentre("z", "Never", "UTC", ((),) * 7, ("en",), ())
    assert next_opening(never, utc(2026, 1, 1)) is None


@given(
    st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 -- made aware below
        max_value=datetime(2030, 1, 1),  # noqa: DTZ001 -- as above
    ),
    st.sampled_from([BERLIN, NIGHT]),
)
def test_it_is_open_at_the_next_opening_and_not_between(
    naive: datetime, centre: SupportCentre
) -> None:
    at = naive.replace(tzinfo=UTC)
    opening = next_opening(centre, at)
    assert opening is not None
    assert is_open(centre, opening)
    if opening > at:
        assert not is_open(centre, at)
        assert not is_open(centre, opening - timedelta(microseconds=1))


# Five minutes are enough: no span of these begins or ends off a quarter of an hour.
STEP = timedelta(minutes=5)
PLACES = (
    "Europe/Berlin",
    "America/Chicago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
)


def wall_clock_says_open(centre: SupportCentre, at: datetime) -> bool:
    """The plain reading of a sign on the door, made without any arithmetic on moments."""
    local = at.astimezone(centre.zone)
    clock = local.time()
    yesterday = centre.hours[local.weekday() - 1]
    return any(
        span.start <= clock and (clock < span.end or span.end <= span.start)
        for span in centre.hours[local.weekday()]
    ) or any(span.end <= span.start and clock < span.end for span in yesterday)


quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
centres = st.builds(
    lambda zone, week: SupportCentre("c", "Centre", zone, tuple(week), ("en",), ()),
    st.sampled_from(PLACES),
    st.lists(
        st.one_of(st.just(()), st.builds(lambda a, b: (Span(a, b),), quarters, quarters)),
        min_size=7,
        max_size=7,
    ),
)
moments = st.one_of(
    st.integers(0, 4 * 365 * 288),
    # Around the changes of clocks: Europe's and America's in March, Australia's in April.
    st.sampled_from([utc(2026, 3, 29), utc(2026, 10, 25), utc(2026, 3, 8), utc(2026, 4, 4, 12)])
    .flatmap(lambda day: st.integers(0, 400).map(lambda step: day + step * STEP))
    .map(lambda at: int((at - utc(2026, 1, 1)) / STEP)),
).map(lambda steps: utc(2026, 1, 1) + steps * STEP)


@given(centres, moments)
def test_the_clock_on_the_wall_agrees_but_in_a_night_when_clocks_change(
    centre: SupportCentre, at: datetime
) -> None:
    offsets = {
        (at + timedelta(hours=away)).astimezone(centre.zone).utcoffset() for away in range(-27, 28)
    }
    if len(offsets) == 1:
        assert is_open(centre, at) is wall_clock_says_open(centre, at)


def test_a_closing_time_that_comes_twice_is_the_second() -> None:
    late = SupportCentre(
        "l", "Late", "Europe/Berlin", ((Span(time(20), time(2, 30)),),) * 7, (), ()
    )
    assert is_open(late, utc(2026, 10, 25, 0, 29))  # 02:29 in summer time
    assert is_open(late, utc(2026, 10, 25, 1, 29))  # 02:29 again, in winter time
    assert not is_open(late, utc(2026, 10, 25, 1, 30))
    assert not is_open(late, utc(2026, 3, 29, 1, 30))  # 02:30 never comes: 03:30 summer time


def test_all_day_is_open_at_midnight() -> None:
    always = SupportCentre("a", "Always", "Europe/Berlin", ((Span(time(0), time(0)),),) * 7, (), ())
    for hour in range(24 * 7):
        assert is_open(always, utc(2026, 10, 22) + timedelta(hours=hour))


def test_hours_seen_from_elsewhere_fall_on_the_days_there() -> None:
    sydney = SupportCentre("s", "S", "Australia/Sydney", (DAY,) * 5 + ((), ()), ("en",), ())
    berlin = utc(2026, 11, 25).astimezone(BERLIN.zone)
    assert hours_text(sydney, "de", berlin) == "Mo.–Do. 22:00–08:00; So. 22:00–08:00"
    assert hours_text(BERLIN, "de", berlin) == "Mo.–Fr. 08:00–18:00"


def test_hours_are_told_in_words_of_the_language() -> None:
    assert hours_text(BERLIN, "de") == "Mo.–Fr. 08:00–18:00"
    assert hours_text(BERLIN, "en").startswith("Mon–Fri 8:00")
