"""What the commands that look after the register share."""

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from activation_line.register_access import Register, opened
from activation_line.settings import load
from clearinghouse import Actor, LineIssues, Policy
from codes import product_id as product_ids
from data_store import reading, transaction

F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def looking() -> Iterator[tuple[Register, Connection]]:
    """The register, to be read."""
    with opened(load(os.environ)) as register, reading(register.engine) as connection:
        yield register, connection


@contextmanager
def changing() -> Iterator[tuple[Register, Connection]]:
    """The register, to be changed: one transaction."""
    with (
        opened(load(os.environ)) as register,
        transaction(register.engine, durable=True) as connection,
    ):
        yield register, connection


def who() -> Actor:
    """Who types: the user of the machine, as the audit names them."""
    try:
        return Actor("administrator", getpass.getuser())
    except (KeyError, OSError):  # a user without a name, as in some containers
        return Actor("administrator", "command line")


class ProductID(click.ParamType[str]):
    """A product ID, checked and made compact."""

    name = "product_id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check what was typed; the sentence says which group is wrong."""
        del param, ctx  # the code's own sentence says enough
        return product_ids.validate(value)


# The figures of a policy that are words.
WORDS: Mapping[str, click.ParamType[Any]] = {
    "issue_by_line": click.Choice([rule.value for rule in LineIssues])
}


def policy_options(command: F) -> F:
    """Give a command an option for each figure of a policy."""
    for field in reversed(fields(Policy)):
        name = "--" + field.name.replace("_", "-")
        kind = WORDS.get(field.name, click.IntRange(0))
        command = click.option(name, field.name, type=kind, help=f"{field.default} if never set.")(
            command
        )
    return command


def given(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a policy that were given."""
    return {name: value for name, value in figures.items() if value is not None}


def policy_of(figures: Mapping[str, Any]) -> Policy:
    """A policy of these figures; what can't be is a fault of usage."""
    try:
        return Policy(**figures)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def show_json(value: object) -> None:
    """Print for programs: one JSON document."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False))
