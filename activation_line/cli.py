"""The command `activation-line`: run, serve, look after, explain codes.

What a command works with is imported when it is run, so that `--help` comes at once.
"""

import os
import sys
from io import TextIOWrapper
from pathlib import Path

import click

from activation_line.administration import admin
from activation_line.commands.later import Later
from activation_line.numbers import numbers
from activation_line.running import run
from activation_line.settings import load
from codes.cli import codes


class Sentences(click.Group):
    """A group that tells what is wrong in sentences, never by a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn what can be mended into its sentence, and status 2."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if not isinstance(error, _mendable()):
                raise
            click.echo(str(error), err=True)
            sys.exit(2)


def _mendable() -> tuple[type[Exception], ...]:
    """What a person can mend: each error of these carries its sentence."""
    from activation_line.carrier.trouble import CarrierError  # noqa: PLC0415 -- only on the way out
    from activation_line.house import DemoDirectoryError  # noqa: PLC0415 -- as above
    from activation_line.once import RegionError  # noqa: PLC0415 -- as above
    from activation_line.people import AccountError  # noqa: PLC0415 -- as above
    from activation_line.serving import ListenError  # noqa: PLC0415 -- as above
    from activation_line.settings import SettingsError  # noqa: PLC0415 -- as above
    from clearinghouse import RegisterError  # noqa: PLC0415 -- as above
    from codes.errors import CodeError  # noqa: PLC0415 -- as above
    from data_store import StoreError  # noqa: PLC0415 -- as above
    from licensing_site.tokens import TokenError  # noqa: PLC0415 -- as above
    from region_routing import RoutingTableError  # noqa: PLC0415 -- as above
    from spoken_prompts import (  # noqa: PLC0415 -- as above
        ApprovalError,
        CatalogueError,
        RefusedVoicesError,
        UnknownPromptError,
    )

    return (
        AccountError,
        ApprovalError,
        CarrierError,
        CatalogueError,
        CodeError,
        DemoDirectoryError,
        ListenError,
        RegionError,
        RefusedVoicesError,
        RegisterError,
        RoutingTableError,
        SettingsError,
        StoreError,
        TokenError,
        UnknownPromptError,
    )


@click.group(cls=Sentences)
@click.version_option(package_name="activation-line", prog_name="activation-line")
def main() -> None:
    """Run and look after an Activation Line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or a pipe that lacks a letter must not end a call.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes a free port.")
@click.option("--host", help="Listen on this address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
def serve(port: int | None, host: str | None, *, as_json: bool) -> None:
    """Serve the line and the console. The settings come from the environment."""
    from activation_line.production import serve_line  # noqa: PLC0415 -- `--help` needs no Flask

    serve_line(load(os.environ), port=port, host=host, as_json=as_json)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes a free port.")
@click.option("--host", help="Listen on this address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
def serve_site(port: int | None, host: str | None, *, as_json: bool) -> None:
    """Serve the licensing site: website and API."""
    from activation_line.site import serve_site  # noqa: PLC0415 -- `--help` needs no Flask

    serve_site(load(os.environ), port=port, host=host, as_json=as_json)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes a free port.")
@click.option("--host", help="Listen on this address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
def serve_fallback(port: int | None, host: str | None, *, as_json: bool) -> None:
    """Apologise to callers where the line can't answer. Needs no database."""
    from activation_line.apology import serve_fallback  # noqa: PLC0415 -- `--help` needs no Flask

    serve_fallback(load(os.environ), port=port, host=host, as_json=as_json)


@main.command()
@click.option("--routing", type=click.Path(path_type=Path), help="Check these routing tables too.")
def doctor(routing: Path | None) -> None:
    """Check all that can be checked before a call comes.

    Settings, routing tables, prompts, port, database, keys, accounts and the telephone network;
    nothing is made or changed. Status 1 if anything is ill.
    """
    from activation_line.examination import examine  # noqa: PLC0415 -- `--help` needs none of it

    ill = 0
    for finding in examine(os.environ, routing):
        ill += not finding.ok
        click.echo(f"{'✓' if finding.ok else '✗'} {finding.subject}: {finding.says}")
    click.echo(f"{ill} to mend." if ill else "All well.")
    sys.exit(1 if ill else 0)


main.add_command(admin)
main.add_command(codes)
main.add_command(numbers)
main.add_command(run)
main.add_command(Later("tokens", "Make and revoke tokens for administration by the API."))
for name, purpose in {
    "calls": "Calls by scripts, on simulated time: population, ledger.",
    "audit": "Examine, sign and export the register's audit.",
    "customers": "Customers: add, list, show, change.",
    "hours": "Exceptions to opening hours and rules: list, add, rule, remove.",
    "packs": "License packs: add, list.",
    "privacy": "Personal data: show, erase, retain.",
    "products": "Products: add, list, import, policy, key, block, history.",
    "prompts": "Prompts: list, missing, changed, unreviewed, show, approve.",
    "register": "The whole register: export, import.",
    "routing": "The routing tables: copy, table, where.",
    "twilio": "The account at Twilio: plan, apply, verify, regions.",
    "webhooks": "Webhooks: add, list, remove, test, deliver.",
}.items():
    main.add_command(Later(name, purpose))
