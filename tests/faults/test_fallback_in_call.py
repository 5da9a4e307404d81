"""The line fails in the middle of a call: the caller hears an apology and the case number.

Real processes and a simulated network, which asks the fallback as the real one does.
"""

import asyncio
import json
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import create_engine, make_url, text

import region_routing
import spoken_prompts
from activation_line.house import House, Plan
from phone_network import actor_client
from scripted_calls.caller import (
    Caller,
)
from scripted_calls.playing import CallerPlayer
from scripted_calls.wizard import WizardPages

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CASE = "Your case number is"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def digits(said: str) -> str:
    """The digits of what was said, as figures."""
    words = re.findall(r"[a-z]+", said.lower())
    return "".join(str(WORDS.index(word)) for word in words if word in WORDS)


async def call(house: House, told: Callable[[str], object]) -> list[str]:
    """Ring and key as the wizard's page says, until the line hangs up; what the line said."""
    prompts = spoken_prompts.load()
    said: list[str] = []

    def tell(_at: datetime, who: str, words: str) -> None:
        print(f"{who:<12} {words}")
        if who == "line":
            said.append(words)
            told(words)

    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        wizard = await WizardPages.log_in(
            http, house.license_server.facts["url"].rstrip("/"), house.demo.password
        )
        await wizard.choose_telephone("US")
        shown = await wizard.start()
        phone = await stack.enter_async_context(
            actor_client.connect(http, house.network.facts["control"], "caller")
        )
        player = CallerPlayer(phone, prompts, "en", tell, script=Caller(shown.facts), wizard=wizard)
        number = region_routing.load().route("US").line.number
        async with asyncio.timeout(90):
            await player.call(number, "+12025550177")
    return said


def harming(harm: Callable[[], object]) -> Callable[[str], None]:
    """A listener that does harm once the case number is said, while the line waits for a key."""
    done: list[bool] = []

    def told(words: str) -> None:
        if words.startswith(CASE) and not done:
            done.append(True)
            harm()

    return told


def has_apologised(said: list[str]) -> None:
    """Whoever apologised named the same case as the line before."""
    prompts = spoken_prompts.load()
    assert prompts.text("technical_fault_case", "en") in said
    assert said[-1] == prompts.text("technical_fault_resume", "en")
    cases = {digits(words) for words in said if words.startswith(CASE)}
    assert len(cases) == 1
    assert len(cases.pop()) == 12
    assert sum(words.startswith(CASE) for words in said) == 3


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Plan(tmp_path / "demo", start=START, with_fallback=True), print) as built:
        yield built


def test_the_line_dies_and_another_process_apologises(house: House) -> None:
    def die() -> None:
        house.web.process.kill()
        house.web.process.wait()

    has_apologised(asyncio.run(call(house, harming(die))))
    logged = (house.plan.directory / "logs" / "fallback.log").read_text("utf-8")
    assert "the network fell back: error 11205 at /voice/turn" in logged


def test_the_database_is_locked_for_good(house: House) -> None:
    path = house.settings.store_url.removeprefix("sqlite:///")
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        said = asyncio.run(call(house, harming(lambda: holder.execute("BEGIN EXCLUSIVE"))))
    finally:
        holder.close()
    has_apologised(said)


@contextmanager
def database_of_its_own(url: str) -> Iterator[str]:
    """A database beside the test session's, so that it may be taken away."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    own = make_url(url).set(database=f"{make_url(url).database}_gone")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {own.database}"))
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {own.database} WITH (FORCE)"))
        admin.dispose()


def take_away(url: str, database: str | None) -> None:
    """Let nobody connect any more, and end every connection: as if the server were stopped."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": database},
        )
    admin.dispose()


def test_the_database_server_is_gone(postgresql_url: str, tmp_path: Path) -> None:
    with database_of_its_own(postgresql_url) as url:
        plan = Plan(tmp_path / "demo", start=START, database_url=url, with_fallback=True)
        with House(plan, print) as house:
            name = make_url(url).database
            said = asyncio.run(call(house, harming(lambda: take_away(postgresql_url, name))))
            has_apologised(said)
            ready = f"{house.web.facts['url']}/health/ready"
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(ready)  # noqa: S310 -- our own address
            with refused.value as answer:
                assert answer.code == 503
                assert not json.load(answer)["checks"]["database"]["ok"]
