"""What every page needs: the data directory, the clock, the numbers, who may come in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import current_app, g

from license_server.access import Access
from region_routing import RoutingTable

KEY: Final = "license_server"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that the pages are made with. `host` is the address that is listened on."""

    data: Path
    clock: Callable[[], datetime]
    routing: RoutingTable
    access: Access
    host: str
    is_demo: bool


def services() -> Services:
    """The parts of the running application."""
    found: Services = current_app.extensions[KEY]
    return found


def now() -> datetime:
    """The time of this request; one request sees one time."""
    if "now" not in g:
        g.now = services().clock()
    read: datetime = g.now
    return read
