"""Sessions: who is logged in, as rows; the browser holds a random token and nothing else."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from agent_console.accounts import Account, Role
from agent_console.tables import accounts, console_sessions

LIFETIME: Final = timedelta(hours=12)
_TOKEN_BYTES: Final = 32

_live = (
    select(
        console_sessions.c.token_hash,
        console_sessions.c.notice,
        accounts.c.login,
        accounts.c.display_name,
        accounts.c.role,
        accounts.c.is_demo,
    )
    .join(accounts, accounts.c.login == console_sessions.c.login)
    .where(
        console_sessions.c.token_hash == bindparam("token_hash"),
        console_sessions.c.expires_at > bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What the desk has to tell after an act: `say` is the sentence for the caller."""

    code: str
    text: str
    say: str | None = None
    is_trouble: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's log-in."""

    key: str
    account: Account
    notice: Notice | None


def open_session(conn: Connection, account: Account, now: datetime) -> str:
    """Log an account in; give the token for the browser. Sessions past their time are dropped."""
    conn.execute(delete(console_sessions).where(console_sessions.c.expires_at <= now))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    conn.execute(
        insert(console_sessions),
        {
            "token_hash": _hash(token),
            "login": account.login,
            "expires_at": now + LIFETIME,
            "notice": None,
        },
    )
    return token


def find(conn: Connection, token: str | None, now: datetime) -> Session | None:
    """Give the session that a token stands for; None where there is none, or no longer."""
    if not token:
        return None
    row = conn.execute(_live, {"token_hash": _hash(token), "now": now}).one_or_none()
    if row is None:
        return None
    account = Account(row.login, row.display_name, Role(row.role), row.is_demo)
    return Session(row.token_hash, account, _notice(row.notice))


def set_notice(conn: Connection, session: Session, notice: Notice | None) -> None:
    """Keep what the last act has to tell; None forgets it."""
    conn.execute(
        update(console_sessions)
        .where(console_sessions.c.token_hash == session.key)
        .values(notice=None if notice is None else asdict(notice))
    )


def close_session(conn: Connection, token: str | None) -> None:
    """Log a browser out."""
    if token:
        conn.execute(delete(console_sessions).where(console_sessions.c.token_hash == _hash(token)))


def _notice(held: Mapping[str, object] | None) -> Notice | None:
    if not held:
        return None
    say = held.get("say")
    return Notice(
        str(held["code"]),
        str(held["text"]),
        None if say is None else str(say),
        is_trouble=bool(held["is_trouble"]),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
