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


def test_hours_are_told_in_words_of_the_language() -> None:
    assert hours_text(BERLIN, "de") == "Mo.–Fr. 08:00–18:00"
    assert hours_text(BERLIN, "en").startswith("Mon–Fri 8:00")
