"""`activation-line twilio`: the account's numbers as the line needs them, and what they cost."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import region_routing
from activation_line.carrier.account import TwilioAccount
from activation_line.carrier.applying import carry_out, describe
from activation_line.carrier.market import Market, State
from activation_line.carrier.plan import Plan, make_plan
from activation_line.carrier.regions import as_text, rows
from activation_line.commands.working import show_json
from activation_line.settings import Settings, load
from region_routing import RoutingTable

FALLING = (
    'Until then let a line fall to another: write falls_to = "..." in place of its number in '
    "lines.toml; license servers then show the other's."
)
SECRET = "twilio-api-key-secret"  # noqa: S105 -- a file's name


class UnknownRegionsError(click.ClickException):
    """Regions that the tables don't have; status 2."""

    exit_code = 2


@click.group()
def commands() -> None:
    """The account at Twilio: plan, apply, verify, regions."""


buying = click.option(
    "--buy", is_flag=True, help="Buy the numbers of lines.toml that are for sale: they cost money."
)


for_programs = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@commands.command()
@buying
@for_programs
def plan(*, buy: bool, as_json: bool) -> None:
    """Say what `apply` would change at Twilio; changes nothing."""
    settings, routing = _given()
    _show(_planned(TwilioAccount(settings), settings, routing, buy=buy), as_json=as_json)


@commands.command()
@buying
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where a new API key's secret is written; {SECRET} in the data directory without.",
)
def apply(secret_file: Path | None, *, buy: bool, yes: bool) -> None:
    """Make the line's numbers, application and API key at Twilio as they have to be.

    Shows what will be done, and asks. Nothing is touched that isn't the line's, nothing is bought
    without --buy, and nothing is ever given back.
    """
    settings, routing = _given()
    account = TwilioAccount(settings)
    found = _planned(account, settings, routing, buy=buy)
    _show(found, as_json=False)
    if not found.changes:
        return
    if not yes:
        click.confirm("Do it?", abort=True)
    carry_out(account, found, secret_file or settings.data_dir / SECRET, click.echo)


@commands.command()
@for_programs
def verify(*, as_json: bool) -> None:
    """Say what differs at Twilio from what the line needs. Status 1 if anything does."""
    settings, routing = _given()
    found = _planned(TwilioAccount(settings), settings, routing, buy=False)
    _show(found, as_json=as_json)
    sys.exit(0 if found.is_clean else 1)


@commands.command()
@click.argument("codes", nargs=-1, metavar="[REGION]...")
@for_programs
def regions(codes: tuple[str, ...], *, as_json: bool) -> None:
    """Say for each REGION, or for all, whether it has a number, and what one costs there."""
    settings, routing = _given()
    wanted = [code.upper() for code in codes]
    if strange := [code for code in wanted if code not in routing.regions]:
        raise UnknownRegionsError(
            f"No table has the region {', '.join(strange)}: write ISO 3166 codes, such as DE."
        )
    account = TwilioAccount(settings)
    found = list(rows(account, Market(account), routing, wanted))
    if as_json:
        show_json([row.as_json() for row in found])
        return
    for line in as_text(found):
        click.echo(line)


def _show(found: Plan, *, as_json: bool) -> None:
    if as_json:
        show_json(found.as_json())
        return
    for line in told(found):
        click.echo(line)


def told(found: Plan) -> Iterator[str]:
    """A plan for people: what would change, what is missing, what to know."""
    for change in found.changes:
        yield f"{'~' if change.sid else '+'} {describe(change)}"
        for each in change.differences:
            yield f"    {each.field}: {each.held or '(none)'} -> {each.wanted or '(none)'}"
    for missing in found.missing:
        line, standing = missing.line, missing.standing
        yield f"! {line.number} (line {line.id}), {standing.state}: {standing.says}"
    if any(missing.standing.number for missing in found.missing):
        yield "What is for sale is bought by `activation-line twilio apply --buy`."
    if any(missing.standing.state is not State.TO_BE_BOUGHT for missing in found.missing):
        yield FALLING
    for note in found.notes:
        yield f"? {note}"
    count = len(found.changes)
    if found.is_clean:
        yield "Nothing to do: the account is as the line needs it."
    else:
        yield f"{count} to change, {len(found.missing)} without a number."


def _given() -> tuple[Settings, RoutingTable]:
    settings = load(os.environ)
    return settings, region_routing.load(settings.routing_dir)


def _planned(
    account: TwilioAccount, settings: Settings, routing: RoutingTable, *, buy: bool
) -> Plan:
    return make_plan(account, Market(account), settings, routing, buy=buy)
