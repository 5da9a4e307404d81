"""`activation-line webhooks`: who is told of what, and telling them now."""

import os
import sys
from dataclasses import asdict

import click

from activation_line.commands.working import changing, looking, show_json, who
from activation_line.deliveries import Outcome, deliver, deliver_one
from activation_line.register_access import opened
from activation_line.settings import load
from clearinghouse import webhooks
from data_store import transaction


@click.group()
def commands() -> None:
    """Webhooks: add, list, remove, test, deliver."""


@commands.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    type=click.Choice(webhooks.TYPES),
    multiple=True,
    help="Tell of this event; all if left out.",
)
def add(url: str, events: tuple[str, ...]) -> None:
    """Tell URL from now on.

    Shows, once, the secret that signs the messages.
    """
    with changing() as (register, connection):
        webhook_id, secret = webhooks.add(
            connection,
            register.cipher,
            url=url,
            events=events or webhooks.TYPES,
            actor=who(),
            now=register.clock(),
        )
    click.echo(f"Webhook {webhook_id}: {url}")
    click.echo(f"Secret {secret}: it isn't shown again.")


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_all(*, as_json: bool) -> None:
    """List all webhooks.

    Beside each, what waits for it and what was given up.
    """
    with looking() as (_, connection):
        found = webhooks.every(connection)
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        counts = f"{each.waiting} waiting, {each.given_up} given up"
        click.echo(f"{each.id:>4}  {each.url}  {' '.join(each.events)}  {counts}")


@commands.command()
@click.argument("webhook_id", type=int)
def remove(webhook_id: int) -> None:
    """Tell a webhook nothing more.

    What still waits for it is dropped.
    """
    with changing() as (register, connection):
        webhooks.remove(connection, webhook_id, who(), register.clock())
    click.echo(f"Webhook {webhook_id} is removed.")


@commands.command()
@click.argument("webhook_id", type=int)
def test(webhook_id: int) -> None:
    """Send an empty message, and say how it went."""
    with opened(load(os.environ)) as register:
        now = register.clock()
        with transaction(register.engine) as connection:
            message_id = webhooks.test(connection, webhook_id, now)
        outcomes = deliver_one(register, message_id, now)
    _tell(outcomes)


@commands.command("deliver")
def deliver_now() -> None:
    """Deliver what is due now.

    `serve` does so by itself. Status 1 if any failed.
    """
    with opened(load(os.environ)) as register:
        outcomes = deliver(register, register.clock())
    _tell(outcomes)


def _tell(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        mark = "✓" if each.delivered else "✗"
        click.echo(f"{mark} webhook {each.message.webhook_id}: {each.message.url} {each.says}")
    failed = sum(not each.delivered for each in outcomes)
    click.echo(f"{len(outcomes) - failed} delivered, {failed} failed.")
    sys.exit(1 if failed else 0)
