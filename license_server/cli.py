"""The command `license-server`: serves the pages; its verbs do the same without a browser."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from license_server import clocks, health, lan, rounds, serving
from license_server import state as states
from license_server.app import create_app
from license_server.commands import (
    activating,
    changing,
    deactivating,
    licensing,
    looking,
    simulating,
)
from license_server.commands.setting import Setting, UnusableError
from license_server.errors import LicenseServerError
from license_server.remote import command as remote_command
from license_server.remote import listener
from license_server.remote.listener import Address, AddressType
from region_routing import RoutingTableError

DEFAULT_PORT: Final = 8441
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@click.group(invoke_without_command=True)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="Directory that this license server keeps everything in; made if it does not exist.",
)
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="0: any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
@click.option(
    "--administration",
    type=AddressType(),
    help="HOST:PORT to listen on for Managers of other machines; see the verb token.",
)
@click.option("--lan-host", default="127.0.0.1", show_default=True, help="For clients: address.")
@click.option("--lan-port", type=int, help="Serve clients on this port by TLS; 0: any free one.")
@click.option("--clock-url", help="Ask a simulated clock for the time.")
@click.option("--demo", "is_demo", is_flag=True, help="Say on every page that this is a demo.")
@click.pass_context
def cli(  # noqa: PLR0913 -- one for each option
    context: click.Context,
    *,
    data: Path,
    port: int,
    host: str,
    as_json: bool,
    administration: Address | None,
    lan_host: str,
    lan_port: int | None,
    clock_url: str | None,
    is_demo: bool,
) -> None:
    """Serve a license server's Licensing Manager, or carry out one verb.

    A verb without --json is the wizard in the terminal; with --json it asks nothing. Exit statuses:
    0 done, 1 what was given is refused, 2 cannot be carried out, 3 the wizard was left and goes on
    next time, 4 the clearinghouse cannot be reached.
    """
    try:
        context.obj = Setting(data, clocks.clock(clock_url), is_demo)
        if context.invoked_subcommand is not None:
            return
        if is_demo and not {host, lan_host} <= set(_LOOPBACK):
            raise UnusableError(
                "A demo listens on this computer only: leave --host and --lan-host out, or --demo."
            )
        app = create_app(data, clock=context.obj.clock, host=host, is_demo=is_demo)
        if states.find(data) is not None:
            health.note(data, context.obj.clock())
        now = context.obj.clock
        with ExitStack() as beside:
            beside.enter_context(rounds.running(data, now))
            far = beside.enter_context(listener.listening(data, now, administration))
            near = None
            if lan_port is not None:
                near = beside.enter_context(lan.served(data, now, lan_host, lan_port))
            serving.serve(
                app, data, host, port, as_json=as_json, administration_url=far, lan_url=near
            )
    except (LicenseServerError, RoutingTableError) as error:
        raise UnusableError(str(error)) from error


for _verb in (
    activating.activate,
    activating.reactivate,
    changing.connect,
    changing.install,
    changing.sheet,
    changing.update_numbers,
    deactivating.deactivate,
    looking.events,
    licensing.export_crl,
    licensing.install_licenses,
    licensing.licences,
    licensing.report,
    looking.export_root,
    looking.status,
    remote_command.token,
    simulating.simulation,
):
    cli.add_command(_verb)


def main() -> None:
    """Run the command."""
    cli(prog_name="license-server")
