"""How long a text takes to say, until real speech comes: a rate, and a pause at digits."""

import re
from dataclasses import dataclass
from typing import Final

from phone_network.twiml import Element

_UNITS: Final = {"ms": 0.001, "s": 1.0}
_STRENGTHS: Final = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "strong": 0.8, "x-strong": 1.2}


@dataclass(frozen=True, slots=True)
class Rate:
    """Speed of the simulated voice: characters a second, and seconds more for each digit."""

    characters: float = 14.0
    digit_pause: float = 0.25

    def seconds(self, text: str) -> float:
        """Give the time that `text` takes, in seconds, to the millisecond."""
        digits = sum(character.isdigit() for character in text)
        return round(len(text) / self.characters + digits * self.digit_pause, 3)


def breaks(element: Element) -> float:
    """Add up the seconds of all `<break>` inside a `<Say>`."""
    total = 0.0
    for child in element.children:
        if child.name != "break":
            total += breaks(child)
            continue
        found = re.fullmatch(
            r"\s*(\d{1,6}(?:\.\d{1,3})?)(ms|s)\s*", child.attributes.get("time", "")
        )
        if found:
            total += float(found[1]) * _UNITS[found[2]]
        else:
            total += _STRENGTHS.get(child.attributes.get("strength", ""), 0.4)
    return min(total, 600.0)
