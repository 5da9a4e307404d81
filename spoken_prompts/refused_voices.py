"""Names of voices that the network has refused: they are passed over until somebody clears them.

A file of whoever runs the line, beside the approvals, since which voices there are depends on their
account. Every process of a machine reads it, so what one learns the others know a second later, and
no database is needed for it.
"""

import json
import logging
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from spoken_prompts.keeping import keep_json

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class RefusedVoicesError(Exception):
    """What was refused can't be read or kept; the message says which file, and what to do."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a voice is passed over: the network's number for it, and when it was told (UTC)."""

    code: str
    at: datetime


class RefusedVoices:
    """What is refused, as the file has it; without a file, as this process was told.

    Threads may share it: the table is replaced as a whole.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._refused: Mapping[str, Refusal] = MappingProxyType({})
        self._mark: object = None
        self._next_look = 0.0
        self.look()

    def first_of(self, names: Iterable[str]) -> str | None:
        """The first name that is not refused; None where there is none left."""
        refused = self._refused
        return next((name for name in names if name not in refused), None)

    def look(self) -> Mapping[str, Refusal]:
        """What is refused now: another table than before where it has changed.

        The file is looked at once a second at most. One that can't be read changes nothing, and
        callers hear the voices that were known: whoever examines the line is told by `read`.
        """
        now = time.monotonic()
        if self._path is not None and now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            mark = _mark(self._path)
            if mark != self._mark:
                self._mark = mark
                with suppress(RefusedVoicesError):
                    self._take(read(self._path))
        return self._refused

    def _take(self, refused: Mapping[str, Refusal]) -> None:
        if refused != self._refused:
            self._refused = MappingProxyType(dict(refused))

    def refuse(self, names: Iterable[str], code: str, at: datetime) -> tuple[str, ...]:
        """Pass these over from now on; gives those that were not refused before.

        Where that can't be kept the log says so, and this process passes them over even so.
        """
        refusals = {name: Refusal(code, at) for name in names}
        held = self._refused
        try:
            held = held if self._path is None else read(self._path)
            if not refusals.keys() <= held.keys():
                self._keep({**refusals, **held})
        except RefusedVoicesError as error:
            log.error("%s", error)  # noqa: TRY400 -- the sentence says it all
            self._take({**refusals, **held})
        return tuple(name for name in refusals if name not in held)

    def clear(self, names: Collection[str]) -> tuple[str, ...]:
        """Ask for these again; gives those that had been refused. Raises `RefusedVoicesError`."""
        held = dict(self._refused) if self._path is None else read(self._path)
        gone = tuple(name for name in names if name in held)
        if gone:
            self._keep({name: each for name, each in held.items() if name not in gone})
        return gone

    def _keep(self, refused: Mapping[str, Refusal]) -> None:
        self._take(refused)
        if self._path is None:
            return
        table = {
            name: {"code": each.code, "at": each.at.isoformat(timespec="seconds")}
            for name, each in refused.items()
        }
        try:
            keep_json(self._path, table)
        except OSError as error:
            raise RefusedVoicesError(
                f"{self._path} can't be written ({error.strerror}): let this user write there."
            ) from error


def read(path: Path) -> dict[str, Refusal]:
    """The refused names; none where there is no file. Raises `RefusedVoicesError`."""
    try:
        held = json.loads(path.read_text("utf-8"))
        return {
            name: Refusal(str(each["code"]), datetime.fromisoformat(each["at"]))
            for name, each in held.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RefusedVoicesError(
            f"{path} can't be read as refused voices ({error}): remove it, and each is asked for "
            "again."
        ) from error


def _mark(path: Path) -> object:
    """What tells one version of the file from the next."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
