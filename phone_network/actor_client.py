"""A Python program's end of the control WebSocket: act, and wait for events.

`async with connect(session, control_url, "caller") as actor:` then `await actor.do("call", ...)`
and `await actor.until("answered")`. Waiting tells the network what has been seen, so virtual time
moves exactly while nobody has anything left to do. An actor that is left alone for a while has to
be set aside with `rest()`, else it holds the time for everybody.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Event = dict[str, Any]


class ConnectionLost(Exception):  # noqa: N818 -- it says what happened
    """The network has closed the connection."""


class Acting(ABC):
    """What programs do with an actor, however it is connected.

    `log` keeps every event that was taken in.
    """

    def __init__(self) -> None:
        self._seen = 0
        self.log: list[Event] = []

    @abstractmethod
    async def do(self, what: str, **particulars: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Ask the network for something; `from_` is sent as `from`."""

    @abstractmethod
    async def next(self) -> Event:
        """Wait for the next event, letting time pass."""

    @abstractmethod
    async def rest(self) -> None:
        """Let time pass until this actor is asked for its next event; nothing is lost."""

    async def until(self, kind: str, **wanted: Any) -> Event:  # noqa: ANN401 -- compared only
        """Wait for an event of a kind, and with these values; others are kept in the log."""
        while True:
            event = await self.next()
            if event["event"] == kind and all(
                event.get(name) == value for name, value in wanted.items()
            ):
                return event

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass; what happens meanwhile is kept in the log."""
        await self.do("sleep", seconds=seconds, seen=self._seen)
        await self.until("woke")


class RemoteActor(Acting):
    """One actor at the other end of the control WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__()
        self._socket = socket
        self._arrived: asyncio.Queue[Event | None] = asyncio.Queue()
        self._latest = 0
        self._resting = False

    async def do(self, what: str, **particulars: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Ask the network for something; `from_` is sent as `from`."""
        message = {name.rstrip("_"): value for name, value in particulars.items()}
        await self._socket.send_str(json.dumps({"do": what, **message}))

    async def next(self) -> Event:
        """Wait for the next event, letting time pass."""
        self._resting = False
        if self._arrived.empty():
            await self.do("wait", seen=self._seen)
        event = await self._arrived.get()
        if event is None:
            raise ConnectionLost("The network has closed the connection.")
        self._seen = event["seq"]
        self.log.append(event)
        return event

    async def rest(self) -> None:
        """Let time pass until this actor is asked for its next event; nothing is lost."""
        self._resting = True
        await self.do("wait", seen=self._latest)

    async def read(self) -> None:
        """Take in what arrives; `connect` runs this beside the program."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            event: Event = json.loads(message.data)
            self._latest = event["seq"]
            self._arrived.put_nowait(event)
            if self._resting:
                await self.do("wait", seen=self._latest)
        self._arrived.put_nowait(None)


@asynccontextmanager
async def connect(
    session: aiohttp.ClientSession, control_url: str, name: str, token: str = ""
) -> AsyncIterator[RemoteActor]:
    """Connect an actor to the network at `control_url` (`.../control/v1`)."""
    async with session.ws_connect(f"{control_url}/actor", max_msg_size=0) as socket:
        actor = RemoteActor(socket)
        reading = asyncio.create_task(actor.read())
        try:
            await actor.do("hello", name=name, token=token)
            yield actor
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
