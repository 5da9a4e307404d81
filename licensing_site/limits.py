"""How often one address may ask: a token bucket each, with the clock handed in.

A limit for a process, so that a guesser is slow; the register counts wrong codes for all of them.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Network, ip_address
from typing import Final

_MOST_REMEMBERED: Final = 10_000
_ONE_CUSTOMER: Final = 64
"""Bits of an IPv6 address: whoever has one has all those that begin like it."""


class Limiter:
    """Lets through `burst` at once, and one more every `seconds`.

    >>> from datetime import UTC, timedelta
    >>> now = [datetime(2026, 1, 1, tzinfo=UTC)]
    >>> limiter = Limiter(lambda: now[0], burst=2, seconds=30)
    >>> [limiter.take("192.0.2.1") for _ in range(3)]
    [0, 0, 30]
    >>> now[0] += timedelta(seconds=30)
    >>> limiter.take("192.0.2.1")
    0
    """

    def __init__(
        self, clock: Callable[[], datetime], *, burst: int = 60, seconds: float = 2
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._seconds = seconds
        self._lock = threading.Lock()
        # When each address will have its whole burst again; the longest unheard of go first.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, address: str) -> int:
        """Take one turn; gives 0, or after how many whole seconds to come again."""
        now = self._clock().timestamp()
        address = _customer(address)
        with self._lock:
            full_at = max(self._full_at.pop(address, now), now) + self._seconds
            wait = full_at - now - self._burst * self._seconds
            if wait > 0:
                full_at -= self._seconds
            self._full_at[address] = full_at
            while len(self._full_at) > _MOST_REMEMBERED:
                self._full_at.popitem(last=False)
        return math.ceil(wait) if wait > 0 else 0


def _customer(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 -- the protocol's number
        return address
    return str(IPv6Network((int(parsed), _ONE_CUSTOMER), strict=False))
