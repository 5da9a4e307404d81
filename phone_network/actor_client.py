"""A Python program's end of the control WebSocket: act, and wait for events.

`async with connect(session, control_url, "caller") as actor:` then `await actor.do("call", ...)`
and `await actor.until("answered")`. Waiting tells the network what has been seen, so virtual time
moves exactly while nobody has anything left to do.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Event = dict[str, Any]


class ConnectionLost(Exception):  # noqa: N818 -- it says what happened
    """The network has closed the connection."""


class RemoteActor:
    """One connected actor; `log` keeps every event that it was handed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._seen = 0
        self.log: list[Event] = []

    async def do(self, what: str, **particulars: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Ask the network for something; `from_` is sent as `from`."""
        message = {name.rstrip("_"): value for name, value in particulars.items()}
        await self._socket.send_str(json.dumps({"do": what, **message}))

    async def next(self) -> Event:
        """Wait for the next event, letting time pass."""
        await self.do("wait", seen=self._seen)
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionLost("The network has closed the connection.")
        event: Event = json.loads(message.data)
        self._seen = event["seq"]
        self.log.append(event)
        return event

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


@asynccontextmanager
async def connect(
    session: aiohttp.ClientSession, control_url: str, name: str, token: str = ""
) -> AsyncIterator[RemoteActor]:
    """Connect an actor to the network at `control_url` (`.../control/v1`)."""
    async with session.ws_connect(f"{control_url}/actor") as socket:
        actor = RemoteActor(socket)
        await actor.do("hello", name=name, token=token)
        yield actor
