"""Personal data over all parts of the line: what is held about somebody, and its erasure.

The audit holds salted hashes of numbers; the salts stand with the numbers and go with them, so the
chain stays whole and nobody can try numbers against it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from agent_console import notes
from clearinghouse import Actor, Clearinghouse, personal
from clearinghouse.personal import Held
from switchboard import callers
from switchboard.callers import CallOfNumber


@dataclass(frozen=True, slots=True)
class Known:
    """What is held about a telephone number or an e-mail address."""

    calls: tuple[CallOfNumber, ...]
    notes: tuple[str, ...]
    register: Held

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self.calls and self.register == Held((), (), 0)


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went: numbers in calls, notes after calls, contacts in the register."""

    calls: int
    notes: int
    contacts: int


def known(connection: Connection, address: str) -> Known:
    """Find what is held about an address."""
    calls = callers.of_number(connection, address)
    return Known(
        tuple(calls),
        tuple(notes.of_calls(connection, [call.id for call in calls])),
        personal.held(connection, address),
    )


def erase(
    connection: Connection, house: Clearinghouse, address: str, actor: Actor, now: datetime
) -> Erased:
    """Erase an address everywhere but in calls under way. The audit says that it was done."""
    ids = callers.erase(connection, address)
    gone = notes.erase_of_calls(connection, ids)
    return Erased(len(ids), gone, house.erase_caller(connection, address, actor, now))


def retain(
    connection: Connection, house: Clearinghouse, since: datetime, actor: Actor, now: datetime
) -> Erased:
    """Erase what is older than a moment."""
    ids = callers.erase_before(connection, since)
    gone = notes.erase_before(connection, since)
    contacts = house.erase_callers_before(connection, since, actor, now)
    return Erased(len(ids), gone, contacts)
