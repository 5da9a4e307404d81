"""Whether the line can take a call now, part by part."""

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from activation_line import database
from activation_line.number_dates import judge
from activation_line.voices import trouble
from activation_line.wiring import Line
from clearinghouse.tables import products
from data_store import StoreError, reading
from spoken_prompts import RefusedVoicesError
from switchboard import number_checks, representatives
from switchboard.representatives import Presence

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One part's answer: its name, whether it is well, and a sentence for a person.

    What `warns` is well enough for calls, and somebody has to look at it.
    """

    name: str
    ok: bool
    says: str
    warns: bool = False


def examine(line: Line) -> tuple[Check, ...]:
    """Ask every part. Never raises: trouble is an answer."""
    return (
        _database(line),
        _register(line),
        _network(line),
        _numbers(line),
        _voices(line),
        _people(line),
    )


def examine_store(line: Line) -> tuple[Check, ...]:
    """Ask what a process without telephones needs."""
    return (_database(line), _register(line))


def examine_readiness(line: Line) -> tuple[Check, ...]:
    """Ask what decides whether this process may be sent calls now."""
    return (_database(line), _staying(line))


def _staying(line: Line) -> Check:
    if line.voice.live_feed.is_closed:
        return _trouble("process", "It is being stopped.")
    return _well("process", "Takes calls.")


def _well(name: str, says: str) -> Check:
    return Check(name, ok=True, says=says)


def _trouble(name: str, says: str) -> Check:
    return Check(name, ok=False, says=says)


def _asked(line: Line, name: str, judged: Callable[[Connection], Check]) -> Check:
    """What is judged by a look at the database; trouble where it doesn't answer."""
    try:
        with reading(line.engine) as connection:
            return judged(connection)
    except (SQLAlchemyError, StoreError) as error:
        return _trouble(name, f"No answer: {type(error).__name__}.")


def _database(line: Line) -> Check:
    def judged(connection: Connection) -> Check:
        held = database.revision(connection)
        if held != database.newest():
            return _trouble("database", f"Schema {held}; this version needs {database.newest()}.")
        return _well("database", f"{line.engine.dialect.name}, schema {held}.")

    return _asked(line, "database", judged)


def _register(line: Line) -> Check:
    def judged(connection: Connection) -> Check:
        count = connection.scalar(select(func.count()).select_from(products))
        return _well("register", f"{count} product{'' if count == 1 else 's'}.")

    return _asked(line, "register", judged)


def _network(line: Line) -> Check:
    address = line.settings.twilio_api_url
    if not address:
        return _well("telephone network", "Twilio; asked only by `doctor`.")
    try:
        with urllib.request.urlopen(f"{address}/control/v1/clock", timeout=PATIENCE):  # noqa: S310 -- a checked setting
            return _well("telephone network", f"Simulated, at {address}.")
    except OSError as error:  # URLError is one, and wraps another
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        why = cause.strerror if isinstance(cause, OSError) and cause.strerror else cause
        return _trouble("telephone network", f"No answer at {address}: {why}.")


def _voices(line: Line) -> Check:
    try:
        refused = trouble(line.settings, line.voice.prompts)
    except RefusedVoicesError as error:
        return Check("voices", ok=True, says=str(error), warns=True)
    if refused:
        return Check("voices", ok=True, says=f"{'; '.join(refused)}.", warns=True)
    return _well("voices", "None is refused.")


def _people(line: Line) -> Check:
    def judged(connection: Connection) -> Check:
        people = representatives.all(connection)
        here = sum(person.presence is Presence.AVAILABLE for person in people)
        return _well("representatives", f"{here} of {len(people)} available.")

    return _asked(line, "representatives", judged)


def _numbers(line: Line) -> Check:
    def judged(connection: Connection) -> Check:
        found = judge(number_checks.every(connection), line.routing, line.clock())
        says = found.says[0].upper() + found.says[1:]
        return Check("numbers", ok=not found.is_dead, says=says, warns=found.is_old)

    return _asked(line, "numbers", judged)
