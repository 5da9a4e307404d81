"""Who asks, as the wizards confirm it: what Properties hold, put right line by line."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import region_routing
from license_server import contact, properties
from license_server import state as states
from license_server.errors import InvalidEntryError
from license_server.terminal.console import Console
from region_routing import RoutingTable

ACTIVATING: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "country": "Country or region (ISO 3166 code)",
    "email": "E-mail",
}
DEACTIVATING: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "phone": "Phone (optional)",
    "email": "E-mail",
}


def confirm(
    console: Console,
    data: Path,
    clock: Callable[[], datetime],
    routing: RoutingTable,
    *,
    labels: Mapping[str, str],
    required: Collection[str],
) -> None:
    """Ask for each fact, Enter keeps what stands there; what is missing or wrong is asked again."""
    held, names = states.load(data).properties, list(labels)
    countries = dict(region_routing.countries()) if "country" in labels else None
    while names:
        texts = {}
        for name in names:
            known = getattr(held, name)
            label = labels[name]
            texts[name] = console.ask(f"{label} [{known}]:" if known else f"{label}:") or known
        if "country" in texts:
            texts["country"] = texts["country"].upper()
        held = contact.typed(held, texts)
        try:
            contact.require(held, required, countries)
            names = []
        except InvalidEntryError as error:
            console.say(str(error))
            names = [error.field]
    given = {name: getattr(held, name) for name in labels}
    properties.change(data, routing, clock(), texts=given)
