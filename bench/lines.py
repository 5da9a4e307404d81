"""The line on an empty store, wired as in earnest, beside a bare application that keeps nothing.

The bare side is Flask, `RequestValidator` and the `twilio` builders: it checks the signature and
answers with a Gather document, and nothing is loaded, decided or kept.
"""

import atexit
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

import clearinghouse.tables
import region_routing
import spoken_prompts
import switchboard.tables
from activation_line.logs import log_to, turn_log
from activation_line.metrics import Metrics
from activation_line.observing import NumberedRequests, Observed
from bench.posts import BASE, TOKEN, Application, post, send
from bench.register import Asking
from clearinghouse import Actor, Clearinghouse, Policy, customers
from data_store import Cipher, transaction
from ivr.services import Services
from ivr.webhooks import create_blueprint
from switchboard import overrides
from switchboard.live import LiveFeed

NOW: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ROOT: Final = Actor("administrator", "bench")
ABROAD: Final = "DE"
"""Where the holder of every product is: such a call is asked whether to be moved."""


# One for the whole process, as long as it lasts.
NOWHERE: Final = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- closed at the end
atexit.register(NOWHERE.close)


class NoNetwork:
    """A telephone network that does whatever it is told, which costs nothing."""

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Nobody is rung."""

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Nobody is rung."""

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        """Nobody is called."""
        return f"CB{to}{from_}{url_path}"

    def ask(self, call_sid: str, what: str) -> None:
        """Nobody is redirected."""

    def hang_up(self, call_sid: str) -> None:
        """Nothing is ended."""

    def end_conference(self, conference: str) -> None:
        """Nothing is ended."""

    def is_live(self, call_sid: str) -> bool:
        """Whatever is asked for is live."""
        return bool(call_sid)


def bare_app() -> Application:
    """The same answer without state."""
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

    return app.wsgi_app


@dataclass(frozen=True, slots=True)
class Line:
    """The line, wired: logged and counted, with every centre open."""

    engine: Engine
    services: Services
    app: Application

    @property
    def register(self) -> Clearinghouse:
        """The register of its products."""
        return self.services.clearinghouse


def line(engine: Engine, rng: random.Random) -> Line:
    """Make the tables in an empty store, and the line on it."""
    log_to(NOWHERE, "json")
    for tables in (clearinghouse.tables, switchboard.tables):
        tables.metadata.create_all(engine)
    routing = region_routing.load()
    with transaction(engine) as conn:
        for centre in routing.centres:
            overrides.add(conn, centre, start=NOW, end=NOW + timedelta(days=1), is_open=True)
        customers.add(conn, name="Holder", contact="", region=ABROAD, actor=ROOT, now=NOW)
    services = Services(
        engine=engine,
        clearinghouse=Clearinghouse(Cipher([bytes(32)]), rng),
        routing=routing,
        prompts=spoken_prompts.load(),
        telephony=NoNetwork(),
        clock=lambda: NOW,
        auth_token=TOKEN,
        public_base_url=BASE,
        live_feed=LiveFeed(engine),
        observer=Observed(Metrics(), turn_log()),
    )
    app = Flask("line")
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    return Line(engine, services, NumberedRequests(app.wsgi_app))


def product(line: Line, rng: random.Random, *, is_abroad: bool = False) -> Asking:
    """A product that the register knows, and perhaps whose holder is in another country."""
    own = Asking.draw(rng)
    with transaction(line.engine) as conn:
        line.register.add_product(
            conn,
            product_id=own.product_id,
            product_key=own.product_key,
            name="Product",
            policy=Policy(),
            actor=ROOT,
            now=NOW,
        )
        holder = customers.by_name(conn, "Holder")
        if is_abroad and holder is not None:
            customers.give(conn, own.product_id, holder, ROOT, NOW)
    return own


def sids() -> Iterator[str]:
    """Names of calls, each once."""
    number = 0
    while True:
        number += 1
        yield f"CA{number:032x}"


def arrive(line: Line, sid: str) -> str:
    """A fresh call that has been welcomed."""
    send(line.app, post("/voice/incoming", sid))
    return sid
