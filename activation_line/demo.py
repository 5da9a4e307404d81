"""The demo's data: one product, one license server whose certificate has expired, one account.

Nothing here is faked: the first activation was issued by the clearinghouse and accepted by the
license server, only longer ago than it was valid for.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, select

import codes.product_id
import codes.product_key
from activation_line.wiring import Line
from agent_console import accounts
from agent_console.tables import accounts as accounts_table
from clearinghouse import Actor, Channel, Policy, Reason
from clearinghouse.tables import products
from data_store import reading, transaction
from license_server import activation, installation
from switchboard import overrides, representatives

LOGIN = "representative"
DISPLAY_NAME = "Demo representative"
SERVER_NAME = "LICENSE-01"
# Long enough ago for a certificate of twelve months to have expired, whatever the month's length.
FIRST_ACTIVATION = timedelta(days=430)
# The demo is shown at any hour, so its centres never close.
ALWAYS = timedelta(days=3650)
A_DAY = timedelta(days=1)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ACTOR = Actor("demo", "demo data")
# Where there is a row in one of these, somebody uses the database.
TOLD_BY = (products, accounts_table)


@dataclass(frozen=True, slots=True)
class Demo:
    """What a person needs to know to use the demo."""

    login: str
    password: str
    product_id: str
    license_server_dir: Path


class DemoDataError(Exception):
    """The demo's data can't be laid down here. The message says why and what to do."""


def seed(
    line: Line,
    directory: Path,
    *,
    number: int,
    now: datetime,
    age: timedelta = FIRST_ACTIVATION,
    is_open: bool = True,
) -> Demo:
    """Fill an empty database and an empty license server. `number` makes it repeatable.

    `age` is how long ago the license server was activated. `is_open`: the support centres are open
    at any time, else closed until tomorrow.

    Raises `DemoDataError` where the database holds anything already.
    """
    with reading(line.engine) as connection:
        held = [connection.execute(select(table).limit(1)).first() for table in TOLD_BY]
    if any(held):
        raise DemoDataError(
            "The database holds data already, which a demo must not be mixed with: "
            "name an empty one."
        )
    rng = Random(number)
    product_id = codes.product_id.random(rng)
    product_key = codes.product_key.make(product_id, rng.randbytes(15))
    password = secrets.token_urlsafe(9)
    long_ago = now - age
    with transaction(line.engine, durable=True) as connection:
        line.clearinghouse.add_product(
            connection,
            product_id=product_id,
            product_key=product_key,
            name="Demo product",
            policy=Policy(),
            actor=ACTOR,
            now=long_ago,
        )
        _people(connection, line, password=password, now=now)
        end = now + (ALWAYS if is_open else A_DAY)
        for centre in line.routing.centres:
            overrides.add(connection, centre, start=now - ALWAYS, end=end, is_open=is_open)
    private_key = ec.derive_private_key(rng.randrange(1, P256_ORDER), ec.SECP256R1())
    installation.install(
        directory,
        product_id=product_id,
        product_key=product_key,
        server_name=SERVER_NAME,
        now=long_ago,
        password=password,
        private_key=private_key,
    )
    _activate(line, directory, product_id=product_id, now=long_ago)
    return Demo(LOGIN, password, product_id, directory)


def _people(connection: Connection, line: Line, *, password: str, now: datetime) -> None:
    accounts.add(
        connection,
        login=LOGIN,
        display_name=DISPLAY_NAME,
        password=password,
        role=accounts.Role.REPRESENTATIVE,
        is_demo=True,
        now=now,
    )
    languages = {name for centre in line.routing.centres.values() for name in centre.languages}
    representatives.add(
        connection,
        name=LOGIN,
        display_name=DISPLAY_NAME,
        centres=tuple(sorted(line.routing.centres)),
        languages=tuple(sorted(languages)),
        now=now,
    )


def _activate(line: Line, directory: Path, *, product_id: str, now: datetime) -> None:
    """The first activation: asked for, issued and accepted as any other."""
    asked = activation.request(directory, now)
    house = line.clearinghouse
    with transaction(line.engine, durable=True) as connection:
        opened = house.open_request(
            connection,
            product_id=product_id,
            license_server_id=asked.license_server_id,
            channel=Channel.AUTOMATIC,
            caller=None,
            actor=ACTOR,
            now=now,
        )
        house.set_reason(connection, opened.id, Reason.FIRST_ACTIVATION, ACTOR, now)
        house.check(connection, opened.id, ACTOR, now)
        issued = house.issue(connection, opened.id, ACTOR, now)
        accepted = activation.accept(directory, str(issued.new_license_server_id), now)
        house.confirm(connection, opened.id, accepted.closing_code, ACTOR, now)
    activation.finish(directory)
