"""The simulated phone network on a real socket, in a thread of this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from phone_network.server import Network
from phone_network.settings import Settings, new_account


@contextmanager
def serving_network(**given: Any) -> Iterator[Network]:
    """Serve a network on real time; `given` are its settings."""
    given = {"account": new_account(), "speech": "rate"} | given
    ready, done = threading.Event(), asyncio.Event()
    held: list[Network] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with Network(Settings(**given)) as network:
            held.append(network)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10), "the network did not start"
    try:
        yield held[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()
