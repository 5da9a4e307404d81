"""Webhooks: told of what happened, signed, once it is committed, with patience."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest
from click.testing import Result
from sqlalchemy import select, update

from activation_line.clock import system_clock
from activation_line.deliveries import Deliveries, deliver
from activation_line.wiring import Line
from clearinghouse import Actor, Channel, Policy, Reason, Refusal, RegisterError, outbox, webhooks
from clearinghouse.outbox_tables import outbox as outbox_table
from codes import license_server_id, product_key
from codes import product_id as product_ids
from data_store import reading, transaction
from tests.activation_line.test_commands import NOW, command

ROOT = Actor("administrator", "root")
ANNA = Actor("representative", "anna")


@dataclass
class Receiver:
    """Somebody who is told. `status` is what it answers, `told` what it got."""

    url: str = ""
    status: int = 204
    location: str = ""
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.told]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            received.told.append((named, body))
            self.send_response(received.status)
            if received.location:
                self.send_header("Location", received.location)
            self.end_headers()
            received.heard.set()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


class Register:
    """A line with one product, and a license server that asks."""

    def __init__(self, line: Line) -> None:
        self.line = line
        rng = Random(5)
        self.product_id = product_ids.random(rng)
        key = product_key.make(self.product_id, rng.randbytes(15))
        self.secret = product_key.secret(key)
        with transaction(line.engine) as connection:
            line.clearinghouse.add_product(
                connection,
                product_id=self.product_id,
                product_key=key,
                name="Suite",
                policy=Policy(max_servers=9),
                actor=ROOT,
                now=NOW,
            )
        self._number = 0

    def listen(self, url: str, *events: str) -> tuple[int, str]:
        with transaction(self.line.engine) as connection:
            return webhooks.add(
                connection,
                self.line.register.cipher,
                url=url,
                events=events or webhooks.TYPES,
                actor=ROOT,
                now=NOW,
            )

    def open(self) -> int:
        self._number += 1
        hashed = f"{self._number:016}"
        shown = license_server_id.assemble(self.secret, self.product_id, 0, hashed)
        with transaction(self.line.engine) as connection:
            return self.line.clearinghouse.open_request(
                connection,
                product_id=self.product_id,
                license_server_id=shown,
                channel=Channel.TELEPHONE,
                caller=None,
                actor=ANNA,
                now=NOW,
            ).id

    def issue(self) -> int:
        request, house = self.open(), self.line.clearinghouse
        with transaction(self.line.engine) as connection:
            house.set_reason(connection, request, Reason.SERVER_REDEPLOYED, ANNA, NOW)
            house.check(connection, request, ANNA, NOW)
            house.issue(connection, request, ANNA, NOW)
        return request

    def deliver(self, now: datetime = NOW) -> list[bool]:
        return [each.delivered for each in deliver(self.line.register, now)]

    def stored(self) -> list[tuple[int, str, bool]]:
        """Attempts, outcome and whether it waits, of each message."""
        columns = outbox_table.c
        query = select(columns.attempts, columns.outcome, columns.next_try_at).order_by(columns.id)
        with reading(self.line.engine) as connection:
            found = connection.execute(query)
            return [(row.attempts, row.outcome, row.next_try_at is not None) for row in found]

    def webhooks(self) -> list[webhooks.Webhook]:
        with reading(self.line.engine) as connection:
            return webhooks.every(connection)


@pytest.fixture
def register(wire: Callable[..., Line]) -> Register:
    return Register(wire())


def test_an_issued_id_is_told_with_a_signature(register: Register, receiver: Receiver) -> None:
    _, secret = register.listen(receiver.url)
    request = register.issue()
    assert receiver.told == []
    assert register.deliver() == [True]
    ((headers, body),) = receiver.told
    with reading(register.line.engine) as connection:
        asked = register.line.clearinghouse.request(connection, request)
    said = json.loads(body)
    assert said["type"] == "id.issued"
    assert said["timestamp"] == "2026-03-02T09:00:00.000000+00:00"
    assert said["data"]["case_number"] == asked.case_number
    assert said["data"]["product_id"] == register.product_id
    assert said["data"]["issue"] == 1
    assert str(asked.new_license_server_id) not in body.decode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{made}"
    assert headers["content-type"] == "application/json"
    assert register.deliver() == []
    assert register.stored() == [(1, "answered 204", False)]


def test_confirmed_and_refused_are_told_too(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url, "id.confirmed", "request.refused")
    house, request = register.line.clearinghouse, register.issue()
    with transaction(register.line.engine) as connection:
        from codes import closing_code  # noqa: PLC0415 -- here alone

        new_id = str(house.request(connection, request).new_license_server_id)
        code = closing_code.make(register.secret, register.product_id, new_id)
        house.confirm(connection, request, code, ANNA, NOW)
    denied = register.open()
    with transaction(register.line.engine) as connection:
        house.deny(connection, denied, "not the owner", ANNA, NOW)
    assert register.deliver() == [True, True]
    assert [said["type"] for said in receiver.bodies()] == ["id.confirmed", "request.refused"]


def test_a_refusal_by_policy_is_told_though_it_changes_nothing(
    register: Register, receiver: Receiver
) -> None:
    register.listen(receiver.url)
    house, request = register.line.clearinghouse, register.open()
    with transaction(register.line.engine) as connection:
        policy = Policy(max_servers=0)
        house.set_policy(connection, register.product_id, policy, ROOT, NOW)
        with pytest.raises(Refusal):
            house.check(connection, request, ANNA, NOW)
    assert register.deliver() == [True]
    (said,) = receiver.bodies()
    assert said["type"] == "request.refused"
    assert isinstance(said["data"], dict)
    assert said["data"]["code"] == "servers_limit"
    assert said["data"]["left"] == 0


def test_what_was_taken_back_is_not_told(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    request, house = register.open(), register.line.clearinghouse

    def fail() -> None:
        with transaction(register.line.engine) as connection:
            house.set_reason(connection, request, Reason.SERVER_REDEPLOYED, ANNA, NOW)
            house.check(connection, request, ANNA, NOW)
            house.issue(connection, request, ANNA, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert register.deliver() == []
    assert register.stored() == []


def test_a_failed_delivery_comes_again_later(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    receiver.status = 500
    register.issue()
    now = NOW
    for wait in outbox.BACKOFF:
        assert register.deliver(now) == [False]
        assert register.deliver(now) == []
        assert register.deliver(now + wait - timedelta(seconds=1)) == []
        now += wait
    receiver.status = 200
    assert register.deliver(now) == [True]
    ids = {headers["webhook-id"] for headers, _ in receiver.told}
    assert len(receiver.told) == len(outbox.BACKOFF) + 1
    assert len(ids) == 1
    (listed,) = register.webhooks()
    assert (listed.waiting, listed.given_up) == (0, 0)


def test_at_last_it_is_given_up(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    receiver.status = 404
    register.issue()
    now = NOW
    for wait in outbox.BACKOFF:
        register.deliver(now)
        (listed,) = register.webhooks()
        assert (listed.waiting, listed.given_up) == (1, 0)
        now += wait
    assert register.deliver(now) == [False]
    (listed,) = register.webhooks()
    assert (listed.waiting, listed.given_up) == (0, 1)
    assert register.deliver(now + timedelta(days=30)) == []


def test_a_redirect_is_not_followed(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    receiver.status, receiver.location = 307, f"{receiver.url}/elsewhere"
    register.issue()
    assert register.deliver() == [False]
    assert len(receiver.told) == 1
    assert register.stored() == [(1, "answered 307", True)]


def test_nobody_there(register: Register, receiver: Receiver) -> None:
    register.listen("http://127.0.0.1:9/hook")
    register.listen(receiver.url)
    register.issue()
    register.issue()
    # The one that can't be reached is asked once, and doesn't keep the other from being told.
    assert sorted(register.deliver()) == [False, True, True]
    assert "not reached (ConnectionError)" in {outcome for _, outcome, _ in register.stored()}


def test_an_attempt_belongs_to_one_process(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    register.issue()
    engine = register.line.engine
    with reading(engine) as connection:
        (message,) = outbox.due(connection, NOW, 10)
    with transaction(engine) as connection:
        assert outbox.claim(connection, message, NOW)
        assert not outbox.claim(connection, message, NOW)
    assert register.deliver() == []
    # Who took it died: another takes it up.
    assert register.deliver(NOW + outbox.LEASE) == [True]


def test_secrets_are_encrypted_anew_with_a_new_key(
    register: Register, receiver: Receiver, wire: Callable[..., Line]
) -> None:
    register.listen(receiver.url)
    line = register.line
    cipher = line.register.cipher
    cipher.rotate(line.settings.key_file)
    again = wire()
    with transaction(again.engine) as connection:
        assert webhooks.renew(connection, again.register.cipher) == 1
        assert webhooks.renew(connection, again.register.cipher) == 0
    register.issue()
    assert [each.delivered for each in deliver(again.register, NOW)] == [True]


def test_done_messages_are_forgotten_after_a_while(register: Register, receiver: Receiver) -> None:
    register.listen(receiver.url)
    register.issue()
    assert register.deliver() == [True]
    with transaction(register.line.engine) as connection:
        connection.execute(update(outbox_table).values(made_at=system_clock()))
    Deliveries(register.line.register).tick()
    assert register.stored() != []
    with transaction(register.line.engine) as connection:
        connection.execute(update(outbox_table).values(made_at=NOW - timedelta(days=3650)))
    Deliveries(register.line.register).tick()
    assert register.stored() == []


def test_a_thread_delivers_while_the_line_serves(
    register: Register, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activation_line.deliveries.TICK_SECONDS", 0.01)
    register.listen(receiver.url)
    with Deliveries(register.line.register):
        register.issue()
        assert receiver.heard.wait(20)
    assert [said["type"] for said in receiver.bodies()] == ["id.issued"]


# The commands


def test_webhooks_by_command(
    environment: dict[str, str], register: Register, receiver: Receiver
) -> None:
    def run(*arguments: str) -> Result:
        return command("webhooks", *arguments, env=environment)

    added = run("add", receiver.url, "--event", "id.issued")
    assert added.exit_code == 0
    assert "Secret whsec_" in added.stdout
    assert f"1  {receiver.url}  id.issued  0 waiting, 0 given up" in run("list").stdout
    (listed,) = json.loads(run("list", "--json").stdout)
    assert listed["events"] == ["id.issued"]
    register.issue()
    tested = run("test", "1")
    assert (tested.exit_code, tested.stdout.splitlines()[-1]) == (0, "1 delivered, 0 failed.")
    assert [said["type"] for said in receiver.bodies()] == ["webhook.test"]
    receiver.status = 500
    failed = run("deliver")
    assert failed.exit_code == 1
    assert f"✗ webhook 1: {receiver.url} answered 500" in failed.stdout
    assert run("remove", "1").exit_code == 0
    assert run("list").stdout == ""
    for words in (["remove", "1"], ["test", "1"]):
        told = run(*words)
        assert (told.exit_code, "no webhook 1" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["receiver.example", "ftp://receiver.example", "http://", "http://u:p@x", "http://[x"]
)
def test_an_address_that_cannot_be_one(environment: dict[str, str], url: str) -> None:
    told = command("webhooks", "add", url, env=environment)
    assert told.exit_code == 2
    assert "can't be a webhook" in told.stderr


def test_events_that_there_are_not(register: Register) -> None:
    with pytest.raises(RegisterError, match=r"x\.y is none; there are id\.issued"):
        register.listen("http://127.0.0.1/", "x.y")
