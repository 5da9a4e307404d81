"""What a large register costs beside a small one: lookup, issue and history of a license server.

Large: 1,000,000 license servers, 5,000,000 requests, as many issued numbers and audit entries.
Small: 1,000 servers. Both are filled by SQL with copies of one server that went the whole way five
times; some of them, spread over the whole, are license servers that can really ask. The same acts
are done on either in turn, each on another server, and the medians are compared.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from sqlalchemy import Connection, Table, select, text

from clearinghouse import Actor, Channel, Clearinghouse, Policy, Reason, audit
from clearinghouse.audit_keys import Signer
from clearinghouse.tables import (
    audit_entries,
    audit_head,
    metadata,
    permissions,
    products,
    requests,
    servers,
)
from codes import closing_code, license_server_id, product_id, product_key
from codes.proofs import Secret
from data_store import Cipher, open_engine, reading, transaction

SMALL: Final = 1_000
LARGE: Final = 1_000_000
REQUESTS: Final = 5
"""Requests of each server."""
ASKING: Final = 300
"""How many servers of either register really ask."""
BEGUN: Final = datetime(2020, 3, 2, 9, tzinfo=UTC)
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR: Final = timedelta(days=365)
ANNA: Final = Actor("representative", "anna")
ROOT: Final = Actor("administrator", "bench")


@dataclass(frozen=True, slots=True)
class Asking:
    """A license server that can ask: its product, and the secret of its key."""

    product_id: str
    product_key: str
    secret: Secret

    @classmethod
    def draw(cls, rng: random.Random) -> "Asking":
        """Draw a product of one license server."""
        own = product_id.random(rng)
        key = product_key.make(own, rng.randbytes(15))
        return cls(own, key, product_key.secret(key))

    def shown(self, last_issue: int, key_hash: str) -> str:
        """The license server ID that its wizard shows."""
        return license_server_id.assemble(self.secret, self.product_id, last_issue, key_hash)


class Stock:
    """One register, filled."""

    def __init__(self, directory: Path, count: int) -> None:
        self.rng = random.Random(count)
        self.cipher = Cipher([bytes(32)])
        self.engine = open_engine(f"sqlite:///{directory}/register-{count}.db")
        audit.sign_with(self.engine, Signer.load_or_create(directory / "audit.key"))
        metadata.create_all(self.engine)
        self.house = Clearinghouse(self.cipher, self.rng)
        self.asking = [Asking.draw(self.rng) for _ in range(ASKING)]
        template = Asking.draw(self.rng)
        self._activate(template)
        begun = time.perf_counter()
        _fill(self, template, count)
        self.filled_in = time.perf_counter() - begun

    def _activate(self, asking: Asking) -> None:
        """Lead one server through all its requests, a year apart."""
        with transaction(self.engine) as connection:
            self.house.add_product(
                connection,
                product_id=asking.product_id,
                product_key=asking.product_key,
                name="Product",
                policy=Policy(),
                actor=ROOT,
                now=BEGUN,
            )
        for number in range(REQUESTS):
            at = BEGUN + number * YEAR
            with transaction(self.engine) as connection:
                request, new_id = self.issue(connection, asking, number, f"{number:016}", at)
                code = closing_code.make(asking.secret, asking.product_id, new_id)
                self.house.confirm(connection, request, code, ANNA, at)
        with transaction(self.engine) as connection:
            self.house.lapse(connection, NOW)

    def issue(
        self, connection: Connection, asking: Asking, held: int, key_hash: str, now: datetime
    ) -> tuple[int, str]:
        """Open, check and issue, as a call does; gives the request and its new ID."""
        opened = self.house.open_request(
            connection,
            product_id=asking.product_id,
            license_server_id=asking.shown(held, key_hash),
            channel=Channel.TELEPHONE,
            caller="+12025550199",
            actor=ANNA,
            now=now,
        )
        if opened.reason is None:
            reason = Reason.CERTIFICATE_EXPIRED
            self.house.set_reason(connection, opened.id, reason, ANNA, now)
        self.house.check(connection, opened.id, ANNA, now)
        issued = self.house.issue(connection, opened.id, ANNA, now)
        return issued.id, str(issued.new_license_server_id)

    # What is measured

    def look_up(self, asking: Asking) -> None:
        """A product is keyed, and its standing and numbers are asked for."""
        with reading(self.engine) as connection:
            if not self.house.product_exists(connection, asking.product_id):
                raise AssertionError("The product is there.")
            self.house.product(connection, asking.product_id)
            self.house.requests_of_product(connection, asking.product_id, 1)

    def do_issue(self, asking: Asking) -> None:
        """A new license server ID, in one durable transaction."""
        with transaction(self.engine) as connection:
            self.issue(connection, asking, REQUESTS, "9" * 16, NOW)

    def read_history(self, asking: Asking) -> None:
        """What a representative sees of a product: its requests and what happened to them."""
        with reading(self.engine) as connection:
            found = self.house.requests_of_product(connection, asking.product_id)
            audit.of_product(connection, asking.product_id, 50)
            audit.of_request(connection, found[0].id)


def _fill(stock: Stock, template: Asking, count: int) -> None:
    """Copy the template's rows `count` times, each time with ids of their own."""
    with transaction(stock.engine) as connection:
        # As much memory as a server would give; the sizes of the two registers stay what they are.
        connection.execute(text("PRAGMA cache_size = -1000000"))
        indexes = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        ).all()
        for index in indexes:
            connection.execute(text(f"DROP INDEX {index.name}"))
        _name_products(connection, stock, count)
        seed = connection.execute(
            select(servers.c.id).where(servers.c.product_id == template.product_id)
        ).scalar_one()
        first = connection.execute(select(requests.c.id).order_by(requests.c.id)).scalars().first()
        last_entry = connection.execute(select(audit_head.c.number)).scalar_one()
        own = f"FROM {{}} t, bench_names n WHERE t.product_id = '{template.product_id}'"
        shift = f"(n.i * {REQUESTS} + t.{{}} - {first})"
        _copy(
            connection,
            products,
            own,
            product_id="n.product_id",
            product_key="coalesce(n.product_key, t.product_key)",
        )
        _copy(connection, servers, own, id=f"n.i + {seed}", product_id="n.product_id")
        request = f"{REQUESTS} + {shift}"
        _copy(
            connection,
            requests,
            own,
            id=request.format("id"),
            case_number=f"printf('%012d', {request.format('id')})",
            product_id="n.product_id",
        )
        _copy(
            connection,
            permissions,
            own,
            id=request.format("request_id"),
            product_id="n.product_id",
            server_id=f"n.i + {seed}",
            request_id=request.format("request_id"),
        )
        entry = f"{last_entry} + {shift.format('request_id')} + 1"
        issued = own + " AND t.body LIKE '%\"id.issued\"%'"
        _copy(
            connection,
            audit_entries,
            issued,
            number=entry,
            product_id="n.product_id",
            request_id=request.format("request_id"),
        )
        connection.execute(
            text("UPDATE audit_head SET number = (SELECT max(number) FROM audit_entries)")
        )
        for index in indexes:
            connection.execute(text(index.sql))
        connection.execute(text("DROP TABLE bench_names"))
        connection.execute(text("PRAGMA cache_size = -2000"))
    with closing(sqlite3.connect(str(stock.engine.url.database))) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _name_products(connection: Connection, stock: Stock, count: int) -> None:
    """Number the copies; those that really ask stand at random places among them."""
    connection.execute(
        text(
            "CREATE TEMP TABLE bench_names"
            " (i INTEGER PRIMARY KEY, product_id TEXT, product_key BLOB)"
        )
    )
    connection.execute(
        text(
            "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted"
            " WHERE i < :count) INSERT INTO bench_names"
            " SELECT i, printf('%020d', i * (9223372036854775807 / :count)), NULL FROM counted"
        ),
        {"count": count},
    )
    places = stock.rng.sample(range(1, count + 1), ASKING)
    connection.execute(
        text("UPDATE bench_names SET product_id = :product, product_key = :key WHERE i = :place"),
        [
            {
                "place": place,
                "product": each.product_id,
                "key": stock.cipher.encrypt(each.product_key.encode(), each.product_id.encode()),
            }
            for place, each in zip(places, stock.asking, strict=True)
        ],
    )


def _copy(connection: Connection, table: Table, source: str, **changed: str) -> None:
    """Insert copies of the template's rows, some columns computed anew."""
    names = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    where = source.format(table.name)
    connection.execute(
        text(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} {where}")
    )


def _time(
    act: Callable[[Stock, Asking], object], stock: Stock, asking: Asking
) -> tuple[float, float]:
    """Wall and CPU microseconds of one act."""
    wall, cpu = time.perf_counter(), time.process_time()
    act(stock, asking)
    return (time.perf_counter() - wall) * 1e6, (time.process_time() - cpu) * 1e6


def measure(large: int = LARGE, directory: Path | None = None) -> dict[str, float]:
    """Fill both registers and compare the medians of each act, in microseconds."""
    with tempfile.TemporaryDirectory(dir=directory) as made:
        stocks = {"small": Stock(Path(made), SMALL), "large": Stock(Path(made), large)}
        figures = {
            "small.servers": float(SMALL),
            "large.servers": float(large),
            "large.filled_in_seconds": stocks["large"].filled_in,
        }
        acts = {"lookup": Stock.look_up, "history": Stock.read_history, "issue": Stock.do_issue}
        for name, act in acts.items():
            taken: dict[str, list[tuple[float, float]]] = {size: [] for size in stocks}
            for place in range(ASKING):
                for size, stock in stocks.items():
                    taken[size].append(_time(act, stock, stock.asking[place]))
            for kind, column in (("wall", 0), ("cpu", 1)):
                mid = {size: median(each[column] for each in taken[size]) for size in stocks}
                figures[f"{name}.small_{kind}_us"] = mid["small"]
                figures[f"{name}.large_{kind}_us"] = mid["large"]
                figures[f"{name}.{kind}_ratio"] = mid["large"] / mid["small"]
        for stock in stocks.values():
            stock.engine.dispose()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="bench.register", description=__doc__)
    parser.add_argument("--servers", type=int, default=LARGE, help="of the large register")
    asked = parser.parse_args()
    for name, value in measure(asked.servers).items():
        print(f"{name:32} {value:14,.2f}")


if __name__ == "__main__":
    main()
