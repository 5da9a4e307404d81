"""A line with one product, a telephone network that only takes notes, and signed requests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, MetaData
from twilio.request_validator import RequestValidator

import clearinghouse.tables
import region_routing
import spoken_prompts
import switchboard.tables
from clearinghouse import Actor, Clearinghouse, Policy
from codes import family, license_server_id, product_key
from codes.family import Family
from data_store import Cipher, transaction
from ivr.services import Services
from ivr.webhooks import create_blueprint
from switchboard import overrides, representatives
from switchboard.live import LiveFeed
from switchboard.model import Presence

TOKEN = "12345"
BASE = "https://line.example"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, in opening hours of Chicago and Berlin


@dataclass
class NotedTelephony:
    """Takes notes of what it was told."""

    told: list[tuple[str, ...]] = field(default_factory=list)

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        self.told.append(("connect", call_sid, conference, endpoint, caller_id))

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        self.told.append(("ring", call_sid, conference, endpoint, caller_id))

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        self.told.append(("call_back", to, from_, url_path))
        return "CA" + url_path.replace("/", "").rjust(32, "0")

    def ask(self, call_sid: str, what: str) -> None:
        self.told.append(("ask", call_sid, what))

    def hang_up(self, call_sid: str) -> None:
        self.told.append(("hang_up", call_sid))

    def end_conference(self, conference: str) -> None:
        self.told.append(("end_conference", conference))

    def is_live(self, call_sid: str) -> bool:
        self.told.append(("is_live", call_sid))
        return True


@dataclass
class Time:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Telephone:
    """Posts signed webhooks of one call, as the network would, and reads what is spoken."""

    client: FlaskClient
    sid: str = "CA" + "0" * 31 + "1"
    to: str = "+12025550142"
    from_: str = "+12025550199"
    document: str = ""

    def post(self, path: str, *, token: str | None = None, **fields: str) -> int:
        form = {"CallSid": self.sid, "To": self.to, "From": self.from_, **fields}
        headers = {
            "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(BASE + path, form)
        }
        if token is not None:
            headers["I-Twilio-Idempotency-Token"] = token
        answer = self.client.post(path, data=form, headers=headers)
        self.document = answer.text
        return answer.status_code

    def rings(self) -> "Telephone":
        assert self.post("/voice/incoming", CallStatus="ringing") == 200
        return self

    def keys(self, digits: str) -> "Telephone":
        assert self.post("/voice/turn", Digits=digits) == 200
        return self

    def redirected(self, what: str) -> "Telephone":
        assert self.post(f"/voice/redirected/{what}") == 200
        return self

    @property
    def tree(self) -> ET.Element:
        return ET.fromstring(self.document)  # noqa: S314 -- our own document

    @property
    def verbs(self) -> list[str]:
        return [element.tag for element in self.tree]

    @property
    def heard(self) -> list[str]:
        prompts = spoken_prompts.load()
        found = [prompts.recognise(str(say.text), "en") for say in self.tree.iter("Say")]
        return [item.prompt_id for item in found if item]


@dataclass
class House:
    """What a test may look at behind the webhooks."""

    engine: Engine
    services: Services
    telephony: NotedTelephony
    time: Time
    family: Family
    server_id: str
    client: FlaskClient


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    return (clearinghouse.tables.metadata, switchboard.tables.metadata)


@pytest.fixture
def house(engine: Engine) -> House:
    time, telephony = Time(), NotedTelephony()
    register = Clearinghouse(Cipher([bytes(32)]))
    own = family.draw(7)
    with transaction(engine) as conn:
        register.add_product(
            conn,
            product_id=own.product_id,
            product_key=own.product_key,
            name="Product",
            policy=Policy(),
            actor=Actor("administrator", "test"),
            now=NOW,
        )
        representatives.add(
            conn,
            name="rep",
            display_name="Representative",
            centres=["americas"],
            languages=["en"],
            now=NOW,
        )
        representatives.set_presence(conn, "rep", Presence.AVAILABLE, NOW)
        overrides.add(conn, "pacific", start=NOW, end=NOW + timedelta(days=6), is_open=False)
    services = Services(
        engine=engine,
        clearinghouse=register,
        routing=region_routing.load(),
        prompts=spoken_prompts.load(),
        telephony=telephony,
        clock=time,
        auth_token=TOKEN,
        public_base_url=BASE,
        live_feed=LiveFeed(engine),
    )
    app = Flask("test")
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    secret = product_key.secret(own.product_key)
    server_id = license_server_id.assemble(secret, own.product_id, 0, "0123456789012345")
    return House(engine, services, telephony, time, own, server_id, app.test_client())


@pytest.fixture
def telephone(house: House) -> Telephone:
    return Telephone(house.client)


@pytest.fixture
def another(house: House) -> Callable[[int], Telephone]:
    return lambda number: Telephone(house.client, sid=f"CA{number:032d}")
