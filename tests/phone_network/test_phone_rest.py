"""The REST API, asked by the stock client of which only the base address is rewritten."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

Run = Callable[..., None]


class Rewriting(TwilioHttpClient):
    """Sends every request to another base address."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(
            method, url.replace("https://api.twilio.com", self._base), *args, **kwargs
        )


def client_of(world: Any, *, key: bool = False) -> Client:
    account = world.net.settings.account
    http = Rewriting(world.net.url)
    if key:
        return Client(account.api_key_sid, account.api_key_secret, account.sid, http_client=http)
    return Client(account.sid, account.auth_token, http_client=http)


def test_stock_client_calls_redirects_and_ends(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/hello"] = '<Response><Say>Hello</Say><Pause length="600"/></Response>'
        world.pages["/done"] = "<Response/>"
        client = client_of(world)
        phone = await world.actor("phone")
        await phone.do("register", number="+1 202 555 0177")
        await phone.until("registered", number="+12025550177")
        call = await asyncio.to_thread(
            client.calls.create,
            to="+12025550177",
            from_="+12025550100",
            url=f"{world.app_url}/hello",
            status_callback=f"{world.app_url}/done",
            status_callback_event=["initiated", "answered", "completed"],
        )
        assert (call.status, call.direction) == ("queued", "outbound-api")
        await phone.until("ringing", call=call.sid)
        await phone.do("answer", call=call.sid)
        await phone.until("hears", text="Hello")
        found = await asyncio.to_thread(client_of(world, key=True).calls(call.sid).fetch)
        assert found.status == "in-progress"
        await asyncio.to_thread(
            client.calls(call.sid).update, twiml="<Response><Say>Moved</Say></Response>"
        )
        await phone.until("hears", text="Moved")
        ended = await asyncio.to_thread(client.calls(call.sid).update, status="completed")
        assert ended.status == "completed"
        await phone.until("ended")
        await phone.sleep(1)
        assert [form["CallStatus"] for form in world.forms("/done")] == [
            "initiated",
            "in-progress",
            "completed",
        ]
        with pytest.raises(TwilioRestException) as late:
            await asyncio.to_thread(client.calls(call.sid).update, status="completed")
        assert (late.value.code, late.value.status) == (21220, 400)
        calls = await asyncio.to_thread(client.calls.list, to="+12025550177")
        assert [each.sid for each in calls] == [call.sid]

    in_world(scenario)


def test_stock_client_sees_queues_and_conferences(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = "<Response><Enqueue>support</Enqueue></Response>"
        world.pages["/next"] = "<Response><Dial><Conference>room</Conference></Dial></Response>"
        client = client_of(world)
        caller = await world.call()
        sid = (await caller.until("queued"))["call"]
        await caller.until("music")
        queue = (await asyncio.to_thread(client.queues.list))[0]
        assert (queue.friendly_name, queue.current_size) == ("support", 1)
        member = (await asyncio.to_thread(client.queues(queue.sid).members.list))[0]
        assert (member.call_sid, member.position) == (sid, 1)
        await asyncio.to_thread(
            client.queues(queue.sid).members("Front").update, url=f"{world.app_url}/next"
        )
        await caller.until("joined", conference="room")
        room = (await asyncio.to_thread(client.conferences.list, friendly_name="room"))[0]
        people = await asyncio.to_thread(client.conferences(room.sid).participants.list)
        assert [each.call_sid for each in people] == [sid]
        invited = await asyncio.to_thread(
            client.conferences(room.sid).participants.create,
            to="client:nobody",
            from_="+12025550100",
        )
        assert invited.conference_sid == room.sid
        await caller.sleep(1)
        leg = await asyncio.to_thread(client.calls(invited.call_sid).fetch)
        assert leg.status == "no-answer"
        over = await asyncio.to_thread(client.conferences(room.sid).update, status="completed")
        assert over.status == "completed"
        await caller.until("ended")

    in_world(scenario)


@pytest.mark.parametrize(
    ("method", "path", "form", "expected"),
    [
        ("GET", "Calls/CA00000000000000000000000000000000.json", {}, (404, 20404)),
        ("GET", "Messages.json", {}, (404, 20404)),
        ("POST", "Calls.json", {"From": "+1"}, (400, 21201)),
        ("POST", "Calls.json", {"To": "+1", "From": "+1"}, (400, 21205)),
        ("POST", "Calls.json", {"To": "a b", "From": "+1", "Twiml": "x"}, (400, 21217)),
        ("POST", "Calls.json", {"To": "+1", "From": "+1", "Url": "ftp://x"}, (400, 21205)),
        ("POST", "Calls.json", {"To": "+1", "From": "+1", "Twiml": "x" * 4001}, (400, 32018)),
        ("POST", "Conferences/none.json", {"Status": "completed"}, (404, 20404)),
        ("POST", f"Conferences/CF{'0' * 32}/Participants.json", {"To": "+1"}, (404, 20404)),
        ("POST", "Queues.json", {"FriendlyName": "q", "MaxSize": "0"}, (400, 20001)),
    ],
)
def test_wrong_requests(
    in_world: Run, method: str, path: str, form: dict[str, str], expected: tuple[int, int]
) -> None:
    async def scenario(world: Any) -> None:
        status, body = await world.rest(method, path, **form)
        assert (status, body["code"], body["status"]) == (*expected, expected[0])
        assert body["more_info"].endswith(f"/errors/{expected[1]}")

    in_world(scenario)


def test_wrong_credentials(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        account = world.net.settings.account
        url = f"{world.net.url}/2010-04-01/Accounts/{account.sid}/Calls.json"
        for header in ("", "Basic %%%", aiohttp.encode_basic_auth(account.sid, "wrong")):
            async with world.http.get(url, headers={"Authorization": header}) as answer:
                assert (answer.status, (await answer.json())["code"]) == (401, 20003)

    in_world(scenario)
