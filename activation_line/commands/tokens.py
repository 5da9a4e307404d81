"""`activation-line tokens`: bearer tokens for administration by the API."""

import json
import os

import click

from activation_line.register_access import opened
from activation_line.settings import load
from data_store import reading, transaction
from licensing_site import tokens
from licensing_site.tokens import Scope


@click.group()
def commands() -> None:
    """Make and revoke the tokens by which programs administer over the API."""


@commands.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="What it allows; everything if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a token. It is shown this once: the database keeps its hash alone."""
    asked = tokens.scopes_of(scopes or tuple(Scope))
    with (
        opened(load(os.environ)) as register,
        transaction(register.engine, durable=True) as connection,
    ):
        presented = tokens.add(connection, name, asked, register.clock())
    if as_json:
        shown = {"name": name, "scopes": sorted(asked), "token": presented}
        click.echo(json.dumps(shown))
    else:
        click.echo(f"Keep it now, it isn't shown again: {presented}")


@commands.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_all(*, as_json: bool) -> None:
    """Show every token that was made, without what it is recognised by."""
    with opened(load(os.environ)) as register, reading(register.engine) as connection:
        found = tokens.every(connection)
    if as_json:
        shown = [
            {
                "name": token.name,
                "scopes": sorted(token.scopes),
                "added_at": token.added_at.isoformat(),
                "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
            }
            for token in found
        ]
        click.echo(json.dumps(shown))
        return
    for token in found:
        ended = "in use" if token.revoked_at is None else f"revoked {token.revoked_at:%Y-%m-%d}"
        scopes = ", ".join(sorted(token.scopes))
        click.echo(f"{token.name}: {scopes}; made {token.added_at:%Y-%m-%d}; {ended}")
    if not found:
        click.echo("There are no tokens yet: make one with `activation-line tokens add NAME`.")


@commands.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a token at once."""
    with (
        opened(load(os.environ)) as register,
        transaction(register.engine, durable=True) as connection,
    ):
        tokens.revoke(connection, name, register.clock())
    click.echo(f"The token {name!r} is revoked.")
