"""What a running license server sees to without being asked: once at its start, then every hour."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server import clearinghouse_client, health, link
from license_server import state as states
from license_server.errors import LicenseServerError
from license_server.model import Method

_EVERY_SECONDS: Final = 3600.0


def once(data: Path, now: datetime) -> None:
    """Log what time has brought about, and catch up with the clearinghouse.

    The network is touched where the connection method is Automatic only: the other two are for
    servers that have none.
    """
    state = states.find(data)
    if state is None:
        return
    health.note(data, now)
    if state.properties.method is Method.AUTOMATIC:
        clearinghouse_client.catch_up(data, link.load(data), now)


@contextmanager
def running(
    data: Path, clock: Callable[[], datetime], every: float = _EVERY_SECONDS
) -> Iterator[None]:
    """Go the rounds in a thread of their own for as long as the server serves."""
    ended = threading.Event()

    def walk() -> None:
        while True:
            # Whoever opens a page is told the same fault, and can do something about it.
            with suppress(LicenseServerError):
                once(data, clock())
            if ended.wait(every):
                return

    threading.Thread(target=walk, name="rounds", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
