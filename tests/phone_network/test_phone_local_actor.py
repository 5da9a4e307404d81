"""An actor in the network's own process, and keys that are not pressed after all."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from phone_network.clock import VirtualClock
from phone_network.exchange import Exchange
from phone_network.local_actor import LocalActor
from phone_network.settings import Number, Settings, new_account
from phone_network.webhooks import Answer

NUMBER = "+12025550142"
START = datetime(2026, 3, 2, tzinfo=UTC)


class Application:
    """Gathers five digits for ever; keeps what it was told."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    async def request(
        self, url: str, _method: str, parameters: Any, _cookies: Any, _token: str
    ) -> Answer:
        self.asked.append(dict(parameters))
        body = b'<Response><Gather numDigits="5" timeout="30"/></Response>'
        return Answer(url, 200, "text/xml", body)


def network(application: Application) -> Exchange:
    own = Number(NUMBER, "http://application.example/")
    settings = Settings(new_account(), (own,), virtual=True, speech="rate")
    names = iter(range(100))
    return Exchange(
        settings, VirtualClock(START), application, name=lambda kind: f"{kind}{next(names):032}"
    )


def test_a_call_in_one_process_takes_simulated_time_only() -> None:
    application = Application()

    async def go() -> list[str]:
        exchange = network(application)
        actor = LocalActor(exchange, "caller")
        await actor.do("call", to=NUMBER, from_="+12025550177")
        call = (await actor.until("listening"))["call"]
        await actor.do("press", call=call, digits="12345", pace=2.0)
        await actor.until("pressed")
        assert (exchange.clock.now() - START).total_seconds() == 8.0
        await actor.until("listening")
        await actor.sleep(5.0)
        await actor.do("hang_up", call=call)
        await actor.until("ended")
        await actor.rest()
        return [event["event"] for event in actor.log]

    told = asyncio.run(go())
    assert application.asked[1]["Digits"] == "12345"
    assert application.asked[0]["CallSid"] == "CA" + "0" * 32
    assert told[:2] == ["placed", "answered"]
    assert told[-1] == "ended"


def test_who_stops_presses_no_more_and_may_begin_again() -> None:
    application = Application()

    async def go() -> str:
        actor = LocalActor(network(application), "caller")
        await actor.do("call", to=NUMBER, from_="+12025550177")
        call = (await actor.until("listening"))["call"]
        await actor.do("press", call=call, digits="99999", pace=2.0)
        await actor.sleep(3.0)  # two keys by now
        await actor.do("stop_pressing", call=call)
        left: str = (await actor.until("stopped"))["left"]
        await actor.do("stop_pressing", call=call)  # nothing is left to stop
        await actor.do("press", call=call, digits="123", pace=0.5)
        await actor.until("listening")
        return left

    assert asyncio.run(go()) == "999"
    assert application.asked[1]["Digits"] == "99123"


def test_what_can_not_be_done_is_told() -> None:
    async def go() -> str:
        actor = LocalActor(network(Application()), "caller")
        await actor.do("dance")
        message: str = (await actor.next())["message"]
        return message

    assert "There is no 'dance'" in asyncio.run(go())
