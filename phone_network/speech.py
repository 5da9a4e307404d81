"""What a `<Say>` is made of, in the order it is spoken, and how long that takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

from phone_network.twiml import Element

MAX_SILENCE: Final = 600.0
_UNITS: Final = {"ms": 0.001, "s": 1.0}
_STRENGTHS: Final = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "strong": 0.8, "x-strong": 1.2}
_PARAGRAPH: Final = 0.8  # seconds after a <p>
_SENTENCE: Final = 0.4  # seconds after an <s>
_SPEEDS: Final = {"x-slow": 0.5, "slow": 0.8, "medium": 1.0, "fast": 1.25, "x-fast": 1.6}
_SLOWEST, _FASTEST = 0.2, 2.0
_SPELLED: Final = {"characters", "digits", "spell-out", "telephone"}


class Voice(Protocol):
    """Whoever says how long a text takes to speak."""

    def seconds(self, text: str, language: str = "", speed: float = 1.0) -> float:
        """Give the time that `text` takes, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """A voice without sound: characters a second, and seconds more for each digit."""

    characters: float = 14.0
    digit_pause: float = 0.25

    def seconds(self, text: str, language: str = "", speed: float = 1.0) -> float:  # noqa: ARG002 -- as `Voice` has it
        """Give the time that `text` takes, in seconds, to the millisecond."""
        digits = sum(character.isdigit() for character in text)
        return round((len(text) / self.characters + digits * self.digit_pause) / speed, 3)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is spoken in one go, in one language and at one speed; then a silence."""

    text: str
    language: str
    speed: float = 1.0
    silence: float = 0.0

    def goes_on_with(self, other: "Piece") -> bool:
        """Whether another piece is spoken in one breath with this one."""
        return not self.silence and (self.language, self.speed) == (other.language, other.speed)


def pieces(say: Element) -> tuple[Piece, ...]:
    """Part a `<Say>` where its language or speed changes, or a `<break>` stands."""
    parted: list[Piece] = []
    for piece in _pieces(say, say.attributes.get("language", ""), 1.0):
        if parted and parted[-1].goes_on_with(piece):
            parted[-1] = replace(piece, text=parted[-1].text + piece.text)
        else:
            parted.append(piece)
    collapsed = (replace(each, text=" ".join(each.text.split())) for each in parted)
    left = MAX_SILENCE
    kept = []
    for each in collapsed:
        silence = min(each.silence, left)
        left -= silence
        if each.text or silence:
            kept.append(replace(each, silence=silence))
    return tuple(kept)


def length(parts: tuple[Piece, ...], voice: Voice) -> float:
    """Give the seconds that the pieces of a `<Say>` take once, its breaks included."""
    silence = sum(part.silence for part in parts)
    spoken = sum(voice.seconds(part.text, part.language, part.speed) for part in parts if part.text)
    return round(spoken + silence, 3)


def _pieces(element: Element, language: str, speed: float) -> Iterator[Piece]:
    for part in element.parts:
        if isinstance(part, str):
            yield Piece(part, language, speed)
            continue
        match part.name:
            case "break":
                yield Piece("", language, speed, _break(part))
            case "lang":
                yield from _pieces(part, part.attributes.get("xml:lang", language), speed)
            case "prosody":
                yield from _pieces(part, language, speed * _speed(part.attributes.get("rate", "")))
            case "say-as" if part.attributes.get("interpret-as") in _SPELLED:
                yield Piece(", ".join("".join(part.text.split())), language, speed)
            case "sub" if alias := part.attributes.get("alias"):
                yield Piece(alias, language, speed)
            case "p" | "s":
                yield from _pieces(part, language, speed)
                silence = _PARAGRAPH if part.name == "p" else _SENTENCE
                yield Piece(" ", language, speed, silence)
            case _:
                yield from _pieces(part, language, speed)


def _break(element: Element) -> float:
    time = element.attributes.get("time", "")
    if found := re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)(ms|s)\s*", time):
        return float(found[1]) * _UNITS[found[2]]
    return _STRENGTHS.get(element.attributes.get("strength", ""), 0.4)


def _speed(rate: str) -> float:
    """Read a rate: a word, or a percentage of the usual; what is neither changes nothing."""
    if found := re.fullmatch(r"\s*(\d{1,5}(?:\.\d{1,3})?)%\s*", rate):
        return min(max(float(found[1]) / 100, _SLOWEST), _FASTEST)
    return _SPEEDS.get(rate.strip(), 1.0)
