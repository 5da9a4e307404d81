"""A console of real parts on a database of its own; only the telephone network is played."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from argon2 import PasswordHasher
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text
from werkzeug.test import TestResponse

import region_routing
import spoken_prompts
from agent_console import ConsoleServices, VoiceCredentials, accounts, create_blueprint, dispatch
from agent_console import tables as console_tables
from clearinghouse import Actor, Channel, Clearinghouse, Policy, Reason
from clearinghouse import tables as register_tables
from codes import (
    closing_code,
    deactivation_receipt,
    license_server_id,
    product_id,
    product_key,
)
from codes.proofs import Secret
from data_store import Cipher, open_engine, reading, transaction
from switchboard import call_backs, calls, events, queues, representatives
from switchboard import tables as switchboard_tables
from switchboard.events import EventKind, NewEvent
from switchboard.live import LiveFeed
from switchboard.model import Call
from switchboard.telephony import TelephonyError
from tests.stores import have_tables

Act = Callable[..., TestResponse]

PASSWORD = "three blind mice"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALLER = "+447700900123"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LINE = Actor("line", "test")
PATIENCE = 20.0
_WAIT_FOR_A_LOCK = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass
class PlayedTelephony:
    """Keeps what the network was asked to do; fails when told so."""

    done: list[tuple[str, ...]] = field(default_factory=list)
    is_down: bool = False

    def _do(self, *what: str) -> None:
        if self.is_down:
            raise TelephonyError("no answer from the network")
        self.done.append(what)

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        assert caller_id.startswith("+")
        self._do("connect", call_sid, conference, endpoint)

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        assert caller_id.startswith("+")
        self._do("ring", call_sid, conference, endpoint)

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        assert from_.startswith("+")
        self._do("call_back", to, url_path)
        return f"CA-{url_path}"

    def ask(self, call_sid: str, what: str) -> None:
        self._do("ask", call_sid, what)

    def hang_up(self, call_sid: str) -> None:
        self._do("hang_up", call_sid)

    def end_conference(self, conference: str) -> None:
        self._do("end_conference", conference)

    def is_live(self, call_sid: str) -> bool:
        return bool(call_sid) and not self.is_down


@dataclass
class House:
    """The console and what stands behind it."""

    app: Flask
    engine: Engine
    services: ConsoleServices
    telephony: PlayedTelephony
    moment: list[datetime]
    product: str
    secret: Secret
    servers: int = 0
    address: str = ""

    def now(self) -> datetime:
        return self.moment[0]

    def pass_time(self, **of: float) -> None:
        self.moment[0] += timedelta(**of)

    def new_server_id(self, last_issue: int = 0) -> str:
        self.servers += 1
        key = ec.derive_private_key(Random(self.servers).randrange(1, P256_ORDER), ec.SECP256R1())
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return license_server_id.make(self.secret, self.product, last_issue, public)

    def wrong_server_id(self) -> str:
        """Well-formed, but made for another product's key."""
        other = product_key.secret(product_key.make(self.product, bytes(range(15))))
        return license_server_id.make(other, self.product, 0, b"somebody else's key")

    def closing_code(self) -> str:
        with reading(self.engine) as conn:
            request = self.services.clearinghouse.requests_of_product(conn, self.product, 1)[0]
        return closing_code.make(self.secret, self.product, request.new_license_server_id or "")

    def confirm(self, call_id: int) -> None:
        """Do what the line does when the caller keys the closing code."""
        now = self.now()
        with transaction(self.engine) as conn:
            call = calls.get(conn, call_id)
            assert call is not None
            assert call.request_id is not None
            self.services.clearinghouse.confirm(
                conn, call.request_id, self.closing_code(), LINE, now
            )
            for kind in (EventKind.CLOSING_CODE_ASKED, EventKind.ID_CONFIRMED):
                events.record(conn, call_id, call.case_number, kind, {}, now)
        self.services.live_feed.publish()

    def ring(
        self,
        *,
        reason: Reason | None = Reason.CERTIFICATE_EXPIRED,
        complete: bool = True,
        sid: str = "CA1",
    ) -> int:
        """Have a caller key both IDs and wait in the queue; give the call's id."""
        now = self.now()
        with transaction(self.engine) as conn:
            call = calls.start(
                conn,
                call_sid=sid,
                line="gb",
                region="GB",
                centre="northern-europe",
                language="en",
                caller=CALLER,
                snapshot="{}",
                now=now,
                events=_keyed(complete=complete),
            )
            if complete:
                call = self._open(conn, call, reason)
            else:
                shared = {"product_id": [self.product[:5], None, None, None]}
                call = replace(call, shared=json.dumps(shared))
                calls.save(conn, call, events=[], now=now)
            queues.enqueue(conn, call, now)
        self.services.live_feed.publish()
        dispatch.tick(self.services)
        return call.id

    def call_back(self, opens: datetime | None = None) -> int:
        """Have a waiting caller hang up to be called back; give the call's id."""
        call_id = self.ring()
        with transaction(self.engine) as conn:
            call = calls.get(conn, call_id)
            assert call is not None
            call_backs.ask(conn, call, self.now(), opens=opens)
        dispatch.tick(self.services)
        return call_id

    def _open(self, conn: Connection, call: Call, reason: Reason | None) -> Call:
        register, now = self.services.clearinghouse, self.now()
        request = register.open_request(
            conn,
            product_id=self.product,
            license_server_id=self.new_server_id(),
            channel=Channel.TELEPHONE,
            caller=CALLER,
            actor=LINE,
            now=now,
        )
        if reason is not None:
            register.set_reason(conn, request.id, reason, LINE, now)
        call = replace(call, request_id=request.id, case_number=request.case_number)
        calls.save(conn, call, events=[NewEvent(EventKind.CASE_OPENED, {})], now=now)
        return call

    def log_in(self, login: str = "rep") -> FlaskClient:
        client = self.app.test_client()
        done = client.post("/console/login", data={"login": login, "password": PASSWORD})
        assert done.status_code == 303
        return client


def _keyed(*, complete: bool) -> list[NewEvent]:
    def keyed(code: str, group: int, *, ok: bool = True) -> NewEvent:
        data = {"code": code, "group": group, "ok": ok, "digits": 5}
        return NewEvent(EventKind.DIGITS_KEYED, data)

    pressed = [keyed("product_id", number) for number in range(1, 5)]
    pressed += [keyed("license_server_id", number, ok=number != 3) for number in range(1, 8)]
    return [*pressed, keyed("license_server_id", 3)] if complete else pressed


def hash_cheaply() -> None:
    """Spare the tests the work that makes a stolen hash useless."""
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts._nobody = accounts._hasher.hash("nobody")


# What a store of a console needs.
TABLES = (register_tables.metadata, switchboard_tables.metadata, console_tables.metadata)


def build_house(
    folder: Path, *, voice_device_url: str | None = None, engine: Engine | None = None
) -> House:
    """Wire a console with one product, two representatives and one supervisor."""
    hash_cheaply()
    engine = engine or open_engine(f"sqlite:///{(folder / 'line.sqlite3').as_posix()}")
    have_tables(engine, *TABLES)
    moment = [START]
    telephony = PlayedTelephony()
    services = ConsoleServices(
        engine=engine,
        clearinghouse=Clearinghouse(Cipher.load_or_create(folder / "register.key"), Random(5)),
        routing=region_routing.load(),
        prompts=spoken_prompts.load(),
        telephony=telephony,
        clock=lambda: moment[0],
        live_feed=LiveFeed(engine),
        voice_device_url=voice_device_url,
        voice_credentials=VoiceCredentials("AC" + "1" * 32, "SK" + "2" * 32, "secret" * 8),
        demo=True,
        heartbeat_seconds=0.2,
    )
    product = product_id.random(Random(3))
    key = product_key.make(product, Random(4).randbytes(15))
    with transaction(engine) as conn:
        services.clearinghouse.add_product(
            conn,
            product_id=product,
            product_key=key,
            name="Test product",
            policy=Policy(max_servers=3),
            actor=LINE,
            now=START,
        )
        for login, role in (("rep", "representative"), ("other", "representative")):
            _employ(conn, login, role)
        _employ(conn, "boss", "supervisor")
    app = Flask("console under test")
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    app.register_blueprint(create_blueprint(services), url_prefix="/console")
    return House(app, engine, services, telephony, moment, product, product_key.secret(key))


def _employ(conn: Connection, login: str, role: str) -> None:
    accounts.add(
        conn,
        login=login,
        display_name=login.title(),
        password=PASSWORD,
        role=accounts.Role(role),
        is_demo=True,
        now=START,
    )
    if role == "representative":
        representatives.add(
            conn,
            name=login,
            display_name=login.title(),
            centres=("northern-europe",),
            languages=("en",),
            now=START,
        )


def receipt_of_active_server(house: House) -> str:
    """Activate a license server, and give the receipt that it would show."""
    register, now = house.services.clearinghouse, house.now()
    with transaction(house.engine) as conn:
        opened = register.open_request(
            conn,
            product_id=house.product,
            license_server_id=house.new_server_id(),
            channel=Channel.TELEPHONE,
            caller=None,
            actor=LINE,
            now=now,
        )
        register.set_reason(conn, opened.id, Reason.FIRST_ACTIVATION, LINE, now)
        register.check(conn, opened.id, LINE, now)
        issued = register.issue(conn, opened.id, LINE, now)
    assert issued.new_license_server_id
    return deactivation_receipt.make(house.secret, house.product, issued.new_license_server_id)


def let_wait(engine: Engine, *pressed: threading.Thread) -> None:
    """Let each come as far as the lock that this test holds, or to its end.

    SQLite's one writer is the test itself: there each waits before it has read anything.
    """
    deadline = time.monotonic() + PATIENCE
    while engine.dialect.name == "postgresql" and any(press.is_alive() for press in pressed):
        with reading(engine) as conn:
            if conn.execute(_WAIT_FOR_A_LOCK).scalar_one() == len(pressed):
                return
        assert time.monotonic() < deadline
