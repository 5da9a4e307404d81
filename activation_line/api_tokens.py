"""`activation-line tokens`: bearer tokens for administration by the API."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from activation_line.settings import load, make_data_dir

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.group()
def tokens() -> None:
    """Make and revoke the tokens by which programs administer over the API."""


@tokens.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="What it allows; all scopes if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a token. It is shown this once: the database keeps its hash alone."""
    from activation_line.clock import system_clock  # noqa: PLC0415 -- `--help` needs no database
    from data_store import transaction  # noqa: PLC0415 -- as above
    from licensing_site.tokens import Scope, add, scopes_of  # noqa: PLC0415 -- as above

    asked = scopes_of(scopes) if scopes else frozenset(Scope)
    with _database() as engine, transaction(engine, durable=True) as connection:
        presented = add(connection, name, asked, system_clock())
    if as_json:
        shown = {"name": name, "scopes": sorted(asked), "token": presented}
        click.echo(json.dumps(shown))
    else:
        click.echo(f"Keep it now, it isn't shown again: {presented}")


@tokens.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_all(*, as_json: bool) -> None:
    """Show every token that was made, without what it is recognised by."""
    from data_store import reading  # noqa: PLC0415 -- `--help` needs no database
    from licensing_site.tokens import every  # noqa: PLC0415 -- as above

    with _database() as engine, reading(engine) as connection:
        found = every(connection)
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


@tokens.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a token at once."""
    from activation_line.clock import system_clock  # noqa: PLC0415 -- `--help` needs no database
    from data_store import transaction  # noqa: PLC0415 -- as above
    from licensing_site.tokens import revoke  # noqa: PLC0415 -- as above

    with _database() as engine, transaction(engine, durable=True) as connection:
        revoke(connection, name, system_clock())
    click.echo(f"The token {name!r} is revoked.")


@contextmanager
def _database() -> Iterator["Engine"]:
    from activation_line import database  # noqa: PLC0415 -- `--help` needs no database

    settings = load(os.environ)
    make_data_dir(settings)
    engine = database.prepare(settings.store_url)
    try:
        yield engine
    finally:
        engine.dispose()
