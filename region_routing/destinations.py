"""Where a call goes at a moment: to an open support centre, to the line itself, or to a call-back.

Nobody is told "closed" alone. A plain request needs no person and the line can issue it at night;
whoever needs one learns when the next centre opens that speaks a language of theirs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from region_routing.hours import is_open, next_opening
from region_routing.model import OutOfHours, Override, RoutingTable, SupportCentre


class Kind(StrEnum):
    """Who takes the call."""

    CENTRE = "centre"
    LINE = "line"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class Destination:
    """Who takes a call, and in which language.

    `centre` is the one that takes it, or that calls back at `opens` (UTC). `opens` is None for
    an open centre, and where none of them opens within a fortnight.
    """

    kind: Kind
    centre: SupportCentre
    language: str
    opens: datetime | None


def destination(
    table: RoutingTable,
    region: str,
    language: str,
    at: datetime,
    overrides: Iterable[Override] = (),
) -> Destination:
    """Where a call from `region` in `language` goes at a moment (aware).

    An open centre that speaks the language comes first, the region's own before the others of its
    overflow list, then the same in the region's other languages. Where all are closed, the own
    centre's rule for out of hours counts; a call-back that nobody could give falls to the line.
    Raises `KeyError` for a region that the table does not have.
    """
    dated = tuple(overrides)
    own = as_ruled(table.route(region).centre, at, dated)
    reachable = list(_reachable(table, region, language, own))
    for tongue, centre in reachable:
        if is_open(centre, at, dated):
            return Destination(Kind.CENTRE, centre, tongue, None)
    tongue, centre, opens = _first_to_open(reachable, at, dated) or (language, own, None)
    kind = Kind.LINE
    if own.out_of_hours is OutOfHours.CALL_BACK and opens is not None:
        kind = Kind.CALL_BACK
    return Destination(kind, centre, tongue, opens)


def as_ruled(centre: SupportCentre, at: datetime, overrides: Iterable[Override]) -> SupportCentre:
    """The centre with the overflow list and the rule for out of hours that hold at a moment.

    The last override that names one counts; the hours are `is_open`'s matter.
    """
    overflow, rule = centre.overflow, centre.out_of_hours
    for override in overrides:
        if override.centre == centre.id and override.start <= at < override.end:
            overflow = overflow if override.overflow is None else override.overflow
            rule = override.out_of_hours or rule
    if (overflow, rule) == (centre.overflow, centre.out_of_hours):
        return centre
    return replace(centre, overflow=overflow, out_of_hours=rule)


def _reachable(
    table: RoutingTable, region: str, language: str, own: SupportCentre
) -> Iterator[tuple[str, SupportCentre]]:
    """Each language that helps with the centres that speak it, in the order of preference."""
    # A dated overflow list may name a centre that newer tables have no more.
    others = (table.centres[other] for other in own.overflow if other in table.centres)
    centres = (own, *others)
    for tongue in dict.fromkeys((language, *table.regions[region].languages)):
        yield from ((tongue, centre) for centre in centres if tongue in centre.languages)


def _first_to_open(
    reachable: Iterable[tuple[str, SupportCentre]], at: datetime, dated: tuple[Override, ...]
) -> tuple[str, SupportCentre, datetime] | None:
    """Whoever opens first in the first language in which somebody opens at all."""
    found: tuple[str, SupportCentre, datetime] | None = None
    for tongue, centre in reachable:
        if found is not None and tongue != found[0]:
            break
        opens = next_opening(centre, at, dated)
        if opens is not None and (found is None or opens < found[2]):
            found = tongue, centre, opens
    return found
