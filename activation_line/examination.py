"""Everything that can be checked before a call comes. Nothing is made or changed by looking."""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from twilio.base.exceptions import TwilioException

import region_routing
import spoken_prompts
from activation_line import database
from activation_line.people import any_administrator
from activation_line.settings import Settings, SettingsError, load
from agent_console import accounts
from data_store import StoreError, open_engine, reading
from ivr.telephony import TwilioTelephony
from region_routing import RoutingTableError
from switchboard.telephony import TelephonyError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, and a sentence."""

    subject: str
    ok: bool
    says: str


def examine(environment: Mapping[str, str], routing: Path | None) -> Iterator[Finding]:
    """Look at everything; one thing's trouble does not hide another's."""
    settings: Settings | None = None
    try:
        settings = load(environment)
        yield Finding("settings", ok=True, says="complete.")
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", ok=False, says=problem)
    yield _routing(routing or (settings.routing_dir if settings else None))
    yield _prompts()
    if settings is None:
        return
    yield _address(settings)
    yield _port(settings)
    yield _keys(settings)
    yield from _database(settings)
    yield _network(settings)


def _routing(path: Path | None) -> Finding:
    try:
        table = region_routing.load(path)
    except RoutingTableError as error:
        return Finding("routing tables", ok=False, says=str(error))
    says = (
        f"{len(table.regions)} regions, {len(table.lines)} lines, {len(table.centres)} support "
        f"centres, as of {table.as_of}."
    )
    return Finding("routing tables", ok=True, says=says)


def _prompts() -> Finding:
    prompts = spoken_prompts.load()
    return Finding("prompts", ok=True, says=f"{len(prompts.ids())} texts.")


def _address(settings: Settings) -> Finding:
    secure = settings.public_base_url.startswith("https://")
    if secure or settings.demo or settings.twilio_api_url:
        return Finding("public address", ok=True, says=f"{settings.public_base_url}.")
    says = f"{settings.public_base_url} is not https: callers' digits would travel in the open."
    return Finding("public address", ok=False, says=says)


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    says = "somebody listens there: the line itself, if it runs." if taken else "free."
    return Finding(f"port {settings.port}", ok=True, says=says)


def _keys(settings: Settings) -> Finding:
    path = settings.key_file
    if not path.exists():
        return Finding("keys", ok=True, says=f"none yet; {path} is made at the first start.")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        says = f"others may read {path}: take that away with chmod 600."
        return Finding("keys", ok=False, says=says)
    return Finding("keys", ok=True, says=f"{path}.")


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.store_url
    if url.startswith("sqlite") and not (settings.data_dir / "line.sqlite3").exists():
        yield Finding("database", ok=True, says="none yet; it is made at the first start.")
        return
    try:
        engine = open_engine(url)
        with reading(engine) as connection:
            held = database.revision(connection)
            if held is not None:
                database.refuse_newer(connection)
                demo = accounts.has_demo_accounts(connection)
                governed = any_administrator(connection)
    except StoreError as error:
        yield Finding("database", ok=False, says=str(error))
        return
    if held is None:
        yield Finding("database", ok=True, says="empty; the schema is made at the first start.")
        return
    yield Finding("database", ok=True, says=f"{engine.dialect.name}, schema {held}.")
    if demo and not settings.demo:
        yield Finding("accounts", ok=False, says="demo accounts: `serve` will refuse to start.")
    elif not governed and not settings.demo:
        says = "no administrator yet: make one with `activation-line admin create LOGIN`."
        yield Finding("accounts", ok=False, says=says)
    else:
        yield Finding("accounts", ok=True, says="as they should be.")


def _network(settings: Settings) -> Finding:
    telephony = TwilioTelephony(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        public_base_url=settings.public_base_url,
        api_base_url=settings.twilio_api_url or None,
    )
    try:
        telephony.is_live("CA" + "0" * 32)
    except (TelephonyError, TwilioException, OSError) as error:
        return Finding("telephone network", ok=False, says=f"{error}")
    return Finding("telephone network", ok=True, says="answers, and takes the account's token.")
