"""The verb `deactivate`: the wizard in the terminal, or its steps by options."""

import dataclasses

import click

from license_server import clearinghouse_client, deactivation, link
from license_server import state as states
from license_server.commands.setting import (
    WAS_LEFT,
    LeftError,
    Setting,
    UnusableError,
    as_json,
    console,
    show,
    told,
)
from license_server.model import DeactivationCause, Method
from license_server.terminal import deactivating

_CAUSES = [cause.value for cause in DeactivationCause]


@click.command()
@click.option("--cause", type=click.Choice(_CAUSES), help="Why the server is deactivated.")
@click.option("--confirmation", metavar="DIGITS", help="The deactivation confirmation.")
@click.option("--yes", is_flag=True, help="Yes: end new licences at once; it cannot be taken back.")
@as_json
@click.pass_obj
def deactivate(
    setting: Setting, *, cause: str | None, confirmation: str | None, yes: bool, as_json: bool
) -> None:
    """Deactivate this license server: the Deactivate Server Wizard."""
    chosen = DeactivationCause(cause) if cause else None
    with told(as_json=as_json):
        if confirmation is not None:
            deactivation.confirm(setting.data, confirmation, setting.clock())
            if as_json:
                _show(setting)
            else:
                deactivating.completed(console())
        elif as_json or yes:
            _begin(setting, chosen, yes=yes)
            _show(setting)
        else:
            wizard = deactivating.Wizard(
                console(), setting.data, setting.clock, setting.routing, chosen
            )
            if not wizard.run():
                raise LeftError(WAS_LEFT)


def _begin(setting: Setting, cause: DeactivationCause | None, *, yes: bool) -> None:
    begun, now = deactivation.status(setting.data), setting.clock()
    if begun is None and (cause is None or not yes):
        raise UnusableError(
            "Deactivating ends new licences at once and cannot be taken back: say --cause and "
            "--yes, or leave --json out for the wizard."
        )
    if begun is not None and begun.confirmed_at is not None:
        return
    if states.load(setting.data).properties.method is Method.AUTOMATIC:
        known = link.load(setting.data)
        clearinghouse_client.deactivate(setting.data, known, now, cause=cause)
    elif cause is not None:
        deactivation.begin(setting.data, cause, now)


def _show(setting: Setting) -> None:
    begun = deactivation.status(setting.data)
    product_id = states.load(setting.data).product_id
    facts = dataclasses.asdict(begun) if begun else {}
    facts.pop("draft", None)
    facts.pop("is_closed", None)
    is_over = begun is not None and begun.confirmed_at is not None
    show({"state": "confirmed" if is_over else "begun", "product_id": product_id, **facts})
