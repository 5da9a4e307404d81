"""`activation-line hours`: dated exceptions to the hours and rules of support centres."""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection

import region_routing
from activation_line.commands.working import changing, looking, show_json, who
from activation_line.hours_preview import local, preview, told
from activation_line.settings import load
from clearinghouse import audit
from region_routing import OutOfHours, Override, RoutingTable, SupportCentre
from switchboard import overrides

LONGEST = timedelta(days=366)
LOCAL = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FROM = click.option("--from", "start", type=LOCAL, required=True, help="First minute, local there.")
UNTIL = click.option(
    "--until", "end", type=LOCAL, required=True, help="The minute it is over, local there."
)
PREVIEW = click.option(
    "--preview", "only_preview", is_flag=True, help="Show what would change, and change nothing."
)


class HoursError(click.ClickException):
    """An exception that can't be made or taken away; status 2, and nothing was changed."""

    exit_code = 2


@click.group()
def commands() -> None:
    """Exceptions to opening hours and rules: list, add, rule, remove."""


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
    found = [row for row in rows if centre in (None, row.override.centre)]
    if as_json:
        show_json([{"id": row.id, **asdict(row.override)} for row in found])
        return
    for row in found:
        click.echo(told(table.centres.get(row.override.centre), row))


@commands.command()
@click.argument("centre")
@FROM
@UNTIL
@click.option("--open/--closed", "is_open", required=True, help="What the centre is in that time.")
@PREVIEW
def add(centre: str, start: datetime, end: datetime, *, is_open: bool, only_preview: bool) -> None:
    """Open or close CENTRE for a time, whatever its week says.

    A day alone is its midnight: --from 2026-12-24 --until 2026-12-27 are three days.
    """
    table = _table()
    place = _centre(table, centre)
    fresh = replace(_spanned(place, start, end), is_open=is_open)
    _keep(table, place, fresh, only_preview=only_preview)


@commands.command()
@click.argument("centre")
@FROM
@UNTIL
@click.option(
    "--out-of-hours",
    type=click.Choice([rule.value for rule in OutOfHours]),
    help="What becomes of calls while all are closed.",
)
@click.option("--overflow", multiple=True, help="Who takes over; several, in order.")
@click.option("--no-overflow", is_flag=True, help="Nobody takes over.")
@PREVIEW
def rule(
    centre: str,
    start: datetime,
    end: datetime,
    out_of_hours: str | None,
    overflow: tuple[str, ...],
    *,
    no_overflow: bool,
    only_preview: bool,
) -> None:
    """Give CENTRE another rule for out of hours, or another overflow list, for a time."""
    table = _table()
    place = _centre(table, centre)
    if overflow and no_overflow:
        raise HoursError("--overflow and --no-overflow contradict each other: leave one out.")
    if not (out_of_hours or overflow or no_overflow):
        raise HoursError("Nothing is given to change: --out-of-hours, --overflow or --no-overflow.")
    for other in overflow:
        if _centre(table, other) is place:
            raise HoursError(f"{place.id} can't take over for itself: name other support centres.")
    fresh = replace(
        _spanned(place, start, end),
        out_of_hours=OutOfHours(out_of_hours) if out_of_hours else None,
        overflow=overflow if overflow or no_overflow else None,
    )
    _keep(table, place, fresh, only_preview=only_preview)


@commands.command()
@click.argument("number", type=int)
@PREVIEW
def remove(number: int, *, only_preview: bool) -> None:
    """Take an exception away, by the NUMBER that list shows."""
    table = _table()
    with changing() as (register, connection):
        now = register.clock()
        rows = overrides.coming(connection, now)
        gone = next((each.override for each in rows if each.id == number), None)
        if gone is None:
            raise HoursError(
                f"There is no exception {number} to come: see `activation-line hours list`."
            )
        place = table.centres.get(gone.centre)
        if place is None:
            click.echo(f"No table has the support centre {gone.centre!r}: nothing changes.")
        else:
            here = [each for each in rows if each.override.centre == place.id]
            held = [each.override for each in here]
            left = [each.override for each in here if each.id != number]
            start = max(gone.start, now)
            span = start, min(gone.end, start + LONGEST)
            _say(table, place, held, left, span)
        if not only_preview:
            overrides.remove(connection, number)
            _note(connection, "hours.exception_removed", gone, now)


def _keep(
    table: RoutingTable, place: SupportCentre, fresh: Override, *, only_preview: bool
) -> None:
    with changing() as (register, connection):
        now = register.clock()
        if fresh.end <= now:
            when = local(place, fresh.end)
            raise HoursError(f"It was over at {when}: nothing can be changed there.")
        rows = overrides.coming(connection, now)
        held = [each.override for each in rows if each.override.centre == place.id]
        _say(table, place, held, [*held, fresh], (max(fresh.start, now), fresh.end))
        if not only_preview:
            overrides.add(
                connection,
                place.id,
                start=fresh.start,
                end=fresh.end,
                is_open=fresh.is_open,
                out_of_hours=fresh.out_of_hours,
                overflow=fresh.overflow,
            )
            _note(connection, "hours.exception_added", fresh, now)


def _say(
    table: RoutingTable,
    place: SupportCentre,
    before: list[Override],
    after: list[Override],
    span: tuple[datetime, datetime],
) -> None:
    for line in preview(table, place, before, after, span):
        click.echo(line)


def _spanned(place: SupportCentre, start: datetime, end: datetime) -> Override:
    """An exception that says nothing yet, from and until what the clock of the place shows."""
    begins = start.replace(tzinfo=place.zone).astimezone(UTC)
    # Where clocks go back over the end, it is the second one, as with any closing time.
    ends = end.replace(tzinfo=place.zone, fold=1).astimezone(UTC)
    if ends <= begins:
        raise HoursError(f"It would be over before it begins: {local(place, ends)}.")
    if ends - begins > LONGEST:
        raise HoursError("It is longer than a year: change centres.toml instead.")
    return Override(place.id, begins, ends)


def _table() -> RoutingTable:
    return region_routing.load(load(os.environ).routing_dir)


def _centre(table: RoutingTable, name: str) -> SupportCentre:
    if name not in table.centres:
        known = ", ".join(sorted(table.centres))
        raise HoursError(f"There is no support centre {name!r}; there are {known}.")
    return table.centres[name]


def _note(connection: Connection, action: str, found: Override, now: datetime) -> None:
    data: Mapping[str, Any] = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(found).items()
        if value is not None
    }
    audit.append(connection, action, actor=who(), now=now, data=data)
