"""Outbox, webhooks, customers and imported tables, on either database."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from clearinghouse import (
    Actor,
    Policy,
    RegisterError,
    audit,
    customers,
    histories,
    outbox,
    product_import,
    webhooks,
)
from clearinghouse.outbox import Message
from clearinghouse.outbox_tables import outbox as outbox_table
from codes import product_key
from data_store import Cipher
from tests.clearinghouse.desk import DAY, Desk

ROOT = Actor("administrator", "root")
CIPHER = Cipher([bytes(32)])
URL = "https://receiver.example/hook"


def listen(desk: Desk, *events: str) -> int:
    webhook_id, secret = desk.do(
        webhooks.add, CIPHER, url=URL, events=events or webhooks.TYPES, actor=ROOT, now=desk.now
    )
    assert secret.startswith("whsec_")
    return webhook_id


def due(desk: Desk) -> list[Message]:
    found: list[Message] = desk.read(outbox.due, desk.now, 100)
    return found


def types(desk: Desk) -> list[str]:
    return [json.loads(message.body)["type"] for message in due(desk)]


def test_what_happens_is_told_in_its_order(desk: Desk) -> None:
    listen(desk)
    desk.activated()
    assert types(desk) == ["id.issued", "id.confirmed"]
    number = json.loads(due(desk)[0].body)["data"]["audit_number"]
    entries = desk.read(lambda connection: list(audit.entries(connection)))
    assert entries[number - 1].action == "id.issued"


def test_only_what_was_asked_for_is_told_and_nothing_to_nobody(desk: Desk) -> None:
    desk.activated()
    assert due(desk) == []
    listen(desk, "id.confirmed")
    desk.activated(desk.add_product())
    assert types(desk) == ["id.confirmed"]


def test_an_attempt_is_taken_once_and_settled(desk: Desk) -> None:
    listen(desk, "id.issued")
    desk.activated()
    (message,) = due(desk)
    assert desk.do(outbox.claim, message, desk.now)
    assert not desk.do(outbox.claim, message, desk.now)
    assert due(desk) == []
    desk.do(outbox.settle, message, delivered=False, outcome="answered 500", now=desk.now)
    assert due(desk) == []
    desk.now += outbox.BACKOFF[0]
    (again,) = due(desk)
    assert (again.message_id, again.attempts) == (message.message_id, 1)
    assert desk.do(outbox.claim, again, desk.now)
    desk.do(outbox.settle, again, delivered=True, outcome="answered 204", now=desk.now)
    desk.now += DAY
    assert due(desk) == []
    (listed,) = desk.read(webhooks.every)
    assert (listed.url, listed.waiting, listed.given_up) == (URL, 0, 0)


def test_what_is_done_is_forgotten_and_what_waits_is_not(desk: Desk) -> None:
    listen(desk, "id.issued", "id.confirmed")
    desk.activated()
    done, waiting = due(desk)
    desk.do(outbox.settle, done, delivered=True, outcome="answered 204", now=desk.now)
    later = desk.now + timedelta(days=31)
    assert desk.read(outbox.has_done_before, later)
    assert desk.do(outbox.forget, later) == 1
    assert not desk.read(outbox.has_done_before, later)
    assert [message.id for message in due(desk)] == [waiting.id]
    assert desk.read(outbox.by_id, waiting.id) == waiting


def test_a_removed_webhook_takes_its_messages_along(desk: Desk) -> None:
    webhook_id = listen(desk)
    desk.activated()
    desk.do(webhooks.test, webhook_id, desk.now)
    desk.do(webhooks.remove, webhook_id, ROOT, desk.now)
    assert desk.read(lambda c: c.execute(select(outbox_table)).all()) == []
    assert desk.read(webhooks.every) == []
    with pytest.raises(RegisterError, match="no webhook"):
        desk.do(webhooks.remove, webhook_id, ROOT, desk.now)
    assert desk.read(audit.verify) is None


def test_a_new_key_of_the_key_file_encrypts_the_secrets_too(desk: Desk) -> None:
    listen(desk)
    desk.house._cipher = Cipher([b"\x01" * 32, bytes(32)])
    assert desk.do(desk.house.renew_encryption, ROOT, desk.now) == 2
    assert desk.do(desk.house.renew_encryption, ROOT, desk.now) == 0


def test_a_product_changes_hands(desk: Desk) -> None:
    first, second = (
        desk.do(customers.add, name=name, contact="", actor=ROOT, now=desk.now)
        for name in ("First Ltd", "Second Ltd")
    )
    assert desk.read(customers.of_product, desk.product_id) is None
    for holder in (first, second):
        desk.do(customers.give, desk.product_id, holder, ROOT, desk.now)
        assert desk.read(customers.of_product, desk.product_id) == holder
    assert desk.read(customers.products_of, first.id) == []
    assert desk.read(customers.products_of, second.id) == [desk.product_id]
    changed = desk.do(
        customers.change, first.id, name="First Ltd", contact="x", actor=ROOT, now=desk.now
    )
    assert desk.read(customers.every) == [changed, second]


def test_a_table_of_products(desk: Desk) -> None:
    product_id, key = desk.product_id, product_key.format(desk.keys[desk.product_id])
    table = f"product_id,product_key,name\n{product_id},{key},Suite\n"
    report = desk.do(product_import.take, desk.house, table, actor=ROOT, now=desk.now)
    assert report.imported == ()
    assert "registered already" in report.faults[0].says
    assert report.faults[0].line == 2


def test_the_history_of_one_of_two_servers(desk: Desk) -> None:
    desk.set_policy(max_servers=2)
    desk.activated()
    second = desk.activated()
    servers = desk.read(desk.house.servers, desk.product_id)
    entries = desk.read(histories.of_server, servers[1].id)
    assert {entry.data["issue"] for entry in entries if entry.action == "id.issued"} == {
        second.last_issue
    }
    assert desk.read(desk.house.product, desk.product_id).policy == Policy(max_servers=2)
