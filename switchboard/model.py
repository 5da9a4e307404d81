"""What the switchboard speaks of: calls, representatives, places in a queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallState(StrEnum):
    """Where a live call is."""

    IN_LINE = "in_line"
    """With the line: keying, or asked something."""
    QUEUED = "queued"
    RINGING = "ringing"
    """Still waiting, and offered to one representative."""
    TALKING = "talking"
    KEYING = "keying"
    """Out of the conversation to key something; the representative is still there."""
    ENDED = "ended"
    CALL_BACK = "call_back"
    """Still waiting, though the caller has hung up: to be called back when it is their turn."""
    CALLING = "calling"
    """Being called back; a representative has answered and waits for the caller."""


# In the queue, whether or not it rings at somebody just now, or the caller is on the line.
WAITING = (CallState.QUEUED, CallState.RINGING, CallState.CALL_BACK)
# A call in one of these is a call-back once somebody has asked for one.
CALL_BACKS = (CallState.CALL_BACK, CallState.RINGING, CallState.CALLING)


class Presence(StrEnum):
    """What a representative chooses."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"
    TRAINING = "training"


class WorkState(StrEnum):
    """What the switchboard sees a representative do; `switchboard.states` says what follows."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    NOT_RESPONDING = "not_responding"


@dataclass(frozen=True, slots=True)
class Call:
    """One telephone call. The fields are the row's columns, in order.

    `snapshot` is the flow's state, opaque here; `shared` what the flow lets a representative see
    of it (JSON), once somebody is to answer. `last_token` and `last_answer` repeat an answer to a
    request that the network sends twice. Whoever asked to be called back has a `not_before`;
    `attempts` counts how often the line has called. Moments are aware, in UTC.
    """

    id: int
    call_sid: str
    line: str
    region: str
    centre: str
    language: str
    caller: str
    state: CallState
    snapshot: str
    shared: str | None
    request_id: int | None
    case_number: str | None
    representative: str | None
    priority: int
    last_token: str | None
    last_answer: str | None
    started_at: datetime
    queued_at: datetime | None
    offered_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    not_before: datetime | None = None
    attempts: int = 0

    @property
    def is_call_back(self) -> bool:
        """Whether the caller has hung up and is to be called back, or is being called."""
        return self.not_before is not None and self.state in CALL_BACKS

    @property
    def call_back_entry(self) -> str:
        """What the flow is told of the call-back under way: which call, and which attempt."""
        return f"called-back/{self.id}/{self.attempts}"

    @property
    def is_accompanied(self) -> bool:
        """Whether a representative has answered and is still there, heard or not."""
        return self.representative is not None and self.state not in WAITING

    @property
    def conference(self) -> str:
        """The name of the call's conference: one per call, so nobody meets a stranger."""
        return f"call-{self.id}"


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody who answers calls; `name` is the log-in, `endpoint` where it rings.

    `next_presence` was chosen during a call and takes effect after it. `since` is when presence
    or work state changed last: the longest idle is called first.
    """

    name: str
    display_name: str
    centres: tuple[str, ...]
    languages: tuple[str, ...]
    presence: Presence
    next_presence: Presence | None
    work_state: WorkState
    since: datetime
    call_id: int | None

    @property
    def endpoint(self) -> str:
        """The browser telephone of the console, as the network addresses it."""
        return f"client:{self.name}"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a queue, from 1, and how many wait there."""

    place: int
    size: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A call that rings at a representative."""

    call_id: int
    representative: str


@dataclass(frozen=True, slots=True)
class Help:
    """An open centre that helps another out with calls that wait there longer than `after`."""

    centre: str
    after: float
    """Seconds of waiting."""


# The centres that help out, by the one that is helped.
Overflow = Mapping[str, Sequence[Help]]
