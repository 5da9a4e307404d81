"""What can happen to a call: the flow's input. Frozen; results of commands are events too."""

from dataclasses import dataclass, field

from ivr.session import Session


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a caller is told before any digit: who can help now, in which language, how soon.

    `helped_by` is an open `centre`, the `line` itself or a `call_back`; where no centre is open,
    `opens` is when one does, as spoken, or empty where no opening is in sight. `is_elsewhere`: the
    region's own centre is closed and another one helps. `wait_minutes` is 0 unless the wait is
    long. `site` is the website's address, if there is one. `other_language` can be had for one key;
    `wanted` names the language that would be spoken if it could, `instead` the one that is, where
    nobody is there who speaks the other.
    """

    helped_by: str = "centre"
    opens: str = ""
    is_elsewhere: bool = False
    wait_minutes: int = 0
    site: str = ""
    other_language: str = ""
    wanted: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A call that broke off and can be resumed.

    Who keys the first two digits of group `group` of its code `code` is taken for the same caller.
    """

    call: int
    code: str
    group: int


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody rings.

    `earlier` is a call from the same number that broke off. `again`: the call was here before, but
    what was known of it is lost.
    """

    outlook: Outlook = field(default_factory=Outlook)
    earlier: Earlier | None = None
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
    """The register knows the product ID.

    `registered` is the region where its holder is, and `name` how that is spoken, if its calls go
    elsewhere than this one did.
    """

    registered: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RequestOpened:
    """The register opened the request, or found it open. Codes are compact.

    `issues`: the product's policy lets the line issue by itself now.
    """

    case: int
    case_number: str
    line_code: str
    issues: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The register says no; `code` is the value of one of its refusal codes.

    `left` reactivations and the next possible `date`, as spoken, where the register knows them.
    """

    code: str
    left: int | None = None
    date: str = ""


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
    """A representative answers, or is still there; the caller joins the conference.

    `recorded`: what is said there is recorded, of which the caller has to be told before.
    """

    conference: str
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class ClosingCodeWanted:
    """The representative has read the ID out and asks for the closing code.

    `unproven`: that the caller heard it right is still to be shown. `case` is the request that the
    representative has in hand, which may be another than the one that was keyed.
    """

    unproven: bool = False
    case: int | None = None


@dataclass(frozen=True, slots=True)
class RepresentativeLost:
    """Nobody is there to talk to any more."""


@dataclass(frozen=True, slots=True)
class IssuedByLine:
    """The line issued the new license server ID, or found it issued; `left` reactivations."""

    groups: tuple[str, ...]
    left: int


@dataclass(frozen=True, slots=True)
class IdGiven:
    """The register gives the issued ID, to be read out, after what the keys do if `with_keys`."""

    groups: tuple[str, ...]
    with_keys: bool = False


@dataclass(frozen=True, slots=True)
class ReadingWanted:
    """The representative lets the line read the ID out; `case` as in `ClosingCodeWanted`."""

    case: int | None = None


@dataclass(frozen=True, slots=True)
class HeardProven:
    """The last group was keyed right: the ID was heard."""


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """Nothing is refused, but a person has to decide."""


@dataclass(frozen=True, slots=True)
class StandingTold:
    """How many reactivations are left, and the next possible date, as spoken, where none is."""

    left: int
    date: str = ""


@dataclass(frozen=True, slots=True)
class ChallengeWanted:
    """The representative lets the caller key the wizard's answer to the challenge.

    `case` as in `ClosingCodeWanted`.
    """

    case: int | None = None


@dataclass(frozen=True, slots=True)
class ChallengeGiven:
    """The challenge, which the wizard is to answer."""

    digits: str


@dataclass(frozen=True, slots=True)
class ChallengeAnswered:
    """The wizard's answer was right."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over; `by` says who ended it."""

    by: str = "caller"


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """The call goes on in another language, for whose speakers things may stand otherwise."""

    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Moved:
    """The call goes on as one from the region where the product is registered."""

    outlook: Outlook


@dataclass(frozen=True, slots=True)
class EarlierFound:
    """The case number that was keyed belongs to a call that broke off."""

    earlier: Earlier


@dataclass(frozen=True, slots=True)
class NothingEarlier:
    """No call can be resumed by these keys, so they may mean something else."""

    keys: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The two digits were right: the call goes on as the earlier one stood.

    `line_code` and `case_number` are empty where no request was opened yet. Codes are compact.
    """

    session: Session
    outlook: Outlook
    line_code: str = ""
    case_number: str = ""


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
    | LanguageChanged
    | Moved
    | EarlierFound
    | NothingEarlier
    | Resumed
    | CallBackPossible
    | CallBackRefused
    | PlaceKept
    | CalledBack
    | NotReached
    | CallBackMissed
    | IssuedByLine
    | IdGiven
    | ReadingWanted
    | HeardProven
    | NeedsPerson
    | StandingTold
    | ChallengeWanted
    | ChallengeGiven
    | ChallengeAnswered
)
