"""`activation-line admin`: people who may log in."""

import os
import sys

import click

from activation_line.settings import load


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
    from activation_line.people import make_account  # noqa: PLC0415 -- `--help` needs no database
    from agent_console.accounts import Role  # noqa: PLC0415 -- as above

    settings = load(os.environ)
    make_account(
        settings,
        login=login,
        name=name or login,
        password=_ask_password(from_stdin=password_stdin),
        role=Role(role),
        centres=centres,
        languages=languages,
    )
    click.echo(f"{role.capitalize()} {login!r} may log in now.")


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
