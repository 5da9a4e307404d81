"""Where the time comes from: the machine, or a simulated network that owns it."""

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def network_clock(url: str) -> Clock:
    """A clock that asks the simulated phone network, for simulated time over several processes."""

    def now() -> datetime:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- a checked setting
            return datetime.fromisoformat(json.load(answer)["now"])

    return now


def clock_for(url: str) -> Clock:
    """The network's clock where a URL is set, else the machine's."""
    return network_clock(url) if url else system_clock
