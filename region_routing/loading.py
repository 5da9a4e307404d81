"""Read the routing tables and check all of them, with file, line and key of whatever is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale, UnknownLocaleError

from region_routing.model import (
    OVERFLOW_AFTER,
    WEEKDAYS,
    Line,
    OutOfHours,
    Region,
    RoutingTable,
    Span,
    SupportCentre,
)
from region_routing.source import Problem, Source

TABLES = Path(__file__).with_name("tables")
T = TypeVar("T")
CENTRE_KEYS = {
    "name",
    "timezone",
    "languages",
    "overflow",
    "overflow_after",
    "out_of_hours",
    "hours",
}
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class RoutingTableError(Exception):
    """The tables can't be used. `problems` holds everything that is wrong, in order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def load(folder: Path | None = None) -> RoutingTable:
    """Read `lines.toml`, `centres.toml` and `regions.toml`; the packaged ones without a folder.

    The packaged ones are read once in a process. Raises `RoutingTableError` that names everything
    that is wrong at once.
    """
    return _packaged() if folder is None else _read(folder)


@cache
def _packaged() -> RoutingTable:
    return _read(TABLES)


def _read(folder: Path) -> RoutingTable:
    problems: list[Problem] = []
    lines_file = Source(folder / "lines.toml", problems)
    centres_file = Source(folder / "centres.toml", problems)
    regions_file = Source(folder / "regions.toml", problems)
    as_of = lines_file.data.get("as_of")
    # A time of day is a date to Python, and none to the reader of the wizard's page.
    dated = isinstance(as_of, date) and not isinstance(as_of, datetime)
    if lines_file.readable and not dated:
        lines_file.wrong("", "as_of", "has to be a date, such as 2026-11-24.")
    lines = _each(lines_file, _line, beside=frozenset({"as_of"}))
    fallen = _fallen(lines_file, lines)
    lines = {name: line for name, line in lines.items() if name not in fallen}
    centres = _each(centres_file, _centre)
    regions = {
        code: replace(region, line=fallen.get(region.line, region.line))
        for code, region in _each(regions_file, _region).items()
    }
    # What an unreadable file would have held is not held against the others.
    if lines_file.readable and centres_file.readable and regions_file.readable:
        _cross_check_regions(regions_file, regions, lines, centres)
        _cross_check_lines(lines_file, lines, regions)
        _cross_check_centres(centres_file, centres)
    if problems:
        raise RoutingTableError(problems)
    return RoutingTable(as_of or date.min, regions, lines, centres)


def _each(
    source: Source,
    read: Callable[[Source, str, dict[str, Any]], T],
    *,
    beside: frozenset[str] = frozenset(),
) -> dict[str, T]:
    held = {name: read(source, name, table) for name, table in source.tables(beside=beside)}
    if source.readable and not held:
        source.wrong("", "file", "holds no table: write at least one.")
    return held


def _line(source: Source, name: str, table: Mapping[str, Any]) -> Line:
    _only(source, name, table, {"number", "falls_to", "language", "region", "source"})
    number = ""
    if "falls_to" not in table:
        number = _text(source, name, table, "number", "an E.164 number such as +12025550142")
    elif "number" in table:
        source.wrong(name, "falls_to", "stands beside a number: take one of the two away.")
    if number:
        _check_number(source, name, number)
    language = _text(source, name, table, "language", "a BCP 47 tag such as de")
    _check_languages(source, name, "language", (language,) if language else ())
    region = _text(source, name, table, "region", "an ISO 3166 code such as DE")
    origin = _text(source, name, table, "source", "where the number comes from, in words")
    return Line(name, number, language, region, origin)


def _fallen(source: Source, lines: Mapping[str, Line]) -> dict[str, str]:
    """The lines without a number: each with the line that serves its regions meanwhile."""
    given = {
        name: str(table["falls_to"])
        for name, table in source.data.items()
        if name in lines and "falls_to" in table
    }
    for name, other in given.items():
        if other not in lines or other in given:
            source.wrong(name, "falls_to", f"{other!r} is no line with a number: name one.")
    return given


def _check_number(source: Source, name: str, number: str) -> None:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        source.wrong(name, "number", f"{number!r} is no telephone number: {error}.")
        return
    form = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(parsed):
        source.wrong(name, "number", f"{number!r} is not valid in any country's numbering plan.")
    elif form != number:
        source.wrong(name, "number", f"{number!r} has to be written as {form!r}.")


def _region(source: Source, name: str, table: Mapping[str, Any]) -> Region:
    _only(source, name, table, {"line", "centre", "languages"})
    if name not in phonenumbers.SUPPORTED_REGIONS:
        source.wrong(name, "", f"{name!r} is no region code: write ISO 3166, such as DE.")
    languages = _texts(source, name, table, "languages")
    _check_languages(source, name, "languages", languages)
    return Region(
        name,
        _text(source, name, table, "line", "a line of lines.toml"),
        _text(source, name, table, "centre", "a support centre of centres.toml"),
        languages,
    )


def _centre(source: Source, name: str, table: Mapping[str, Any]) -> SupportCentre:
    _only(source, name, table, CENTRE_KEYS)
    timezone = _text(source, name, table, "timezone", "an IANA time zone such as Europe/Berlin")
    if timezone:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
            source.wrong(name, "timezone", f"{timezone!r} is no IANA time zone.")
    languages = _texts(source, name, table, "languages")
    _check_languages(source, name, "languages", languages)
    overflow = _texts(source, name, table, "overflow") if "overflow" in table else ()
    hours = table.get("hours")
    if not isinstance(hours, dict):
        source.wrong(name, "hours", f"is missing: write a table [{name}.hours].")
        hours = {}
    _only(source, f"{name}.hours", hours, set(WEEKDAYS))
    return SupportCentre(
        name,
        _text(source, name, table, "name", "a name for people"),
        timezone,
        tuple(_spans(source, f"{name}.hours", hours, weekday) for weekday in WEEKDAYS),
        languages,
        overflow,
        _seconds(source, name, table, "overflow_after"),
        _out_of_hours(source, name, table),
    )


def _seconds(source: Source, name: str, table: Mapping[str, Any], key: str) -> int:
    value = table.get(key, OVERFLOW_AFTER)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    source.wrong(name, key, f"is {value!r}: write whole seconds, such as {OVERFLOW_AFTER}.")
    return OVERFLOW_AFTER


def _out_of_hours(source: Source, name: str, table: Mapping[str, Any]) -> OutOfHours:
    value = table.get("out_of_hours", OutOfHours.LINE)
    if value in list(OutOfHours):
        return OutOfHours(value)
    known = " or ".join(f'"{rule}"' for rule in OutOfHours)
    source.wrong(name, "out_of_hours", f"is {value!r}: write {known}.")
    return OutOfHours.LINE


def _spans(source: Source, name: str, hours: Mapping[str, Any], weekday: str) -> tuple[Span, ...]:
    given = hours.get(weekday, [])
    spans: list[Span] = []
    for text in given if isinstance(given, list) else [given]:
        found = SPAN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            source.wrong(name, weekday, f'{text!r} is no span of hours: write "08:00-17:30".')
            continue
        hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
        spans.append(Span(time(hour, minute), time(last_hour, last_minute)))
    for before, after in pairwise(spans):
        if after.start < before.end or before.end <= before.start:
            says = f"{after.start:%H:%M} is before {before.end:%H:%M}: write spans in order, apart."
            source.wrong(name, weekday, says)
    return tuple(spans)


def _cross_check_regions(
    source: Source,
    regions: Mapping[str, Region],
    lines: Mapping[str, Line],
    centres: Mapping[str, SupportCentre],
) -> None:
    for region in regions.values():
        if region.line and region.line not in lines:
            source.wrong(region.code, "line", f"lines.toml has no line {region.line!r}.")
        if region.centre and region.centre not in centres:
            says = f"centres.toml has no support centre {region.centre!r}."
            source.wrong(region.code, "centre", says)
        if region.line in lines and region.centre in centres:
            _check_spoken(source, region, lines[region.line], centres[region.centre])


def _check_spoken(source: Source, region: Region, line: Line, centre: SupportCentre) -> None:
    """A call is offered only to somebody who speaks its language: nobody may wait for ever."""
    spoken = ", ".join(centre.languages)
    if line.language and centre.languages and line.language not in centre.languages:
        says = (
            f"the line {line.id!r} greets in {line.language}, and {centre.id!r} speaks {spoken}: "
            "name a line in one of these languages, or another centre."
        )
        source.wrong(region.code, "line", says)
    if region.languages and centre.languages and not {*region.languages} & {*centre.languages}:
        says = f"none is spoken at {centre.id!r}, which speaks {spoken}: add one of these."
        source.wrong(region.code, "languages", says)


def _cross_check_lines(
    source: Source, lines: Mapping[str, Line], regions: Mapping[str, Region]
) -> None:
    numbers: dict[str, str] = {}
    for line in lines.values():
        if line.region and line.region not in regions:
            source.wrong(line.id, "region", f"regions.toml has no region {line.region!r}.")
        elif line.region and regions[line.region].line not in (line.id, ""):
            says = (
                f"{line.region} is served by the line {regions[line.region].line!r}: "
                "name a region that regions.toml gives to this line."
            )
            source.wrong(line.id, "region", says)
        if line.number and (other := numbers.setdefault(line.number, line.id)) != line.id:
            source.wrong(line.id, "number", f"is the number of the line {other!r} already.")


def _cross_check_centres(source: Source, centres: Mapping[str, SupportCentre]) -> None:
    for centre in centres.values():
        for other in centre.overflow:
            if other not in centres or other == centre.id:
                says = f"{other!r} can't take over: name other support centres of this file."
                source.wrong(centre.id, "overflow", says)


def _check_languages(source: Source, name: str, key: str, languages: tuple[str, ...]) -> None:
    for language in languages:
        try:
            Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            source.wrong(name, key, f"{language!r} is no BCP 47 language tag, such as de or pt-BR.")


def _only(source: Source, name: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in sorted(table.keys() - known):
        source.wrong(name, key, f"is no key of this table; known are {', '.join(sorted(known))}.")


def _text(source: Source, name: str, table: Mapping[str, Any], key: str, wanted: str) -> str:
    value = table.get(key)
    if isinstance(value, str) and value.strip():
        return value
    what = "is missing" if value is None else f"is {value!r}"
    source.wrong(name, key, f"{what}: write {wanted}.")
    return ""


def _texts(source: Source, name: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    what = "is missing" if value is None else f"is {value!r}"
    source.wrong(name, key, f'{what}: write a list of texts, such as ["de", "en"].')
    return ()
