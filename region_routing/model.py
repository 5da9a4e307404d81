"""What the tables speak of: regions, lines, support centres and their hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from phonenumbers import PhoneNumberFormat

from region_routing.names import in_order

OVERFLOW_AFTER = 120
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone number that callers ring. `language` greets them; `region` is the default."""

    id: str
    number: str
    language: str
    region: str
    source: str

    @property
    def country(self) -> str:
        """The ISO 3166 code of the country that the number is in, whoever rings it."""
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(self.number)))

    @property
    def display(self) -> str:
        """The number as people write it, with the country's code."""
        return phonenumbers.format_number(
            phonenumbers.parse(self.number), PhoneNumberFormat.INTERNATIONAL
        )


@dataclass(frozen=True, slots=True)
class Region:
    """A country or region, by its ISO 3166 code."""

    code: str
    line: str
    centre: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day, local time; `end` is not in it, and 00:00 as an end is midnight."""

    start: time
    end: time


class OutOfHours(StrEnum):
    """What becomes of a call while every support centre that could take it is closed."""

    LINE = "line"
    CALL_BACK = "call_back"


@cache
def zone_named(name: str) -> ZoneInfo:
    """A time zone by its IANA name. `ZoneInfo` itself keeps eight and reads any other again."""
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class SupportCentre:
    """Where representatives sit. `hours` has seven entries, Monday first.

    After `overflow_after` seconds of waiting the next centre of `overflow` is tried as well.
    """

    id: str
    name: str
    timezone: str
    hours: tuple[tuple[Span, ...], ...]
    languages: tuple[str, ...]
    overflow: tuple[str, ...]
    overflow_after: int = OVERFLOW_AFTER
    out_of_hours: OutOfHours = OutOfHours.LINE

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the hours are local to."""
        return zone_named(self.timezone)


@dataclass(frozen=True, slots=True)
class Override:
    """A dated exception to what the tables say of a centre, from `start` until `end` (aware).

    What is None stays as it is: the hours, the rule for out of hours, or the overflow list.
    """

    centre: str
    start: datetime
    end: datetime
    is_open: bool | None = None
    out_of_hours: OutOfHours | None = None
    overflow: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where a region's calls go."""

    region: Region
    line: Line
    centre: SupportCentre


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """All tables, checked. `as_of` is the day whose numbers these are."""

    as_of: date
    regions: Mapping[str, Region]
    lines: Mapping[str, Line]
    centres: Mapping[str, SupportCentre]

    def __post_init__(self) -> None:
        for name in ("regions", "lines", "centres"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def route(self, region: str) -> Route:
        """Where the region's calls go. Raises `KeyError` for a code that no table has."""
        found = self.regions[region]
        return Route(found, self.lines[found.line], self.centres[found.centre])

    def line_for_number(self, number: str) -> Line | None:
        """The line that has this number (E.164)."""
        return next((line for line in self.lines.values() if line.number == number), None)

    def region_for_caller(self, number: str) -> str | None:
        """The region of a caller's number, where it is a number and one of ours."""
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return None
        region = phonenumbers.region_code_for_number(parsed)
        return region if region in self.regions else None

    def region_for_call(self, line: Line, caller: str) -> str:
        """The region of a call: the caller's where this line serves it, else the line's own."""
        region = self.region_for_caller(caller)
        if region is not None and self.regions[region].line == line.id:
            return region
        return line.region

    def region_name(self, code: str, language: str = "en") -> str:
        """The region's name in a language, by the Unicode CLDR."""
        names = Locale.parse(language, sep="-").territories
        return str(names.get(code, code))

    def named_regions(self, language: str = "en") -> tuple[tuple[str, str], ...]:
        """Every region's code and name, in the order of the names, as a list to choose from."""
        names = Locale.parse(language, sep="-").territories
        return in_order((code, str(names.get(code, code))) for code in self.regions)
