"""Where a call goes: preferences, overrides, clock changes, nights, and nobody open at all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_routing import (
    Destination,
    Kind,
    Line,
    OutOfHours,
    Override,
    Region,
    RoutingTable,
    Span,
    SupportCentre,
    destination,
    is_open,
)

DAY = (Span(time(8), time(18)),)
WORKDAYS = (DAY,) * 5 + ((), ())
NIGHTLY = ((Span(time(22), time(6)),),) * 7
BERLIN = SupportCentre("berlin", "Berlin", "Europe/Berlin", WORKDAYS, ("de",), ("night", "york"))
NIGHT = SupportCentre("night", "Night", "Europe/Berlin", NIGHTLY, ("de", "en"), ())
YORK = SupportCentre("york", "York", "America/New_York", WORKDAYS, ("en", "fr"), ("berlin",))
SYDNEY = SupportCentre(
    "sydney",
    "Sydney",
    "Australia/Sydney",
    WORKDAYS,
    ("en",),
    ("york",),
    out_of_hours=OutOfHours.CALL_BACK,
)
NEVER = SupportCentre(
    "never", "Never", "UTC", ((),) * 7, ("en",), (), out_of_hours=OutOfHours.CALL_BACK
)
TABLE = RoutingTable(
    date(2026, 11, 24),
    {
        "DE": Region("DE", "line", "berlin", ("de", "en")),
        "CA": Region("CA", "line", "york", ("en", "fr")),
        "AU": Region("AU", "line", "sydney", ("en",)),
        "AQ": Region("AQ", "line", "never", ("en",)),
    },
    {"line": Line("line", "+12025550142", "en", "DE", "made up")},
    {centre.id: centre for centre in (BERLIN, NIGHT, YORK, SYDNEY, NEVER)},
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


@pytest.mark.parametrize(
    ("region", "language", "at", "centre", "spoken"),
    [
        ("DE", "de", utc(2026, 11, 24, 9), "berlin", "de"),
        ("DE", "de", utc(2026, 11, 24, 22), "night", "de"),  # overflow, over midnight
        ("DE", "de", utc(2026, 11, 24, 4), "night", "de"),
        ("DE", "de", utc(2026, 11, 24, 18), "york", "en"),  # no German at all: English helps
        ("DE", "en", utc(2026, 11, 24, 15), "york", "en"),  # the language before the own centre
        ("DE", "en", utc(2026, 11, 24, 9), "berlin", "de"),
        ("DE", "fr", utc(2026, 11, 24, 15), "york", "fr"),  # a language chosen beside the list
        ("DE", "ja", utc(2026, 11, 24, 15), "berlin", "de"),  # nobody speaks it
        ("CA", "fr", utc(2026, 11, 24, 15), "york", "fr"),
    ],
)
def test_an_open_centre_takes_the_call(
    region: str, language: str, at: datetime, centre: str, spoken: str
) -> None:
    found = destination(TABLE, region, language, at)
    assert (found.kind, found.centre.id, found.language) == (Kind.CENTRE, centre, spoken)
    assert found.opens is None


def test_out_of_hours_the_line_takes_it_and_names_the_next_opening() -> None:
    found = destination(TABLE, "CA", "fr", utc(2026, 11, 24, 4))
    assert found == Destination(Kind.LINE, YORK, "fr", utc(2026, 11, 24, 13))


def test_the_soonest_centre_of_the_language_calls_back() -> None:
    friday = utc(2026, 11, 27, 23, 30)  # York closed at 23:00; Sydney opens on Sunday at 21:00
    found = destination(TABLE, "AU", "en", friday)
    assert found == Destination(Kind.CALL_BACK, SYDNEY, "en", utc(2026, 11, 29, 21))
    sunday_too = Override("york", utc(2026, 11, 28, 14), utc(2026, 11, 28, 15), is_open=True)
    sooner = destination(TABLE, "AU", "en", friday, [sunday_too])
    assert (sooner.centre, sooner.opens) == (YORK, utc(2026, 11, 28, 14))


def test_a_call_back_that_nobody_could_give_falls_to_the_line() -> None:
    assert destination(TABLE, "AQ", "en", utc(2026, 11, 24)) == Destination(
        Kind.LINE, NEVER, "en", None
    )


def test_a_dated_exception_goes_before_the_week() -> None:
    at = utc(2026, 11, 24, 10)
    closed = Override("berlin", utc(2026, 11, 24), utc(2026, 11, 25), is_open=False)
    assert destination(TABLE, "DE", "de", at, [closed]) == Destination(
        Kind.LINE, NIGHT, "de", utc(2026, 11, 24, 21)
    )
    opened = Override("night", utc(2026, 11, 24, 9), utc(2026, 11, 24, 11), is_open=True)
    assert destination(TABLE, "DE", "de", at, iter([closed, opened])).centre is NIGHT


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (utc(2026, 3, 27, 6, 30), Kind.LINE),  # 07:30 in Berlin, the night centre has gone
        (utc(2026, 3, 30, 6, 30), Kind.CENTRE),  # 08:30, in summer time
        (utc(2026, 10, 23, 6, 30), Kind.CENTRE),
        (utc(2026, 10, 26, 6, 30), Kind.LINE),
    ],
)
def test_the_clock_of_the_centre_counts_on_both_sides_of_its_change(
    at: datetime, kind: Kind
) -> None:
    found = destination(TABLE, "DE", "de", at)
    assert found.kind is kind
    if kind is Kind.LINE:
        assert found.opens == at.replace(hour=7, minute=0)


def test_a_dated_overflow_list_stands_for_the_tables_one() -> None:
    evening = utc(2026, 11, 24, 18)
    alone = Override("berlin", utc(2026, 11, 24), utc(2026, 11, 25), overflow=())
    assert destination(TABLE, "DE", "de", evening).centre is YORK
    assert destination(TABLE, "DE", "de", evening, [alone]).kind is Kind.LINE
    assert destination(TABLE, "DE", "de", evening + timedelta(days=1), [alone]).centre is YORK
    wider = Override("berlin", evening, utc(2026, 11, 25), overflow=("gone", "sydney"))
    found = destination(TABLE, "DE", "de", utc(2026, 11, 24, 22), [alone, wider])
    assert (found.kind, found.centre) == (Kind.CENTRE, SYDNEY)


def test_a_dated_rule_for_out_of_hours_stands_for_the_tables_one() -> None:
    night = utc(2026, 11, 24, 4)
    rule = Override("york", utc(2026, 11, 24), utc(2026, 11, 25), out_of_hours=OutOfHours.CALL_BACK)
    found = destination(TABLE, "CA", "fr", night, [rule])
    assert (found.kind, found.opens) == (Kind.CALL_BACK, utc(2026, 11, 24, 13))
    assert found.centre.overflow == YORK.overflow
    back = Override("york", night, utc(2026, 11, 25), out_of_hours=OutOfHours.LINE)
    assert destination(TABLE, "CA", "fr", night, [rule, back]).kind is Kind.LINE
    assert destination(TABLE, "CA", "fr", night + timedelta(days=1), [rule]).kind is Kind.LINE


def test_a_rule_leaves_the_hours_alone() -> None:
    rule = Override("berlin", utc(2026, 11, 24), utc(2026, 11, 25), overflow=())
    assert is_open(BERLIN, utc(2026, 11, 24, 9), [rule])
    closed = Override("berlin", utc(2026, 11, 24), utc(2026, 11, 25), is_open=False)
    assert not is_open(BERLIN, utc(2026, 11, 24, 9), [closed, rule])


def test_an_unknown_region_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        destination(TABLE, "XX", "en", utc(2026, 1, 1))


overrides = st.lists(
    st.builds(
        lambda centre, start, hours, is_open: Override(
            centre, start, start + timedelta(hours=hours), is_open
        ),
        st.sampled_from(sorted(TABLE.centres)),
        st.integers(0, 24 * 20).map(lambda hours: utc(2026, 10, 15) + timedelta(hours=hours)),
        st.integers(1, 90),
        st.booleans(),
    ),
    max_size=5,
)


@given(
    st.sampled_from(sorted(TABLE.regions)),
    st.sampled_from(["de", "en", "fr", "ja"]),
    st.integers(0, 4 * 24 * 14).map(
        lambda quarter: utc(2026, 10, 18) + timedelta(minutes=15 * quarter)
    ),
    overrides,
)
def test_every_answer_can_be_acted_upon(
    region: str, language: str, at: datetime, dated: list[Override]
) -> None:
    found = destination(TABLE, region, language, at, dated)
    spoken = {language, *TABLE.regions[region].languages}
    route = TABLE.route(region)
    near = {route.centre.id, *route.centre.overflow}
    assert found.centre.id in near
    assert found.language in spoken
    if found.kind is Kind.CENTRE:
        assert is_open(found.centre, at, dated)
        assert found.language in found.centre.languages
        return
    helpful = [TABLE.centres[name] for name in near if spoken & {*TABLE.centres[name].languages}]
    assert not any(is_open(centre, at, dated) for centre in helpful)
    if found.opens is None:
        assert found.kind is Kind.LINE
    else:
        assert found.opens > at
        assert is_open(found.centre, found.opens, dated)
