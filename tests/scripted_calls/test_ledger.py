"""The ledger is current, and its calls cost no more than callers are promised."""

import json
from pathlib import Path

import pytest

from phone_network.speaking import Speaker, is_installed
from scripted_calls.ledger import Row, rows
from scripted_calls.ledger_page import own_work, page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def played() -> dict[str, Row]:
    if not is_installed():
        pytest.skip("without the speech engine nobody knows how long a text takes")
    with Speaker() as speaker:
        return {row.trouble.name: row for row in rows(speaker)}


def test_the_page_is_current(played: dict[str, Row]) -> None:
    figures = json.loads((DOCS / "population.json").read_text("utf-8"))
    assert (DOCS / "ledger.md").read_text("utf-8") == page(tuple(played.values()), figures), (
        "docs/ledger.md is not current: activation-line calls ledger --write docs/ledger.md"
    )


def test_every_trouble_ends_well(played: dict[str, Row]) -> None:
    assert [row.trouble.name for row in played.values() if not row.is_confirmed] == []


def test_a_straight_call_takes_less_than_four_minutes(played: dict[str, Row]) -> None:
    assert 180 < played["straight"].seconds < 240
    assert own_work() == pytest.approx(21.0)


def test_one_wrong_digit_costs_its_group(played: dict[str, Row]) -> None:
    assert played["wrong-digit"].keyed == played["straight"].keyed + 5


@pytest.mark.parametrize("name", ["drop-keying", "drop-reading", "drop-withheld"])
def test_a_drop_costs_fourteen_digits_at_most(played: dict[str, Row], name: str) -> None:
    row = played[name]
    assert row.calls == 2
    assert 0 < row.keyed - played["straight"].keyed <= 14


def test_resuming_itself_costs_two_digits_where_the_number_is_known(
    played: dict[str, Row],
) -> None:
    for name in ("drop-keying", "drop-reading"):
        row = played[name]
        assert row.keyed - row.lost == played["straight"].keyed + 2


def test_the_population_of_the_page_is_what_is_wanted() -> None:
    found = json.loads((DOCS / "population.json").read_text("utf-8"))
    assert found["confirmed"] >= 0.99 * found["callers"]
    assert found["median_seconds"] < 300
    assert found["asked_twice"] == 0
