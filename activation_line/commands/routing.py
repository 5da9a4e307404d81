"""`activation-line routing`: copies the routing tables, and says what they come to."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

import region_routing
from activation_line.commands.working import looking
from activation_line.settings import load
from region_routing import Destination, Kind
from region_routing.loading import TABLES
from switchboard import overrides


class FolderError(click.ClickException):
    """A folder that the tables can't be copied to; status 2."""

    exit_code = 2


class UnknownRegionError(click.ClickException):
    """A region that the tables don't have; status 2."""

    exit_code = 2


@click.group()
def commands() -> None:
    """The routing tables: copy them, and what they come to."""


@commands.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def copy(folder: Path) -> None:
    """Copy the packaged tables to FOLDER, to be changed there; nothing is overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if there := next(
            (each for each in TABLES.iterdir() if (folder / each.name).exists()), None
        ):
            raise FolderError(f"{folder / there.name} exists: name another folder.")
        for each in TABLES.iterdir():
            shutil.copyfile(each, folder / each.name)
    except OSError as error:
        raise FolderError(f"{folder} can't be written ({error.strerror}).") from error
    click.echo(f"The packaged tables are in {folder}.")


@commands.command()
@click.option(
    "--routing",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the tables; without it the packaged ones.",
)
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    help="A day of the week to show; without it the day whose numbers the tables hold.",
)
def table(routing: Path | None, week: datetime | None) -> None:
    """Print as Markdown where calls go: every region, each hour of a week."""
    from activation_line.destinations_page import page  # noqa: PLC0415 -- `--help` first

    found = region_routing.load(routing)
    click.echo(page(found, week.date() if week else found.as_of), nl=False)


@commands.command()
@click.argument("region")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="The moment, in UTC; now without.",
)
@click.option("--language", help="What the caller chose; the line's own without.")
def where(region: str, at: datetime | None, language: str | None) -> None:
    """Say where a call from REGION (ISO 3166) goes, dated exceptions included."""
    found = region_routing.load(load(os.environ).routing_dir)
    code = region.upper()
    if code not in found.regions:
        raise UnknownRegionError(
            f"No table has the region {region!r}: write its ISO 3166 code, such as DE."
        )
    route = found.route(code)
    with looking() as (register, connection):
        moment = at.replace(tzinfo=UTC) if at else register.clock()
        dated = overrides.near(connection, moment)
    goes = region_routing.destination(found, code, language or route.line.language, moment, dated)
    click.echo(f"{found.region_name(code)} rings {route.line.display}, the line {route.line.id}.")
    click.echo(f"At {moment:%Y-%m-%d %H:%M} UTC {_said(goes)}.")


def _said(goes: Destination) -> str:
    if goes.kind is Kind.CENTRE:
        return f"{goes.centre.name} answers, in {goes.language}"
    who = "everybody is called back"
    if goes.kind is Kind.LINE:
        who = "the line itself issues what is plain; whoever needs a person is called back"
    if goes.opens is None:
        return "the line itself issues what is plain; nobody calls back within a fortnight"
    return f"{who} {goes.opens:%Y-%m-%d %H:%M} UTC by {goes.centre.name}, in {goes.language}"
