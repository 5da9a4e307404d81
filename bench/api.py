"""What the API answers in a second, beside a bare Flask view with one read and one write.

Both are POSTs of a small JSON body, called as WSGI applications in one process; blocks of both
alternate, so that no server and no neighbour on the machine flatters either. The API's are a
closing code, which confirms a request (audited, and on the disk before it is answered), and a
permission that is asked for again (proof and signing request checked, certificate, chain and
revocation list given). The bare side reads a row, changes it and commits; it checks nothing.
"""

import hashlib
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any, Final

from flask import Flask, Response, jsonify, request
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, select, update

import clearinghouse.tables
import licensing_site.tables
import region_routing
from clearinghouse import Actor, Clearinghouse, Policy, Reason, documents
from codes import closing_code, family, license_server_id, product_key
from data_store import Cipher, open_engine, transaction
from license_certificates import keys, signing_requests
from licensing_site.api import create_api
from licensing_site.limits import Limiter
from licensing_site.services import Services

NOW: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SERVER: Final = Actor("server", "automatic")
BLOCKS: Final = 16
SIZE: Final = 16
NEVER: Final = 10**9

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A JSON request, as bytes."""

    path: str
    body: bytes

    def environ(self) -> dict[str, Any]:
        """The request as a WSGI server hands it over."""
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "site.example",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def post(path: str, body: dict[str, Any]) -> Post:
    """A request with a document."""
    return Post(path, json.dumps(body).encode())


def bare_app(directory: Path) -> Flask:
    """One table, one row: read, changed, committed."""
    metadata = MetaData()
    cases = Table(
        "cases",
        metadata,
        Column("case_number", String(12), primary_key=True),
        Column("confirmations", Integer, nullable=False),
    )
    engine = open_engine(f"sqlite:///{directory}/bare.db")
    metadata.create_all(engine)
    with transaction(engine) as connection:
        connection.execute(cases.insert(), {"case_number": "1" * 12, "confirmations": 0})
    find = select(cases).where(cases.c.case_number == bindparam("case"))
    change = (
        update(cases)
        .where(cases.c.case_number == bindparam("case"))
        .values(confirmations=bindparam("new"))
    )
    app = Flask("bare")

    @app.post("/permissions/<case_number>/confirmation")
    def confirm(case_number: str) -> Response:
        request.get_json()
        with transaction(engine) as connection:
            row = connection.execute(find, {"case": case_number}).one()
            new = row.confirmations + 1
            connection.execute(change, {"case": case_number, "new": new})
        return jsonify({"state": "confirmed"})

    return app


class Bench:
    """A register with a product that may have any number of license servers."""

    def __init__(self, directory: Path) -> None:
        own = family.draw(7)
        self._product_id = own.product_id
        self._secret = product_key.secret(own.product_key)
        engine = self._engine = open_engine(f"sqlite:///{directory}/line.db")
        for tables in (clearinghouse.tables, licensing_site.tables):
            tables.metadata.create_all(engine)
        cipher = Cipher([bytes(32)])
        self._house = Clearinghouse(cipher, random.Random(7))
        with transaction(engine) as connection:
            self._house.add_product(
                connection,
                product_id=own.product_id,
                product_key=own.product_key,
                name="Product",
                policy=Policy(max_servers=NEVER),
                actor=Actor("administrator", "bench"),
                now=NOW,
            )
        unlimited = Limiter(lambda: NOW, burst=NEVER, seconds=1)
        services = Services(
            engine=engine,
            clearinghouse=self._house,
            cipher=cipher,
            routing=region_routing.load(),
            clock=lambda: NOW,
            limiter=unlimited,
            public_base_url="https://site.example",
        )
        self.api = create_api(services, unlimited).wsgi_app
        self.bare = bare_app(directory).wsgi_app
        self._servers = self._activations()

    def _activations(self) -> Iterator[tuple[Post, Post]]:
        """New license servers: each asks for a permission; what it asked, and its closing code."""
        while True:
            key = keys.make_key()
            shown = license_server_id.make(self._secret, self._product_id, 0, keys.public_der(key))
            csr = signing_requests.make(key, self._product_id, shown, "LICENSE-01")
            reason = Reason.FIRST_ACTIVATION.value
            digest = hashlib.sha256(signing_requests.der(csr)).hexdigest()
            said = ("certificate-request", self._product_id, shown, reason, digest)
            document = {
                "format": documents.REQUEST_FORMAT,
                "product_id": self._product_id,
                "license_server_id": shown,
                "reason": reason,
                "server_name": "LICENSE-01",
                "certificate_signing_request": csr.decode("ascii"),
                "proof": {"by": "product_key", "mac": self._secret.mac(*said)},
            }
            asked = post("/permissions", document)
            answer = json.loads(send(self.api, asked))
            code = closing_code.make(
                self._secret, self._product_id, answer["new_license_server_id"]
            )
            body = {"product_id": self._product_id, "closing_code": code}
            yield asked, post(f"/permissions/{answer['case_number']}/confirmation", body)

    def block(self) -> dict[str, tuple[float, float]]:
        """Wall and CPU seconds of one request of each kind."""
        pairs = [next(self._servers) for _ in range(SIZE)]
        bare = post(f"/permissions/{'1' * 12}/confirmation", {"closing_code": "1234"})
        return {
            "bare": cost(self.bare, [bare] * SIZE),
            "asked_again": cost(self.api, [asked for asked, _ in pairs]),
            "confirmation": cost(self.api, [confirmation for _, confirmation in pairs]),
        }


def send(app: Application, sent: Post) -> bytes:
    """One request through a WSGI application; its document."""
    status: list[str] = []
    body = b"".join(app(sent.environ(), lambda given, *_: status.append(given)))
    if not status[0].startswith("200"):
        raise AssertionError(f"{sent.path}: {status[0]}: {body!r}")
    return body


def cost(app: Application, posts: list[Post]) -> tuple[float, float]:
    """Wall and CPU seconds of one request, on average."""
    wall, cpu = time.perf_counter(), time.process_time()
    for sent in posts:
        send(app, sent)
    taken = time.perf_counter() - wall, time.process_time() - cpu
    return taken[0] / len(posts), taken[1] / len(posts)


def measure(blocks: int = BLOCKS) -> dict[str, float]:
    """Measure requests a second of each kind, and what one costs beside the bare one."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory))
        bench.block()  # what is made once is made here
        found = [bench.block() for _ in range(blocks)]
    for kind in ("bare", "asked_again", "confirmation"):
        figures[f"{kind}_per_second"] = 1 / median(block[kind][0] for block in found)
    for kind in ("asked_again", "confirmation"):
        for place, measured in enumerate(("wall", "cpu")):
            ratios = [block[kind][place] / block["bare"][place] for block in found]
            figures[f"{kind}_{measured}_ratio"] = median(ratios)
    return figures


def main() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"{name:32} {value:10,.2f}")


if __name__ == "__main__":
    main()
