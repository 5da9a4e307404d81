"""Changing what Properties holds: connection method, region, required and optional facts."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import region_routing
from license_server import event_log, files
from license_server import state as states
from license_server.errors import InvalidEntryError
from license_server.model import Method
from license_server.state import Properties
from region_routing import RoutingTable

LONGEST: Final = 200
TEXTS: Final = tuple(
    entry.name for entry in dataclasses.fields(Properties) if entry.name not in ("method", "region")
)


def change(
    data: Path,
    routing: RoutingTable,
    now: datetime,
    *,
    method: Method | None = None,
    region: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> Properties:
    """Store what is given and leave the rest as it is; raises InvalidEntryError, then nothing is.

    `region` is an ISO 3166 code of the table, `texts` are the other fields by their names.
    """
    given: dict[str, str] = {name: _text(name, text) for name, text in (texts or {}).items()}
    if region is not None:
        given["region"] = region.strip().upper()
    with files.locked(data):
        state = states.load(data)
        fresh = dataclasses.replace(state.properties, **given)  # type: ignore[arg-type]  # texts
        if method is not None:
            fresh = dataclasses.replace(fresh, method=method)
        require_region(fresh, routing)
        require_country(fresh)
        if fresh == state.properties:
            return fresh
        states.save(data, dataclasses.replace(state, properties=fresh))
    facts = {"method": fresh.method.value, "region": fresh.region}
    event_log.record(data, event_log.Kind.PROPERTIES_CHANGED, now, **facts)
    return fresh


def require_region(held: Properties, routing: RoutingTable) -> None:
    """Refuse a region that the table does not have, and the method Telephone without one."""
    if held.region and held.region not in routing.regions:
        raise InvalidEntryError(
            "region", f"{held.region} is not in the list of countries and regions: choose one."
        )
    if held.method is Method.TELEPHONE and not held.region:
        raise InvalidEntryError(
            "region", "Choose the country or region that you call from: it decides the number."
        )


def require_country(held: Properties) -> None:
    """Refuse a country that is no code of ISO 3166; names differ from language to language."""
    if held.country and held.country not in dict(region_routing.countries()):
        raise InvalidEntryError(
            "country",
            f"{held.country} is no country or region: choose one of the list (ISO 3166 codes).",
        )


def _text(name: str, text: str) -> str:
    value = " ".join(text.split())
    if len(value) > LONGEST or not value.isprintable():
        raise InvalidEntryError(
            name, f"{name.replace('_', ' ').capitalize()} may have {LONGEST} printable characters."
        )
    return value
