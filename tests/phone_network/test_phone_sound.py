"""The sound of what is said, as the network serves it to pages."""

import asyncio
import io
import wave
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from phone_network.errors import SpeechError
from phone_network.sounds import Sounds
from phone_network.speech import Piece


def test_a_sound_is_a_wav_as_long_as_its_event_says(in_world: Callable[..., None]) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Say>One.<break time="1s"/><lang xml:lang="de-DE">Zwei.</lang></Say>'
            "</Response>"
        )
        caller = await world.call()
        heard = await caller.until("hears")
        async with world.http.get(world.net.url + heard["sound"]) as answer:
            assert answer.content_type == "audio/wav"
            with wave.open(io.BytesIO(await answer.read())) as sound:
                length = sound.getnframes() / sound.getframerate()
        assert abs(length - heard["seconds"]) < 0.02
        async with world.http.get(f"{world.net.url}/control/v1/sounds/none.wav") as answer:
            assert answer.status == 404

    in_world(scenario, speech="engine", virtual=False, start=None)


def test_on_virtual_time_nobody_is_offered_a_sound(in_world: Callable[..., None]) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = "<Response><Say>One.</Say></Response>"
        caller = await world.call()
        assert "sound" not in await caller.until("hears")

    in_world(scenario, speech="engine")


def test_old_sounds_are_forgotten_and_what_can_not_be_spoken_is_not_found() -> None:
    class Mute:
        def speak(self, *_: object) -> None:
            raise SpeechError("no voice")

    sounds = Sounds(Mute())  # type: ignore[arg-type]
    first = sounds.keep((Piece("One.", ""),))
    for _ in range(500):
        last = sounds.keep((Piece("One.", ""),))

    async def status(path: str) -> tuple[int, str]:
        name = path.rpartition("/")[2].removesuffix(".wav")
        request = make_mocked_request("GET", path, match_info={"name": name})
        try:
            await sounds.serve(request)
        except web.HTTPNotFound as error:
            return error.status, error.text or ""
        return 200, ""

    assert asyncio.run(status(first))[1] == "There is no such sound, or not any more."
    assert asyncio.run(status(last)) == (404, "no voice")
