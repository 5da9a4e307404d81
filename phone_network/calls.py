"""The record of one call leg: who, in what state, and everything that happened to it."""

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import aiohttp

from phone_network.clock import Alarm
from phone_network.interpreter import Interpreter
from phone_network.messages import Event
from phone_network.settings import Number

API_VERSION: Final = "2010-04-01"


class Status(StrEnum):
    """The states of a call, in the vendor's words."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


LIVE: Final = frozenset({Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS})


class Direction(StrEnum):
    """Where a leg came from."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"


class Line(Protocol):
    """The telephone or device at the far end of a leg."""

    name: str

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Send it an event."""


@dataclass(frozen=True, slots=True)
class Callback:
    """Where progress of a leg is reported, and which events."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a call's timeline."""

    at: datetime
    kind: str
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Give it as the control API shows it."""
        return {"at": self.at.isoformat(), "kind": self.kind, **self.data}


@dataclass(slots=True, eq=False)
class Call:
    """One leg. `from_` and `to` are E.164 numbers or `client:identity`."""

    sid: str
    from_: str
    to: str
    direction: Direction
    created_at: datetime
    status: Status
    cookies: aiohttp.CookieJar
    number: Number | None = None
    parent_sid: str = ""
    program: Interpreter | None = None
    line: Line | None = None
    ringing_at: list[Line] = field(default_factory=list)
    callback: Callback | None = None
    peer: "Call | None" = None
    parameters: dict[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    leaving: bool = False  # the far end has hung up, the program is just hearing of it
    timeline: list[Entry] = field(default_factory=list)
    alarms: dict[int, Alarm] = field(default_factory=dict)
    other_alarms: list[Alarm] = field(default_factory=list)
    inbox: deque[Event] = field(default_factory=deque)
    draining: bool = False
    document: bytes = b""  # the last answer that its program got
    sequence: Iterator[int] = field(default_factory=itertools.count)
    callbacks_in_turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    @property
    def party(self) -> str:
        """Address of whoever is at the far end."""
        return self.from_ if self.direction is Direction.INBOUND else self.to

    @property
    def duration(self) -> int:
        """Seconds from answer to end; 0 where it was not answered or is not over."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    def note(self, at: datetime, kind: str, **data: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Add a line to the timeline."""
        self.timeline.append(Entry(at, kind, data))

    def standard_parameters(self, account_sid: str) -> dict[str, str]:
        """Give the parameters that every request about this call carries."""
        parameters = {
            "CallSid": self.sid,
            "AccountSid": account_sid,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": Status.COMPLETED.value if self.leaving else self.status.value,
            "ApiVersion": API_VERSION,
            "Direction": self.direction.value,
        }
        if self.parent_sid:
            parameters["ParentCallSid"] = self.parent_sid
        return parameters


def new_sid(prefix: str) -> str:
    """Make an identifier: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)
