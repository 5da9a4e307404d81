"""What an examination of the audit can find, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain


class Kind(StrEnum):
    """What was done to an entry, or to the chain's end."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    MOVED = "moved"
    RELINKED = "relinked"
    """The content is as it was written; its link in the chain was made without the key."""
    UNSIGNED = "unsigned"
    HEAD = "head"
    """The entries disagree with what is known of the chain's end."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the audit, about one entry or about neighbours alike."""

    kind: Kind
    number: int
    problem: str
    last: int
    """The last entry that it is said of; `number` where it is one alone."""

    def __str__(self) -> str:
        if self.number == self.last:
            return f"entry {self.number}: {self.problem}"
        return f"entries {self.number} to {self.last}: each: {self.problem}"


def one(kind: Kind, number: int, problem: str) -> Finding:
    """A finding about one entry."""
    return Finding(kind, number, problem, number)


def moved(number: int, place: int) -> Finding:
    """An entry that stands elsewhere than where it was written."""
    distance = abs(place - number)
    places = "one place" if distance == 1 else f"{distance} places"
    direction = "further on" if place > number else "too early"
    return one(Kind.MOVED, number, f"it was moved: it stands {places} {direction}")


def join(found: Iterable[Finding]) -> list[Finding]:
    """Make one finding of neighbours of whom the same is said; sorted by entry."""
    runs: dict[tuple[Kind, str], list[Finding]] = {}
    for finding in sorted(found, key=lambda each: (each.number, each.last)):
        said = runs.setdefault((finding.kind, finding.problem), [])
        if said and finding.number <= said[-1].last + 1:
            before = said.pop()
            finding = replace(before, last=max(before.last, finding.last))  # noqa: PLW2901 -- it grew
        said.append(finding)
    return sorted(chain(*runs.values()), key=lambda each: (each.number, each.last, each.kind))
