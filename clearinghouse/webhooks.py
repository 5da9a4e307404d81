"""The webhooks: who is told of what, and how a message is signed.

The signature is that of the open specification Standard Webhooks, so that receivers find a
library for it: HMAC-SHA-256 over `id.timestamp.body`, in base64.
"""

import base64
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from clearinghouse import audit
from clearinghouse.model import Actor, RegisterError
from clearinghouse.outbox import EVENTS, TEST, put
from clearinghouse.outbox_tables import outbox, webhooks
from data_store import Cipher

PREFIX: Final = "whsec_"
TYPES: Final = tuple(dict.fromkeys(EVENTS.values()))
_SECRET_BYTES: Final = 32

_W = webhooks.c
_add = insert(webhooks).returning(_W.id)
_set_secret = (
    update(webhooks).where(_W.id == bindparam("webhook")).values(secret=bindparam("sealed"))
)
_secrets = select(_W.id, _W.secret)
_remove_messages = delete(outbox).where(outbox.c.webhook_id == bindparam("webhook"))
_remove = delete(webhooks).where(_W.id == bindparam("webhook"))
_exists = select(_W.id).where(_W.id == bindparam("webhook"))
_all = select(webhooks).order_by(_W.id)
_undelivered = (
    select(
        outbox.c.webhook_id,
        func.count(outbox.c.next_try_at).label("waiting"),
        func.count().label("undelivered"),
    )
    .where(outbox.c.delivered_at.is_(None))
    .group_by(outbox.c.webhook_id)
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody who is told, with how many messages wait and how many were given up."""

    id: int
    url: str
    events: tuple[str, ...]
    waiting: int
    given_up: int


def add(
    connection: Connection,
    cipher: Cipher,
    *,
    url: str,
    events: Collection[str],
    actor: Actor,
    now: datetime,
) -> tuple[int, str]:
    """Add a webhook; gives its id, and the secret, which can't be read again.

    Raises RegisterError where the address or a type can't be used.
    """
    _check(url, events)
    audit.lock(connection)
    values = {"url": url, "secret": b"", "events": sorted(set(events)), "added_at": now}
    webhook_id = int(connection.execute(_add, values).scalar_one())
    secret = secrets.token_bytes(_SECRET_BYTES)
    sealed = cipher.encrypt(secret, context(webhook_id))
    connection.execute(_set_secret, {"webhook": webhook_id, "sealed": sealed})
    data = {"webhook": webhook_id, "url": url, "events": values["events"]}
    audit.append(connection, "webhook.added", actor=actor, now=now, data=data)
    return webhook_id, PREFIX + base64.b64encode(secret).decode("ascii")


def remove(connection: Connection, webhook_id: int, actor: Actor, now: datetime) -> None:
    """Remove a webhook and what it was still to be told. Raises RegisterError."""
    audit.lock(connection)
    _require(connection, webhook_id)
    connection.execute(_remove_messages, {"webhook": webhook_id})
    connection.execute(_remove, {"webhook": webhook_id})
    data = {"webhook": webhook_id}
    audit.append(connection, "webhook.removed", actor=actor, now=now, data=data)


def test(connection: Connection, webhook_id: int, now: datetime) -> int:
    """Put a message that says nothing into the outbox; gives its id. Raises RegisterError."""
    _require(connection, webhook_id)
    return put(connection, webhook_id, TEST, {}, now)


def every(connection: Connection) -> list[Webhook]:
    """Read all webhooks, in the order in which they were added."""
    counts = {
        row.webhook_id: (row.waiting, row.undelivered - row.waiting)
        for row in connection.execute(_undelivered)
    }
    return [
        Webhook(row.id, row.url, tuple(row.events), *counts.get(row.id, (0, 0)))
        for row in connection.execute(_all)
    ]


def renew(connection: Connection, cipher: Cipher) -> int:
    """Encrypt with the cipher's first key what another one encrypted; gives how many it were."""
    due = [
        (row.id, row.secret)
        for row in connection.execute(_secrets)
        if not cipher.is_current(row.secret)
    ]
    for webhook_id, stored in due:
        place = context(webhook_id)
        sealed = cipher.encrypt(cipher.decrypt(stored, place), place)
        connection.execute(_set_secret, {"webhook": webhook_id, "sealed": sealed})
    return len(due)


def headers(secret: bytes, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """Sign a message: the headers that go with its body."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    signature = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def context(webhook_id: int) -> bytes:
    """What a webhook's secret is encrypted along with."""
    return f"webhook:{webhook_id}".encode("ascii")


def _check(url: str, events: Collection[str]) -> None:
    try:
        parts = urlsplit(url)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    except ValueError:
        named = False
    if not named:
        raise RegisterError(
            f"{url!r} can't be a webhook: write a whole address such as"
            " https://receiver.example/hook, without a user name."
        )
    strange = sorted(set(events) - set(TYPES))
    if strange or not events:
        what = f"{', '.join(strange)} is none" if strange else "none is named"
        raise RegisterError(f"A webhook is told of events: {what}; there are {', '.join(TYPES)}.")


def _require(connection: Connection, webhook_id: int) -> None:
    if connection.execute(_exists, {"webhook": webhook_id}).first() is None:
        raise RegisterError(f"There is no webhook {webhook_id}: `webhooks list` shows them.")
