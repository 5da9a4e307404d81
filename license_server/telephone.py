"""What the telephone page says about the call: number, support centre, hours, languages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import region_routing
from region_routing import Kind, Line, Route, RoutingTable

PAGE_LANGUAGE: Final = "en-GB"
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Fallback:
    """Another line, for when the first one is dead or engaged."""

    number: str
    e164: str
    language: str
    region: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Guidance:
    """How to call the support centre of a region. `e164` is the number for machines.

    `hours` and `opens` are in this computer's time zone, which `zone` names. `abroad` is the
    country of a number that is not the region's own, else empty; `meanwhile` is a sentence on who
    answers while the centre is closed.
    """

    region: str
    number: str
    e164: str
    as_of: date
    centre: str
    hours: str
    zone: str
    is_open: bool
    opens: datetime | None
    languages: tuple[str, ...]
    abroad: str = ""
    meanwhile: str = ""
    fallback: Fallback | None = None


def guidance(table: RoutingTable, region: str, now: datetime) -> Guidance | None:
    """Say whom to call from a region (ISO 3166 code); None where the table does not have it."""
    if region not in table.regions:
        return None
    route = table.route(region)
    is_open = region_routing.is_open(route.centre, now)
    local = now.astimezone()
    opens = None if is_open else region_routing.next_opening(route.centre, now)
    return Guidance(
        region=table.region_name(region, PAGE_LANGUAGE),
        number=route.line.display,
        e164=route.line.number,
        as_of=table.as_of,
        centre=route.centre.name,
        hours=region_routing.hours_text(route.centre, PAGE_LANGUAGE, local),
        zone=local.tzname() or "local time",
        is_open=is_open,
        opens=opens.astimezone(local.tzinfo) if opens else None,
        languages=tuple(_language(tag) for tag in route.centre.languages),
        abroad=_abroad(table, route),
        meanwhile="" if is_open else _meanwhile(table, route, now),
        fallback=_fallback(table, route, now),
    )


def choices(table: RoutingTable) -> tuple[tuple[str, str], ...]:
    """List the regions for Select Country or Region: ISO code and name, in order of the names."""
    return table.named_regions(PAGE_LANGUAGE)


def _abroad(table: RoutingTable, route: Route) -> str:
    country = route.line.country
    return "" if country == route.region.code else table.region_name(country, PAGE_LANGUAGE)


def _meanwhile(table: RoutingTable, route: Route, now: datetime) -> str:
    """Who answers a call that comes now. Dated exceptions are the line's to know."""
    found = region_routing.destination(table, route.region.code, route.line.language, now)
    match found.kind:
        case Kind.CENTRE:
            return f"Until then {found.centre.name} answers, in {_language(found.language)}."
        case Kind.LINE:
            return "Until then the line itself answers, and issues what needs no person."
        case Kind.CALL_BACK:
            return "Until then the line takes calls to be called back."


def _fallback(table: RoutingTable, route: Route, now: datetime) -> Fallback | None:
    """Choose another line: in the same language and open now, as far as there is one."""
    others = [line for line in table.lines.values() if line.id != route.line.id]
    if not others:
        return None

    def distance(line: Line) -> tuple[bool, bool, bool]:
        is_same = line.language == route.line.language
        return (
            not (is_same or line.language == _ENGLISH),
            not _is_open(table, line, now),
            not is_same,
        )

    line = min(others, key=distance)
    return Fallback(
        number=line.display,
        e164=line.number,
        language=_language(line.language),
        region=table.region_name(line.region, PAGE_LANGUAGE),
        is_open=_is_open(table, line, now),
    )


def _is_open(table: RoutingTable, line: Line, now: datetime) -> bool:
    return region_routing.is_open(table.route(line.region).centre, now)


def _language(tag: str) -> str:
    return region_routing.language_name(tag, PAGE_LANGUAGE)
