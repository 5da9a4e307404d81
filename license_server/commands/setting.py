"""What all verbs share: the data directory, the clock, exit statuses, JSON or a terminal."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final

import click

from license_server import numbers
from license_server.clearinghouse_api import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import CodeRefusedError, InvalidEntryError, LicenseServerError
from license_server.terminal.console import Console, InputEndedError
from region_routing import RoutingTable, RoutingTableError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and ask nothing.")

WAS_LEFT: Final = "\nLeft. What was entered is kept: the same command goes on."


class UnusableError(click.ClickException):
    """What was asked cannot be carried out: one clear sentence on standard error."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), err=True, file=file)


class RefusedError(UnusableError):
    """What was given (a code, a file, an entry) is not accepted."""

    exit_code = 1


class LeftError(UnusableError):
    """The wizard was left before its end; the same command goes on."""

    exit_code = 3


class UnreachableError(UnusableError):
    """The clearinghouse cannot be reached."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """The data directory and the clock that a verb works with."""

    data: Path
    clock: Callable[[], datetime]
    is_demo: bool

    @property
    def routing(self) -> RoutingTable:
        """The table of numbers in use."""
        return numbers.load(self.data)


def console() -> Console:
    """Open the terminal; a sign that it lacks is replaced and ends nothing."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return Console(sys.stdin, sys.stdout)


def show(facts: dict[str, Any]) -> None:
    """Print one JSON document; times as ISO 8601."""
    click.echo(json.dumps(facts, default=_plain, ensure_ascii=False))


@contextmanager
def told(*, as_json: bool) -> Iterator[None]:
    """Turn what can go wrong into a sentence on standard error, JSON and an exit status."""
    try:
        yield
    except (LicenseServerError, RoutingTableError) as error:
        if as_json:
            show({"error": _word(error), "sentence": str(error), **_more(error)})
        raise _ended(error) from error
    except (KeyboardInterrupt, InputEndedError) as error:
        raise LeftError(WAS_LEFT) from error


def _ended(error: Exception) -> UnusableError:
    if isinstance(error, CodeRefusedError | InvalidEntryError | ClearinghouseRefused):
        return RefusedError(str(error))
    if isinstance(error, ClearinghouseUnreachable):
        return UnreachableError(str(error))
    return UnusableError(str(error))


def _word(error: Exception) -> str:
    why = getattr(error, "why", None) or getattr(error, "code", None)
    return str(why or "routing_table")


def _more(error: Exception) -> dict[str, Any]:
    if isinstance(error, CodeRefusedError):
        return {"groups": list(error.groups)}
    if isinstance(error, ClearinghouseRefused):
        return {"left": error.left, "next_date": error.next_date}
    return {"field": error.field} if isinstance(error, InvalidEntryError) else {}


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
