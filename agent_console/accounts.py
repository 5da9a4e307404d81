"""Accounts: who may log in, with what password, in which role."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, bindparam, case, delete, func, insert, select

from agent_console.tables import LOGIN_LENGTH, accounts, login_failures
from data_store import reading, transaction

FAILURES_PER_LOGIN: Final = 10
FAILURES_PER_ADDRESS: Final = 50
FAILURE_WINDOW: Final = timedelta(minutes=10)

_hasher = PasswordHasher()
# An unknown login costs the same work as a known one, so that time doesn't tell them apart.
_nobody = _hasher.hash(secrets.token_urlsafe())

_by_login = select(accounts).where(accounts.c.login == bindparam("login"))
_failures = select(
    func.sum(case((login_failures.c.login == bindparam("login"), 1), else_=0)).label("for_login"),
    func.sum(case((login_failures.c.address == bindparam("address"), 1), else_=0)).label(
        "from_address"
    ),
).where(login_failures.c.at > bindparam("since"))
_any_demo = select(accounts.c.login).where(accounts.c.is_demo).limit(1)


class Role(StrEnum):
    """What an account is there for; each may do what those before it may."""

    REPRESENTATIVE = "representative"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class LoginRefusedError(Exception):
    """The log-in failed; the message is for the person and tells no more than it must."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in."""

    login: str
    display_name: str
    role: Role
    is_demo: bool


def add(
    conn: Connection,
    *,
    login: str,
    display_name: str,
    password: str,
    role: Role,
    is_demo: bool,
    now: datetime,
) -> Account:
    """Make an account. Raises `ValueError` for a login that can't be one or is taken."""
    login = login.strip().casefold()
    if not login.isprintable() or not 1 <= len(login) <= LOGIN_LENGTH:
        raise ValueError(f"A log-in has 1 to {LOGIN_LENGTH} printable characters.")
    if exists(conn, login):
        raise ValueError(f"There is an account {login!r} already: choose another log-in.")
    conn.execute(
        insert(accounts),
        {
            "login": login,
            "display_name": display_name,
            "password_hash": _hasher.hash(password),
            "role": role.value,
            "is_demo": is_demo,
            "created_at": now,
        },
    )
    return Account(login, display_name, role, is_demo)


def get(conn: Connection, login: str) -> Account | None:
    """Give the account with this login, or None."""
    row = conn.execute(_by_login, {"login": login.strip().casefold()}).one_or_none()
    if row is None:
        return None
    return Account(row.login, row.display_name, Role(row.role), row.is_demo)


def exists(conn: Connection, login: str) -> bool:
    """Tell whether the login is taken."""
    return get(conn, login) is not None


def has_demo_accounts(conn: Connection) -> bool:
    """Tell whether any account's password was printed on a screen."""
    return conn.execute(_any_demo).first() is not None


def authenticate(
    engine: Engine, *, login: str, password: str, address: str, now: datetime
) -> Account:
    """Check a password. Raises `LoginRefusedError`; the failure is counted in the table.

    The costly hash is worked out between two short transactions, so that nobody waits for it.
    """
    login = login.strip().casefold()[:LOGIN_LENGTH]
    with reading(engine) as conn:
        if _too_many_failures(conn, login, address, now):
            minutes = int(FAILURE_WINDOW.total_seconds() // 60)
            raise LoginRefusedError(
                f"There were too many failed log-ins: wait {minutes} minutes, then try again."
            )
        row = conn.execute(_by_login, {"login": login}).one_or_none()
    matches = _matches(_nobody if row is None else row.password_hash, password)
    with transaction(engine) as conn:
        conn.execute(delete(login_failures).where(login_failures.c.at < now - FAILURE_WINDOW))
        if row is not None and matches:
            conn.execute(delete(login_failures).where(login_failures.c.login == login))
            return Account(row.login, row.display_name, Role(row.role), row.is_demo)
        conn.execute(insert(login_failures), {"login": login, "address": address, "at": now})
    raise LoginRefusedError("Log-in or password is wrong: check both and try again.")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _too_many_failures(conn: Connection, login: str, address: str, now: datetime) -> bool:
    counted = conn.execute(
        _failures, {"login": login, "address": address, "since": now - FAILURE_WINDOW}
    ).one()
    return bool(
        (counted.for_login or 0) >= FAILURES_PER_LOGIN
        or (counted.from_address or 0) >= FAILURES_PER_ADDRESS
    )
