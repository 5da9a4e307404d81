"""Queues, conferences and dialled parties: a caller is put through to a representative."""

from collections.abc import Callable
from typing import Any

Run = Callable[..., None]
ANNA = "client:anna"


async def anna_of(world: Any) -> Any:
    anna = await world.actor("anna")
    await anna.do("register", client="anna")
    await anna.until("registered", client="anna")
    return anna


def test_queued_caller_is_redirected_into_a_conference_with_a_client(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        waits = iter(range(3))
        world.pages |= {
            "/voice": '<Response><Enqueue waitUrl="/wait" action="/left">support</Enqueue>'
            "</Response>",
            "/left": "<Response><Say>You left</Say></Response>",
            "/room": '<Response><Dial><Conference waitUrl="" endConferenceOnExit="true">room 1'
            "</Conference></Dial><Say>Unreachable</Say></Response>",
            "/rep": "<Response/>",
        }

        async def wait(form: dict[str, str]) -> str:
            turn = next(waits)
            if turn == 2:
                sid, url = form["CallSid"], f"{world.app_url}/room"
                assert (await world.rest("POST", f"Calls/{sid}.json", Url=url))[0] == 200
                status, body = await world.rest(
                    "POST",
                    "Conferences/room%201/Participants.json",
                    To=ANNA,
                    From=form["To"],
                    StatusCallback=f"{world.app_url}/rep",
                    StatusCallbackEvent=["initiated", "ringing", "answered", "completed"],
                    EndConferenceOnExit="true",
                )
                assert (status, body["status"]) == (201, "queued")
            return f"<Response><Say>You are number {form['QueuePosition']}</Say></Response>"

        world.pages["/wait"] = wait
        anna = await anna_of(world)
        caller = await world.call()
        await anna.rest()
        call = (await caller.until("queued"))["call"]
        await caller.until("heard", text="You are number 1")
        await caller.until("joined", conference="room 1")
        await caller.rest()
        leg = (await anna.until("ringing"))["call"]
        await anna.do("answer", call=leg)
        await anna.until("joined")
        await anna.do("say", call=leg, text="Good morning")
        await anna.rest()
        heard = await caller.until("hears", text="Good morning")
        assert heard["who"] == ANNA
        await caller.do("say", call=call, text="Good morning to you")
        await caller.rest()
        assert (await anna.until("hears"))["who"] == "+493023125001"
        await anna.do("hang_up", call=leg)
        await anna.until("ended")
        await anna.rest()
        await caller.until("hears", text="Unreachable")
        await caller.until("ended")
        left = world.forms("/left")
        assert [form["QueueResult"] for form in left] == ["redirected"]
        states = [(f["CallStatus"], f["SequenceNumber"]) for f in world.forms("/rep")]
        assert states == [
            ("initiated", "0"),
            ("ringing", "1"),
            ("in-progress", "2"),
            ("completed", "3"),
        ]

    in_world(scenario)


def test_dialled_client_hears_and_the_action_gets_the_outcome(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": '<Response><Dial action="/after" timeout="10"><Client>anna</Client>'
            "<Client>berta</Client></Dial></Response>",
            "/after": "<Response><Say>Thank you</Say></Response>",
        }
        anna = await anna_of(world)
        caller = await world.call()
        await caller.rest()
        leg = (await anna.until("ringing"))["call"]
        await anna.do("answer", call=leg)
        await anna.until("connected")
        await anna.sleep(7)
        await anna.do("hang_up", call=leg)
        await anna.until("ended")
        await anna.rest()
        await caller.until("hears", text="Thank you")
        form = world.forms("/after")[0]
        assert form["DialCallStatus"] == "completed"
        assert (form["DialCallSid"], form["DialCallDuration"]) == (leg, "7")

    in_world(scenario)


def test_nobody_answers_and_the_next_verb_runs(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Dial timeout="20"><Client>anna</Client></Dial><Say>Nobody</Say></Response>'
        )
        anna = await anna_of(world)
        caller = await world.call()
        began = await caller.until("answered")
        await caller.rest()
        await anna.until("ended", reason="not answered")
        await anna.rest()
        spoke = await caller.until("hears", text="Nobody")
        assert spoke["at"][17:22] == "25+00" if "." not in spoke["at"] else False
        assert began["at"].startswith("2026-03-02T09:00:00")

    in_world(scenario)


def test_dial_queue_serves_the_first_and_both_go_on(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": lambda form: (
                "<Response><Dial action='/agent'><Queue>q</Queue></Dial></Response>"
                if form["From"] == "+12025550199"
                else "<Response><Enqueue action='/served'>q</Enqueue></Response>"
            ),
            "/agent": "<Response><Say>Agent done</Say></Response>",
            "/served": "<Response><Say>Rate us</Say></Response>",
        }
        caller = await world.call()
        await caller.until("music", on=True)
        await caller.sleep(12)
        agent = await world.call(from_="+12025550199")
        await caller.rest()
        talk = (await agent.until("connected"))["call"]
        await agent.do("say", call=talk, text="Hello")
        await agent.rest()
        await caller.until("hears", text="Hello")
        await caller.rest()
        await agent.until("said")
        await agent.do("hang_up", call=talk)
        await agent.until("ended")
        await agent.rest()
        await caller.until("hears", text="Rate us")
        await caller.until("ended")
        form = world.forms("/served")[0]
        assert (form["QueueResult"], form["QueueTime"]) == ("bridged", "12")
        assert world.forms("/agent")[0]["DialCallStatus"] == "completed"

    in_world(scenario)


def test_hold_mute_and_kick(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages |= {
            "/voice": "<Response><Dial><Conference>c</Conference></Dial><Say>Out</Say></Response>",
            "/hold": '<Response><Say>Please hold</Say><Pause length="60"/></Response>',
        }
        one = await world.call(from_="+12025550111")
        first = (await one.until("joined"))["call"]
        await one.until("music", on=True)
        await one.rest()
        two = await world.call(from_="+12025550122")
        second = (await two.until("joined"))["call"]
        base = f"Conferences/c/Participants/{first}.json"
        await world.rest("POST", base, Hold="true", HoldUrl=f"{world.app_url}/hold")
        await two.rest()
        await one.until("hears", text="Please hold")
        assert world.asked[-1].method == "GET"
        await two.do("say", call=second, text="Not for one")
        await one.rest()
        await two.until("said")
        assert not [e for e in one.log if e.get("text") == "Not for one"]
        status, body = await world.rest("POST", base, Hold="false", Muted="true")
        assert (status, body["hold"], body["muted"]) == (200, False, True)
        await two.do("say", call=second, text="For one")
        await two.rest()
        await one.until("hears", text="For one")
        assert (await world.rest("DELETE", base))[0] == 204
        await one.until("hears", text="Out")
        assert (await world.rest("POST", "Conferences/c.json", Status="completed"))[0] == 200
        await one.rest()
        await two.until("hears", text="Out")
        status, body = await world.rest("GET", "Conferences.json?FriendlyName=c")
        assert body["conferences"][0]["status"] == "completed"

    in_world(scenario)
