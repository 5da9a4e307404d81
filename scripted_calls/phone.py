"""A scripted party's telephone: the simulated network's actor channel, as awaitable calls.

The network holds its virtual clock while an actor is busy: from connecting, and from each event
delivered to it, until it says that it sleeps or waits. `seen` tells the network which events
it had when it said so, so that one still under way is not lost sight of.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType


class Phone:
    """One party's connection to the simulated phone network."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._seen = 0

    @classmethod
    async def connect(cls, http: ClientSession, control_url: str, name: str) -> "Phone":
        """Connect; virtual time stands still until `wait` or `sleep`."""
        phone = cls(await http.ws_connect(f"{control_url}/actor"))
        await phone.do("hello", name=name)
        return phone

    async def do(self, what: str, **fields: object) -> None:
        """Send one act, such as `do("press", call=sid, digits="123#")`."""
        await self._socket.send_str(json.dumps({"do": what, **fields}))

    async def wait(self) -> None:
        """Let time go on until the next event."""
        await self.do("wait", seen=self._seen)

    async def sleep(self, seconds: float) -> None:
        """Let time go on; `woke` arrives when so many seconds have passed."""
        await self.do("sleep", seconds=seconds, seen=self._seen)

    async def events(self) -> AsyncIterator[Mapping[str, Any]]:
        """What the network tells, in order, until the connection closes."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            event: dict[str, Any] = json.loads(message.data)
            self._seen = event.get("seq", self._seen)
            yield event

    async def close(self) -> None:
        """Leave the network."""
        await self._socket.close()
