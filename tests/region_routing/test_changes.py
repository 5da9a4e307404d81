"""What an exception changes, to the minute."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from region_routing import Override, Span, SupportCentre, is_open
from region_routing.changes import Change, changes

DAY = (Span(time(8), time(12)), Span(time(13), time(18)))
BERLIN = SupportCentre("b", "Berlin", "Europe/Berlin", (DAY,) * 5 + ((), ()), ("de",), ())
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def test_closing_changes_only_the_hours_that_were_open() -> None:
    closed = Override("b", at(0, 10), at(1, 12), is_open=False)
    assert changes(BERLIN, [], [closed], at(0, 10), at(1, 12)) == (
        Change(at(0, 10), at(0, 11), is_open=False),
        Change(at(0, 12), at(0, 17), is_open=False),
        Change(at(1, 7), at(1, 11), is_open=False),
    )


def test_opening_a_night_is_one_change() -> None:
    opened = Override("b", at(0, 16), at(1, 8), is_open=True)
    assert changes(BERLIN, [], [opened], at(0, 16), at(1, 8)) == (
        Change(at(0, 17), at(1, 7), is_open=True),
    )


def test_what_is_so_already_is_no_change() -> None:
    opened = Override("b", at(0, 8), at(0, 10), is_open=True)
    assert changes(BERLIN, [], [opened], at(0, 8), at(0, 10)) == ()
    assert changes(BERLIN, [opened], [opened, opened], at(0, 0), at(7, 0)) == ()


def test_taking_one_away_gives_the_week_back() -> None:
    closed = Override("b", at(5, 0), at(8, 0), is_open=False)
    assert changes(BERLIN, [closed], [], at(5, 0), at(8, 0)) == (
        Change(at(7, 7), at(7, 11), is_open=True),
        Change(at(7, 12), at(7, 17), is_open=True),
    )


exceptions = st.builds(
    lambda start, hours, is_open: Override(
        "b", at(0, start), at(0, start + hours), is_open=is_open
    ),
    st.integers(0, 7 * 24),
    st.integers(1, 40),
    st.booleans(),
)


@given(
    st.lists(exceptions, max_size=3), st.lists(exceptions, max_size=3), st.integers(0, 7 * 24 * 4)
)
def test_a_moment_is_in_a_change_just_where_both_differ(
    before: list[Override], after: list[Override], quarter: int
) -> None:
    moment = MONDAY + timedelta(minutes=15 * quarter)
    found = changes(BERLIN, before, after, MONDAY, at(8, 0))
    covering = [each for each in found if each.start <= moment < each.end]
    was, becomes = is_open(BERLIN, moment, before), is_open(BERLIN, moment, after)
    assert [each.is_open for each in covering] == ([] if was is becomes else [becomes])
