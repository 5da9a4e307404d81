"""Idempotency keys: the same key with the same body gets the same answer, and acts once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from licensing_site.tables import idempotency_keys

KEPT: Final = timedelta(hours=24)

_K = idempotency_keys.c
_find = select(idempotency_keys).where(_K.digest == bindparam("digest"), _K.at > bindparam("since"))
_forget = delete(idempotency_keys).where(_K.at <= bindparam("since"))
_keep = insert(idempotency_keys)


class KeyReusedError(Exception):
    """An idempotency key came again with another body."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """What makes two requests the same: operation, asker and key, and the body's content."""

    digest: str
    body_digest: str

    @classmethod
    def of(cls, operation: str, asker: str, key: str, body: Mapping[str, Any]) -> "Repeatable":
        """Name a request; blanks and the order of the body's fields don't count."""
        return cls(_hash([operation, asker, key]), _hash(body))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    document: Mapping[str, Any]


def recall(connection: Connection, asked: Repeatable, now: datetime) -> Kept | None:
    """Find the answer that was given already. Raises KeyReusedError."""
    row = connection.execute(_find, {"digest": asked.digest, "since": now - KEPT}).first()
    if row is None:
        return None
    if row.body_digest != asked.body_digest:
        raise KeyReusedError
    return Kept(row.status, json.loads(row.answer))


def keep(connection: Connection, asked: Repeatable, answer: Kept, now: datetime) -> None:
    """Store an answer in the transaction of what it tells of; old ones are forgotten."""
    connection.execute(_forget, {"since": now - KEPT})
    connection.execute(
        _keep,
        {
            "digest": asked.digest,
            "body_digest": asked.body_digest,
            "status": answer.status,
            "answer": json.dumps(answer.document, separators=(",", ":")),
            "at": now,
        },
    )


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
