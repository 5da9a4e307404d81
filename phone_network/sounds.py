"""The sound of what is being said, for pages that play it: kept for a while, made when asked for.

An utterance gets an address that nobody guesses when it begins. Whoever hears it fetches a WAV
there. A sound is rendered outside of the event loop, once, and kept by the speaker.
"""

import asyncio
import secrets
from collections import OrderedDict
from typing import Final

from aiohttp import web

from phone_network.errors import SpeechError
from phone_network.speaking import RATE, Speaker
from phone_network.speaking_sound import wav
from phone_network.speech import Piece

PATH: Final = "/control/v1/sounds"
_KEPT: Final = 500  # utterances that can still be asked for


class Sounds:
    """Utterances by their address."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._said: OrderedDict[str, tuple[Piece, ...]] = OrderedDict()

    def keep(self, pieces: tuple[Piece, ...]) -> str:
        """Give an utterance its address."""
        name = secrets.token_urlsafe(12)
        self._said[name] = pieces
        if len(self._said) > _KEPT:
            self._said.popitem(last=False)
        return f"{PATH}/{name}.wav"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with an utterance's WAV; 404 for one that is not known, or can't be spoken."""
        pieces = self._said.get(request.match_info["name"])
        if pieces is None:
            raise web.HTTPNotFound(text="There is no such sound, or not any more.")
        try:
            sound = await asyncio.to_thread(self._render, pieces)
        except SpeechError as error:
            raise web.HTTPNotFound(text=str(error)) from None
        return web.Response(
            body=sound, content_type="audio/wav", headers={"Cache-Control": "no-store"}
        )

    def _render(self, pieces: tuple[Piece, ...]) -> bytes:
        samples: list[bytes] = []
        rate = RATE
        for piece in pieces:
            if piece.text:
                spoken = self._speaker.speak(piece.text, piece.language, piece.speed)
                rate = spoken.rate
                samples.append(spoken.samples)
            samples.append(bytes(2 * round(piece.silence * rate)))
        return wav(b"".join(samples), rate)
