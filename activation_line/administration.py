"""`activation-line admin`: people who may log in."""

import os
import sys

import click
from sqlalchemy import Connection, select

from activation_line import database
from activation_line.clock import system_clock
from activation_line.settings import load
from agent_console import accounts
from agent_console.tables import accounts as accounts_table
from data_store import transaction
from switchboard import representatives

SHORTEST_PASSWORD = 12


@click.group()
def admin() -> None:
    """Make and look after the people who may log in."""


@admin.command()
@click.argument("login")
@click.option("--name", default="", help="The name that others see; the log-in if left out.")
@click.option(
    "--role",
    type=click.Choice(["administrator", "supervisor", "representative"]),
    default="administrator",
    show_default=True,
)
@click.option("--centre", "centres", multiple=True, help="A representative's support centre.")
@click.option("--language", "languages", multiple=True, help="A language, such as en or de.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(
    login: str,
    name: str,
    role: str,
    centres: tuple[str, ...],
    languages: tuple[str, ...],
    *,
    password_stdin: bool,
) -> None:
    """Make an account, the first administrator's for one."""
    settings = load(os.environ)
    if role == "representative" and not (centres and languages):
        raise click.UsageError(
            "A representative needs at least one --centre and one --language, "
            "else no call can be routed there."
        )
    password = _ask_password(from_stdin=password_stdin)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = database.prepare(settings.store_url)
    now = system_clock()
    with transaction(engine, durable=True) as connection:
        if accounts.exists(connection, login):
            raise click.ClickException(
                f"There is an account {login!r} already: choose another log-in."
            )
        accounts.add(
            connection,
            login=login,
            display_name=name or login,
            password=password,
            role=accounts.Role(role),
            is_demo=False,
            now=now,
        )
        if role == "representative":
            representatives.add(
                connection,
                name=login,
                display_name=name or login,
                centres=centres,
                languages=languages,
                now=now,
            )
    click.echo(f"{role.capitalize()} {login!r} may log in now.")


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(
            f"The password has {len(password)} characters: use at least {SHORTEST_PASSWORD}."
        )
    return str(password)


def any_administrator(connection: Connection) -> bool:
    """Whether anybody may administer, demo accounts aside."""
    query = select(accounts_table.c.login).where(
        accounts_table.c.role == accounts.Role.ADMINISTRATOR, accounts_table.c.is_demo.is_(False)
    )
    return connection.execute(query.limit(1)).first() is not None
