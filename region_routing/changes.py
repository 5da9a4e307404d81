"""What dated exceptions change: when a support centre is open that was closed, or the other way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise

from region_routing.hours import boundaries, is_open
from region_routing.model import Override, SupportCentre


@dataclass(frozen=True, slots=True)
class Change:
    """From `start` until `end` (UTC) the centre is open, or closed, and was not so before."""

    start: datetime
    end: datetime
    is_open: bool


def changes(
    centre: SupportCentre,
    before: Sequence[Override],
    after: Sequence[Override],
    start: datetime,
    end: datetime,
) -> tuple[Change, ...]:
    """What becomes another between two moments (aware) where `after` stands for `before`."""
    moments = sorted(
        {moment.astimezone(UTC) for moment in (start, end)}
        | {moment.astimezone(UTC) for moment in _inside((*before, *after), start, end)}
        | set(boundaries(centre, start, end))
    )
    parts = [
        (first, last, is_open(centre, first, before), is_open(centre, first, after))
        for first, last in pairwise(moments)
    ]
    found: list[Change] = []
    for (was, becomes), same in groupby(parts, key=lambda part: part[2:]):
        spans = list(same)
        if was is not becomes:
            found.append(Change(spans[0][0], spans[-1][1], becomes))
    return tuple(found)


def _inside(overrides: Iterable[Override], start: datetime, end: datetime) -> Iterable[datetime]:
    for override in overrides:
        yield from (at for at in (override.start, override.end) if start < at < end)
