"""What can happen to a call: the flow's input. Frozen; results of commands are events too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody rings.

    `opens` is when the centre opens next, as spoken; None while it is open, empty where no opening
    is in sight. `again`: the call was here before, but what was known of it is lost.
    """

    opens: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys of one Gather: digits and `*`; the `#` that ended it is not among them."""

    keys: str


@dataclass(frozen=True, slots=True)
class NothingPressed:
    """A Gather ended without a key."""


@dataclass(frozen=True, slots=True)
class ProductFound:
    """The register knows the product ID."""


@dataclass(frozen=True, slots=True)
class RequestOpened:
    """The register opened the request, or found it open. Codes are compact."""

    case: int
    case_number: str
    line_code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The register says no; `code` is the value of one of its refusal codes."""

    code: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The closing code was right."""


@dataclass(frozen=True, slots=True)
class Deactivated:
    """The receipt was right; the compact confirmation is to be read out."""

    confirmation: str


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """The network asks what a waiting caller hears.

    `place` counts from 1; it is 0 where somebody has answered and the caller is about to be moved.
    `minutes` is None where nobody can tell, `LONG` where it is more than an hour. `is_staffed`:
    somebody is at work here; `elsewhere`: at another centre that speaks the language.
    """

    place: int
    minutes: int | None = None
    is_staffed: bool = True
    elsewhere: bool = False
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class PutThrough:
    """A representative answers, or is still there; the caller joins the conference."""

    conference: str


@dataclass(frozen=True, slots=True)
class ClosingCodeWanted:
    """The representative has read the ID out and asks for the closing code."""


@dataclass(frozen=True, slots=True)
class RepresentativeLost:
    """Nobody is there to talk to any more."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over; `by` says who ended it."""

    by: str = "caller"


# Minutes of an expected wait that is not worth a figure.
LONG = -1


@dataclass(frozen=True, slots=True)
class CallBackPossible:
    """The caller's own number may be called.

    `ending` are its last two digits. `opens` is when the centre opens next, as spoken; None while
    it is open.
    """

    ending: str
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class CallBackRefused:
    """The caller's number can't be called back; `why` is the value of a `NotCallable`."""

    why: str
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """The caller may hang up and is called back. `opens` as in `CallBackPossible`."""

    opens: str | None = None


@dataclass(frozen=True, slots=True)
class CalledBack:
    """Somebody answers at the caller's number. `line_code` where the IDs are known."""

    line_code: str | None = None


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nobody answered at the caller's number, or whoever did has gone."""


@dataclass(frozen=True, slots=True)
class CallBackMissed:
    """The attempt is written down; `again` says whether there will be another."""

    again: bool


Event = (
    CallArrived
    | KeysPressed
    | NothingPressed
    | ProductFound
    | RequestOpened
    | Refused
    | Confirmed
    | Deactivated
    | StillWaiting
    | PutThrough
    | ClosingCodeWanted
    | RepresentativeLost
    | HungUp
    | CallBackPossible
    | CallBackRefused
    | PlaceKept
    | CalledBack
    | NotReached
    | CallBackMissed
)
