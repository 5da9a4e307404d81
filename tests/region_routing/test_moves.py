"""When a caller is offered to go on as one of the country where the product is registered."""

import pytest

import region_routing
from region_routing import better_region

TABLE = region_routing.load()


@pytest.mark.parametrize(
    ("call", "registered", "offered"),
    [
        ("US", "DE", "DE"),  # rang the number of the wrong country
        ("DE", "US", "US"),
        ("us-es", "ES", "ES"),
        ("DE", "DE", None),
        ("DE", "de", None),
        ("US", "jp", "JP"),
        ("DE", "AT", None),  # the same people answer, in the same languages
        ("DE", "CH", "CH"),  # the same people, but French and Italian are offered too
        ("DE", None, None),
        ("DE", "", None),
        ("DE", "AQ", None),  # no telephones of its own
        ("DE", "Germany", None),
    ],
)
def test_a_move_is_offered_where_it_changes_something(
    call: str, registered: str | None, offered: str | None
) -> None:
    region = TABLE.lines[call].region if call in TABLE.lines else call
    assert better_region(TABLE, region, registered) == offered


def test_a_call_from_abroad_is_led_home() -> None:
    line = TABLE.line_for_number("+12025550142")
    assert line is not None
    call_region = TABLE.region_for_call(line, "+819012345678")
    assert call_region == "US"  # the number that was rung serves no caller from Japan
    assert better_region(TABLE, call_region, "JP") == "JP"
    moved = TABLE.route("JP")
    assert (moved.centre.id, moved.region.languages[0]) == ("japan", "ja")


def test_no_offer_leads_in_a_circle() -> None:
    for code in TABLE.regions:
        offered = better_region(TABLE, "US", code)
        if offered is not None:
            assert better_region(TABLE, offered, code) is None


def test_a_region_that_newer_tables_have_no_more_is_not_moved() -> None:
    assert better_region(TABLE, "XX", "DE") is None
