"""What a license server knows of itself: one JSON file, whose replacement is the commit.

Keys and certificates are files of their own, never changed once written; `state.json` names those
that count. So whatever moment a process is killed at, the directory holds one whole state.
"""

import dataclasses
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from license_server import files
from license_server.errors import DataDirectoryError, NotInstalledError
from license_server.machine import Machine
from license_server.model import CertificateState, DeactivationCause, Method, Reason, WizardPage

FORMAT: Final = 2
FILE: Final = "state.json"
PRODUCT_KEY: Final = "product-key.txt"
REMEMBERED: Final = 20
_BESIDE: Final = ("clearinghouse.json", "servers.json", "administration.json")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """An open request; the same license server ID is shown for as long as it is open.

    Without a reason nothing speaks for one: the certificate is valid and the administrator decides.
    """

    license_server_id: str
    last_issue: int
    key_file: str
    reason: Reason | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The permission that the server accepted last, and the files that belong to it.

    `chain_file` holds the clearinghouse's issuing CA and root where it signed the certificate;
    where there is none the local CA did.
    """

    license_server_id: str
    new_license_server_id: str
    issue: int
    key_file: str
    certificate_file: str
    machine: Machine
    accepted_at: datetime
    chain_file: str | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """What the wizard's last page shows until Finish is chosen; `method` is how the ID came."""

    new_license_server_id: str
    closing_code: str
    is_root_new: bool
    method: Method = Method.TELEPHONE


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An acceptance that the clearinghouse is still to be told of, over the internet."""

    case_number: str
    closing_code: str


@dataclass(frozen=True, slots=True)
class Deactivation:
    """A deactivation that began when its receipt was made; only an activation ends it.

    `draft` holds the groups of the confirmation typed so far; `is_closed` says that the wizard was
    finished.
    """

    receipt: str
    cause: DeactivationCause
    began_at: datetime
    confirmed_at: datetime | None = None
    draft: tuple[str, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Properties:
    """What the administrator sets in Properties; `region` is an ISO 3166 code, or empty."""

    method: Method = Method.AUTOMATIC
    region: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    unit: str = ""
    address: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything but keys and certificates.

    `seen` is the certificate state last logged, `noted` what else was logged of this certificate;
    `asked_cause` is what the Deactivate Server Wizard was told before any receipt was made;
    `revocation_files` are the last lists of local CAs that were given up.
    """

    product_id: str
    server_name: str
    installed_at: datetime
    latest_time: datetime
    machine: Machine
    root_file: str
    root_key_file: str
    spare_key_file: str | None = None
    password_hash: str | None = None
    held: Held | None = None
    request: Request | None = None
    completed: Completed | None = None
    properties: Properties = field(default_factory=Properties)
    page: WizardPage = WizardPage.WELCOME
    draft: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    seen: CertificateState = CertificateState.NOT_ACTIVATED
    noted: tuple[str, ...] = ()
    unconfirmed: Unconfirmed | None = None
    deactivation: Deactivation | None = None
    asked_cause: DeactivationCause | None = None
    revocation_files: tuple[str, ...] = ()

    @property
    def last_issue(self) -> int:
        """The issue number that the server holds; 0 for none."""
        return self.held.issue if self.held else 0


def find(data: Path) -> State | None:
    """Read the state; None before the first start. Raises DataDirectoryError, changes nothing."""
    if data.exists() and not data.is_dir():
        raise DataDirectoryError(
            f"{data} is a file, not a directory: name another directory with --data."
        )
    content = files.read(data / FILE)
    if content is None:
        _require_free(data)
        return None
    return _decode(data / FILE, content)


def load(data: Path) -> State:
    """Read the state of an installed server, or raise NotInstalledError."""
    state = find(data)
    if state is None:
        raise NotInstalledError(
            f"{data} holds no license server yet: start it there and enter product ID "
            "and product key."
        )
    return state


def save(data: Path, state: State, now: datetime | None = None) -> State:
    """Commit a state; gives it back as stored.

    With `now` its latest time moves on, which shows later that a clock was set back. That is done
    when a request opens or ends only: looking at a page while the clock is wrong does no harm.
    """
    latest = state.latest_time if now is None else max(state.latest_time, now)
    stored = dataclasses.replace(state, latest_time=latest)
    document = {"format": FORMAT, **_plain(stored)}
    files.write(data / FILE, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")
    return stored


def _require_free(data: Path) -> None:
    try:
        names = sorted(path.name for path in data.iterdir()) if data.exists() else []
    except OSError as error:
        raise files.unusable(data, error) from error
    foreign = [name for name in names if not _is_own(name)]
    if foreign:
        raise DataDirectoryError(
            f"{data} holds other things ({foreign[0]}) and no {FILE}: name an empty directory "
            "with --data, or put the file back from a copy."
        )


def _is_own(name: str) -> bool:
    own = {"lock", "events.jsonl", "pages.secret", PRODUCT_KEY, *_BESIDE}
    return name in own or name.startswith(".") or name.endswith(".pem")


def _decode(path: Path, content: bytes) -> State:
    try:
        document = json.loads(content)
        version = document["format"]
        if isinstance(version, int) and version > FORMAT:
            raise DataDirectoryError(
                f"{path} was written by a newer version of this software (format {version}; this "
                f"one reads {FORMAT}): start the newer version. Nothing was changed."
            )
        return _built(State, _upgraded(document) if version == 1 else document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataDirectoryError(
            f"{path} is damaged and cannot be read: put it back from a copy. Nothing was changed."
        ) from error


def _upgraded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read what format 1 had, which knew the telephone only."""
    page = WizardPage.NEW_ID if document["is_on_telephone_page"] else WizardPage.WELCOME
    held, done = document["held"], document["completed"]
    return {
        **document,
        "page": page.value,
        "properties": {**document["properties"], "phone": ""},
        "held": held and {**held, "chain_file": None},
        "completed": done and {**done, "method": Method.TELEPHONE.value},
        "noted": [],
        "unconfirmed": None,
        "deactivation": None,
        "asked_cause": None,
        "revocation_files": [],
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if dataclasses.is_dataclass(value):
        names = [entry.name for entry in dataclasses.fields(value)]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _built(kind: type[T], document: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    names = [entry.name for entry in dataclasses.fields(kind)]  # type: ignore[arg-type]  # a dataclass, always
    return kind(**{name: _value(hints[name], document[name]) for name in names})


def _value(kind: Any, value: Any) -> Any:  # noqa: ANN401 -- JSON
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        kind = next(part for part in get_args(kind) if part is not types.NoneType)
    if dataclasses.is_dataclass(kind):
        return _built(kind, value)  # type: ignore[arg-type]  # a class, not an instance
    if get_origin(kind) is tuple:
        return tuple(_value(str, part) for part in value)
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(value)
    return value
