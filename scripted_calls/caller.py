"""A scripted caller, sans I/O: what it hears and sees goes in, what it does comes out.

`advance(caller, event)` returns the caller as it is afterwards and its acts, in order. It knows no
network, no clock and no page: a player carries the acts out and brings the events.
"""

from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from scripted_calls.calling import (
    Accepted,
    Act,
    Answer,
    Answered,
    Ended,
    Event,
    HangUp,
    Heard,
    Listening,
    Press,
    Refused,
    Rings,
    Say,
    TypeChallenge,
    TypeIntoWizard,
)

PRODUCT_ID_GROUPS = 4
LICENSE_SERVER_ID_GROUPS = 7
GROUPS = PRODUCT_ID_GROUPS + LICENSE_SERVER_ID_GROUPS
GROUP_DIGITS = 5
PROOF_DIGITS = 2


class Stage(Enum):
    """Where a caller may be told to hang up, in the order of a straight call."""

    WELCOME = "welcome"
    PRODUCT_ID = "product-id"
    LICENSE_SERVER_ID = "license-server-id"
    REASON = "reason"
    QUEUE = "queue"
    CONVERSATION = "conversation"
    READ_OUT = "read-out"
    LAST_GROUP = "last-group"
    CLOSING_CODE = "closing-code"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the caller reads off the wizard's page. Codes are compact."""

    product_id: str
    license_server_id: str
    line_code: str
    reason_key: str

    def group(self, number: int) -> str:
        """Group 1 to 11, counted from the product ID's first."""
        digits = self.product_id + self.license_server_id
        return digits[(number - 1) * GROUP_DIGITS : number * GROUP_DIGITS]


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller's plan and what has happened so far. Frozen: `advance` returns the next one.

    `case_number` is that of an earlier call, to be keyed in place of the product ID; `noted_case`
    the one that was said in this call. `marked` are the groups of what was typed that are to be
    typed anew. `misheard` is a group of the new ID that is noted wrong when it is heard first.
    """

    facts: Facts
    wrong_digit: int | None = None
    hang_up_at: Stage | None = None
    spoil_issued: bool = False
    wants_call_back: bool = False
    case_number: str | None = None
    seed: int = 0
    keying_from: int = 1
    asked: Heard | None = None
    listening: bool = False
    slipped: bool = False
    told: tuple[tuple[int, str], ...] = ()
    closing_code: str | None = None
    noted_case: str | None = None
    marked: tuple[int, ...] = ()
    misheard: int | None = None
    refused: str | None = None
    hung_up: str | None = None
    is_promised: bool = False
    done: bool = False
    ended: bool = False

    @property
    def first_group_missing(self) -> int | None:
        """The first group of the new ID that was not heard, in an earlier call maybe."""
        heard = dict(self.told)
        groups = range(1, LICENSE_SERVER_ID_GROUPS + 1)
        return next((group for group in groups if group not in heard), None)

    @property
    def new_license_server_id(self) -> str | None:
        """What was read out, once every group of it was heard."""
        heard = dict(self.told)
        if self.first_group_missing is not None:
            return None
        return "".join(heard[number] for number in sorted(heard))


# Prompts that end a stage: the caller who is to hang up there does so on hearing one.
STAGE_OF = {
    "welcome": Stage.WELCOME,
    "ask_product_id": Stage.PRODUCT_ID,
    "ask_license_server_id": Stage.LICENSE_SERVER_ID,
    "ask_reason": Stage.REASON,
    "queue_wait": Stage.QUEUE,
    "queue_position": Stage.QUEUE,
    "representative_greeting": Stage.CONVERSATION,
    "representative_group": Stage.READ_OUT,
    "new_id_group": Stage.READ_OUT,
    "ask_last_group": Stage.LAST_GROUP,
    "ask_last_group_heard": Stage.LAST_GROUP,
    "ask_closing_code": Stage.CLOSING_CODE,
    "ask_closing_code_alone": Stage.CLOSING_CODE,
}


def advance(caller: Caller, event: Event) -> tuple[Caller, tuple[Act, ...]]:
    """Take one event; return the caller afterwards and what it does now."""
    match event:
        case Ended() | Rings():
            return _begin_or_end(caller, event)
        case _ if caller.hung_up is not None or caller.done:
            return caller, ()
        case Accepted() | Refused() | Answered():
            return _read(caller, event)
        case Listening():
            return _answer(replace(caller, listening=True))
        case Heard():
            return _hear(caller, event)


def _read(caller: Caller, shown: Accepted | Refused | Answered) -> tuple[Caller, tuple[Act, ...]]:
    match shown:
        case Accepted(closing_code):
            return _answer(replace(caller, closing_code=closing_code))
        case Refused(_, groups, typed) if groups and caller.told:
            return _doubt(caller, groups, typed)
        case Refused(message):
            why = f"the wizard refused the new license server ID: {message}"
            return _hang_up(replace(caller, refused=message), why)
        case Answered(digits):
            return caller, (Say("answer", {"digits": digits}),)


def _doubt(caller: Caller, groups: tuple[int, ...], typed: str) -> tuple[Caller, tuple[Act, ...]]:
    """Compare the marked groups with the notes: type anew what differs, else doubt the notes."""
    notes = dict(caller.told)
    differ = tuple(
        group
        for group in groups
        if typed[(group - 1) * GROUP_DIGITS : group * GROUP_DIGITS] != notes.get(group)
    )
    if differ:
        return _answer(replace(caller, marked=differ))
    told = tuple(each for each in caller.told if each[0] not in groups)
    return _answer(replace(caller, told=told, marked=groups))


def _begin_or_end(caller: Caller, event: Ended | Rings) -> tuple[Caller, tuple[Act, ...]]:
    """Put the receiver down, or pick it up; who was promised a call-back waits for it."""
    if isinstance(event, Rings):
        return replace(caller, is_promised=False, wants_call_back=False), (Answer(),)
    return replace(caller, ended=not caller.is_promised, listening=False), ()


def _hear(  # noqa: PLR0911 -- one way for each kind of prompt
    caller: Caller, heard: Heard
) -> tuple[Caller, tuple[Act, ...]]:
    stage = STAGE_OF.get(heard.prompt)
    if stage is not None and stage is caller.hang_up_at:
        return _hang_up(caller, f"told to hang up at {stage.value}")
    caller = replace(caller, is_promised=heard.prompt in PROMISES or caller.is_promised)
    match heard.prompt:
        case "case_number" | "case_number_kept" | "parity_wrong" | "read_back_group":
            return _check(caller, heard)
        case "line_code" if heard.values["digits"] != caller.facts.line_code:
            return _hang_up(caller, "the line did not say the line code: it is not the true one")
        case prompt if prompt.startswith("representative_"):
            return _listen(caller, heard)
        case "new_id_group":
            caller = _note(caller, heard)
            if int(heard.values["group"]) == LICENSE_SERVER_ID_GROUPS:
                return caller, ()  # what is asked of it is still to be heard
            return _answer(replace(caller, asked=heard))
        case "confirmed" | "ask_another":
            return replace(caller, done=True), (HangUp("there is no other server"),)
        case prompt if prompt in ASKING or (prompt == "waiting_keys" and caller.wants_call_back):
            return _answer(replace(caller, asked=heard))
        case _:
            return caller, ()


def _listen(caller: Caller, heard: Heard) -> tuple[Caller, tuple[Act, ...]]:
    """Do what the representative's words ask for."""
    match heard.prompt:
        case "representative_greeting":
            return caller, (Say("hello"),)
        case "representative_group":
            return _note(caller, heard), (Say("noted", {"group": heard.values["group"]}),)
        case "representative_challenge":
            return caller, (TypeChallenge(heard.values["digits"]),)
        case _:
            return caller, ()


def _note(caller: Caller, heard: Heard) -> Caller:
    """Write down a group of the new ID."""
    group, digits = int(heard.values["group"]), heard.values["digits"]
    if group == caller.misheard:
        digits = spoil(digits, Random(caller.seed).randrange(GROUP_DIGITS), Random(caller.seed))
        caller = replace(caller, misheard=None)
    told = {**dict(caller.told), group: digits}
    return replace(caller, told=tuple(sorted(told.items())))


def _check(caller: Caller, heard: Heard) -> tuple[Caller, tuple[Act, ...]]:
    """Note the case number; mark the group that is read back otherwise than it stands."""
    if heard.prompt == "parity_wrong":
        return replace(caller, asked=heard), ()
    if heard.prompt != "read_back_group":
        return replace(caller, noted_case=heard.values["digits"]), ()
    if caller.asked is None or caller.asked.prompt != "parity_wrong":
        return caller, ()
    number = int(heard.values["group"])
    if heard.values["digits"] == caller.facts.group(caller.keying_from + number - 1):
        return caller, ()
    return _press(replace(caller, asked=None), str(number))


def _answer(  # noqa: C901, PLR0911 -- one way for each question
    caller: Caller,
) -> tuple[Caller, tuple[Act, ...]]:
    """Act once the line both asks and listens, whichever came first."""
    if caller.asked is None or not caller.listening or caller.asked.prompt == "parity_wrong":
        return caller, ()
    asked, caller = caller.asked, replace(caller, asked=None)
    match asked.prompt:
        case "ask_product_id" if caller.case_number is not None:
            return _press(replace(caller, case_number=None), f"{caller.case_number}#")
        case "ask_product_id":
            return _key(replace(caller, keying_from=1), range(1, PRODUCT_ID_GROUPS + 1))
        case "ask_license_server_id":
            start = PRODUCT_ID_GROUPS + 1
            return _key(replace(caller, keying_from=start), range(start, GROUPS + 1))
        case "ask_group":
            # The line numbers the groups as the wizard's page does: per code, from 1.
            number = caller.keying_from + int(asked.values["group"]) - 1
            return _key(caller, range(number, number + 1))
        case "ask_groups_from":
            first = caller.keying_from + int(asked.values["group"]) - 1
            end = PRODUCT_ID_GROUPS if caller.keying_from == 1 else GROUPS
            return _key(caller, range(first, end + 1))
        case "resume_by_product_id" | "resume_by_license_server_id":
            return _prove(caller, asked)
        case "ask_reason":
            return _press(caller, caller.facts.reason_key)
        case prompt if prompt in TO_PRESS_ONE:
            return _press(caller, "1")
        case "ask_last_group" | "ask_last_group_heard":
            return _press(caller, dict(caller.told).get(LICENSE_SERVER_ID_GROUPS, "*"))
        case "ask_which_group":
            return _press(caller, str(caller.first_group_missing or LICENSE_SERVER_ID_GROUPS))
        case _:
            return _close(caller)


def _prove(caller: Caller, asked: Heard) -> tuple[Caller, tuple[Act, ...]]:
    """Key the first two digits of the group that the line names."""
    is_product = asked.prompt == "resume_by_product_id"
    keying_from = 1 if is_product else PRODUCT_ID_GROUPS + 1
    group = caller.facts.group(keying_from + int(asked.values["group"]) - 1)
    return _press(replace(caller, keying_from=keying_from), group[:PROOF_DIGITS])


def _close(caller: Caller) -> tuple[Caller, tuple[Act, ...]]:
    """Type what was heard into the wizard first; key the closing code once it is shown."""
    if caller.closing_code is not None:
        return _press(caller, caller.closing_code)
    issued = caller.new_license_server_id
    if issued is None or caller.refused is not None:
        return _press(caller, "*")
    if caller.marked:
        again = TypeIntoWizard(issued, caller.marked)
        return replace(caller, asked=Heard("ask_closing_code"), marked=()), (again,)
    if caller.spoil_issued:
        issued = spoil(issued, Random(caller.seed).randrange(len(issued)), Random(caller.seed))
    return replace(caller, asked=Heard("ask_closing_code")), (TypeIntoWizard(issued),)


def _key(caller: Caller, groups: range) -> tuple[Caller, tuple[Act, ...]]:
    keyed = [caller.facts.group(number) for number in groups]
    wrong = caller.wrong_digit
    if wrong is not None and wrong in groups and not caller.slipped:
        rng = Random(caller.seed * GROUPS + wrong)
        index = wrong - groups.start
        keyed[index] = spoil(keyed[index], rng.randrange(GROUP_DIGITS), rng)
        caller = replace(caller, slipped=True)
    return _press(caller, "".join(keyed) + "#")


def _hang_up(caller: Caller, why: str) -> tuple[Caller, tuple[Act, ...]]:
    return replace(caller, hung_up=why), (HangUp(why),)


def _press(caller: Caller, keys: str) -> tuple[Caller, tuple[Act, ...]]:
    return replace(caller, listening=False), (Press(keys),)


def spoil(digits: str, place: int, rng: Random) -> str:
    """The digits with the one at `place` (from 0) replaced by another digit."""
    others = [digit for digit in "0123456789" if digit != digits[place]]
    return digits[:place] + rng.choice(others) + digits[place + 1 :]


PROMISES = frozenset({"call_back_promised", "call_back_promised_later"})
# Questions that a caller says yes to, or goes on from.
TO_PRESS_ONE = frozenset(
    {
        "waiting_keys",
        "ask_call_back",
        "ask_connect",
        "new_id_group",
        "registered_elsewhere",
        "ask_to_move",
    }
)
ASKING = frozenset(
    {
        "ask_product_id",
        "ask_license_server_id",
        "ask_group",
        "ask_groups_from",
        "resume_by_product_id",
        "resume_by_license_server_id",
        "ask_reason",
        "ask_closing_code",
        "ask_call_back",
        "ask_connect",
        "ask_last_group",
        "ask_last_group_heard",
        "ask_closing_code_alone",
        "ask_which_group",
        "registered_elsewhere",
        "ask_to_move",
    }
)
