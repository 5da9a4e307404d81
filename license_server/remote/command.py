"""The verb `license-server token`, for a Manager on another machine."""

import click

from license_server import state as states
from license_server.commands.setting import Setting, as_json, show, told
from license_server.remote import tokens


@click.command()
@click.option("--void", "is_void", is_flag=True, help="End every token that was made here.")
@as_json
@click.pass_obj
def token(setting: Setting, *, is_void: bool, as_json: bool) -> None:
    """Make a token by which a Manager on another machine administers this license server.

    It is of use where this license server runs with --administration HOST:PORT.
    """
    with told(as_json=as_json):
        states.load(setting.data)
        if is_void:
            count = tokens.void(setting.data, setting.clock())
        else:
            made = tokens.make(setting.data, setting.clock())
    if is_void:
        said = f"{count} token{'' if count == 1 else 's'} ended."
        show({"voided": count}) if as_json else click.echo(said)
    elif as_json:
        show({"token": made})
    else:
        click.echo(made)
        click.echo(
            "Enter it in the other machine's Server Manager, Add a server. It is shown once; "
            "whoever has it administers this license server.",
            err=True,
        )
