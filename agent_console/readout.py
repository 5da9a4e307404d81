"""Where the read-out of a new license server ID stands, told from the event log alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from switchboard.events import Event, EventKind

GROUPS: Final = 7


@dataclass(frozen=True, slots=True)
class ReadOut:
    """How many groups were read; the one after them is lit. `asked`: for the closing code."""

    read: int = 0
    asked: bool = False

    @property
    def current(self) -> int | None:
        """The lit group (from 1); None when all are read."""
        return self.read + 1 if self.read < GROUPS else None


def follow(events: Iterable[Event]) -> ReadOut:
    """Fold a call's events. A group read again (`back`) leaves it and the later ones unread."""
    read, asked = 0, False
    for event in events:
        match event.kind:
            case EventKind.GROUP_READ:
                group = int(event.data["group"])
                read = group - 1 if event.data.get("back") else group
            case EventKind.CLOSING_CODE_ASKED:
                asked = True
            case EventKind.CASE_OPENED:
                read, asked = 0, False  # the next server of the same call
            case _:
                pass
    return ReadOut(read, asked)
