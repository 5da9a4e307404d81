"""What the register holds about whoever has a telephone number or an e-mail address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from clearinghouse import writers
from clearinghouse.asked import Contact
from clearinghouse.tables import contacts, requests, wrong_tries


@dataclass(frozen=True, slots=True)
class Asked:
    """A case about which somebody called, and when first."""

    case_number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that stands beside the audit and can be erased."""

    cases: tuple[Asked, ...]
    written: tuple[Contact, ...]
    wrong_tries: int


def held(connection: Connection, address: str) -> Held:
    """Find what is held about a number or an address."""
    asked = connection.execute(
        select(requests.c.case_number, contacts.c.at)
        .join(requests, requests.c.id == contacts.c.request_id)
        .where(contacts.c.number == address)
        .order_by(contacts.c.id)
    )
    tries = select(func.count()).where(
        wrong_tries.c.kind == "caller", wrong_tries.c.subject == address
    )
    return Held(
        tuple(Asked(row.case_number, row.at) for row in asked),
        tuple(writers.of_address(connection, address)),
        connection.scalar(tries) or 0,
    )
