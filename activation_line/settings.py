"""What the line is told from outside: read once, checked whole, then frozen.

Every setting is an environment variable `ACTIVATION_LINE_<NAME>`, or a line `NAME = value` in the
file that `ACTIVATION_LINE_SETTINGS` names. A secret may stand in a file of its own:
`<NAME>_FILE` holds the path.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "ACTIVATION_LINE_"
HIGHEST_PORT = 65535


class SettingsError(Exception):
    """What is wrong with the settings, each in one sentence.

    `problems` holds the sentences; the message is all of them, a line each.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one web process. URLs are without a trailing slash.

    `data_dir` holds the key file and, unless `database_url` says otherwise, the database.
    `public_base_url` is how the telephone network reaches this process: the base of every signed
    URL. `twilio_api_url`, `clock_url` and `voice_device_url` point at a simulated network;
    in production they stay empty. `twilio_auth_token_next` is believed beside the token in use
    while they are changed. `fallback_base_url` is how the network reaches `serve-fallback`, where
    that is not below `public_base_url`. With more than one of `workers`, `serve` is several
    processes. `metrics_token` opens `/metrics` to whoever brings it. `site_base_url` is how
    customers reach the licensing site, which a process of its own serves; callers hear its host.
    `check_from` is a verified number that checks of the line's numbers are made from, where the
    account owns only one. `voices_file` names voices in place of the prompts' own, by language.
    `traces_url` is a collector of OpenTelemetry's, to which traces are sent where it is set.
    Within `resume_hours` a call that broke off can be resumed; `site_tls` is `local`, `off`, or a
    directory with a certificate.
    """

    data_dir: Path
    public_base_url: str
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_auth_token_next: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    twilio_api_key_sid: str = ""
    twilio_api_key_secret: str = field(default="", repr=False)
    twilio_api_url: str = ""
    voice_device_url: str = ""
    clock_url: str = ""
    site_base_url: str = ""
    routing_dir: Path | None = None
    voices_file: Path | None = None
    resume_hours: int = 2
    host: str = "127.0.0.1"
    port: int = 5080
    threads: int = 64
    site_host: str = "127.0.0.1"
    site_port: int = 5443
    site_tls: str = "local"
    fallback_base_url: str = ""
    fallback_host: str = "127.0.0.1"
    fallback_port: int = 5081
    workers: int = 1
    metrics_token: str = field(default="", repr=False)
    log_format: str = "text"
    check_from: str = ""
    traces_url: str = ""
    record_conversations: bool = False
    demo: bool = False

    @property
    def store_url(self) -> str:
        """The database's URL: the one that was set, else a file in the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'line.sqlite3').as_posix()}"

    @property
    def apology_base_url(self) -> str:
        """The base of the fallback's URL, which the network signs as well."""
        return self.fallback_base_url or self.public_base_url

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that the network may sign with; the first is the one in use."""
        return tuple(
            token for token in (self.twilio_auth_token, self.twilio_auth_token_next) if token
        )

    @property
    def key_file(self) -> Path:
        """Where the keys that encrypt the register's secrets lie."""
        return self.data_dir / "register.key"

    @property
    def prompt_approvals_file(self) -> Path:
        """Where it is kept who has approved which language of the prompts."""
        return self.data_dir / "prompt-approvals.json"

    @property
    def refused_voices_file(self) -> Path:
        """Where it is kept which voices the telephone network has refused."""
        return self.data_dir / "refused-voices.json"

    @property
    def audit_key_file(self) -> Path:
        """Where the key that signs the register's audit lies."""
        return self.data_dir / "audit.key"

    @property
    def audit_head_file(self) -> Path:
        """Where the last signed head of the audit is kept beside the database."""
        return self.data_dir / "audit-head.json"


REQUIRED = {
    "data_dir": "a directory for the database and the register's keys",
    "public_base_url": "the https address at which the telephone network reaches this line",
    "twilio_account_sid": "the account's SID, which begins with AC",
    "twilio_auth_token": "the account's auth token, which signs every webhook",
}
URLS = (
    "public_base_url",
    "fallback_base_url",
    "twilio_api_url",
    "voice_device_url",
    "clock_url",
    "site_base_url",
    "traces_url",
)
WHOLE_NUMBERS = ("port", "fallback_port", "site_port", "threads", "workers", "resume_hours")
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
LOG_FORMATS = ("text", "json")
SECRETS = (
    "twilio_auth_token",
    "twilio_auth_token_next",
    "metrics_token",
    "twilio_api_key_secret",
    "database_url",
)


NO_TRACES = (
    f"{PREFIX}TRACES_URL is set, and the packages that send traces are missing: install "
    f"activation-line[traces], or leave it out."
)


def load(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError` that names everything that is wrong at once."""
    problems: list[str] = []
    given = _from_file(environment.get(f"{PREFIX}SETTINGS"), problems)
    for name in (item.name for item in fields(Settings)):
        value = environment.get(f"{PREFIX}{name.upper()}")
        if value is not None:
            given[name] = value
        path = environment.get(f"{PREFIX}{name.upper()}_FILE")
        if path is not None and name in SECRETS:
            given[name] = _read_secret(path, name, problems)
    for name, purpose in REQUIRED.items():
        if not given.get(name):
            problems.append(f"{PREFIX}{name.upper()} is missing: set it to {purpose}.")
    if given.get("traces_url") and not _can_trace():
        problems.append(NO_TRACES)
    values = {name: _convert(name, value, problems) for name, value in given.items()}
    if problems:
        raise SettingsError(problems)
    return Settings(**values)  # type: ignore[arg-type]  # converted by name just above


def make_data_dir(settings: Settings) -> None:
    """Make the data directory where there is none. Raises `SettingsError`."""
    path = settings.data_dir
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        says = (
            f"{PREFIX}DATA_DIR names {path}, which can't be a directory ({error.strerror}): "
            f"name another, or remove what is there."
        )
        raise SettingsError([says]) from error


def as_environment(settings: Settings) -> dict[str, str]:
    """The environment that makes another process read the same settings."""
    shown = {item.name: getattr(settings, item.name) for item in fields(Settings)}
    return {
        f"{PREFIX}{name.upper()}": "1" if value is True else str(value)
        for name, value in shown.items()
        if value not in ("", None, False)
    }


def _can_trace() -> bool:
    """Whether the packages of the extra `traces` are there."""
    wanted = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
    try:
        return all(find_spec(name) is not None for name in wanted)
    except ModuleNotFoundError:  # a package above it
        return False


def _from_file(path: str | None, problems: list[str]) -> dict[str, str]:
    if path is None:
        return {}
    try:
        table = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"The settings file {path} can't be read: {error}.")
        return {}
    except tomllib.TOMLDecodeError as error:
        problems.append(f"The settings file {path} is not TOML: {error}.")
        return {}
    known = {item.name for item in fields(Settings)}
    problems += [
        f"The settings file {path} has a key {key!r}, which is no setting; known are "
        f"{', '.join(sorted(known))}."
        for key in table
        if key not in known
    ]
    return {key: str(value) for key, value in table.items() if key in known}


def _read_secret(path: str, name: str, problems: list[str]) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{PREFIX}{name.upper()}_FILE names {path}, which can't be read: {error}.")
        return ""


def _convert(name: str, value: str, problems: list[str]) -> str | int | bool | Path:
    variable = f"{PREFIX}{name.upper()}"
    if name in {"data_dir", "routing_dir", "voices_file"}:
        return Path(value)
    if name in WHOLE_NUMBERS:
        if value.isascii() and value.isdigit() and int(value) <= HIGHEST_PORT:
            return int(value)
        problems.append(f"{variable} is {value!r}: write a whole number up to {HIGHEST_PORT}.")
    if name == "check_from" and value and not E164.fullmatch(value):
        problems.append(f"{variable} is {value!r}: write a number such as +12025550142.")
    if name == "log_format" and value not in LOG_FORMATS:
        problems.append(f"{variable} is {value!r}: write {' or '.join(LOG_FORMATS)}.")
    if name in {"demo", "record_conversations"}:
        return value.lower() in {"1", "true", "yes", "on"}
    if name in URLS and value:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            problems.append(f"{variable} is {value!r}: write a whole address such as https://….")
        return value.rstrip("/")
    if name == "twilio_account_sid" and value and not value.startswith("AC"):
        problems.append(f"{variable} is {value!r}: an account SID begins with AC.")
    return value
