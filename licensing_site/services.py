"""What the website and the API work with, wired by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from clearinghouse import Clearinghouse
from data_store import Cipher
from licensing_site.limits import Limiter
from region_routing import RoutingTable


def machine_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """One web process's parts. `public_base_url` is without a trailing slash.

    `cipher` is the one of the register: what is typed into the website's forms goes through the
    browser encrypted, and any process can read it. `limiter` is the website's own. What a
    browser keeps runs out by `browser_clock`: the line's own may be a simulated one that leaps.
    `demo` marks every page.
    """

    engine: Engine
    clearinghouse: Clearinghouse
    cipher: Cipher
    routing: RoutingTable
    clock: Callable[[], datetime]
    limiter: Limiter
    public_base_url: str
    demo: bool = False
    browser_clock: Callable[[], datetime] = machine_clock
