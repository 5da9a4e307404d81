"""The packaged tables, and what wrong tables are told."""

import shutil
from pathlib import Path

import phonenumbers
import pytest

import region_routing
from region_routing import RoutingTableError
from region_routing.loading import TABLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replace a text in a table; the number of its line."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_there_are_regions_lines_and_centres_enough() -> None:
    table = region_routing.load()
    assert len(table.regions) >= 14
    assert len(table.centres) >= 5
    assert {line.language for line in table.lines.values()} == {"en", "de", "es"}


def test_every_number_is_valid_and_says_where_it_is_from() -> None:
    for line in region_routing.load().lines.values():
        assert phonenumbers.is_valid_number(phonenumbers.parse(line.number))
        assert "fiction" in line.source or "drama" in line.source


def test_every_region_has_a_line_and_a_centre_that_speaks_one_of_its_languages() -> None:
    table = region_routing.load()
    for code in table.regions:
        route = table.route(code)
        assert set(route.region.languages) & set(route.centre.languages), code
        assert route.line.language in route.centre.languages, code


def test_region_names_are_localised_and_codes_are_not() -> None:
    table = region_routing.load()
    assert table.region_name("DE") == "Germany"
    assert table.region_name("DE", "de") == "Deutschland"
    assert table.region_name("DE", "es") == "Alemania"


@pytest.mark.parametrize(
    ("line", "caller", "region"),
    [
        ("de", "+4366012345678", "AT"),
        ("de", "+12025550123", "DE"),
        ("de", "anonymous", "DE"),
        ("us-es", "+34910000142", "ES"),
        ("us-es", "+525555550142", "MX"),
    ],
)
def test_the_callers_region_counts_where_the_line_serves_it(
    line: str, caller: str, region: str
) -> None:
    table = region_routing.load()
    assert table.region_for_call(table.lines[line], caller) == region


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "says"),
    [
        ("lines.toml", "+12025550142", "+1555", "us.number", "not valid"),
        ("lines.toml", "+12025550142", "call us", "us.number", "no telephone number"),
        ("lines.toml", "+12025550142", "+1 202 555 0142", "us.number", "'+12025550142'"),
        ("lines.toml", "+16135550143", "+12025550142", "ca.number", "the line 'us' already"),
        ("lines.toml", "as_of = 2026-11-24", 'as_of = "soon"', "as_of", "has to be a date"),
        ("lines.toml", 'language = "de"', 'language = "xx"', "de.language", "no BCP 47"),
        ("regions.toml", 'line = "ca"', 'line = "mars"', "CA.line", "no line 'mars'"),
        ("regions.toml", 'centre = "iberia"', 'centre = "x"', "ES.centre", "no support centre 'x'"),
        ("regions.toml", "[AT]", "[AUT]", "AUT", "no region code"),
        ("centres.toml", "America/Chicago", "Chicago", "americas.timezone", "no IANA time zone"),
        ("centres.toml", '"07:30-18:00"', '"07:30"', "northern-europe.hours.friday", "no span"),
        (
            "centres.toml",
            'friday = ["08:00-15:00"]',
            "freitag = []",
            "iberia.hours.freitag",
            "no key",
        ),
        ("centres.toml", '["americas"]', '["x"]', "northern-europe.overflow", "can't take over"),
        ("centres.toml", 'name = "Pacific"', "", "pacific.name", "is missing"),
    ],
)
def test_a_wrong_table_is_told_with_file_line_and_key(
    folder: Path, file: str, old: str, new: str, key: str, says: str
) -> None:
    line = spoil(folder, file, old, new)
    with pytest.raises(RoutingTableError) as caught:
        region_routing.load(folder)
    problem = next(item for item in caught.value.problems if item.key == key)
    assert problem.file == folder / file
    assert says in problem.message
    if new:
        assert problem.line == line
        assert f"{file}:{line}: {key}" in str(caught.value)


def test_everything_that_is_wrong_is_told_at_once(folder: Path) -> None:
    spoil(folder, "lines.toml", "+12025550142", "+1555")
    spoil(folder, "centres.toml", "America/Chicago", "Chicago")
    with pytest.raises(RoutingTableError) as caught:
        region_routing.load(folder)
    assert {problem.key for problem in caught.value.problems} == {
        "us.number",
        "americas.timezone",
    }


def test_a_file_that_is_not_toml_is_told_with_its_line(folder: Path) -> None:
    (folder / "lines.toml").write_text('as_of = 2026-11-24\n[us\nnumber = "1"\n', "utf-8")
    with pytest.raises(RoutingTableError, match=r"lines\.toml:2: file: is not TOML"):
        region_routing.load(folder)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RoutingTableError, match=r"centres\.toml:1: file: can't be read"):
        region_routing.load(tmp_path)
