"""One `<Gather>`: nested audio, keys, time-out; it is over once `result` is there."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from phone_network import messages as m
from phone_network.playing import Player, cues
from phone_network.rules import Rules
from phone_network.twiml import Element
from phone_network.verbs import flag, number, word


@dataclass(frozen=True, slots=True)
class Result:
    """What was keyed, and the finishing key, both possibly empty."""

    digits: str
    finished_on: str


class Gathering:
    """Collects keys. The time-out starts after the nested audio, or anew at every key."""

    def __init__(self, element: Element, tokens: Iterator[int], rules: Rules) -> None:
        self.element = element
        self.result: Result | None = None
        self._tokens = tokens
        self._timer = 0
        self._digits = ""
        limited = bool(word(element, "numDigits"))
        self._num_digits = number(element, "numDigits", 1, 1000) if limited else None
        self._finish_on_key = word(element, "finishOnKey")
        self._timeout = float(number(element, "timeout", 0, 3600))
        self._takes_keys = "dtmf" in word(element, "input").split()
        audio = itertools.chain.from_iterable(
            cues(child, rules.speaker, rules.play_seconds)
            for child in element.children
            if child.name in {"Say", "Play", "Pause"} and "digits" not in child.attributes
        )
        self._player = Player(tokens, audio)

    def begin(self) -> list[m.Action]:
        """Start to listen and to play."""
        listen = m.Listen(self._num_digits, self._finish_on_key, self._timeout)
        return [listen, *self._play_on()]

    def owns(self, token: int) -> bool:
        """Whether a timer is one of this Gather's."""
        return token in {self._timer, self._player.token}

    def fired(self, token: int) -> list[m.Action]:
        """Go on when a timer has run out."""
        if token == self._timer:
            return self._finish("")
        return self._play_on()

    def key(self, key: str) -> list[m.Action]:
        """Take one key; it stops the audio."""
        if not self._takes_keys:
            return [m.Ignored(key)]
        actions = self._player.stop()
        if key in self._finish_on_key:
            return actions + self._finish(key)
        self._digits += key
        if len(self._digits) == self._num_digits:
            return actions + self._finish("")
        return actions + self._restart_timer()

    def stop(self) -> list[m.Action]:
        """Give up: the call goes elsewhere or is over."""
        return self._player.stop() + self._cancel_timer()

    def parameters(self, result: Result, rules: Rules) -> dict[str, str] | None:
        """Give what the action's request carries; None where there is none to make."""
        empty = not result.digits
        if empty and not flag(self.element, "actionOnEmptyResult"):
            return None
        parameters = {"FinishedOnKey": result.finished_on, "msg": "Gather End"}
        if not empty or rules.empty_digits:
            parameters["Digits"] = result.digits
        return parameters

    def _play_on(self) -> list[m.Action]:
        actions = self._player.step() or []
        return actions if self._player.playing else actions + self._restart_timer()

    def _restart_timer(self) -> list[m.Action]:
        actions = self._cancel_timer()
        self._timer = next(self._tokens)
        return [*actions, m.Timer(self._timer, self._timeout)]

    def _cancel_timer(self) -> list[m.Action]:
        return [m.Cancel(self._timer)] if self._timer else []

    def _finish(self, finished_on: str) -> list[m.Action]:
        self.result = Result(self._digits, finished_on)
        return self._cancel_timer()
