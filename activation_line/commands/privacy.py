"""`activation-line privacy`: what is held about callers, shown and erased."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import NoReturn

import click
from sqlalchemy import Connection

from activation_line import privacy
from activation_line.commands.working import looking, show_json, who
from activation_line.privacy import Erased
from activation_line.register_access import Register, opened
from activation_line.settings import load
from codes import case_number
from data_store import transaction

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would go; erase nothing.")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Number(click.ParamType[str]):
    """A telephone number with its country's, as the network tells it."""

    name = "number"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take blanks and hyphens out."""
        number = re.sub(r"[\s()/.-]", "", value)
        if not E164.fullmatch(number):
            self.fail(f"{value!r} is no whole number: write it as +49 30 1234567.", param, ctx)
        return number


NUMBER = click.option("--number", type=Number(), help="Whose: a telephone number.")
EMAIL = click.option("--email", help="Whose: an e-mail address.")


class _OnlyLooking(Exception):  # noqa: N818 -- nothing is wrong
    """Rolls back what was done to see what would go."""


@click.group()
def commands() -> None:
    """Personal data: show, erase."""


@commands.command()
@NUMBER
@EMAIL
@AS_JSON
def show(number: str | None, email: str | None, *, as_json: bool) -> None:
    """Show all that is held about somebody."""
    address = _one_of(number, email)
    with looking() as (_, connection):
        found = privacy.known(connection, address)
    if as_json:
        show_json(asdict(found))
        return
    if found.is_empty:
        click.echo("Nothing is held.")
        return
    for call in found.calls:
        case = f", case {case_number.format(call.case_number)}" if call.case_number else ""
        over = "" if call.is_over else ", not over"
        click.echo(f"call {call.call_sid} of {call.started_at:%Y-%m-%d %H:%M} UTC{case}{over}")
    for note in found.notes:
        click.echo(f"note after a call: {note}")
    for asked in found.register.cases:
        click.echo(f"asked about case {case_number.format(asked.case_number)}, {asked.at:%Y-%m-%d}")
    for contact in found.register.written:
        said = ", ".join(value for value in asdict(contact).values() if value)
        click.echo(f"asked in writing: {said}")
    if found.register.wrong_tries:
        click.echo(f"wrong codes counted: {found.register.wrong_tries}")


@commands.command()
@NUMBER
@EMAIL
@DRY_RUN
@AS_JSON
def erase(number: str | None, email: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Erase a number or an address, wherever it stands."""
    address = _one_of(number, email)

    def act(register: Register, connection: Connection) -> Erased:
        return privacy.erase(connection, register.clearinghouse, address, who(), register.clock())

    _tell(_attempt(act, dry_run=dry_run), dry_run=dry_run, as_json=as_json)
    with looking() as (_, connection):
        live = [call for call in privacy.known(connection, address).calls if not call.is_over]
    if live and not as_json:
        click.echo(f"{len(live)} calls are not over and keep the number: erase it again then.")


@commands.command()
@click.option("--days", type=click.IntRange(1), required=True, help="Keep what is younger.")
@DRY_RUN
@AS_JSON
def retain(days: int, *, dry_run: bool, as_json: bool) -> None:
    """Erase numbers, addresses and notes that are older."""

    def act(register: Register, connection: Connection) -> Erased:
        now = register.clock()
        since = now - timedelta(days=days)
        return privacy.retain(connection, register.clearinghouse, since, who(), now)

    _tell(_attempt(act, dry_run=dry_run), dry_run=dry_run, as_json=as_json)


def _one_of(number: str | None, email: str | None) -> str:
    if bool(number) == bool(email):
        raise click.UsageError("Say whose: by --number or by --email.")
    return number or str(email)


def _attempt(act: Callable[[Register, Connection], Erased], *, dry_run: bool) -> Erased:
    erased: list[Erased] = []
    with (
        opened(load(os.environ)) as register,
        suppress(_OnlyLooking),
        transaction(register.engine, durable=True) as connection,
    ):
        erased.append(act(register, connection))
        if dry_run:
            _roll_back()
    return erased[0]


def _roll_back() -> NoReturn:
    raise _OnlyLooking


def _tell(erased: Erased, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show_json(asdict(erased))
        return
    verb = "Would erase" if dry_run else "Erased"
    click.echo(
        f"{verb} {erased.calls} numbers in calls, {erased.notes} notes after calls, "
        f"{erased.contacts} contacts in the register."
    )
