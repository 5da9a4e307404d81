"""The verb `license-server token`, for a Manager on another machine."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from license_server import state as states
from license_server.remote import tokens


class Setting(Protocol):
    """What all verbs share."""

    @property
    def data(self) -> Path:
        """The data directory."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock."""


@click.command("token")
@click.option("--void", is_flag=True, help="End every token that was made here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def token(setting: Setting, *, void: bool, as_json: bool) -> None:
    """Make a token by which a Manager on another machine administers this license server.

    It works where this license server runs with --administration HOST:PORT.
    """
    states.load(setting.data)
    if void:
        count = tokens.void(setting.data, setting.clock())
        said = f"{count} token{'' if count == 1 else 's'} ended."
        click.echo(json.dumps({"voided": count}) if as_json else said)
        return
    made = tokens.make(setting.data, setting.clock())
    if as_json:
        click.echo(json.dumps({"token": made}))
    else:
        click.echo(made)
        click.echo(
            "Enter it in the other machine's Server Manager, Add a server. It is shown once; "
            "whoever has it administers this license server.",
            err=True,
        )
