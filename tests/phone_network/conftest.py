"""A network on virtual time, a TwiML application beside it, and telephones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from phone_network.actor_client import RemoteActor, connect
from phone_network.server import Network
from phone_network.settings import Number, Settings, new_account

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+12025550100"
CALLER = "+493023125001"
Page = str | web.Response | Callable[[dict[str, str]], str | Awaitable[str]]


@dataclass
class Asked:
    path: str
    method: str
    form: dict[str, str]
    headers: dict[str, str]
    url: str


@dataclass
class World:
    """Everything of one test: pages of the application by path, and what was asked of it."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    app_url: str = ""
    network: Network | None = None
    session: aiohttp.ClientSession | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def net(self) -> Network:
        assert self.network is not None
        return self.network

    @property
    def http(self) -> aiohttp.ClientSession:
        assert self.session is not None
        return self.session

    async def actor(self, name: str, token: str = "") -> RemoteActor:
        control = f"{self.net.url}/control/v1"
        return await self.stack.enter_async_context(connect(self.http, control, name, token))

    async def call(self, to: str = NUMBER, from_: str = CALLER) -> RemoteActor:
        actor = await self.actor("caller")
        await actor.do("call", to=to, from_=from_)
        return actor

    def forms(self, path: str) -> list[dict[str, str]]:
        return [each.form for each in self.asked if each.path == path]

    async def rest(self, method: str, path: str, **form: str | list[str]) -> tuple[int, Any]:
        account = self.net.settings.account
        url = f"{self.net.url}/2010-04-01/Accounts/{account.sid}/{path}"
        auth = aiohttp.encode_basic_auth(account.sid, account.auth_token)
        data = aiohttp.FormData(
            [
                (name, value)
                for name, values in form.items()
                for value in (values if isinstance(values, list) else [values])
            ]
        )
        async with self.http.request(
            method, url, headers={"Authorization": auth}, data=data if form else None
        ) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    def timeline(self, kind: str) -> list[dict[str, Any]]:
        calls = self.net.exchange.calls.values()
        return [e.as_json() for call in calls for e in call.timeline if e.kind == kind]


async def _answer(world: World, request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    form |= dict(request.query)
    url = f"{world.app_url}{request.raw_path}"
    world.asked.append(Asked(request.path, request.method, form, dict(request.headers), url))
    page = world.pages.get(request.path)
    if page is None:
        return web.Response(status=404, text="nothing here")
    if callable(page):
        result = page(form)
        page = result if isinstance(result, str | web.Response) else await result
    if isinstance(page, web.Response):
        return page
    return web.Response(text=page, content_type="text/xml")


@asynccontextmanager
async def open_world(**changes: Any) -> AsyncIterator[World]:
    world = World()
    app = web.Application()

    async def handler(request: web.Request) -> web.Response:
        return await _answer(world, request)

    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    number = Number(
        NUMBER,
        f"{world.app_url}/voice",
        status_callback=f"{world.app_url}/status",
    )
    number = replace(number, **changes.pop("number", {}))
    if number.fallback_url.startswith("/"):
        number = replace(number, fallback_url=world.app_url + number.fallback_url)
    settings = Settings(new_account(), (number,), virtual=True, start=START, speech="rate")
    settings = replace(settings, **changes)
    world.pages["/status"] = "<Response/>"
    try:
        async with Network(settings) as network, aiohttp.ClientSession() as session:
            world.network, world.session = network, session
            async with world.stack:
                yield world
    finally:
        await runner.cleanup()


@pytest.fixture
def in_world() -> Callable[..., None]:
    """Run a test's coroutine in a world of its own; real time is limited to ten seconds."""

    def run(scenario: Callable[[World], Coroutine[Any, Any, None]], **changes: Any) -> None:
        async def all_of_it() -> None:
            async with asyncio.timeout(10), open_world(**changes) as world:
                await scenario(world)

        asyncio.run(all_of_it())

    return run
