"""What the telephone page says about the call: number, support centre, hours, languages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import region_routing
from region_routing import RoutingTable

_PAGE_LANGUAGE: Final = "en-GB"
# The names of the languages that lines speak; one that is not here shows by its tag.
_LANGUAGES: Final = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}


@dataclass(frozen=True, slots=True)
class Guidance:
    """How to call the support centre of a region. `e164` is the number for machines.

    `hours` and `opens` are in this computer's time zone, which `zone` names.
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


def guidance(table: RoutingTable, region: str, now: datetime) -> Guidance | None:
    """Say whom to call from a region (ISO 3166 code); None where the table does not have it."""
    if region not in table.regions:
        return None
    route = table.route(region)
    is_open = region_routing.is_open(route.centre, now)
    local = now.astimezone()
    opens = None if is_open else region_routing.next_opening(route.centre, now)
    return Guidance(
        region=table.region_name(region, _PAGE_LANGUAGE),
        number=route.line.display,
        e164=route.line.number,
        as_of=table.as_of,
        centre=route.centre.name,
        hours=region_routing.hours_text(route.centre, _PAGE_LANGUAGE, local),
        zone=local.tzname() or "local time",
        is_open=is_open,
        opens=opens.astimezone(local.tzinfo) if opens else None,
        languages=tuple(_LANGUAGES.get(name, name) for name in route.centre.languages),
    )


def choices(table: RoutingTable) -> list[tuple[str, str]]:
    """List the regions for Select Country or Region: ISO code and name, in order of the names."""
    named = [(code, table.region_name(code, _PAGE_LANGUAGE)) for code in table.regions]
    return sorted(named, key=lambda pair: pair[1])
