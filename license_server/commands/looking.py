"""Verbs that change nothing: status, events, export-root."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from codes import license_server_id, product_id
from license_server import (
    configuration,
    event_log,
    event_meanings,
    event_table,
    files,
    health,
    installation,
    simulate,
)
from license_server import state as states
from license_server.commands.setting import Setting, UnusableError, as_json, show, told


@click.command()
@as_json
@click.pass_obj
def status(setting: Setting, *, as_json: bool) -> None:
    """Say how this license server stands; changes nothing."""
    with told(as_json=as_json):
        found = health.status(setting.data, setting.clock()) if states.find(setting.data) else None
        simulated = simulate.active(setting.data) if found else None
    if as_json:
        show(
            {"installed": found is not None}
            | (_facts(found) | {"simulated": simulated} if found else {})
        )
    elif found is None:
        click.echo(
            "Not installed: start the license server and open the link that it prints, or use "
            "license-server install."
        )
    else:
        _print(found)
        if simulated:
            click.echo(f"Simulated                  {simulated} (license-server simulate undo)")


@click.command()
@click.option("--export", type=click.Choice(["csv", "json"]), help="Write all of it in this form.")
@as_json
@click.pass_obj
def events(setting: Setting, *, export: str | None, as_json: bool) -> None:
    """Show the event log, the oldest entry first."""
    with told(as_json=as_json):
        states.load(setting.data)
        found = event_log.entries(setting.data)
    form = export or ("json" if as_json else "")
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
    elif form == "csv":
        click.echo(event_table.as_csv(found), nl=False)
    else:
        for entry in found:
            event = event_meanings.read(entry)
            click.echo(f"{event.at[:19]}  {event.level.word:<11}  {event.title}")
            for name, value in event.facts:
                click.echo(f"{'':<34}{name}: {value}")


@click.command("export-root")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_obj
def export_root(setting: Setting, file: Path, *, as_json: bool) -> None:
    """Write the local root certificate, which clients on this network are to trust, to FILE."""
    with told(as_json=as_json):
        content = installation.root_pem(setting.data)
        before = files.read(file)
        if before is not None and b"BEGIN CERTIFICATE" not in before:
            raise UnusableError(f"{file} exists and is no certificate: name another file.")
        files.write(file, content)
        file.chmod(0o644)
        configuration.note_export(setting.data, setting.clock())
    if as_json:
        show({"file": str(file)})
    else:
        click.echo(f"Local root certificate written to {file}.")


def _facts(found: health.Status) -> dict[str, Any]:
    return dataclasses.asdict(found) | {"state_word": found.state.word}


def _print(found: health.Status) -> None:
    current = found.current_license_server_id
    until = found.valid_until.isoformat() if found.valid_until else "-"
    click.echo(f"Server                     {found.server_name}")
    click.echo(f"State                      {found.state.word}")
    click.echo(f"Certificate valid until    {until}")
    if found.grace_ends is not None:
        click.echo(f"New clients until          {found.grace_ends.isoformat()}")
    if found.is_deactivated:
        click.echo("Deactivated                no new client is licensed until it is activated")
    click.echo(f"Product ID                 {product_id.format(found.product_id)}")
    shown = license_server_id.format(current) if current else "none yet"
    click.echo(f"Current license server ID  {shown}")
    if found.open_license_server_id:
        asked = license_server_id.format(found.open_license_server_id)
        click.echo(f"Open license server ID     {asked}")
