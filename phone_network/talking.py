"""Lets the far ends of connected calls speak with each other, and gives utterances their sound."""

from typing import TYPE_CHECKING

from phone_network.calls import Call
from phone_network.speech import Piece

if TYPE_CHECKING:
    from phone_network.exchange import Exchange


class Talking:
    """What people say; documents speak by their programs."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def say(self, call: Call, text: str) -> None:
        """Let the far end speak: everybody else who is connected hears it."""
        seconds = self._exchange.settings.rules.speaker.seconds(text)
        call.note(self._exchange.clock.now(), "said", text=text, who=call.party)
        listeners = self._listeners(call)
        for other in listeners:
            self._exchange.tell(
                other,
                "hears",
                text=text,
                language="",
                who=call.party,
                seconds=seconds,
                **self.sound_of((Piece(text, ""),)),
            )

        def over() -> None:
            self._exchange.tell(call, "said", text=text)
            for other in listeners:
                if other.live:
                    self._exchange.tell(other, "heard", text=text, who=call.party, cut=False)

        self._exchange.later(call, seconds, over)

    def sound_of(self, pieces: tuple[Piece, ...]) -> dict[str, str]:
        """Give where an utterance's sound is to be had; nothing on virtual time or without one."""
        if self._exchange.sounds is None or self._exchange.clock.virtual:
            return {}
        return {"sound": self._exchange.sounds.keep(pieces)}

    def _listeners(self, call: Call) -> list[Call]:
        """Give the legs that hear what this one says."""
        if call.peer is not None:
            return [call.peer]
        return self._exchange.conferences.listeners(call)
