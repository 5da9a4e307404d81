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

from sqlalchemy import Connection, Table, func, select

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
    with reading(stock.engine) as connection:
        of_template = servers.c.product_id == template.product_id
        server = connection.execute(select(servers.c.id).where(of_template)).scalar_one()
        first = connection.execute(select(func.min(requests.c.id))).scalar_one()
        last_entry = connection.execute(select(audit_head.c.number)).scalar_one()
    stock.engine.dispose()
    path = str(stock.engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        # Nothing of it is worth a flush, and as much memory as a server would give.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            raw.execute(f"PRAGMA {setting}")
        raw.execute("BEGIN")
        wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = raw.execute(wanted).fetchall()
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        _name_products(raw, stock, count)
        source = f"FROM {{}} t, bench_names n WHERE t.product_id = '{template.product_id}'"
        shift = f"(n.i * {REQUESTS} + t.{{}} - {first})"
        request = f"{REQUESTS} + {shift}"
        named = {"product_id": "n.product_id"}
        key = "coalesce(n.product_key, t.product_key)"
        _copy(raw, products, source, product_key=key, **named)
        _copy(raw, servers, source, id=f"n.i + {server}", **named)
        own = request.format("id")
        case = f"printf('%012d', {own})"
        _copy(raw, requests, source, id=own, case_number=case, **named)
        own = request.format("request_id")
        holds = {"server_id": f"n.i + {server}", "request_id": own}
        _copy(raw, permissions, source, id=own, **holds, **named)
        issued = source + " AND t.body LIKE '%\"id.issued\"%'"
        number = f"{last_entry} + {shift.format('request_id')} + 1"
        _copy(raw, audit_entries, issued, number=number, request_id=own, **named)
        raw.execute("UPDATE audit_head SET number = (SELECT max(number) FROM audit_entries)")
        for _, made in indexes:
            raw.execute(made)
        raw.execute("COMMIT")


def _name_products(raw: sqlite3.Connection, stock: Stock, count: int) -> None:
    """Number the copies; those that really ask stand at random places among them."""
    raw.execute(
        "CREATE TEMP TABLE bench_names (i INTEGER PRIMARY KEY, product_id TEXT, product_key BLOB)"
    )
    raw.execute(
        "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted"
        " WHERE i < :count) INSERT INTO bench_names"
        " SELECT i, printf('%020d', i * (9223372036854775807 / :count)), NULL FROM counted",
        {"count": count},
    )
    places = stock.rng.sample(range(1, count + 1), ASKING)
    raw.executemany(
        "UPDATE bench_names SET product_id = ?, product_key = ? WHERE i = ?",
        [
            (
                each.product_id,
                stock.cipher.encrypt(each.product_key.encode(), each.product_id.encode()),
                place,
            )
            for place, each in zip(places, stock.asking, strict=True)
        ],
    )


def _copy(raw: sqlite3.Connection, table: Table, source: str, **changed: str) -> None:
    """Insert copies of the template's rows, some columns computed anew."""
    names = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    rows = source.format(table.name)
    into = f"{table.name} ({', '.join(names)})"
    raw.execute(f"INSERT INTO {into} SELECT {values} {rows}")


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
