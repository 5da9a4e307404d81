"""What goes into the interpreter (events) and what comes out (actions): frozen values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from phone_network.speech import Piece


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from: a URL to request, or the document itself."""

    url: str = ""
    method: str = "POST"
    twiml: str | None = None


class Ending(Enum):
    """Why a program is over; the value is told to actors and in the debugger."""

    DOCUMENT_END = "document ended"
    HANGUP = "hung up by the line"
    REJECTED = "rejected"
    BUSY = "busy"
    FAILURE = "application error"


class QueueResult(Enum):
    """How waiting in a queue ended, as `QueueResult` says it."""

    BRIDGED = "bridged"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    FULL = "queue-full"


class Purpose(Enum):
    """What a request is for."""

    DOCUMENT = "document"
    FALLBACK = "fallback"
    WAIT = "wait document"
    NOTICE = "notice"


# --- events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """The program starts, with its first document."""

    source: Source


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to a `Fetch` has come; `url` is the one that answered in the end."""

    token: int
    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """A `Fetch` gave nothing usable."""

    token: int
    url: str
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Fired:
    """A `Timer` has run out."""

    token: int


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed one key."""

    key: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The far end of this leg is gone; nothing can be said to it any more."""


@dataclass(frozen=True, slots=True)
class Redirected:
    """The application sent the live call elsewhere, out of whatever verb runs."""

    source: Source


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """The call has its place in the queue."""

    sid: str


@dataclass(frozen=True, slots=True)
class QueueRefused:
    """The queue took nobody more."""

    sid: str


@dataclass(frozen=True, slots=True)
class QueueServed:
    """The call was taken out of the queue and is being talked to: waiting is over."""


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """The talk after a queue is over."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The dialled part is over; `parameters` go to the Dial's action."""

    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Connected:
    """A dialled party has answered: a leg that rang until then is picked up."""


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """While waiting in a conference (not started, or on hold) play this document.

    A source without a URL is the network's own music.
    """

    source: Source


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The waiting in the conference is over: voices are connected."""


Event = (
    Begun
    | Fetched
    | FetchFailed
    | Fired
    | Key
    | HungUp
    | Redirected
    | QueueJoined
    | QueueRefused
    | QueueServed
    | QueueLeft
    | DialEnded
    | Connected
    | WaitStarted
    | WaitEnded
)

# --- actions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fetch:
    """Request a document; standard parameters are added outside."""

    token: int
    url: str
    method: str
    purpose: Purpose
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Request a URL whose answer nobody waits for."""

    url: str
    method: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Timer:
    """Wake the program after so many seconds."""

    token: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Forget a timer."""

    token: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick the call up."""


@dataclass(frozen=True, slots=True)
class End:
    """The call is over from the line's side."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Speak:
    """An utterance begins."""

    text: str
    language: str
    voice: str
    seconds: float
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance is over; `cut` when a key or something else stopped it."""

    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Tones:
    """Keys' tones were played to the far end."""

    digits: str


@dataclass(frozen=True, slots=True)
class Listen:
    """A Gather accepts keys from now on; `num_digits` None means no limit."""

    num_digits: int | None
    finish_on_key: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Ignored:
    """A key that nothing waited for."""

    key: str


@dataclass(frozen=True, slots=True)
class Music:
    """The network's own hold music begins or stops."""

    on: bool


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Put the call into a queue."""

    name: str
    max_size: int | None


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Take the call out of its queue, or end the talk that followed it."""

    result: QueueResult


@dataclass(frozen=True, slots=True)
class Target:
    """One party to ring: `kind` is number or client."""

    kind: str
    address: str
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_events: tuple[str, ...] = ("completed",)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DialParties:
    """Ring these at once; the first to answer is connected. Times in seconds."""

    targets: tuple[Target, ...]
    timeout: float
    time_limit: float
    caller_id: str


@dataclass(frozen=True, slots=True)
class DialQueue:
    """Talk to the first who waits in a queue, or wait for one."""

    name: str
    timeout: float
    time_limit: float


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Enter a conference; `wait` as in `WaitStarted`, None is silence."""

    name: str
    muted: bool
    start_on_enter: bool
    end_on_exit: bool
    wait: Source | None
    max_participants: int
    label: str
    status_callback: str
    status_callback_method: str
    status_events: tuple[str, ...]
    time_limit: float


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Stop the dialled part: the call was sent elsewhere or its caller left it with a key."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A verb runs: for the debugger."""

    verb: str
    attributes: Mapping[str, str]
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning or an error: `fatal` errors made the document fail."""

    code: int
    message: str
    fatal: bool
    url: str = ""
    line: int | None = None
    column: int | None = None


Action = (
    Fetch
    | Notice
    | Timer
    | Cancel
    | Answer
    | End
    | Speak
    | Spoken
    | Tones
    | Listen
    | Ignored
    | Music
    | JoinQueue
    | LeaveQueue
    | DialParties
    | DialQueue
    | JoinConference
    | Disconnect
    | Trace
    | Warned
)
