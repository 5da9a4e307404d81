"""Where the Install Licenses Wizard stands, kept on disk like the others."""

import dataclasses
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from license_server import files
from license_server.clients.installing import DEFAULT_PROGRAM

FILE: Final = "license-wizard.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered so far; `installed` is the number of the pack that was installed."""

    program: str = DEFAULT_PROGRAM
    license_code: str = ""
    groups: tuple[str, ...] = ()
    installed: int | None = None


def load(data: Path) -> Draft | None:
    """Read the draft; None where no wizard is open."""
    try:
        document = json.loads(files.read(data / FILE) or b"")
        return Draft(**{**document, "groups": tuple(document["groups"])})
    except (ValueError, KeyError, TypeError):
        return None


def save(data: Path, draft: Draft) -> None:
    """Keep the draft."""
    files.write(data / FILE, json.dumps(dataclasses.asdict(draft)).encode() + b"\n")


def forget(data: Path) -> None:
    """End the wizard."""
    with suppress(FileNotFoundError):
        (data / FILE).unlink()
