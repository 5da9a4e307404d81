"""Incoming calls over real HTTP between a network on virtual time and an application."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twilio.request_validator import RequestValidator

Run = Callable[..., None]


def test_call_says_gathers_redirects_and_hangs_up(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Gather action="/keyed?step=1" numDigits="4"><Say>Please key four digits'
            "</Say></Gather><Say>Nothing keyed</Say></Response>"
        )
        world.pages["/keyed"] = "<Response><Redirect>/bye</Redirect></Response>"
        world.pages["/bye"] = "<Response><Say>Goodbye</Say><Hangup/></Response>"
        caller = await world.call()
        call = (await caller.until("placed"))["call"]
        listening = await caller.until("listening")
        assert listening["num_digits"] == 4
        await caller.until("heard", text="Please key four digits")
        await caller.do("press", call=call, digits="1234", pace=0.5)
        assert (await caller.until("hears"))["text"] == "Goodbye"
        ended = await caller.until("ended")
        assert ended["reason"] == "hung up by the line"
        assert [each.path for each in world.asked[:3]] == ["/voice", "/keyed", "/bye"]
        assert world.forms("/keyed")[0]["Digits"] == "1234"
        assert world.forms("/voice")[0]["CallStatus"] == "ringing"
        assert world.forms("/keyed")[0]["CallStatus"] == "in-progress"
        validator = RequestValidator(world.net.settings.account.auth_token)
        for each in world.asked:
            form = {k: v for k, v in each.form.items() if k != "step"}
            assert validator.validate(each.url, form, each.headers["X-Twilio-Signature"])
        await caller.sleep(0)
        assert world.forms("/status")[0]["CallStatus"] == "completed"

    in_world(scenario)


def test_five_minutes_pass_at_once_and_to_the_second(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Say>Wait</Say><Pause length="300"/><Say>Done</Say></Response>'
        )
        caller = await world.call()
        began = datetime.fromisoformat((await caller.until("answered"))["at"])
        done = datetime.fromisoformat((await caller.until("hears", text="Done"))["at"])
        assert (done - began).total_seconds() == 300.286
        await caller.until("ended")

    in_world(scenario)
