"""Which texts a person has listened to and approved, and whether they are still the same.

An approval is kept as a fingerprint of every text and of the ways of speaking that were heard.
Whether a language is reviewed follows from these alone: whatever is changed or added later is a
draft again by itself. The file belongs to whoever runs a line, since the voices are those of their
network's account.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from spoken_prompts.keeping import keep_json

FINGERPRINT = 16  # hexadecimal digits: nobody forges a text here


class ApprovalError(Exception):
    """Approvals can't be read or kept; the message says which file, and what to do."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One language's last approval; `heard` has a fingerprint for each text by its id."""

    by: str
    on: date
    heard: Mapping[str, str]


def fingerprint(*said: str) -> str:
    """What tells a text, or a way of speaking, from any other.

    >>> fingerprint("Goodbye.") == fingerprint("Good", "bye.")
    False
    """
    return sha256("\0".join(said).encode()).hexdigest()[:FINGERPRINT]


def read_approvals(path: Path) -> dict[str, Approval]:
    """The approvals by language; none where there is no file. Raises `ApprovalError`."""
    try:
        held = json.loads(path.read_text("utf-8"))
        return {
            language: Approval(each["by"], date.fromisoformat(each["on"]), dict(each["heard"]))
            for language, each in held.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ApprovalError(
            f"{path} can't be read as approvals of prompts ({error}): put the last good copy back, "
            "or remove it and approve the languages again."
        ) from error


def keep(path: Path, approvals: Mapping[str, Approval]) -> None:
    """Write all approvals; the old file stays until the new one is whole."""
    table = {
        language: {"by": each.by, "on": each.on.isoformat(), "heard": dict(each.heard)}
        for language, each in sorted(approvals.items())
    }
    try:
        keep_json(path, table)
    except OSError as error:
        raise ApprovalError(f"{path} can't be written: {error}.") from error
