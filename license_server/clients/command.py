"""The command `license-client`: asks a license server for licences, and keeps them."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import click

from license_server.clients import connection, documents, wallet
from license_server.clients.connection import Connection
from license_server.clients.wallet import Wallet
from license_server.errors import LicenseServerError

DEFAULT_VERSION: Final = 1
_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


class UnusableError(click.ClickException):
    """What was asked cannot be carried out: one sentence on standard error."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), err=True, file=file)


class RefusedError(UnusableError):
    """The license server says no."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """What all verbs share."""

    url: str
    root: Path
    lists: Path | None
    directory: Path
    name: str
    as_json: bool

    @property
    def wallet(self) -> Wallet:
        """What this client keeps."""
        return Wallet(self.directory)

    def connect(self) -> Connection:
        """Make ready to ask the server."""
        return Connection(self.url, connection.trust(self.root, self.lists), self.wallet)


@click.group()
@click.option("--server", "url", required=True, help="The LAN API, such as https://host:8442.")
@click.option("--root", required=True, type=_FILE, help="The exported root, PEM.")
@click.option("--crl", "lists", type=_FILE, help="Exported revocation lists, PEM.")
@click.option(
    "--data",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for this client's key and licences.",
)
@click.option("--name", default="", help="The device's name; the host name if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def cli(
    context: click.Context,
    *,
    url: str,
    root: Path,
    lists: Path | None,
    directory: Path | None,
    name: str,
    as_json: bool,
) -> None:
    """Ask a license server for client licences.

    Exit statuses: 0 done, 1 the license server refuses, 2 it cannot be reached or trusted.
    """
    own = directory or wallet.default_directory()
    device = name or socket.gethostname() or "client"
    context.obj = Setting(url, root, lists, own, device, as_json)


_user = click.option("--user", default="", help="For a per-user licence: the user's name.")


@cli.command()
@click.option("--version", default=DEFAULT_VERSION, show_default=True, help="The version needed.")
@_user
@click.pass_obj
def request(setting: Setting, *, version: int, user: str) -> None:
    """Ask for a licence: a temporary one at first, a permanent one afterwards."""
    with _told(setting):
        server = setting.connect()
        server.enrol(setting.name)
        licence = server.request(version, user)
    _print(setting, licence)


@cli.command()
@click.pass_obj
def renew(setting: Setting) -> None:
    """Ask again for every licence that is kept; what is due is renewed."""
    with _told(setting):
        server = setting.connect()
        server.enrol(setting.name)
        kept = setting.wallet.licences()
        if not kept:
            raise UnusableError("There is nothing to renew: ask for a licence first.")
        fresh = [server.request(int(each["version"]), str(each["user"])) for each in kept]
    for each in fresh:
        _print(setting, each)


@cli.command()
@_user
@click.pass_obj
def release(setting: Setting, *, user: str) -> None:
    """Give a permanent licence back, so that another client can have it."""
    with _told(setting):
        server = setting.connect()
        server.enrol(setting.name)
        licence = server.release(user)
    _print(setting, licence)


@cli.command()
@click.pass_obj
def status(setting: Setting) -> None:
    """Say which licences this client keeps, and how the license server stands.

    What is kept goes on also where the server does not answer.
    """
    now = datetime.now(UTC)
    kept = setting.wallet.licences()
    standing: dict[str, Any]
    try:
        standing = setting.connect().status()
    except LicenseServerError as error:
        standing = {"error": error.code, "sentence": str(error)}
    if setting.as_json:
        licences = [each | {"holds": documents.holds(each, now)} for each in kept]
        click.echo(json.dumps({"licences": licences, "server": standing}, ensure_ascii=False))
        return
    for each in kept:
        _print(setting, each)
    if not kept:
        click.echo("No licence is kept here.")
    if "error" in standing:
        click.echo(f"Server: {standing['sentence']}")
    else:
        sentence = standing["sentence"] or "It licenses clients."
        click.echo(f"Server {standing['server_name']}: {sentence}")


@contextmanager
def _told(setting: Setting) -> Iterator[None]:
    try:
        yield
    except connection.ServerRefusedError as error:
        if setting.as_json:
            facts = {"error": error.why, "sentence": str(error), "next_date": error.next_date}
            click.echo(json.dumps(facts, ensure_ascii=False))
        raise RefusedError(str(error)) from error
    except LicenseServerError as error:
        if setting.as_json:
            click.echo(json.dumps({"error": error.code, "sentence": str(error)}))
        raise UnusableError(str(error)) from error


def _print(setting: Setting, licence: dict[str, Any]) -> None:
    if setting.as_json:
        click.echo(json.dumps(licence, ensure_ascii=False))
        return
    whose = f"user {licence['user']}" if licence["user"] else f"device {licence['device']}"
    if licence["ending"]:
        click.echo(f"{licence['permanence'].capitalize()} licence of {whose}: released.")
        return
    until = datetime.fromisoformat(licence["expires_at"])
    state = "" if documents.holds(licence, datetime.now(UTC)) else ", which is over"
    click.echo(
        f"{licence['permanence'].capitalize()} licence of {whose}, version {licence['version']}: "
        f"good until {until:%d %B %Y, %H:%M} UTC{state}."
    )


def main() -> None:
    """Run the command."""
    cli(prog_name="license-client")
