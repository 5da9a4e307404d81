"""The command `license-server`: serves the pages; its verbs do the same without a browser."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import click

from codes import license_server_id, product_id
from license_server import clocks, files, health, installation, serving
from license_server import state as states
from license_server.app import create_app
from license_server.errors import LicenseServerError
from region_routing import RoutingTableError

DEFAULT_PORT: Final = 8441
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Refused(click.ClickException):
    """One clear sentence on stderr, exit status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), err=True, file=file)


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What all verbs share."""

    data: Path
    clock: Callable[[], datetime]


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
@click.option("--clock-url", help="Ask a simulated clock for the time.")
@click.option("--demo", "is_demo", is_flag=True, help="Say on every page that this is a demo.")
@click.pass_context
def cli(
    context: click.Context,
    *,
    data: Path,
    port: int,
    host: str,
    as_json: bool,
    clock_url: str | None,
    is_demo: bool,
) -> None:
    """Serve a license server's Licensing Manager, or carry out one verb."""
    try:
        context.obj = Setting(data, clocks.clock(clock_url))
        if context.invoked_subcommand is not None:
            return
        if is_demo and host not in _LOOPBACK:
            _refuse("A demo listens on this computer only: leave --host out, or --demo.")
        app = create_app(data, clock=context.obj.clock, host=host, is_demo=is_demo)
        if states.find(data) is not None:
            health.note(data, context.obj.clock())
        serving.serve(app, data, host, port, as_json=as_json)
    except (LicenseServerError, RoutingTableError) as error:
        _refuse(str(error))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(setting: Setting, *, as_json: bool) -> None:
    """Say how this license server stands; changes nothing."""
    try:
        found = health.status(setting.data, setting.clock()) if states.find(setting.data) else None
    except LicenseServerError as error:
        _refuse(str(error))
    if as_json:
        facts = {"installed": found is not None} | (_facts(found) if found else {})
        click.echo(json.dumps(facts))
    elif found is None:
        click.echo("Not installed: start the license server and open the link that it prints.")
    else:
        _print(found)


@cli.command("export-root")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export_root(setting: Setting, file: Path) -> None:
    """Write the local root certificate, which clients on this network are to trust, to FILE."""
    try:
        content = installation.root_pem(setting.data)
        before = files.read(file)
        if before is not None and b"BEGIN CERTIFICATE" not in before:
            _refuse(f"{file} exists and is no certificate: name another file.")
        files.write(file, content)
        file.chmod(0o644)
    except LicenseServerError as error:
        _refuse(str(error))
    click.echo(f"Local root certificate written to {file}.")


def _facts(found: health.Status) -> dict[str, object]:
    facts = dataclasses.asdict(found) | {"state_word": found.state.word}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _print(found: health.Status) -> None:
    current = found.current_license_server_id
    until = found.valid_until.isoformat() if found.valid_until else "-"
    click.echo(f"Server                     {found.server_name}")
    click.echo(f"State                      {found.state.word}")
    click.echo(f"Certificate valid until    {until}")
    click.echo(f"Product ID                 {product_id.format(found.product_id)}")
    shown = license_server_id.format(current) if current else "none yet"
    click.echo(f"Current license server ID  {shown}")
    if found.open_license_server_id:
        asked = license_server_id.format(found.open_license_server_id)
        click.echo(f"Open license server ID     {asked}")


def _refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


def main() -> None:
    """Run the command."""
    cli(prog_name="license-server")
