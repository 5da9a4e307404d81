"""The hand that keys: now and then it hits the key beside the one that was meant."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

# Which keys of a telephone lie beside each, and which digits of a computer's number pad.
BESIDE: Final = {
    "1": "24",
    "2": "135",
    "3": "26",
    "4": "157",
    "5": "2468",
    "6": "359",
    "7": "48*",
    "8": "5790",
    "9": "68#",
    "0": "8*#",
    "*": "70",
    "#": "90",
}


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was to be keyed, and what was."""

    wanted: str
    keys: str


@dataclass(slots=True)
class Hand:
    """Keys and types; `wrong` is the share of keys that miss, `rng` says which."""

    rng: Random = field(default_factory=lambda: Random(0))
    wrong: float = 0.0

    def keys(self, wanted: str) -> str:
        """What is pressed on the telephone for these keys."""
        return "".join(self._one(key, BESIDE[key]) for key in wanted)

    def types(self, wanted: str) -> str:
        """What is typed at the computer for these digits."""
        return "".join(self._one(key, "".join(filter(str.isdigit, BESIDE[key]))) for key in wanted)

    def _one(self, key: str, beside: str) -> str:
        return self.rng.choice(beside) if self.rng.random() < self.wrong else key
