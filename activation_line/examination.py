"""Everything that can be checked before a call comes. Nothing is made or changed by looking."""

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

import region_routing
import spoken_prompts
from activation_line import database, tls
from activation_line.clock import system_clock
from activation_line.number_dates import judge
from activation_line.people import any_administrator
from activation_line.settings import Settings, SettingsError, load
from activation_line.voices import own_prompts, trouble
from agent_console import accounts
from clearinghouse import signed_heads
from clearinghouse.audit_keys import Signer
from clearinghouse.signed_heads import HeadError, SignedHead
from clearinghouse.tables import products
from data_store import Cipher, StoreError, open_engine, reading
from ivr.telephony import TwilioTelephony
from region_routing import RoutingTable, RoutingTableError
from spoken_prompts import ApprovalError, CatalogueError, RefusedVoicesError, State
from switchboard import number_checks, overrides
from switchboard.number_checks import Checked
from switchboard.overrides import Dated
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
    said, table = _routing(routing or (settings.routing_dir if settings else None))
    yield said
    yield _prompts(settings)
    if settings is None:
        return
    yield _voices(settings)
    yield _address(settings)
    yield _port("port", settings.host, settings.port)
    yield _port("site port", settings.site_host, settings.site_port)
    yield _tls(settings)
    yield _data_directory(settings)
    yield from _store(settings, table)
    yield _network(settings)


def _routing(path: Path | None) -> tuple[Finding, RoutingTable | None]:
    try:
        table = region_routing.load(path)
    except RoutingTableError as error:
        return Finding("routing tables", ok=False, says=str(error)), None
    says = (
        f"{len(table.regions)} regions, {len(table.lines)} lines, {len(table.centres)} support "
        f"centres, as of {table.as_of}."
    )
    return Finding("routing tables", ok=True, says=says), table


def _hours(exceptions: Sequence[Dated], table: RoutingTable) -> Finding:
    """A row for a centre that has gone changes nothing, though somebody relies on it."""
    names = {row.id: (row.override.centre, *(row.override.overflow or ())) for row in exceptions}
    strange = [
        f"exception {number} names {name!r}"
        for number, named in names.items()
        for name in named
        if name not in table.centres
    ]
    if strange:
        says = f"{'; '.join(strange)}, and no table has that: see `activation-line hours remove`."
        return Finding("opening hours", ok=False, says=says)
    return Finding("opening hours", ok=True, says=f"dated exceptions to come: {len(exceptions)}.")


def _prompts(settings: Settings | None) -> Finding:
    try:
        prompts = own_prompts(settings) if settings else spoken_prompts.load()
    except (ApprovalError, CatalogueError) as error:
        return Finding("prompts", ok=False, says=str(error))
    drafts = [each for each in prompts.languages if prompts.state(each) is State.DRAFT]
    says = f"{len(prompts.ids())} texts in {len(prompts.languages)} languages"
    if drafts:
        says += f"; drafts, of which production speaks English alone: {', '.join(drafts)}"
    return Finding("prompts", ok=True, says=f"{says}.")


def _voices(settings: Settings) -> Finding:
    try:
        refused = trouble(settings, own_prompts(settings))
    except (ApprovalError, CatalogueError, RefusedVoicesError) as error:
        return Finding("voices", ok=False, says=str(error))
    if refused:
        says = f"{'; '.join(refused)}: see `activation-line prompts voices`."
        return Finding("voices", ok=False, says=says)
    return Finding("voices", ok=True, says="none is refused.")


def _address(settings: Settings) -> Finding:
    secure = settings.public_base_url.startswith("https://")
    if secure or settings.demo or settings.twilio_api_url:
        return Finding("public address", ok=True, says=f"{settings.public_base_url}.")
    says = f"{settings.public_base_url} is not https: callers' digits would travel in the open."
    return Finding("public address", ok=False, says=says)


def _port(name: str, host: str, port: int) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((host, port)) == 0
    says = "somebody listens there: the line itself, if it runs." if taken else "free."
    return Finding(f"{name} {port}", ok=True, says=says)


def _tls(settings: Settings) -> Finding:
    subject = "site certificate"
    if settings.site_tls == tls.OFF:
        if settings.site_base_url.startswith("https://") or settings.demo:
            return Finding(subject, ok=True, says="a proxy's.")
        says = "off, and site_base_url is not https: what license servers send would be readable."
        return Finding(subject, ok=False, says=says)
    try:
        found = tls.find(settings)
        if found is None:
            path = tls.local_directory(settings)
            says = f"none yet; it is made in {path} at the first start."
            return Finding(subject, ok=True, says=says)
        ends = tls.last_moment(found)
    except (SettingsError, OSError, ValueError) as error:
        return Finding(subject, ok=False, says=str(error))
    if ends <= system_clock() and settings.site_tls != tls.LOCAL:
        return Finding(subject, ok=False, says=f"{found.chain} ended on {ends:%Y-%m-%d}: renew it.")
    return Finding(subject, ok=True, says=f"{found.chain}, valid until {ends:%Y-%m-%d}.")


def _data_directory(settings: Settings) -> Finding:
    path = settings.data_dir
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not there.is_dir():
        return Finding("data directory", ok=False, says=f"{there} is a file: name another.")
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("data directory", ok=False, says=f"this user may not write in {there}.")
    says = f"{path}." if there == path else f"none yet; {path} is made at the first start."
    return Finding("data directory", ok=True, says=says)


def _keys(settings: Settings, products: int) -> Finding:
    path = settings.key_file
    if not path.exists():
        if products:
            says = f"{path} is missing, so no product key can be read: put back its copy."
            return Finding("keys", ok=False, says=says)
        return Finding("keys", ok=True, says=f"none yet; {path} is made at the first start.")
    try:
        Cipher.load_or_create(path)
    except StoreError as error:
        return Finding("keys", ok=False, says=str(error))
    return Finding("keys", ok=True, says=f"{path}.")


def _audit(settings: Settings, end: SignedHead | None) -> Finding:
    path = settings.audit_key_file
    if not path.exists():
        if end is None:
            return Finding("audit", ok=True, says=f"none yet; {path} is made at the first start.")
        says = f"{path} is missing, so other entries would be signed anew: put back its copy."
        return Finding("audit", ok=False, says=says)
    try:
        signer = Signer.load_or_create(path)
    except StoreError as error:
        return Finding("audit", ok=False, says=str(error))
    if end is None:
        return Finding("audit", ok=True, says="nothing is signed yet.")
    if not end.is_signed([signer.public_key]):
        says = f"entry {end.number} isn't signed with {path}: see `activation-line audit verify`."
        return Finding("audit", ok=False, says=says)
    return Finding("audit", ok=True, says=f"signed up to entry {end.number}.")


@dataclass(frozen=True, slots=True)
class _Stock:
    """What a database holds; `schema` is None for an empty one."""

    kind: str
    schema: str | None
    products: int = 0
    has_demo: bool = False
    is_governed: bool = False
    audited: SignedHead | None = None
    exceptions: Sequence[Dated] = ()
    checks: Sequence[Checked] = ()


def _store(settings: Settings, table: RoutingTable | None) -> Iterator[Finding]:
    """Database, accounts and keys; a database that is not there is not made."""
    file = _sqlite_file(settings.store_url)
    if file is not None and not file.exists():
        yield Finding("database", ok=True, says="none yet; it is made at the first start.")
        yield _keys(settings, 0)
        yield _audit(settings, None)
        return
    try:
        stock = _take_stock(settings.store_url)
    except StoreError as error:
        yield Finding("database", ok=False, says=str(error))
        return
    if stock.schema is None:
        yield Finding("database", ok=True, says="empty; the schema is made at the first start.")
    else:
        yield Finding("database", ok=True, says=f"{stock.kind}, schema {stock.schema}.")
    if table is not None:
        yield _hours(stock.exceptions, table)
        found = judge(stock.checks, table, system_clock())
        yield Finding("numbers", ok=found.is_well, says=found.says)
    yield _keys(settings, stock.products)
    yield _audit(settings, stock.audited)
    if stock.has_demo and not settings.demo:
        yield Finding("accounts", ok=False, says="demo accounts: `serve` will refuse to start.")
    elif not stock.is_governed and not settings.demo:
        says = "no administrator yet: make one with `activation-line admin create LOGIN`."
        yield Finding("accounts", ok=False, says=says)
    else:
        yield Finding("accounts", ok=True, says="as they should be.")


def _sqlite_file(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # said better by the one who opens it
    named = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(named) if named else None


def _take_stock(url: str) -> _Stock:
    """Look into the database. Raises `StoreError`."""
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            schema = database.revision(connection)
            if schema is None:
                return _Stock(engine.dialect.name, None)
            database.refuse_newer(connection)
            return _Stock(
                engine.dialect.name,
                schema,
                connection.scalar(select(func.count()).select_from(products)) or 0,
                accounts.has_demo_accounts(connection),
                any_administrator(connection),
                _signed_end(connection),
                overrides.coming(connection, system_clock()),
                number_checks.every(connection) if schema == database.newest() else (),
            )
    except SQLAlchemyError as error:
        raise StoreError(
            "The database lacks tables of its schema: put a backup in its place."
        ) from error
    finally:
        engine.dispose()


def _signed_end(connection: Connection) -> SignedHead | None:
    try:
        return signed_heads.current(connection)
    except HeadError:  # empty, or older than the key
        return None


def _network(settings: Settings) -> Finding:
    telephony = TwilioTelephony(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        public_base_url=settings.public_base_url,
        api_base_url=settings.twilio_api_url or None,
    )
    try:
        telephony.is_live("CA" + "0" * 32)
    except TelephonyError as error:
        return Finding("telephone network", ok=False, says=str(error))
    return Finding("telephone network", ok=True, says="answers, and takes the account's token.")
