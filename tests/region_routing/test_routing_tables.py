"""The packaged tables, and what wrong tables are told."""

import re
import shutil
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import region_routing
from region_routing import Problem, RoutingTableError
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


def problems_of(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the tables; whatever loads can route every region."""
    try:
        table = region_routing.load(folder)
    except RoutingTableError as error:
        return error.problems
    assert all(table.route(code).line.display.startswith("+") for code in table.regions)
    return ()


LANGUAGES = frozenset("en de fr es pt it nl pl sv tr ru ar hi ja zh ko".split())  # noqa: SIM905 -- a list of codes
# What regulators keep for fiction, as far as phonenumbers takes it for valid.
KEPT_FOR_FICTION = re.compile(
    r"""
    \+1 (202|305|340|514|613|670|671|786|787|809|876) 555 01 \d\d   # any area code of the plan
    | \+44 20 7946 0 \d{3}
    | \+46 8 465004 \d\d
    | \+49 (30 23125 | 40 66969 | 69 90009 | 89 99998) \d{3} | \+49 221 4710 \d{3}
    | \+33 (1 9900 | 2 6191 | 3 5301 | 4 6571 | 5 3649) \d{4}
    | \+61 [2378] (5550 | 7010) \d{4}
    """,
    re.VERBOSE,
)


def test_every_region_that_has_numbers_of_its_own_is_there() -> None:
    table = region_routing.load()
    assert set(table.regions) == set(phonenumbers.SUPPORTED_REGIONS)
    assert len(table.regions) == 245


def test_every_number_is_valid_kept_for_fiction_and_says_where_it_is_from() -> None:
    for line in region_routing.load().lines.values():
        assert phonenumbers.is_valid_number(phonenumbers.parse(line.number)), line.id
        assert KEPT_FOR_FICTION.fullmatch(line.number), line.id
        assert re.search("for (fiction|drama|books|films)", line.source), line.id


def test_sixteen_languages_are_greeted_in_and_spoken_somewhere() -> None:
    table = region_routing.load()
    assert {line.language for line in table.lines.values()} == LANGUAGES
    assert {spoken for centre in table.centres.values() for spoken in centre.languages} == LANGUAGES
    for region in table.regions.values():
        assert len(set(region.languages)) == len(region.languages), region.code
        assert set(region.languages) <= LANGUAGES, region.code
        assert "en" in region.languages, region.code  # what helps where nobody else does


def test_every_region_has_a_line_and_a_centre_that_speak_its_languages() -> None:
    table = region_routing.load()
    for code in table.regions:
        route = table.route(code)
        assert route.line.language in route.region.languages, code
        assert route.line.language in route.centre.languages, code


def test_no_line_and_no_centre_is_there_for_nobody() -> None:
    table = region_routing.load()
    assert {region.line for region in table.regions.values()} == set(table.lines)
    assert {region.centre for region in table.regions.values()} == set(table.centres)


@pytest.mark.parametrize(
    ("code", "languages"),
    [
        ("CH", ("de", "fr", "it", "en")),
        ("BE", ("nl", "fr", "de", "en")),
        ("FI", ("en", "sv")),
        ("MA", ("ar", "fr", "en")),
        ("IN", ("hi", "en")),
        ("US", ("en", "es")),
    ],
)
def test_the_usual_language_stands_first(code: str, languages: tuple[str, ...]) -> None:
    assert region_routing.load().regions[code].languages == languages


def test_region_names_are_localised_and_codes_are_not() -> None:
    table = region_routing.load()
    assert table.region_name("DE") == "Germany"
    assert table.region_name("DE", "de") == "Deutschland"
    assert table.region_name("DE", "es") == "Alemania"


def test_every_region_has_a_name_and_stands_where_people_look_for_it() -> None:
    named = region_routing.load().named_regions("en-GB")
    assert all(code != name for code, name in named)
    assert len({name for _, name in named}) == len(named)
    names = [name for _, name in named]
    assert names.index("Åland Islands") == names.index("Albania") - 1
    german = dict(region_routing.load().named_regions("de"))
    assert (german["AX"], german["CI"]) == ("Ålandinseln", "Côte d’Ivoire")


@pytest.mark.parametrize(
    ("line", "caller", "region"),
    [
        ("de", "+4366012345678", "AT"),
        ("de", "+12025550123", "DE"),
        ("de", "anonymous", "DE"),
        ("es", "+34910000142", "ES"),
        ("us-es", "+34910000142", "MX"),
        ("us-es", "+5491123456789", "AR"),
        ("gb", "+353871234567", "IE"),
        ("us", "+77012345678", "US"),
        ("ru", "+77012345678", "KZ"),
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
        (
            "lines.toml",
            'number = "+1613',
            'falls_to = "x"\nother = "+1613',
            "ca.falls_to",
            "no line",
        ),
        (
            "lines.toml",
            'number = "+1613',
            'falls_to = "us"\nnumber = "+1613',
            "ca.falls_to",
            "take one of the two away",
        ),
        ("lines.toml", "as_of = 2026-11-24", 'as_of = "soon"', "as_of", "has to be a date"),
        ("lines.toml", 'language = "de"', 'language = "xx"', "de.language", "no BCP 47"),
        ("regions.toml", 'line = "ca"', 'line = "mars"', "CA.line", "no line 'mars'"),
        ("regions.toml", 'centre = "iberia"', 'centre = "x"', "ES.centre", "no support centre 'x'"),
        ("regions.toml", "AT = {", "AUT = {", "AUT", "no region code"),
        ("centres.toml", "America/Chicago", "Chicago", "americas.timezone", "no IANA time zone"),
        ("centres.toml", '"07:30-18:00"', '"07:30"', "northern-europe.hours.friday", "no span"),
        (
            "centres.toml",
            'friday = ["08:00-15:00"]',
            "freitag = []",
            "iberia.hours.freitag",
            "no key",
        ),
        (
            "centres.toml",
            '["nordic", "americas"',
            '["x", "americas"',
            "northern-europe.overflow",
            "can't take over",
        ),
        ("centres.toml", 'name = "Pacific"', "", "pacific.name", "is missing"),
        ("centres.toml", "America/Chicago", "America", "americas.timezone", "no IANA time zone"),
        (
            "centres.toml",
            '"07:30-18:00"',
            '"07:30-12:00", "11:00-18:00"',
            "northern-europe.hours.friday",
            "in order",
        ),
        ("lines.toml", "as_of = 2026-11-24", "as_of = 2026-11-24T08:00:00", "as_of", "a date"),
        ("lines.toml", "as_of =", "as_off = 1\nas_of =", "as_off", "no table"),
        ("lines.toml", 'region = "MX"', 'region = "US"', "us-es.region", "the line 'us'"),
        ("regions.toml", "AT = {", 'AT = "de" # {', "AT", "is no table"),
        ("regions.toml", 'line = "ca"', 'line = "de"', "CA.line", "greets in de"),
        ("regions.toml", '["ko", "en"]', '["es"]', "KR.languages", "speaks ko, en"),
        ("regions.toml", 'line = "ca"', '"line" = 5', "CA.line", "is 5"),
        ("centres.toml", "[iberia.hours]", "overflow_after = -1", "iberia.overflow_after", "whole"),
        (
            "centres.toml",
            "[iberia.hours]",
            'out_of_hours = "shut"',
            "iberia.out_of_hours",
            'write "line" or "call_back"',
        ),
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


def test_a_line_without_a_number_falls_to_a_named_one(folder: Path) -> None:
    whole = region_routing.load(folder)
    number = whole.lines["de"].number
    spoil(folder, "lines.toml", f'number = "{number}"', 'falls_to = "us"')
    table = region_routing.load(folder)
    assert "de" not in table.lines
    fallen = [code for code, region in whole.regions.items() if region.line == "de"]
    assert "DE" in fallen
    for code in fallen:
        assert table.route(code).line == whole.lines["us"]
        assert table.regions[code].languages == whole.regions[code].languages
    # Who rings from there is taken to be there, and greeted in a language of the region.
    assert table.region_for_call(table.lines["us"], "+493023125042") == "DE"


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


def test_a_file_that_ends_too_early_is_told_with_its_last_line(folder: Path) -> None:
    (folder / "lines.toml").write_text("as_of = 2026-11-24\n\n[us", "utf-8")
    with pytest.raises(RoutingTableError, match=r"lines\.toml:3: file: is not TOML"):
        region_routing.load(folder)


def test_a_file_without_tables_is_told(folder: Path) -> None:
    (folder / "regions.toml").write_text("# none yet\n", "utf-8")
    with pytest.raises(RoutingTableError, match=r"regions\.toml:1: file: holds no table"):
        region_routing.load(folder)


def test_an_unreadable_file_is_not_held_against_the_others(folder: Path) -> None:
    (folder / "centres.toml").write_bytes(b"\xff")
    with pytest.raises(RoutingTableError) as caught:
        region_routing.load(folder)
    assert [problem.file.name for problem in caught.value.problems] == ["centres.toml"]


def test_a_dotted_key_is_found(folder: Path) -> None:
    text = '[x]\nname = "X"\ntimezone = "UTC"\nlanguages = [\n  "en",\n]\nhours.monday = ["8"]\n'
    (folder / "centres.toml").write_text(text, "utf-8")
    with pytest.raises(RoutingTableError, match=r"centres\.toml:7: x\.hours\.monday: '8' is no"):
        region_routing.load(folder)


@settings(max_examples=60, deadline=None)
@given(
    file=st.sampled_from(["lines.toml", "centres.toml", "regions.toml"]),
    at=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 12),
    put=st.sampled_from(
        ["", "x", "[", "]", '"', "=", "\n", ".", "0", "é", "\x00", "{}", "[]", "1e9"]
    ),
)
def test_whatever_is_spoilt_is_either_fine_or_told(
    tmp_path_factory: pytest.TempPathFactory, file: str, at: float, cut: int, put: str
) -> None:
    folder = Path(shutil.copytree(TABLES, tmp_path_factory.mktemp("spoilt") / "tables"))
    path = folder / file
    text = path.read_text("utf-8")
    place = int(at * len(text))
    spoilt = text[:place] + put + text[place + cut :]
    path.write_text(spoilt, "utf-8")
    problems = problems_of(folder)
    assert all(1 <= item.line <= spoilt.count("\n") + 1 for item in problems if item.file == path)
    assert all(item.message.endswith(".") for item in problems)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RoutingTableError, match=r"centres\.toml:1: file: can't be read"):
        region_routing.load(tmp_path)
