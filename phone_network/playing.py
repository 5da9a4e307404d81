"""Plays Say, Play and Pause one after the other; used by the document and inside Gather."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from phone_network.messages import Action, Cancel, Speak, Spoken, Timer, Tones
from phone_network.speech import Voice, length, pieces
from phone_network.twiml import Element
from phone_network.verbs import number, word

MAX_LOOPS: Final = 1000
_TONE_SECONDS: Final = {"w": 0.5, "W": 1.0}


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that takes time: an utterance, keys' tones, or silence without either."""

    seconds: float
    speak: Speak | None = None
    tones: str = ""


def cues(element: Element, voice: Voice, play_seconds: float) -> Iterator[Cue]:
    """Turn one Say, Play or Pause into what is played, loops unrolled as they come."""
    match element.name:
        case "Say":
            text = element.text
            spoken = pieces(element)
            seconds = length(spoken, voice)
            language, name = word(element, "language"), word(element, "voice")
            speak = Speak(text, language, name, seconds, spoken)
            once: Iterable[Cue] = (Cue(seconds, speak),) if text else ()
        case "Play" if digits := word(element, "digits"):
            seconds = sum(_TONE_SECONDS.get(digit, 0.2) for digit in digits)
            tones = "".join(digit for digit in digits if digit not in _TONE_SECONDS)
            once = (Cue(seconds, tones=tones),)
        case "Play":
            once = (Cue(play_seconds),)
        case _:
            return iter((Cue(float(number(element, "length", 0, 3600))),))
    loops = number(element, "loop", 0, MAX_LOOPS) or MAX_LOOPS
    return itertools.chain.from_iterable(itertools.repeat(tuple(once), loops))


class Player:
    """Goes through cues; each step gives actions, and None when all is played."""

    def __init__(self, tokens: Iterator[int], wanted: Iterator[Cue]) -> None:
        self._tokens = tokens
        self._wanted = wanted
        self._current: Cue | None = None
        self.token = 0

    def step(self) -> list[Action] | None:
        """End the current cue and begin the next."""
        actions = self._finish(cut=False)
        self._current = next(self._wanted, None)
        if self._current is None:
            return actions or None
        self.token = next(self._tokens)
        if self._current.speak is not None:
            actions.append(self._current.speak)
        actions.append(Timer(self.token, self._current.seconds))
        return actions

    @property
    def playing(self) -> bool:
        """Whether something is being played now."""
        return self._current is not None

    def stop(self) -> list[Action]:
        """Stop at once: a key, a redirect or the end of the call."""
        if self._current is None:
            return []
        return [Cancel(self.token), *self._finish(cut=True)]

    def _finish(self, *, cut: bool) -> list[Action]:
        ended, self._current = self._current, None
        if ended is not None and ended.speak is not None:
            return [Spoken(ended.speak.text, cut)]
        if ended is not None and ended.tones and not cut:
            return [Tones(ended.tones)]
        return []
