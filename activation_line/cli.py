"""The command `activation-line`: run, serve, look after, explain codes."""

import os
import sys

import click

from activation_line.administration import admin
from activation_line.doctor import doctor
from activation_line.running import run
from activation_line.serving import PortInUseError
from activation_line.settings import SettingsError, load
from codes.cli import codes
from data_store import StoreError
from region_routing import RoutingTableError

# What may go wrong that a person can mend: one sentence, and status 2.
MENDABLE = (SettingsError, StoreError, RoutingTableError, PortInUseError)


class Sentences(click.Group):
    """A group that tells what is wrong in sentences, never by a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn what can be mended into its sentence."""
        try:
            return super().invoke(ctx)
        except MENDABLE as error:
            click.echo(str(error), err=True)
            sys.exit(2)


@click.group(cls=Sentences)
@click.version_option(package_name="activation-line")
def main() -> None:
    """Run and look after an Activation Line."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes a free port.")
@click.option("--host", help="Listen on this address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
def serve(port: int | None, host: str | None, *, as_json: bool) -> None:
    """Serve the line and the console, with the settings of the environment."""
    from activation_line.production import serve_line  # noqa: PLC0415 -- `--help` needs no Flask

    serve_line(load(os.environ), port=port, host=host, as_json=as_json)


main.add_command(admin)
main.add_command(codes)
main.add_command(doctor)
main.add_command(run)
