"""The network refuses the voice in the middle of real processes: the call ends as any other.

Once it only warns, and speaks by a voice of its own; once it takes the document for failed.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

import region_routing
import spoken_prompts
from activation_line.house import House, Plan
from activation_line.settings import Settings
from phone_network import actor_client

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BEST, SECOND = "Polly.Joanna-Neural", "Polly.Joanna"


class RefusingHouse(House):
    """A house whose network does not have the line's best English voice."""

    fatal = False

    def _numbers(self, settings: Settings) -> Path:
        path = super()._numbers(settings)
        behaviour = f'[behaviour]\nrefused_voices = ["{BEST}"]\n'
        behaviour += f"bad_voice_is_fatal = {str(self.fatal).lower()}\n"
        path.write_text(path.read_text("utf-8") + behaviour, "utf-8")
        return path


class Fatal(RefusingHouse):
    """One whose network takes the whole document for failed."""

    fatal = True


async def ring(house: House) -> list[str]:
    """Ring, key nothing, and hang up once the product ID is asked for twice; what was heard."""
    heard: list[str] = []
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        phone = await stack.enter_async_context(
            actor_client.connect(http, house.network.facts["control"], "caller")
        )
        number = region_routing.load().route("US").line.number
        async with asyncio.timeout(60):
            await phone.do("call", to=number, from_="+12025550177")
            while sum("product" in each.lower() for each in heard) < 2:
                event = await phone.until("heard")
                heard.append(event["text"])
            await phone.do("hang_up")
            async with http.get(f"{house.network.facts['control']}/calls") as answer:
                (call,) = (await answer.json())["calls"]
    bodies = [each["body"] for each in call["timeline"] if each["kind"] == "answer"]
    assert f'voice="{BEST}"' in bodies[0]
    assert f'voice="{SECOND}"' in bodies[-1]
    assert f'voice="{BEST}"' not in bodies[-1]
    return heard


@pytest.mark.parametrize("kind", [RefusingHouse, Fatal])
def test_the_call_goes_on_by_the_next_voice(kind: type[House], tmp_path: Path) -> None:
    with kind(Plan(tmp_path / "demo", start=START), print) as house:
        heard = asyncio.run(ring(house))
        log = (house.plan.directory / "logs" / "line.log").read_text("utf-8")
        refused = json.loads(house.settings.refused_voices_file.read_text("utf-8"))
    prompts = spoken_prompts.load()
    assert prompts.text("technical_fault", "en") not in heard
    assert f"the network refuses the voice {BEST} (13321)" in log
    assert f"en is spoken by {SECOND} from now on" in log
    # The network names the voice, so the Spanish one beside it in the greeting is not suspected.
    assert refused.keys() == {BEST} or kind is Fatal
    assert SECOND not in refused
