"""Accounts of people who may log in, made from the command line."""

from sqlalchemy import Connection, select

import region_routing
from activation_line import database
from activation_line.clock import system_clock
from activation_line.settings import Settings, make_data_dir
from agent_console import accounts
from agent_console.accounts import Role
from agent_console.tables import accounts as accounts_table
from data_store import transaction
from switchboard import representatives

SHORTEST_PASSWORD = 12


class AccountError(Exception):
    """An account can't be made as asked. The message says why and what to do."""


def require_long_enough(password: str) -> None:
    """Raise `AccountError` for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(
            f"The password has {len(password)} characters: use at least {SHORTEST_PASSWORD}."
        )


def make_account(
    settings: Settings,
    *,
    login: str,
    name: str,
    password: str,
    role: Role,
    centres: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> None:
    """Make an account, and for a representative a place at the switchboard.

    The database is made where there is none. Raises `AccountError`, `SettingsError`,
    `StoreError`, `RoutingTableError`.
    """
    require_long_enough(password)
    if role is Role.REPRESENTATIVE:
        _require_known(settings, centres, languages)
    make_data_dir(settings)
    engine = database.prepare(settings.store_url)
    now = system_clock()
    try:
        with transaction(engine, durable=True) as connection:
            account = accounts.add(
                connection,
                login=login,
                display_name=name,
                password=password,
                role=role,
                is_demo=False,
                now=now,
            )
            if role is Role.REPRESENTATIVE:
                representatives.add(
                    connection,
                    name=account.login,
                    display_name=name,
                    centres=centres,
                    languages=languages,
                    now=now,
                )
    except ValueError as error:
        raise AccountError(str(error)) from error
    finally:
        engine.dispose()


def _require_known(
    settings: Settings, centres: tuple[str, ...], languages: tuple[str, ...]
) -> None:
    """A representative without a known centre and language would never be offered a call."""
    known = region_routing.load(settings.routing_dir).centres
    spoken = {language for centre in known.values() for language in centre.languages}
    for what, given, possible in (
        ("--centre", centres, known.keys()),
        ("--language", languages, spoken),
    ):
        wrong = sorted(set(given) - possible)
        if not given or wrong:
            found = f"{', '.join(wrong)} is none" if wrong else "none is given"
            raise AccountError(
                f"A representative needs at least one {what}, else no call can be routed there: "
                f"{found}; there are {', '.join(sorted(possible))}."
            )


def any_administrator(connection: Connection) -> bool:
    """Whether anybody may administer, demo accounts aside."""
    query = select(accounts_table.c.login).where(
        accounts_table.c.role == Role.ADMINISTRATOR, accounts_table.c.is_demo.is_(False)
    )
    return connection.execute(query.limit(1)).first() is not None
