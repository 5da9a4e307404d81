"""Bearer tokens: who may administer by the API, and what each may do."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from licensing_site.tables import api_tokens

PREFIX: Final = "al_"
LONGEST_NAME: Final = 64
_BYTES: Final = 32


class Scope(StrEnum):
    """What a token allows."""

    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    REQUESTS_READ = "requests:read"


class TokenError(Exception):
    """A token can't be made or revoked as asked; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without what it is recognised by."""

    id: int
    name: str
    scopes: frozenset[Scope]
    added_at: datetime
    revoked_at: datetime | None


_T = api_tokens.c
_add = insert(api_tokens).returning(_T.id)
_by_hash = select(api_tokens).where(_T.hash == bindparam("hash"), _T.revoked_at.is_(None))
_by_name = select(api_tokens).where(_T.name == bindparam("name"), _T.revoked_at.is_(None))
_all = select(api_tokens).order_by(_T.id)
_revoke = update(api_tokens).where(_T.id == bindparam("token")).values(revoked_at=bindparam("at"))


def scopes_of(words: Collection[str]) -> frozenset[Scope]:
    """Read scopes as they are written. Raises TokenError."""
    unknown = sorted(set(words) - set(Scope))
    if unknown:
        raise TokenError(f"{', '.join(unknown)} is no scope: there are {', '.join(Scope)}.")
    return frozenset(map(Scope, words))


def add(connection: Connection, name: str, scopes: Iterable[Scope], now: datetime) -> str:
    """Make a token and give it in the clear: the only time that it can be read.

    Raises TokenError where the name can't be, or another token has it.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise TokenError(f"A token's name has 1 to {LONGEST_NAME} printable characters.")
    given = sorted({scope.value for scope in scopes})
    if not given:
        raise TokenError("A token needs at least one scope: " + ", ".join(Scope) + ".")
    if connection.execute(_by_name, {"name": name}).first() is not None:
        raise TokenError(f"There is a token {name!r} already: revoke it first, or choose another.")
    presented = PREFIX + secrets.token_urlsafe(_BYTES)
    values = {"name": name, "hash": _digest(presented), "scopes": given, "added_at": now}
    connection.execute(_add, values)
    return presented


def find(connection: Connection, presented: str) -> Token | None:
    """Find the token that somebody shows; None where there is none, or it was revoked."""
    row = connection.execute(_by_hash, {"hash": _digest(presented)}).first()
    return None if row is None else _token(row)


def every(connection: Connection) -> list[Token]:
    """Read all tokens, the revoked ones too, oldest first."""
    return [_token(row) for row in connection.execute(_all)]


def revoke(connection: Connection, name: str, now: datetime) -> None:
    """End a token at once. Raises TokenError where no living token has the name."""
    row = connection.execute(_by_name, {"name": name}).first()
    if row is None:
        raise TokenError(f"No token {name!r} is in use: see `activation-line tokens list`.")
    connection.execute(_revoke, {"token": row.id, "at": now})


def _digest(presented: str) -> str:
    return hashlib.sha256(presented.encode("utf-8", "replace")).hexdigest()


def _token(row: Row[Any]) -> Token:
    scopes = frozenset(Scope(word) for word in row.scopes)
    return Token(row.id, row.name, scopes, row.added_at, row.revoked_at)
