"""Settings of a network: from a TOML file and the command line, checked with clear errors."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from phone_network.errors import SettingsError
from phone_network.rules import Rules
from phone_network.speech import Rate
from phone_network.tables import Table

UNREACHABLE: Final = ("no-answer", "busy", "failed")
SPEECH: Final = ("engine", "rate")
SLOWEST, FASTEST = 80, 450  # words a minute that the engine's voices bear
WORDS_PER_MINUTE: Final = 150
KINDS: Final = ("local", "mobile", "toll_free")
ADDRESSES: Final = ("none", "any", "local", "foreign")
BUNDLES: Final = (
    "",
    "draft",
    "pending-review",
    "in-review",
    "twilio-rejected",
    "twilio-approved",
    "provisionally-approved",
)
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account, and the application behind it.

    With an `application_sid` that application's URLs count, and with a `trunk_sid` neither does.
    """

    number: str
    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    friendly_name: str = ""
    application_sid: str = ""
    trunk_sid: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """What the network sells in a country, and on which terms.

    `address` says whose address its numbers need, in the vendor's words, and `has_address`
    whether the account has one there; `needs_bundle` and `bundle` say the same of a regulatory
    bundle, whose status stands in the vendor's words. Prices are in `unit`, empty where the
    vendor names none.
    """

    code: str
    name: str = ""
    kind: str = KINDS[0]
    numbers: tuple[str, ...] = ()
    address: str = ADDRESSES[0]
    has_address: bool = False
    needs_bundle: bool = False
    bundle: str = BUNDLES[0]
    unit: str = "USD"
    monthly: str = ""
    inbound: str = ""
    outbound: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of the one account of this network."""

    sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str
    api_key_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a network is started with.

    More than `rest_per_second` REST requests within a second are refused; 0 knows no limit.
    """

    account: Account
    numbers: tuple[Number, ...] = ()
    countries: tuple[Country, ...] = ()
    rest_per_second: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    virtual: bool = False
    start: datetime | None = None
    rules: Rules = field(default_factory=Rules)
    unreachable: str = "no-answer"
    speech: str = "engine"
    words_per_minute: int = WORDS_PER_MINUTE
    error_url: str = ""


def new_account(sid: str = "", auth_token: str = "") -> Account:
    """Give an account with made-up credentials where none are given."""
    return Account(
        sid=sid or "AC" + secrets.token_hex(16),
        auth_token=auth_token or secrets.token_hex(16),
        api_key_sid="SK" + secrets.token_hex(16),
        api_key_secret=secrets.token_hex(16),
    )


def plain_number(text: str) -> str:
    """Bring a dialled number to its plain form: `+` and digits, or the text as it is."""
    digits = re.sub(r"[\s().\-/\u2010-\u2015]", "", text.strip())
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if re.fullmatch(r"\+?[0-9*#]+", digits, re.ASCII) else text.strip()


def check_number(number: str, where: str) -> str:
    """Return a number in its international form or raise `SettingsError`."""
    plain = plain_number(number)
    if not _E164.fullmatch(plain):
        raise SettingsError(
            f"{where} has to be a number in international form like +12025550100, not {number!r}."
        )
    return plain


def check_account(account: Account, where: str) -> Account:
    """Return the account or raise `SettingsError` where an identifier has the wrong form."""
    for prefix, sid in (("AC", account.sid), ("SK", account.api_key_sid)):
        if not re.fullmatch(prefix + r"[0-9a-fA-F]{32}", sid, re.ASCII):
            raise SettingsError(f"{where}: {sid!r} has to be {prefix} and 32 hexadecimal digits.")
    for secret in (account.auth_token, account.api_key_secret):
        if not secret:
            raise SettingsError(f"{where}: a token or secret is empty.")
    return account


def load(path: Path) -> Settings:
    """Read a TOML file; raises `SettingsError` that names the file and the key."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(f"{path}: can't be read: {reason}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is not TOML: {error}.") from None
    table = Table(str(path), values)
    numbers = _numbers(str(path), table.take("numbers", list, []))
    countries = _countries(str(path), table.take("countries", list, []))
    account = _account(Table(f"{path}: [account]", table.take("account", dict, {})))
    behaviour = _behaviour(Table(f"{path}: [behaviour]", table.take("behaviour", dict, {})))
    clock = Table(f"{path}: [clock]", table.take("clock", dict, {}))
    kind = clock.take("kind", str, "real")
    if kind not in {"real", "virtual"}:
        raise clock.fail("kind", 'has to be "real" or "virtual"')
    start = clock.take("start", datetime, datetime.min)  # noqa: DTZ901 -- stands for "not given"
    clock.rest()
    port = table.take("port", int, 0)
    limit = table.take("rest_per_second", int, 0)
    host = table.take("host", str, "127.0.0.1")
    error_url = table.url("error_url")
    table.rest()
    return Settings(
        account=account,
        numbers=numbers,
        countries=countries,
        rest_per_second=limit,
        host=host,
        port=port,
        virtual=kind == "virtual",
        start=None if start == datetime.min else as_utc(start),  # noqa: DTZ901 -- as above
        error_url=error_url,
        **behaviour,
    )


def as_utc(moment: datetime) -> datetime:
    """Take a moment without a zone as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _numbers(path: str, rows: list[Any]) -> tuple[Number, ...]:
    numbers: dict[str, Number] = {}
    for position, row in enumerate(rows, 1):
        table = Table(f"{path}: numbers[{position}]", row)
        number = check_number(table.take("number", str, ""), f"{table.where}: number")
        if number in numbers:
            raise table.fail("number", f"{number} is there twice")
        numbers[number] = Number(
            number=number,
            voice_url=table.url("voice_url"),
            voice_method=table.method("voice_method"),
            fallback_url=table.url("fallback_url"),
            fallback_method=table.method("fallback_method"),
            status_callback=table.url("status_callback"),
            status_callback_method=table.method("status_callback_method"),
            friendly_name=table.take("friendly_name", str, ""),
        )
        table.rest()
    return tuple(numbers.values())


def _countries(path: str, rows: list[Any]) -> tuple[Country, ...]:
    countries: dict[str, Country] = {}
    for position, row in enumerate(rows, 1):
        table = Table(f"{path}: countries[{position}]", row)
        code = table.take("code", str, "")
        if not re.fullmatch(r"[A-Z]{2}", code) or code in countries:
            raise table.fail("code", "has to be two capitals such as DE, each country once")
        numbers = table.take("numbers", list, [])
        countries[code] = Country(
            code=code,
            name=table.take("name", str, code),
            kind=table.choice("kind", KINDS),
            numbers=tuple(check_number(str(each), f"{table.where}: numbers") for each in numbers),
            address=table.choice("address", ADDRESSES),
            has_address=table.take("has_address", bool, False),  # noqa: FBT003 -- the usual value
            needs_bundle=table.take("needs_bundle", bool, False),  # noqa: FBT003 -- as above
            bundle=table.choice("bundle", BUNDLES),
            unit=table.take("unit", str, "USD"),
            **{name: table.take(name, str, "") for name in ("monthly", "inbound", "outbound")},
        )
        table.rest()
    return tuple(countries.values())


def _account(table: Table) -> Account:
    made = new_account()
    account = Account(
        **{
            each.name: table.take(each.name, str, getattr(made, each.name))
            for each in fields(Account)
        }
    )
    table.rest()
    return check_account(account, table.where)


def _behaviour(table: Table) -> dict[str, Any]:
    usual = Rules()
    rate = Rate(
        characters=table.take("characters_per_second", float, usual.rate.characters),
        digit_pause=table.take("digit_pause", float, usual.rate.digit_pause),
    )
    if rate.characters <= 0 or rate.digit_pause < 0:
        raise table.fail("characters_per_second", "has to be above zero, digit_pause not below")
    plain: Mapping[str, Any] = {
        each.name: table.take(each.name, type(getattr(usual, each.name)), getattr(usual, each.name))
        for each in fields(Rules)
        if each.name not in {"rate", "voice", "refused_voices"}
    }
    refused = table.take("refused_voices", list, [])
    if not all(isinstance(name, str) for name in refused):
        raise table.fail("refused_voices", "has to be a list of names")
    words_per_minute = table.take("words_per_minute", int, WORDS_PER_MINUTE)
    if not SLOWEST <= words_per_minute <= FASTEST:
        raise table.fail("words_per_minute", f"has to be from {SLOWEST} to {FASTEST}")
    behaviour = {
        "rules": Rules(
            rate=rate, refused_voices=frozenset(name.lower() for name in refused), **plain
        ),
        "unreachable": table.choice("unreachable", UNREACHABLE),
        "speech": table.choice("speech", SPEECH),
        "words_per_minute": words_per_minute,
    }
    table.rest()
    return behaviour
