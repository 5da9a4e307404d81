"""What the network does with applications that misbehave, and how it requests them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from phone_network.runner import APPLICATION_ERROR
from phone_network.webhooks import limits

Run = Callable[..., None]
GOOD = "<Response><Say>Good</Say></Response>"


def heard(actor: Any) -> list[str]:
    return [event["text"] for event in actor.log if event["event"] == "hears"]


def test_cookies_are_kept_for_the_call_and_no_longer(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        def first(_form: dict[str, str]) -> web.Response:
            page = web.Response(
                text="<Response><Redirect>/next</Redirect></Response>", content_type="text/xml"
            )
            page.set_cookie("session", "7")
            return page

        world.pages |= {"/voice": first, "/next": GOOD}
        for _ in range(2):
            caller = await world.call()
            await caller.until("ended")
            await caller.rest()
        sent = [(each.path, each.headers.get("Cookie")) for each in world.asked]
        sent = [each for each in sent if each[0] != "/status"]
        assert sent == [("/voice", None), ("/next", "session=7")] * 2

    in_world(scenario)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda _: web.Response(status=500, text="x"), 11200),
        (lambda _: web.Response(status=204), 11200),
        (lambda _: web.Response(text="{}", content_type="application/json"), 12300),
        (lambda _: web.Response(body=b"x" * 70000, content_type="text/xml"), 11750),
        (lambda _: web.Response(status=302, headers={"Location": "/voice"}), 11215),
        (lambda _: web.Response(status=302), 11200),
        (lambda _: web.Response(text="\n<?xml version='1.0'?><Response/>"), 12100),
    ],
)
def test_failing_answers_reach_the_fallback(in_world: Run, answer: Any, code: int) -> None:
    async def scenario(world: Any) -> None:
        def page(form: dict[str, str]) -> web.Response:
            made: web.Response = answer(form)
            if code == 12100:
                made.content_type = "text/xml"
            return made

        world.pages |= {"/voice": page, "/fallback": GOOD}
        caller = await world.call()
        await caller.until("ended")
        assert heard(caller) == ["Good"]
        form = world.forms("/fallback")[0]
        assert form["ErrorCode"] == str(code)
        assert form["ErrorUrl"].endswith("/voice")
        assert [entry["code"] for entry in world.timeline("error")] == [code]

    in_world(scenario, number={"fallback_url": "/fallback"})


def test_an_application_that_is_not_there_is_an_application_error(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        caller = await world.call()
        await caller.until("ended", reason="application error")
        assert heard(caller) == [APPLICATION_ERROR]
        assert [entry["code"] for entry in world.timeline("error")] == [11205]

    in_world(scenario, number={"voice_url": "http://127.0.0.1:1/voice"})


def test_time_out_of_the_fragment_is_kept_and_the_fragment_not_sent(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        never = asyncio.Event()

        async def hang(_form: dict[str, str]) -> str:
            await never.wait()
            return GOOD

        world.pages |= {
            "/voice": "<Response><Redirect>/slow#tt=100&amp;rc=0</Redirect></Response>",
            "/slow": hang,
        }
        caller = await world.call()
        await caller.until("ended")
        assert [entry["code"] for entry in world.timeline("error")] == [11200]
        assert world.asked[1].url.endswith("/slow")

    in_world(scenario)


def test_get_puts_the_parameters_into_the_signed_url(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": '<Response><Redirect method="GET">/a%2Fb?q=%7E</Redirect></Response>',
            "/a/b": GOOD,
        }
        caller = await world.call()
        await caller.until("ended")
        asked = world.asked[1]
        assert (asked.method, asked.form["CallStatus"]) == ("GET", "in-progress")
        assert "/a%2Fb?q=%7E&CallSid=" in asked.url
        assert asked.headers["User-Agent"] == "TwilioProxy/1.1"
        assert len(asked.headers["I-Twilio-Idempotency-Token"]) == 36

    in_world(scenario)


def test_limits_of_a_fragment() -> None:
    found = limits("ct=50&rt=20000&rc=9&rp=4xx,5xx&tt=700")
    assert (found.connect, found.read, found.total) == (0.1, 15.0, 0.7)
    assert (found.retries, found.policy) == (5, {"4xx", "5xx"})
