"""What the flow wants done: its output. Frozen and hashable, so that renderings can be cached.

Spoken actions end a turn and become TwiML. Commands are carried out in the turn's transaction, and
most bring an event back. Notes go into the event log.
"""

from dataclasses import dataclass

from switchboard.events import EventKind


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a prompt. A value called `digits` is spoken digit by digit.

    `language` where it is not the call's, as in an offer to change it.
    """

    prompt: str
    values: tuple[tuple[str, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak prompts that a key interrupts, and listen.

    `digits` keys end it, or `#` where `digits` is None; so does `seconds` without a key, and `*`
    at once where `star` is set.
    """

    says: tuple[Say, ...]
    digits: int | None = None
    seconds: int = 6
    star: bool = False


@dataclass(frozen=True, slots=True)
class WaitInQueue:
    """Hold the caller in the queue of the region's support centre."""


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Talk: join the conference of this name."""

    conference: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class LookUpProduct:
    """Does the register know this product? Brings `ProductFound` or `Refused`."""

    product_id: str


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Open the request. Brings `RequestOpened` or `Refused`."""

    product_id: str
    license_server_id: str


@dataclass(frozen=True, slots=True)
class SetReason:
    """Tell the register why, by the key that was pressed; brings nothing."""

    case: int
    key: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Check the closing code. Brings `Confirmed` or `Refused`."""

    case: int
    closing_code: str


@dataclass(frozen=True, slots=True)
class Deactivate:
    """Have a receipt taken; `cause` is the key that says why. Brings `Deactivated` or `Refused`.

    A receipt that was taken already brings the same confirmation, whatever the cause.
    """

    product_id: str
    receipt: str
    cause: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Take a place in the queue; `first` in line for who was cut off from a representative."""

    first: bool = False


@dataclass(frozen=True, slots=True)
class FindRepresentative:
    """Is the representative still there? Brings `PutThrough` or `RepresentativeLost`."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Close the call's books: who ended it; a request without an ID is abandoned."""

    by: str
    case: int | None


@dataclass(frozen=True, slots=True)
class IssueByLine:
    """Issue by the line itself. Brings `IssuedByLine`, `NeedsPerson` or `Refused`.

    Within the window the same ID is given again, however often it is asked for.
    """

    case: int


@dataclass(frozen=True, slots=True)
class GiveId:
    """Give the issued ID, to be read out. Brings `IdGiven` or `Refused`.

    `with_keys`: what the keys do is to be said first.
    """

    case: int
    with_keys: bool = False


@dataclass(frozen=True, slots=True)
class ProveHeard:
    """Check the last group as it was heard. Brings `HeardProven` or `Refused`."""

    case: int
    group: str


@dataclass(frozen=True, slots=True)
class AskStanding:
    """What is left for this server? Brings `StandingTold`."""

    case: int


@dataclass(frozen=True, slots=True)
class Release:
    """Let the representative go, while the caller stays with the line; brings nothing."""


@dataclass(frozen=True, slots=True)
class GiveChallenge:
    """Give the challenge, the same until it is answered. Brings `ChallengeGiven` or `Refused`."""

    case: int


@dataclass(frozen=True, slots=True)
class AnswerChallenge:
    """Check the wizard's answer. Brings `ChallengeAnswered` or `Refused`."""

    case: int
    answer: str


@dataclass(frozen=True, slots=True)
class InstallPack:
    """Give a license pack to a server. Brings `IdGiven` with the license pack ID, or `Refused`."""

    product_id: str
    current_id: str
    license_code: str
    with_keys: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A row for the event log; `data` as pairs, never with an ID's digits."""

    kind: EventKind
    data: tuple[tuple[str, str | int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Go on in another language. Brings `LanguageChanged`."""

    language: str


@dataclass(frozen=True, slots=True)
class MoveCall:
    """Go on as a call from another region. Brings `Moved`."""

    region: str


@dataclass(frozen=True, slots=True)
class FindEarlierCall:
    """Which call broke off with this case number? Brings `EarlierFound` or `NothingEarlier`."""

    case_number: str


@dataclass(frozen=True, slots=True)
class ProveEarlierCall:
    """Compare two digits with a group of an earlier call's code. Brings `Resumed` or `Refused`."""

    call: int
    code: str
    group: int
    digits: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Speak to a waiting caller and take one key, without leaving the queue; then silence.

    After `seconds` without a key the network asks again what the caller hears.
    """

    says: tuple[Say, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class LookAtQueue:
    """Place and expected time, as of now. Brings `StillWaiting`."""


@dataclass(frozen=True, slots=True)
class ChangeCentre:
    """Wait at another centre where somebody is at work. Brings `StillWaiting`."""


@dataclass(frozen=True, slots=True)
class CheckCallBack:
    """May this caller be called back? Brings `CallBackPossible` or `CallBackRefused`."""


@dataclass(frozen=True, slots=True)
class AskCallBack:
    """Keep the place for a caller who hangs up. Brings `PlaceKept` or `CallBackRefused`.

    Where somebody has answered meanwhile it brings `StillWaiting`.
    """


@dataclass(frozen=True, slots=True)
class CallLater:
    """The caller was not reached: free the representative. Brings `CallBackMissed`."""


Spoken = Say | Ask | WaitInQueue | JoinConference | HangUp | Listen
Command = (
    LookUpProduct
    | OpenRequest
    | SetReason
    | Confirm
    | Deactivate
    | Enqueue
    | FindRepresentative
    | EndCall
    | ChangeLanguage
    | MoveCall
    | FindEarlierCall
    | ProveEarlierCall
    | LookAtQueue
    | ChangeCentre
    | CheckCallBack
    | AskCallBack
    | CallLater
    | IssueByLine
    | GiveId
    | ProveHeard
    | AskStanding
    | Release
    | GiveChallenge
    | AnswerChallenge
    | InstallPack
)
Action = Spoken | Command | Note
