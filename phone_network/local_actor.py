"""An actor in the network's own process: the same telephone without a socket.

A program that runs exchange and scripted parties in one event loop uses it as it would use a
`RemoteActor`. Nothing is serialised, so a call costs milliseconds.
"""

import asyncio
from collections import deque
from typing import Any

from phone_network.actor_client import Acting, Event
from phone_network.exchange import Exchange
from phone_network.telephones import Telephone


class LocalActor(Telephone, Acting):
    """One trusted actor. Virtual time stands still until it waits, sleeps or rests."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        Telephone.__init__(self, exchange, trusted=True)
        Acting.__init__(self)
        self._arrived: deque[Event] = deque()
        self._awaited: asyncio.Future[None] | None = None
        self._resting = False
        self._keep_busy()
        self.act({"do": "hello", "name": name})

    async def do(self, what: str, **particulars: Any) -> None:  # noqa: ANN401 -- as a remote actor's
        """Ask the network for something; `from_` is taken as `from`."""
        self.act({"do": what, **{name.rstrip("_"): value for name, value in particulars.items()}})

    async def next(self) -> Event:
        """Wait for the next event, letting time pass."""
        self._resting = False
        if not self._arrived:
            self._awaited = asyncio.get_running_loop().create_future()
            self._rest()
            try:
                await self._awaited
            finally:
                self._awaited = None
        event = self._arrived.popleft()
        self._seen = event["seq"]
        self.log.append(event)
        return event

    async def rest(self) -> None:
        """Let time pass until this actor is asked for its next event; nothing is lost."""
        self._resting = True
        self._rest()

    def _emit(self, event: Event) -> None:
        self._arrived.append(event)
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)
        if self._resting:
            self._rest()
