"""Virtual time: the same run twice, who holds it, and what actors may do."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from phone_network.clock import VirtualClock, holding

Run = Callable[..., None]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_time_stands_still_while_anybody_is_busy() -> None:
    async def scenario() -> None:
        clock = VirtualClock(START)
        fired: list[datetime] = []
        with holding(clock, "somebody"):
            clock.call_later(60, lambda: fired.append(clock.now()))
            for _ in range(20):
                await asyncio.sleep(0)
            assert clock.held_by() == ("somebody",)
            assert clock.now() == START
        done = asyncio.Event()
        clock.call_later(60, done.set)
        await done.wait()
        assert fired == [START + timedelta(seconds=60)]

    asyncio.run(scenario())


def test_alarms_of_one_moment_keep_their_order_and_can_be_taken_back() -> None:
    async def scenario() -> None:
        clock = VirtualClock(START)
        fired: list[str] = []
        done = asyncio.Event()
        clock.call_later(2, done.set)
        clock.call_later(1, lambda: fired.append("a"))
        clock.call_later(1, lambda: fired.append("b")).cancel()
        clock.call_later(1, lambda: fired.append("c"))
        await done.wait()
        assert fired == ["a", "c"]

    asyncio.run(scenario())


def test_a_time_limit_does_not_drive_time_by_itself() -> None:
    async def scenario() -> None:
        clock = VirtualClock(START)
        fired: list[str] = []
        clock.call_later(3600, lambda: fired.append("limit"), background=True)
        for _ in range(20):
            await asyncio.sleep(0)
        assert (fired, clock.now()) == ([], START)
        done = asyncio.Event()
        clock.call_later(7200, done.set)
        await done.wait()
        assert fired == ["limit"]

    asyncio.run(scenario())


def test_an_event_under_way_holds_time_although_an_earlier_wait_arrives(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = '<Response><Say>A</Say><Pause length="90"/></Response>'
        caller = await world.call()
        await caller.until("hears")
        seen = caller.log[-1]["seq"]
        await caller.do("wait", seen=seen - 1)
        async with world.http.get(f"{world.net.url}/control/v1/clock") as answer:
            clock = await answer.json()
        assert clock["now"] == "2026-03-02T09:00:00.000000+00:00"
        assert any(who.startswith("caller") for who in clock["held_by"])
        await caller.until("ended")
        async with world.http.get(f"{world.net.url}/control/v1/clock") as answer:
            assert (await answer.json())["now"].startswith("2026-03-02T09:01:30")

    in_world(scenario)


async def _conversation(world: Any) -> list[Any]:
    world.pages |= {
        "/voice": '<Response><Gather numDigits="3" action="/k"><Say>Key three</Say></Gather>'
        "</Response>",
        "/k": '<Response><Enqueue waitUrl="/w" action="/done">q</Enqueue></Response>',
        "/w": "<Response><Say>Wait</Say><Pause/><Leave/></Response>",
        "/done": "<Response><Say>Done</Say></Response>",
    }
    callers = [await world.call(from_=f"+1202555012{n}") for n in range(3)]

    async def play(caller: Any, pause: float) -> None:
        call = (await caller.until("listening"))["call"]
        await caller.sleep(pause)
        await caller.do("press", call=call, digits="123", pace=0.37)
        await caller.until("ended")
        await caller.rest()

    await asyncio.gather(*(play(each, 0.5 + n / 7) for n, each in enumerate(callers)))
    return [
        [(event["at"], event["event"], event.get("text")) for event in caller.log]
        for caller in callers
    ]


def test_two_runs_are_the_same(in_world: Run) -> None:
    runs: list[Any] = []

    async def scenario(world: Any) -> None:
        runs.append(await _conversation(world))

    in_world(scenario)
    in_world(scenario)
    assert runs[0] == runs[1]
    assert any(kind == "hears" and text == "Done" for _, kind, text in runs[0][0])


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"do": "dance"}, "can do: answer, call"),
        ({"do": "press", "call": "CA1", "digits": "1"}, "not one of yours"),
        ({"do": "call"}, "call needs to"),
        ({"do": "sleep", "seconds": -1}, "seconds from 0"),
        ({"do": "register"}, "needs number"),
    ],
)
def test_wrong_wishes_are_told_in_a_sentence(
    in_world: Run, message: dict[str, Any], words: str
) -> None:
    async def scenario(world: Any) -> None:
        actor = await world.actor("somebody")
        await actor.do(message.pop("do"), **message)
        assert words in (await actor.until("error"))["message"]

    in_world(scenario)


def _token(account: Any, **changes: Any) -> str:
    claims = {
        "iss": account.api_key_sid,
        "sub": account.sid,
        "exp": datetime.now(UTC) + timedelta(hours=1),
        "grants": {"identity": "anna", "voice": {"incoming": {"allow": True}}},
    } | changes
    headers = {"cty": "twilio-fpa;v=1"}
    return jwt.encode(claims, account.api_key_secret, algorithm="HS256", headers=headers)


def test_other_origins_need_a_token_for_their_identity(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        account = world.net.settings.account
        wishes = [
            ({"do": "register", "client": "anna"}, "hello with an access token"),
            ({"do": "hello", "token": "nonsense"}, "can't be used"),
            ({"do": "hello", "token": _token(account, sub="AC0")}, "another account"),
            ({"do": "hello", "token": _token(account, exp=1)}, "expired"),
            ({"do": "hello", "token": _token(account)}, None),
            ({"do": "register", "client": "berta"}, "for the client 'anna' only"),
            ({"do": "register", "client": "anna"}, "registered"),
        ]
        url = f"{world.net.url}/control/v1/actor"
        headers = {"Origin": "http://elsewhere.test"}
        async with world.http.ws_connect(url, headers=headers) as socket:
            assert (await socket.receive_json())["event"] == "welcome"
            for wish, expected in wishes:
                await socket.send_json(wish)
                if expected is not None:
                    event = await socket.receive_json()
                    assert expected in event.get("message", event["event"])

    in_world(scenario)
