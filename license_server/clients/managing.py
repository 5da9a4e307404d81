"""Where the Manage Licenses Wizard stands, kept on disk; the reasons that it offers."""

import dataclasses
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codes import new_license_server_id
from codes.errors import CodeError
from license_server import files
from license_server.errors import InvalidEntryError

FILE: Final = "manage-wizard.json"
MIGRATE: Final = "migrate"
REBUILD: Final = "rebuild"
REASONS: Final = {
    MIGRATE: {
        "source_replaced": "The source license server is being replaced by this one",
        "source_broken": "The source license server no longer functions",
    },
    REBUILD: {
        "database_damaged": "The license server database is damaged",
        "database_lost": "The license server database was lost",
        "server_redeployed": "The license server was redeployed",
    },
}
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Managing:
    """What was entered so far.

    `page` is the page where it stands, `remaining` the license codes of the packs that were removed
    and are not installed again yet, `installed` the numbers of those that are.
    """

    page: str = "action_selection"
    choice: str = ""
    reason: str = ""
    source_name: str = ""
    is_source_absent: bool = False
    source_id: str = ""
    is_deleted: bool = False
    license_code: str = ""
    groups: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    installed: tuple[int, ...] = ()


def load(data: Path) -> Managing | None:
    """Read the draft; None where the wizard is not open."""
    try:
        document = json.loads(files.read(data / FILE) or b"")
        lists = {name: tuple(document[name]) for name in ("groups", "remaining", "installed")}
        return Managing(**{**document, **lists})
    except (ValueError, KeyError, TypeError):
        return None


def save(data: Path, draft: Managing) -> None:
    """Keep the draft."""
    files.write(data / FILE, json.dumps(dataclasses.asdict(draft)).encode() + b"\n")


def forget(data: Path) -> None:
    """End the wizard."""
    with suppress(FileNotFoundError):
        (data / FILE).unlink()


def require_source(draft: Managing, own_id: str) -> None:
    """Raise InvalidEntryError where the source license server is not named as it has to be."""
    if not draft.source_name:
        raise InvalidEntryError("source_name", "Type the name of the source license server.")
    if len(draft.source_name) > _LONGEST_NAME:
        raise InvalidEntryError("source_name", f"Shorten the name to {_LONGEST_NAME} characters.")
    if not draft.is_source_absent:
        return
    if not draft.source_id:
        raise InvalidEntryError(
            "source_id",
            "Type the source's license server ID: seven groups. Where it can't be found, go on "
            "without the tick.",
        )
    try:
        source_id = new_license_server_id.validate(draft.source_id)
    except CodeError as error:
        raise InvalidEntryError("source_id", str(error)) from error
    if source_id == own_id:
        raise InvalidEntryError(
            "source_id", "This is the ID of this server: type that of the source license server."
        )
