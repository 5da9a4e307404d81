"""The control WebSocket: telephones, devices, scripted callers and tests act through it."""

import asyncio
import json
from typing import Any, Final

from aiohttp import WSMsgType, web

from phone_network.exchange import Exchange
from phone_network.telephones import Telephone

MAX_MESSAGE: Final = 64 * 1024


class Actor(Telephone):
    """One connection."""

    def __init__(self, exchange: Exchange, *, trusted: bool) -> None:
        super().__init__(exchange, trusted=trusted)
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_MESSAGE)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Talk until the actor goes."""
        self._keep_busy()
        writer: asyncio.Task[None] | None = None
        try:
            await self._socket.prepare(request)
            self.tell("welcome", account_sid=self._exchange.account_sid, simulated=True)
            writer = asyncio.create_task(self._write())
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
                elif message.type is WSMsgType.BINARY:
                    self.tell("error", message="Messages have to be text, in JSON.")
        finally:
            if writer is not None:
                writer.cancel()
            self.gone()
        return self._socket

    async def close(self) -> None:
        """Close the connection because the network stops."""
        await self._socket.close(code=1001, message=b"the network stops")

    async def _write(self) -> None:
        while True:
            data = await self._outgoing.get()
            try:
                await self._socket.send_str(json.dumps(data))
            except (ConnectionError, RuntimeError):
                return  # the reader notices

    def _emit(self, event: dict[str, Any]) -> None:
        self._outgoing.put_nowait(event)

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            self.tell("error", message="A message has to be JSON.")
            return
        if isinstance(message, dict):
            self.act(message)
        else:
            self.tell("error", message="A message has to be a JSON object.")
