"""Puts the faces together: REST, control API, pages; starts and stops the network."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Self
from urllib.parse import urlsplit

from aiohttp import web

from phone_network import pages, rest, sounds
from phone_network.actors import Actor
from phone_network.clock import RealClock, VirtualClock, holding
from phone_network.exchange import Exchange
from phone_network.settings import Settings
from phone_network.sounds import Sounds
from phone_network.speaking import Speaker
from phone_network.webhooks import Webhooks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_MAX_BODY: Final = 256 * 1024


class Network:
    """A running network: `async with Network(settings) as network` listens at `network.url`."""

    def __init__(self, settings: Settings) -> None:
        self.speaker = _speaker(settings)
        if self.speaker is not None:
            settings = replace(settings, rules=replace(settings.rules, voice=self.speaker))
        self.settings = settings
        start = settings.start or datetime.now(UTC)
        self.clock = VirtualClock(start) if settings.virtual else RealClock()
        self._webhooks = Webhooks(self._auth_token)
        self._sounds = Sounds(self.speaker) if self.speaker is not None else None
        self.exchange = Exchange(settings, self.clock, self._webhooks, self._sounds)
        self._runner: web.AppRunner | None = None
        self._actors: set[Actor] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        if self.speaker is not None:
            self.speaker.warm_up()
        await self._webhooks.start()
        app = self._application()
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=1.0
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port)
        try:
            await site.start()
        except OSError:
            await self.__aexit__()
            raise
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        await self.exchange.outbox.stop()
        await self._webhooks.stop()
        if self.speaker is not None:
            self.speaker.close()

    def _auth_token(self) -> str:
        return self.exchange.auth_tokens.primary

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[self._hold_time])
        app.on_shutdown.append(self._close_actors)
        rest.add_routes(app, self.exchange)
        pages.add_routes(app, self.exchange)
        app.router.add_get("/control/v1/clock", self._show_clock)
        app.router.add_get("/control/v1/actor", self._serve_actor)
        if self._sounds is not None:
            app.router.add_get(f"{sounds.PATH}/{{name}}.wav", self._sounds.serve)
        return app

    @web.middleware
    async def _hold_time(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let no virtual time pass while somebody's request is under way."""
        if not request.path.startswith(("/2010-04-01/", "/v1/", "/v2/")):
            return await handler(request)
        with holding(self.clock, f"{request.method} {request.path}"):
            return await handler(request)

    async def _show_clock(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "now": self.clock.now().isoformat(timespec="microseconds"),
                "virtual": self.clock.virtual,
                "held_by": self.clock.held_by(),
            }
        )

    async def _serve_actor(self, request: web.Request) -> web.StreamResponse:
        actor = Actor(self.exchange, trusted=is_trusted(request))
        self._actors.add(actor)
        try:
            return await actor.serve(request)
        finally:
            self._actors.discard(actor)

    async def _close_actors(self, _app: web.Application) -> None:
        for actor in list(self._actors):
            with contextlib.suppress(asyncio.TimeoutError, ConnectionError, RuntimeError):
                await actor.close()


def _speaker(settings: Settings) -> Speaker | None:
    """Give the voice of the network; None where lengths are to come from the rate alone."""
    if settings.speech == "rate":
        return None
    return Speaker(words_per_minute=settings.words_per_minute, rate=settings.rules.rate)


def is_trusted(request: web.Request) -> bool:
    """Whether a connection may act without a token.

    Programs on this machine may (they send no Origin), and so may this network's own pages when
    they are opened by a loopback address. Every other web page has to bring a token.
    """
    if not _is_loopback(request.remote or ""):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    host = urlsplit(origin)
    return host.netloc == request.host and _is_loopback(host.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
