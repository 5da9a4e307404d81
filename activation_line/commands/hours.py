"""`activation-line hours`: dated exceptions to the support centres' opening hours."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection

import region_routing
from activation_line.commands.working import changing, looking, show_json, who
from activation_line.settings import load
from clearinghouse import audit
from region_routing import Override, RoutingTable, SupportCentre
from region_routing.changes import Change, changes
from switchboard import overrides
from switchboard.overrides import Dated

LONGEST = timedelta(days=366)
SHOWN = 20
LOCAL = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
PREVIEW = click.option(
    "--preview", is_flag=True, help="Show what would change, and change nothing."
)


class HoursError(click.ClickException):
    """An exception that can't be made or taken away; status 2, and nothing was changed."""

    exit_code = 2


@click.group()
def commands() -> None:
    """Exceptions to opening hours: list, add, remove."""


@commands.command("list")
@click.argument("centre", required=False)
@AS_JSON
def list_all(centre: str | None, *, as_json: bool) -> None:
    """List what is not over yet, at CENTRE or everywhere.

    Of several that cover a moment the last one counts.
    """
    table = _table()
    if centre is not None:
        _centre(table, centre)
    with looking() as (register, connection):
        rows = overrides.coming(connection, register.clock())
    found = [row for row in rows if centre in (None, row.centre)]
    if as_json:
        show_json([asdict(row) for row in found])
        return
    for row in found:
        click.echo(f"{row.id}  {_told(table.centres.get(row.centre), row)}")


@commands.command()
@click.argument("centre")
@click.option("--from", "start", type=LOCAL, required=True, help="Its first minute, local there.")
@click.option(
    "--until", "end", type=LOCAL, required=True, help="The minute it is over, local there."
)
@click.option("--open/--closed", "is_open", required=True, help="What the centre is in that time.")
@PREVIEW
def add(centre: str, start: datetime, end: datetime, *, is_open: bool, preview: bool) -> None:
    """Open or close CENTRE for a time, whatever its week says.

    A day alone is its midnight: --from 2026-12-24 --until 2026-12-27 are three days.
    """
    table = _table()
    place = _centre(table, centre)
    # Where clocks go back over the end, it is the second one, as with any closing time.
    begins = start.replace(tzinfo=place.zone).astimezone(UTC)
    ends = end.replace(tzinfo=place.zone, fold=1).astimezone(UTC)
    if ends <= begins:
        raise HoursError(f"It would be over before it begins: {_local(place, ends)}.")
    if ends - begins > LONGEST:
        raise HoursError("It is longer than a year: change the week in centres.toml instead.")
    with changing() as (register, connection):
        now = register.clock()
        if ends <= now:
            raise HoursError(f"It was over at {_local(place, ends)}: nothing can be changed there.")
        held = _held(connection, place, now)
        fresh = [*held, Override(place.id, begins, ends, is_open)]
        found = changes(place, held, fresh, max(begins, now), ends)
        _show(table, place, found)
        if not preview:
            overrides.add(connection, place.id, start=begins, end=ends, is_open=is_open)
            data = _facts(place.id, begins, ends, is_open=is_open)
            _note(connection, "hours.exception_added", data, now)


@commands.command()
@click.argument("number", type=int)
@PREVIEW
def remove(number: int, *, preview: bool) -> None:
    """Take an exception away, by the NUMBER that list shows."""
    table = _table()
    with changing() as (register, connection):
        now = register.clock()
        rows = overrides.coming(connection, now)
        row = next((each for each in rows if each.id == number), None)
        if row is None:
            raise HoursError(
                f"There is no exception {number} to come: see activation-line hours list."
            )
        place = table.centres.get(row.centre)
        if place is not None:
            held = _held(connection, place, now)
            left = [_override(each) for each in rows if each.centre == place.id and each != row]
            start = max(row.start, now)
            _show(table, place, changes(place, held, left, start, min(row.end, start + LONGEST)))
        if not preview:
            overrides.remove(connection, number)
            data = _facts(row.centre, row.start, row.end, is_open=row.is_open)
            _note(connection, "hours.exception_removed", data, now)


def _table() -> RoutingTable:
    return region_routing.load(load(os.environ).routing_dir)


def _centre(table: RoutingTable, name: str) -> SupportCentre:
    if name not in table.centres:
        known = ", ".join(sorted(table.centres))
        raise HoursError(f"There is no support centre {name!r}; there are {known}.")
    return table.centres[name]


def _held(connection: Connection, centre: SupportCentre, now: datetime) -> list[Override]:
    rows = overrides.coming(connection, now)
    return [_override(row) for row in rows if row.centre == centre.id]


def _override(row: Dated) -> Override:
    return Override(row.centre, row.start, row.end, row.is_open)


def _note(connection: Connection, action: str, data: Mapping[str, Any], now: datetime) -> None:
    audit.append(connection, action, actor=who(), now=now, data=data)


def _facts(centre: str, start: datetime, end: datetime, *, is_open: bool) -> dict[str, object]:
    return {
        "centre": centre,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "is_open": is_open,
    }


def _show(table: RoutingTable, centre: SupportCentre, found: Sequence[Change]) -> None:
    """What changes and from when, in the centre's time, and for which regions."""
    if not found:
        click.echo(f"{centre.name}: nothing changes, it is so already.")
        return
    for line in _lines(centre, found):
        click.echo(line)
    regions = sorted(code for code, each in table.regions.items() if each.centre == centre.id)
    helped = sorted(other.id for other in table.centres.values() if centre.id in other.overflow)
    click.echo(f"It answers first for {len(regions)} regions: {', '.join(regions)}.")
    if helped:
        click.echo(f"It takes over for {', '.join(helped)}.")


def _lines(centre: SupportCentre, found: Sequence[Change]) -> Iterator[str]:
    yield f"{centre.name}, in its own time ({centre.timezone}):"
    for change in found[:SHOWN]:
        what = "open, and was closed" if change.is_open else "closed, and was open"
        yield f"  {_local(centre, change.start)} to {_local(centre, change.end)}: {what}"
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN} times more"


def _local(centre: SupportCentre, at: datetime) -> str:
    return f"{at.astimezone(centre.zone):%Y-%m-%d %H:%M}"


def _told(centre: SupportCentre | None, row: Dated) -> str:
    state = "open" if row.is_open else "closed"
    if centre is None:
        return (
            f"{row.centre}  {state}  {row.start:%Y-%m-%d %H:%M} to {row.end:%Y-%m-%d %H:%M} (UTC)"
        )
    return f"{row.centre}  {state}  {_local(centre, row.start)} to {_local(centre, row.end)}"
