"""Settings of a network: from a TOML file and the command line, checked with clear errors."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from phone_network.errors import SettingsError
from phone_network.rules import Rules
from phone_network.speech import Rate

_T = TypeVar("_T")
UNREACHABLE: Final = ("no-answer", "busy", "failed")
SPEECH: Final = ("engine", "rate")
SLOWEST, FASTEST = 80, 450  # words a minute that the engine's voices bear
WORDS_PER_MINUTE: Final = 150
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account, and the application behind it."""

    number: str
    voice_url: str
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of the one account of this network."""

    sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str
    api_key_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a network is started with."""

    account: Account
    numbers: tuple[Number, ...] = ()
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


class _Table:
    """One table of the file: takes keys out with their type and complains about the rest."""

    def __init__(self, where: str, values: Any) -> None:  # noqa: ANN401 -- tomllib gives Any
        if not isinstance(values, dict):
            raise SettingsError(f"{where} has to be a table.")
        self.where = where
        self._values: dict[str, Any] = dict(values)

    def fail(self, key: str, what: str) -> SettingsError:
        return SettingsError(f"{self.where}: {key} {what}.")

    def take(self, key: str, kind: type[_T], default: _T) -> _T:
        value = self._values.pop(key, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(key, f"has to be of type {kind.__name__}")
        return value

    def choice(self, key: str, among: tuple[str, ...]) -> str:
        """Take one of a few words; the first is the usual one."""
        value = self.take(key, str, among[0])
        if value not in among:
            raise self.fail(key, f"has to be one of {', '.join(among)}")
        return value

    def url(self, key: str, *, needed: bool = False) -> str:
        value = self.take(key, str, "")
        if not value and not needed:
            return ""
        return check_url(value, f"{self.where}: {key}")

    def method(self, key: str) -> str:
        value = self.take(key, str, "POST").upper()
        if value not in {"GET", "POST"}:
            raise self.fail(key, "has to be GET or POST")
        return value

    def rest(self) -> None:
        if self._values:
            names = ", ".join(sorted(self._values))
            raise SettingsError(f"{self.where}: there is no setting named {names}.")


def check_url(url: str, where: str) -> str:
    """Return an absolute http(s) URL or raise `SettingsError`."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{where} has to be an absolute http or https URL, not {url!r}.")
    return url


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
    table = _Table(str(path), values)
    numbers = _numbers(str(path), table.take("numbers", list, []))
    account = _account(_Table(f"{path}: [account]", table.take("account", dict, {})))
    behaviour = _behaviour(_Table(f"{path}: [behaviour]", table.take("behaviour", dict, {})))
    clock = _Table(f"{path}: [clock]", table.take("clock", dict, {}))
    kind = clock.take("kind", str, "real")
    if kind not in {"real", "virtual"}:
        raise clock.fail("kind", 'has to be "real" or "virtual"')
    start = clock.take("start", datetime, datetime.min)  # noqa: DTZ901 -- stands for "not given"
    clock.rest()
    port = table.take("port", int, 0)
    host = table.take("host", str, "127.0.0.1")
    error_url = table.url("error_url")
    table.rest()
    return Settings(
        account=account,
        numbers=numbers,
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
        table = _Table(f"{path}: numbers[{position}]", row)
        number = check_number(table.take("number", str, ""), f"{table.where}: number")
        if number in numbers:
            raise table.fail("number", f"{number} is there twice")
        numbers[number] = Number(
            number=number,
            voice_url=table.url("voice_url", needed=True),
            voice_method=table.method("voice_method"),
            fallback_url=table.url("fallback_url"),
            fallback_method=table.method("fallback_method"),
            status_callback=table.url("status_callback"),
            status_callback_method=table.method("status_callback_method"),
        )
        table.rest()
    return tuple(numbers.values())


def _account(table: _Table) -> Account:
    made = new_account()
    account = Account(
        **{
            each.name: table.take(each.name, str, getattr(made, each.name))
            for each in fields(Account)
        }
    )
    table.rest()
    return check_account(account, table.where)


def _behaviour(table: _Table) -> dict[str, Any]:
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
