"""How calls, dials and conferences end, and who is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

Run = Callable[..., None]
DIAL = '<Response><Dial {} action="/after">{}</Dial></Response>'


async def anna_of(world: Any) -> Any:
    anna = await world.actor("anna")
    await anna.do("register", client="anna")
    await anna.until("registered", client="anna")
    await anna.rest()
    return anna


def test_first_to_answer_wins_and_the_others_stop_ringing(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": DIAL.format("", "<Client>anna</Client><Number>+12025550188</Number>"),
            "/after": "<Response/>",
        }
        anna = await anna_of(world)
        phone = await world.actor("phone")
        await phone.do("register", number="+12025550188")
        await phone.until("registered")
        caller = await world.call()
        await caller.rest()
        await phone.do("answer", call=(await phone.until("ringing"))["call"])
        await phone.rest()
        assert (await anna.until("ended"))["reason"] == "answered elsewhere"

    in_world(scenario)


@pytest.mark.parametrize("unreachable", ["no-answer", "busy", "failed"])
def test_nobody_registered_follows_the_setting(in_world: Run, unreachable: str) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {"/voice": DIAL.format("", "+12025550199"), "/after": "<Response/>"}
        caller = await world.call()
        await caller.until("ended")
        form = world.forms("/after")[0]
        assert (form["DialCallStatus"], form["DialBridged"]) == (unreachable, "false")

    in_world(scenario, unreachable=unreachable)


def test_star_leaves_the_dial_and_the_document_goes_on(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": DIAL.format('hangupOnStar="true"', "<Client>anna</Client>"),
            "/after": "<Response><Say>Left</Say></Response>",
        }
        anna = await anna_of(world)
        caller = await world.call()
        await caller.rest()
        leg = (await anna.until("ringing"))["call"]
        await anna.do("answer", call=leg)
        await anna.rest()
        call = (await caller.until("connected"))["call"]
        await caller.do("press", call=call, digits="1*")
        await caller.until("hears", text="Left")
        assert (await anna.until("ended"))["reason"] == "the other side hung up"

    in_world(scenario)


def test_caller_who_hangs_up_ends_the_dial_and_its_action_is_told(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": DIAL.format("", "<Client>anna</Client>"),
            "/after": "<Response><Say>Nobody hears this</Say></Response>",
        }
        anna = await anna_of(world)
        caller = await world.call()
        call = (await caller.until("answered"))["call"]
        await caller.rest()
        await anna.do("answer", call=(await anna.until("ringing"))["call"])
        await anna.rest()
        await caller.until("connected")
        await caller.do("hang_up", call=call)
        await caller.until("ended")
        await caller.rest()
        await anna.until("ended")
        await anna.sleep(1)
        form = world.forms("/after")[0]
        assert (form["DialCallStatus"], form["CallStatus"]) == ("completed", "completed")

    in_world(scenario)


def test_a_lost_connection_is_a_hang_up(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = "<Response><Gather timeout='60'/></Response>"
        url = f"{world.net.url}/control/v1/actor"
        watcher = await world.actor("watcher")
        async with world.http.ws_connect(url) as socket:
            await socket.send_json({"do": "call", "to": "+12025550100", "from": "+12025550111"})
            while (await socket.receive_json())["event"] != "listening":
                pass
        await watcher.sleep(1)
        call = next(iter(world.net.exchange.calls.values()))
        assert (call.status.value, call.reason) == ("completed", "connection lost")
        assert world.forms("/status")[0]["CallStatus"] == "completed"

    in_world(scenario)


def test_rejected_leg_is_busy_and_unknown_numbers_are_not_in_service(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": DIAL.format("", "<Client>anna</Client>"),
            "/after": "<Response/>",
        }
        anna = await anna_of(world)
        caller = await world.call()
        await caller.rest()
        await anna.do("reject", call=(await anna.until("ringing"))["call"])
        await anna.until("ended", reason="rejected")
        await anna.rest()
        await caller.until("ended")
        assert world.forms("/after")[0]["DialCallStatus"] == "busy"
        await caller.do("call", to="+12025550123", from_="+12025550111")
        assert (await caller.until("ended"))["reason"] == "number not in service"

    in_world(scenario)


def test_full_queue_and_reject(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": "<Response><Enqueue action='/left' maxQueueSize='1' waitUrl=''>q</Enqueue>"
            "</Response>",
            "/left": "<Response><Say>Full</Say></Response>",
        }
        first = await world.call()
        await first.until("queued")
        await first.rest()
        second = await world.call(from_="+12025550111")
        await second.until("hears", text="Full")
        assert world.forms("/left")[0]["QueueResult"] == "queue-full"
        world.pages["/voice"] = "<Response><Reject reason='busy'/></Response>"
        third = await world.call(from_="+12025550122")
        ended = await third.until("ended")
        assert (ended["status"], ended["reason"]) == ("busy", "busy")
        assert "answered" not in [event["event"] for event in third.log]

    in_world(scenario)


def test_conference_callbacks_come_in_sequence(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": "<Response><Dial><Conference endConferenceOnExit='true'"
            " statusCallback='/room' statusCallbackEvent='start end join leave'>c</Conference>"
            "</Dial></Response>",
            "/room": "<Response/>",
        }
        one = await world.call(from_="+12025550111")
        call = (await one.until("music"))["call"]
        two = await world.call(from_="+12025550122")
        await two.until("joined")
        await two.rest()
        await one.do("hang_up", call=call)
        await one.until("ended")
        await one.rest()
        await two.until("ended")
        await two.sleep(1)
        forms = world.forms("/room")
        assert [form["StatusCallbackEvent"] for form in forms] == [
            "participant-join",
            "participant-join",
            "conference-start",
            "participant-leave",
            "participant-leave",
            "conference-end",
        ]
        assert [form["SequenceNumber"] for form in forms] == list("123456")
        assert forms[-1]["CallSidEndingConference"] == call

    in_world(scenario)


def test_keys_come_at_the_pace_that_was_asked_for(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = "<Response><Gather numDigits='5' action='/k'/></Response>"
        world.pages["/k"] = "<Response><Say>Thanks</Say></Response>"
        caller = await world.call()
        listening = await caller.until("listening")
        await caller.do("press", call=listening["call"], digits="12w345", pace=0.7)
        thanks = await caller.until("hears", text="Thanks")
        took = datetime.fromisoformat(thanks["at"]) - datetime.fromisoformat(listening["at"])
        assert took.total_seconds() == pytest.approx(0.7 + 0.7 + 0.5 + 0.7 + 0.7)
        assert world.forms("/k")[0]["Digits"] == "12345"

    in_world(scenario)
