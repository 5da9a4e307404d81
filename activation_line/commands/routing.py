"""`activation-line routing`: what the routing tables come to."""

from datetime import datetime
from pathlib import Path

import click

import region_routing


@click.group()
def commands() -> None:
    """Routing: table."""


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
