"""What a turn of the line costs beside the same turn without state or commit.

Both are signed requests for a keyed group, answered with a Gather document, called as WSGI
applications in one process; blocks of both alternate, and CPU time is compared, so no server and
no neighbour on the machine flatters the ratio. The bare side is Flask, `RequestValidator` and the
`twilio` builders, and remembers nothing. The same over HTTP, in wall time, is printed beside it.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, Final
from urllib.parse import urlencode

from cheroot.wsgi import Server
from flask import Flask, Response, abort, request
from sqlalchemy import Engine, event
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

import clearinghouse.tables
import region_routing
import spoken_prompts
import switchboard.tables
from activation_line.logs import log_to, turn_log
from activation_line.metrics import Metrics
from activation_line.observing import NumberedRequests, Observed
from clearinghouse import Actor, Clearinghouse, Policy
from codes import family, license_server_id, product_key
from data_store import Cipher, open_engine, transaction
from ivr.services import Services
from ivr.telephony import TwilioTelephony
from ivr.webhooks import create_blueprint
from switchboard import overrides
from switchboard.live import LiveFeed

BASE: Final = "https://line.example"
TOKEN: Final = "12345"  # noqa: S105 -- a benchmark's own
ACCOUNT: Final = "AC" + "0" * 32
NOW: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NUMBER: Final = "+12025550142"
CALLER: Final = "+12025550199"
PARTIES: Final = ("Called", "Caller", "From", "To")
BLOCKS: Final = 24
CALLS: Final = 16
TURNS: Final = 3
"""Measured turns of a call: three groups of the product ID, after each the next is asked."""

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A signed request of the network, as bytes."""

    path: str
    body: bytes
    signature: str

    def environ(self) -> Environ:
        """The request as a WSGI server hands it over."""
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "REQUEST_URI": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "line.example",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(self.body)),
            "HTTP_X_TWILIO_SIGNATURE": self.signature,
            "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN": self.signature,  # another for each request
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def post(path: str, call_sid: str, **fields: str) -> Post:
    """A request with the fields that the network's own example has."""
    form = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": "in-progress",
        "Called": NUMBER,
        "Caller": CALLER,
        "Direction": "inbound",
        "From": CALLER,
        "To": NUMBER,
        **{f"{who}{what}": "" for who in PARTIES for what in ("City", "State", "Zip")},
        **{f"{who}Country": "US" for who in PARTIES},
        **fields,
    }
    signature = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    return Post(path, urlencode(form).encode(), signature)


def bare_app() -> Flask:
    """The same answer without state: nothing is loaded, decided, or kept."""
    app = Flask("bare")
    validator = RequestValidator(TOKEN)

    @app.post("/voice/turn")
    def turn() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(BASE + request.environ["REQUEST_URI"], request.form, signature):
            abort(403)
        response = VoiceResponse()
        gather = Gather(
            input="dtmf",
            action="/voice/turn",
            method="POST",
            timeout=6,
            finish_on_key="#",
            action_on_empty_result=True,
        )
        gather.say("Please go on from the next group.", language="en-US")
        response.append(gather)
        return Response(str(response), mimetype="text/xml")

    return app


def line_app(engine: Engine, product_id: str, key: str) -> Flask:
    """The line on an empty store with one product; logged and counted as in earnest."""
    log_to(Path(os.devnull).open("w", encoding="utf-8"), "json")  # noqa: SIM115 -- to the end
    for tables in (clearinghouse.tables, switchboard.tables):
        tables.metadata.create_all(engine)
    register = Clearinghouse(Cipher([bytes(32)]))
    routing = region_routing.load()
    with transaction(engine) as conn:
        register.add_product(
            conn,
            product_id=product_id,
            product_key=key,
            name="Product",
            policy=Policy(),
            actor=Actor("administrator", "bench"),
            now=NOW,
        )
        for centre in routing.centres:
            overrides.add(conn, centre, start=NOW, end=NOW + timedelta(days=1), is_open=True)
    services = Services(
        engine=engine,
        clearinghouse=register,
        routing=routing,
        prompts=spoken_prompts.load(),
        # A keyed group asks nothing of the network.
        telephony=TwilioTelephony(
            account_sid=ACCOUNT, auth_token=TOKEN, public_base_url=BASE, api_base_url=BASE
        ),
        clock=lambda: NOW,
        auth_token=TOKEN,
        public_base_url=BASE,
        live_feed=LiveFeed(engine),
        observer=Observed(Metrics(), turn_log()),
    )
    app = Flask("line")
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    app.wsgi_app = NumberedRequests(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    return app


def send(app: Application, sent: Post) -> bytes:
    """One request through a WSGI application; its document."""
    status: list[str] = []
    body = b"".join(app(sent.environ(), lambda given, *_: status.append(given)))
    if not status[0].startswith("200"):
        raise AssertionError(f"{sent.path}: {status[0]}")
    return body


def cpu_of(app: Application, posts: list[Post]) -> float:
    """CPU microseconds of one request, on average."""
    begun = time.process_time()
    for sent in posts:
        if b"<Gather" not in send(app, sent):
            raise AssertionError("A keyed group is answered by the next Gather.")
    return (time.process_time() - begun) / len(posts) * 1e6


class Bench:
    """One store, both applications, and a supply of fresh calls."""

    def __init__(self, directory: Path, synchronous: str) -> None:
        own = family.draw(7)
        secret = product_key.secret(own.product_key)
        self._product_id = own.product_id
        self.server_id = license_server_id.assemble(secret, own.product_id, 0, "0" * 16)
        self.engine = open_engine(f"sqlite:///{directory}/{synchronous}.db")

        def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own
            connection.execute(f"PRAGMA synchronous = {synchronous}")

        if synchronous != "NORMAL":  # which the store sets by itself
            event.listen(self.engine, "connect", settle)
            self.engine.dispose()
        self.line = line_app(self.engine, own.product_id, own.product_key).wsgi_app
        self.bare = bare_app().wsgi_app
        self._calls = self._sids()

    @staticmethod
    def _sids() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"CA{number:032x}"

    def arrive(self) -> str:
        """A fresh call that has been welcomed."""
        sid = next(self._calls)
        send(self.line, post("/voice/incoming", sid))
        return sid

    def groups(self, calls: int) -> list[Post]:
        """The next groups of several fresh calls, in turn as they would come."""
        sids = [self.arrive() for _ in range(calls)]
        keyed = [self._product_id[5 * n : 5 * n + 5] for n in range(TURNS)]
        return [post("/voice/turn", sid, Digits=digits) for digits in keyed for sid in sids]

    def block(self) -> tuple[float, float]:
        """CPU microseconds of a turn of the line and of a bare one, one after the other."""
        posts = self.groups(CALLS)
        return cpu_of(self.line, posts), cpu_of(self.bare, posts)

    def steps(self) -> dict[str, float]:
        """CPU microseconds of turns that go to the register, too."""
        sids = [self.arrive() for _ in range(CALLS)]
        found = [post("/voice/turn", sid, Digits=self._product_id) for sid in sids]
        opened = [post("/voice/turn", sid, Digits=self.server_id) for sid in sids]
        return {
            "product_found_us": cpu_of(self.line, found),
            "request_opened_us": cpu_of(self.line, opened),
        }


def over_http(app: Application, posts: list[Post]) -> float:
    """Wall microseconds of one request through a server and one kept connection."""
    server = Server(("127.0.0.1", 0), app, numthreads=1)
    server.prepare()
    serving = Thread(target=server.serve, daemon=True)
    serving.start()
    connection = HTTPConnection("127.0.0.1", server.bind_addr[1])
    taken: list[float] = []
    try:
        for sent in posts:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": sent.signature,
                "I-Twilio-Idempotency-Token": sent.signature,
            }
            begun = time.perf_counter()
            connection.request("POST", sent.path, sent.body, headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status != HTTPStatus.OK:
                raise AssertionError(f"{sent.path}: {answer.status}")
    finally:
        connection.close()
        server.stop()
        serving.join()
    return median(taken) * 1e6


def measure(blocks: int = BLOCKS) -> dict[str, float]:
    """Measure a turn on SQLite: microseconds of CPU of either side, and their ratio.

    `sqlite` is as the line runs (a killed process loses nothing); `sqlite_full` flushes every
    commit to the disk, as an issued ID is.
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        for name, synchronous in (("sqlite", "NORMAL"), ("sqlite_full", "FULL")):
            bench = Bench(Path(directory), synchronous)
            bench.block()  # what is made once is made here
            pairs = [bench.block() for _ in range(blocks)]
            figures |= {
                f"{name}.line_cpu_us": median(line for line, _ in pairs),
                f"{name}.bare_cpu_us": median(bare for _, bare in pairs),
                f"{name}.cpu_ratio": median(line / bare for line, bare in pairs),
            }
            figures |= {f"{name}.{step}": value for step, value in bench.steps().items()}
            if name == "sqlite":
                posts = bench.groups(CALLS * 2)
                figures["http.line_wall_us"] = over_http(bench.line, posts)
                figures["http.bare_wall_us"] = over_http(bench.bare, posts)
            bench.engine.dispose()
    return figures


def main() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"{name:32} {value:10,.2f}")


if __name__ == "__main__":
    main()
