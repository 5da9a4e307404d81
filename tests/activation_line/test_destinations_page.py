"""Where calls go, for every region and hour: the page is current, and no answer is "closed"."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import region_routing
from activation_line.cli import main
from activation_line.destinations_page import page
from region_routing import Destination, Kind, RoutingTable
from region_routing.timetable import HOUR, HOURS, monday_of, timetables, week

PAGE = Path(__file__).parents[2] / "docs" / "destinations.md"
TABLE = region_routing.load()
SUMMER = date(2026, 7, 16)


def helps(table: RoutingTable, region: str, at_hour: int, found: Destination, day: date) -> bool:
    """Whether a caller of this region, at this hour of the week, is helped by the answer."""
    at = monday_of(day) + at_hour * HOUR
    if found.kind is Kind.CENTRE:
        spoken = set(table.regions[region].languages) & set(found.centre.languages)
        return found.language in spoken and region_routing.is_open(found.centre, at)
    return (
        found.opens is not None
        and at < found.opens <= at + timedelta(days=14)
        and region_routing.is_open(found.centre, found.opens)
        and found.language in set(table.regions[region].languages) & set(found.centre.languages)
    )


def test_the_page_is_the_one_of_the_packaged_tables() -> None:
    assert PAGE.read_text("utf-8") == page(TABLE, TABLE.as_of), (
        "docs/destinations.md is not current: activation-line routing table > docs/destinations.md"
    )


@pytest.mark.parametrize("day", [TABLE.as_of, SUMMER])
def test_every_region_is_helped_at_every_hour(day: date) -> None:
    asked = 0
    for region in TABLE.regions:
        found = week(TABLE, region, monday_of(day))
        assert [helps(TABLE, region, hour, each, day) for hour, each in enumerate(found)] == (
            [True] * HOURS
        ), region
        asked += len(found)
    assert asked == 245 * 168


def test_the_weeks_of_the_page_are_those_of_every_region_alone() -> None:
    weeks = timetables(TABLE, monday_of(TABLE.as_of))
    codes = [code for each in weeks for code in each.regions]
    assert sorted(codes) == sorted(TABLE.regions)
    for each in weeks:
        for region in each.regions[-2:]:
            assert each.destinations == week(TABLE, region, each.monday), region
        runs = list(each.runs())
        assert sum(run.hours for run in runs) == HOURS
        assert runs[-1].end == each.monday + timedelta(days=7)


def test_the_command_shows_another_week_and_other_tables(tmp_path: Path) -> None:
    (tmp_path / "lines.toml").write_text(
        'as_of = 2026-01-05\n[us]\nnumber = "+12025550142"\nlanguage = "en"\nregion = "US"\n'
        'source = "for fiction"\n'
    )
    (tmp_path / "centres.toml").write_text(
        '[one]\nname = "One"\ntimezone = "UTC"\nlanguages = ["en"]\nout_of_hours = "call_back"\n'
        'hours = { monday = ["08:00-12:00"] }\n'
    )
    (tmp_path / "regions.toml").write_text(
        'US = { line = "us", centre = "one", languages = ["en"] }\n'
    )
    words = ["routing", "table", "--routing", str(tmp_path), "--week", "2026-07-16"]
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0
    assert "week of 2026-07-13" in shown.output
    assert (
        "| US | United States | us | +1 202-555-0142 | en | one | [1](#week-1) | 4 / 0 / 164 |"
        in (shown.output)
    )
    assert "Mon ~~~~~~~~aaaa~~~~~~~~~~~~" in shown.output
    assert "Mon 12:00 → Mon 20 Jul 08:00 one, in en" in shown.output
