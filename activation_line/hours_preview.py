"""In words: what dated exceptions change at a support centre, from when, and for whom."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from region_routing import Override, RoutingTable, SupportCentre, as_ruled
from region_routing.changes import changes
from switchboard.overrides import Dated

SHOWN = 20


def preview(
    table: RoutingTable,
    centre: SupportCentre,
    before: Sequence[Override],
    after: Sequence[Override],
    span: tuple[datetime, datetime],
) -> Iterator[str]:
    """The lines that tell what becomes another within `span` where `after` stands for `before`.

    `before` and `after` are all exceptions of the centre; times are told as the clock there shows.
    """
    said = [*_hours(centre, before, after, span), *_rules(centre, before, after, span)]
    if not said:
        yield f"{centre.name}: nothing changes, it is so already."
        return
    yield f"{centre.name}, in its own time ({centre.timezone}):"
    yield from (f"  {line}" for line in said)
    regions = sorted(code for code, each in table.regions.items() if each.centre == centre.id)
    yield f"It answers first for {', '.join(regions)}."
    helped = sorted(other.id for other in table.centres.values() if centre.id in other.overflow)
    if helped:
        yield f"It takes over for {', '.join(helped)}."


def local(centre: SupportCentre, at: datetime) -> str:
    """A moment as the clock of the centre shows it."""
    return f"{at.astimezone(centre.zone):%Y-%m-%d %H:%M}"


def told(centre: SupportCentre | None, row: Dated) -> str:
    """A row in one line; in UTC for a centre that no table has."""
    found = row.override
    start, end = (
        f"{at:%Y-%m-%d %H:%M} UTC" if centre is None else local(centre, at)
        for at in (found.start, found.end)
    )
    return f"{row.id}  {found.centre}  {start} to {end}  {_what(found)}"


def _what(found: Override) -> str:
    parts = []
    if found.is_open is not None:
        parts.append("open" if found.is_open else "closed")
    if found.out_of_hours is not None:
        parts.append(f"out of hours {found.out_of_hours}")
    if found.overflow is not None:
        parts.append(f"overflow {_named(found.overflow)}")
    return ", ".join(parts)


def _hours(
    centre: SupportCentre,
    before: Sequence[Override],
    after: Sequence[Override],
    span: tuple[datetime, datetime],
) -> Iterator[str]:
    found = changes(centre, before, after, *span)
    for change in found[:SHOWN]:
        what = "open, and was closed" if change.is_open else "closed, and was open"
        yield f"{local(centre, change.start)} to {local(centre, change.end)}: {what}"
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN} times more"


def _rules(
    centre: SupportCentre,
    before: Sequence[Override],
    after: Sequence[Override],
    span: tuple[datetime, datetime],
) -> Iterator[str]:
    """Which rules change, from the moment on at which each does so."""
    start, end = span
    edges = {at for each in (*before, *after) for at in (each.start, each.end)}
    last = ("", "")
    for at in sorted({start, *(edge for edge in edges if start < edge < end)}):
        was, becomes = as_ruled(centre, at, before), as_ruled(centre, at, after)
        now = (
            _change("out of hours", was.out_of_hours, becomes.out_of_hours),
            _change("overflow", _named(was.overflow), _named(becomes.overflow)),
        )
        if now != last:
            # Where a change is over in the meantime, the old rule holds again.
            texts = [text for text in now if text] or ["as it was"]
            if any(now) or any(last):
                yield f"from {local(centre, at)}: {'; '.join(texts)}"
        last = now
    if any(last):
        yield f"from {local(centre, end)}: as it was"


def _change(subject: str, was: str, becomes: str) -> str:
    return "" if was == becomes else f"{subject} {becomes}, and was {was}"


def _named(overflow: Sequence[str]) -> str:
    return " then ".join(overflow) or "to nobody"
