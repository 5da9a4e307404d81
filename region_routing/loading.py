"""Read the routing tables and check all of them, with file, line and key of whatever is wrong."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale, UnknownLocaleError

from region_routing.model import (
    WEEKDAYS,
    Line,
    Region,
    RoutingTable,
    Span,
    SupportCentre,
)

TABLES = Path(__file__).with_name("tables")
T = TypeVar("T")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, and what to write instead."""

    file: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class RoutingTableError(Exception):
    """The tables can't be used. `problems` holds everything that is wrong, in order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class _Source:
    """One TOML file: its data, and the line of every key."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self.data: dict[str, Any] = {}
        self._text: list[str] = []
        try:
            text = path.read_text("utf-8")
            self._text = text.splitlines()
            self.data = tomllib.loads(text)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(path, 1, "file", f"can't be read: {error}."))
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            problems.append(
                Problem(path, int(found[1]) if found else 1, "file", f"is not TOML: {error}.")
            )

    def wrong(self, table: str, key: str, message: str) -> None:
        """Take note of a problem at a key of a table; the table's own line if the key is absent."""
        name = ".".join(filter(None, (table, key)))
        self._problems.append(Problem(self.path, self._line(table, key), name, message))

    def _line(self, table: str, key: str) -> int:
        header = re.compile(rf"\[\s*{re.escape(table)}\s*\]") if table else None
        own = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*=") if key else None
        inside, at = not table, 1
        for number, text in enumerate(self._text, 1):
            if text.lstrip().startswith("["):
                inside = bool(header and header.match(text.strip()))
                at = number if inside else at
            if inside and own and own.match(text.strip()):
                return number
        return at

    def tables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every table of the file, by its name."""
        for name, table in self.data.items():
            if isinstance(table, dict):
                yield name, table


def load(folder: Path | None = None) -> RoutingTable:
    """Read `lines.toml`, `centres.toml` and `regions.toml`; the packaged ones without a folder.

    Raises `RoutingTableError` that names everything that is wrong at once.
    """
    folder = folder or TABLES
    problems: list[Problem] = []
    lines_file = _Source(folder / "lines.toml", problems)
    centres_file = _Source(folder / "centres.toml", problems)
    regions_file = _Source(folder / "regions.toml", problems)
    as_of = lines_file.data.get("as_of")
    if lines_file.data and not isinstance(as_of, date):
        lines_file.wrong("", "as_of", "has to be a date, such as 2026-11-24.")
    lines = _each(lines_file, _line)
    centres = _each(centres_file, _centre)
    regions = _each(regions_file, _region)
    _cross_check_regions(regions_file, regions, lines, centres)
    _cross_check_lines(lines_file, lines, regions)
    _cross_check_centres(centres_file, centres)
    if problems:
        raise RoutingTableError(problems)
    return RoutingTable(as_of or date.min, regions, lines, centres)


def _each(source: _Source, read: Callable[[_Source, str, dict[str, Any]], T]) -> dict[str, T]:
    return {name: read(source, name, table) for name, table in source.tables()}


def _line(source: _Source, name: str, table: Mapping[str, Any]) -> Line:
    _only(source, name, table, {"number", "language", "region", "source"})
    number = _text(source, name, table, "number", "an E.164 number such as +12025550142")
    if number:
        _check_number(source, name, number)
    language = _text(source, name, table, "language", "a BCP 47 tag such as de")
    _check_languages(source, name, "language", (language,) if language else ())
    region = _text(source, name, table, "region", "an ISO 3166 code such as DE")
    origin = _text(source, name, table, "source", "where the number comes from, in words")
    return Line(name, number, language, region, origin)


def _check_number(source: _Source, name: str, number: str) -> None:
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


def _region(source: _Source, name: str, table: Mapping[str, Any]) -> Region:
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


def _centre(source: _Source, name: str, table: Mapping[str, Any]) -> SupportCentre:
    _only(source, name, table, {"name", "timezone", "languages", "overflow", "hours"})
    timezone = _text(source, name, table, "timezone", "an IANA time zone such as Europe/Berlin")
    if timezone:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
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
    )


def _spans(source: _Source, name: str, hours: Mapping[str, Any], weekday: str) -> tuple[Span, ...]:
    given = hours.get(weekday, [])
    spans: list[Span] = []
    for text in given if isinstance(given, list) else [given]:
        found = SPAN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            source.wrong(name, weekday, f'{text!r} is no span of hours: write "08:00-17:30".')
            continue
        hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
        spans.append(Span(time(hour, minute), time(last_hour, last_minute)))
    return tuple(spans)


def _cross_check_regions(
    source: _Source,
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


def _cross_check_lines(
    source: _Source, lines: Mapping[str, Line], regions: Mapping[str, Region]
) -> None:
    numbers: dict[str, str] = {}
    for line in lines.values():
        if line.region and line.region not in regions:
            source.wrong(line.id, "region", f"regions.toml has no region {line.region!r}.")
        if line.number and (other := numbers.setdefault(line.number, line.id)) != line.id:
            source.wrong(line.id, "number", f"is the number of the line {other!r} already.")


def _cross_check_centres(source: _Source, centres: Mapping[str, SupportCentre]) -> None:
    for centre in centres.values():
        for other in centre.overflow:
            if other not in centres or other == centre.id:
                says = f"{other!r} can't take over: name other support centres of this file."
                source.wrong(centre.id, "overflow", says)


def _check_languages(source: _Source, name: str, key: str, languages: tuple[str, ...]) -> None:
    for language in languages:
        try:
            Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            source.wrong(name, key, f"{language!r} is no BCP 47 language tag, such as de or pt-BR.")


def _only(source: _Source, name: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in sorted(table.keys() - known):
        source.wrong(name, key, f"is no key of this table; known are {', '.join(sorted(known))}.")


def _text(source: _Source, name: str, table: Mapping[str, Any], key: str, wanted: str) -> str:
    value = table.get(key)
    if isinstance(value, str) and value.strip():
        return value
    what = "is missing" if value is None else f"is {value!r}"
    source.wrong(name, key, f"{what}: write {wanted}.")
    return ""


def _texts(source: _Source, name: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    what = "is missing" if value is None else f"is {value!r}"
    source.wrong(name, key, f'{what}: write a list of texts, such as ["de", "en"].')
    return ()
