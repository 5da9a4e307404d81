"""The call flow, sans I/O: `advance(session, event) -> (session, actions)`.

Rule 1: what leads from step to step stands in `ivr.transitions`; the functions here only decide
which of the allowed ways is taken, and what is said and done on it. There is no clock, no database
and no TwiML in here. An event that does not fit the step raises `FlowError` and changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from codes import case_number
from ivr import calling_back, closing, deactivating, greeting, resuming, waiting
from ivr.actions import (
    Action,
    Ask,
    EndCall,
    Enqueue,
    FindRepresentative,
    HangUp,
    JoinConference,
    Note,
    Say,
    SetReason,
    WaitInQueue,
)
from ivr.events import (
    CallArrived,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    ClosingCodeWanted,
    Confirmed,
    Deactivated,
    EarlierFound,
    Event,
    HungUp,
    KeysPressed,
    LanguageChanged,
    Moved,
    NothingEarlier,
    NothingPressed,
    NotReached,
    PlaceKept,
    ProductFound,
    PutThrough,
    Refused,
    RepresentativeLost,
    RequestOpened,
    Resumed,
    StillWaiting,
)
from ivr.helping import STEPS as PACE_KEYS
from ivr.helping import ask_help, with_pace
from ivr.keying import (
    ask_for_groups,
    ask_to_mark,
    hear_nothing,
    miss_help,
    take_help,
    take_keys,
    take_mark,
)
from ivr.outcomes import (
    MOST_SILENCES,
    MOST_TRIES,
    SECONDS_FOR_A_MENU,
    Turn,
    say_goodbye,
    to_queue,
)
from ivr.session import NO_LICENSE_SERVER_ID, NO_PRODUCT_ID, Session, Step
from ivr.transitions import TRANSITIONS
from switchboard.events import EventKind

REASONS = "12345"


class FlowError(Exception):
    """The event does not fit the step; nothing was changed."""


def advance(session: Session, event: Event) -> Turn:
    """Take one event: return the session afterwards, and the actions in order.

    Raises `FlowError` for an event that the table does not allow at this step.
    """
    allowed = TRANSITIONS[session.step].get(type(event))
    if allowed is None:
        raise FlowError(f"{type(event).__name__} does not fit the step {session.step}.")
    after, actions = HANDLERS[session.step, type(event)](session, event)
    if after.step not in allowed:
        raise FlowError(f"{session.step} must not lead to {after.step}: see ivr.transitions.")
    return after, actions


def resume(session: Session) -> Turn:
    """Say again what the call stands at, for a webhook that came late or out of order."""
    return AGAIN.get(session.step, ask_for_groups)(session)


def _take_keys(session: Session, event: KeysPressed) -> Turn:
    keys = event.keys
    is_first = session.step is Step.PRODUCT_ID and not session.has_keyed
    if keys == "*" and is_first and not session.product_id.pending and session.other_language:
        return greeting.change_language(session)
    return resuming.find(session, keys) or take_keys(session, keys)


def _take_up(session: Session, event: Resumed) -> Turn:
    """Be back where the earlier call broke."""
    session, done = resuming.restored(session, event)
    if session.step is Step.QUEUED:
        return to_queue(session, *done)
    session, actions = resume(session)
    return session, (*done, *actions)


def _take_mark(session: Session, event: KeysPressed) -> Turn:
    return take_mark(session, event.keys)


def _hear_nothing(session: Session, _event: NothingPressed) -> Turn:
    return hear_nothing(session)


def _refuse_product(session: Session, event: Refused) -> Turn:
    """The product ID holds together, but the register does not know it: keyed again, twice."""
    tries = session.tries + 1
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    session = replace(session, tries=tries)
    if event.code == "too_many_wrong_proofs":
        return say_goodbye(session, noted, _refusal(event.code))
    if tries >= MOST_TRIES:
        return to_queue(session, noted, Say("too_many_tries"))
    session = replace(session, product_id=NO_PRODUCT_ID, step=Step.PRODUCT_ID)
    return ask_for_groups(session, (Say("product_unknown"),), (noted,))


def _open_request(session: Session, event: RequestOpened) -> Turn:
    """The line proves itself first: nothing is asked before its code was said."""
    session = replace(session, step=Step.REASON, case=event.case, tries=0, silences=0)
    return session, (
        Note(EventKind.CASE_OPENED),
        Say("line_code", (("digits", event.line_code),)),
        _reason_menu(Say("case_number", (("digits", case_number.format(event.case_number)),))),
    )


def _refuse_request(session: Session, event: Refused) -> Turn:
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    match event.code:
        case "proof_wrong":
            tries = session.tries + 1
            session = replace(session, tries=tries)
            if tries >= MOST_TRIES:
                return to_queue(session, noted, Say("too_many_tries"))
            session = replace(
                session,
                license_server_id=NO_LICENSE_SERVER_ID,
                step=Step.LICENSE_SERVER_ID,
            )
            return ask_for_groups(session, (Say("proof_wrong"),), (noted,))
        case "too_many_wrong_proofs":
            return say_goodbye(session, noted, _refusal(event.code))
        case code:
            return to_queue(session, noted, _refusal(code))


def _refusal(code: str) -> Say:
    return Say(f"refused_{code}")


def _reason_menu(*first: Say) -> Ask:
    return Ask((*first, Say("ask_reason")), digits=1, seconds=SECONDS_FOR_A_MENU)


def _choose_reason(session: Session, event: KeysPressed) -> Turn:
    key = event.keys
    if key in REASONS and session.case is not None:
        chosen = Note(EventKind.REASON_CHOSEN, (("key", key),))
        return to_queue(session, SetReason(session.case, key), chosen)
    if key == "0":
        return to_queue(session)
    session = with_pace(session, key)
    tries = session.tries if key == "*" or key in PACE_KEYS else session.tries + 1
    if tries >= MOST_TRIES:
        return to_queue(session)
    return replace(session, tries=tries, silences=0), (_reason_menu(),)


def _miss_reason(session: Session, _event: NothingPressed) -> Turn:
    """A person will ask, if the menu is not answered."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return to_queue(session)
    return replace(session, silences=silences), (_reason_menu(),)


def _wait_on(session: Session) -> Turn:
    """Listen in the queue, or go there."""
    return waiting.listen(session) if session.is_in_queue else (session, (WaitInQueue(),))


def _put_through(session: Session, event: PutThrough) -> Turn:
    joined = Note(EventKind.CALLER_CONNECTED)
    session = replace(session, step=Step.TALKING, tries=0, silences=0, place=None)
    return session, (joined, JoinConference(event.conference))


def _requeue(session: Session, _event: RepresentativeLost) -> Turn:
    """The representative is lost, not the place: first in line, with everything that was keyed."""
    session = replace(session, step=Step.QUEUED, tries=0, silences=0, place=None)
    again: tuple[Action, ...] = (
        Note(EventKind.CALL_REQUEUED),
        Enqueue(first=True),
        Say("representative_lost"),
        WaitInQueue(),
    )
    return session, again


def _hang_up(session: Session, event: HungUp) -> Turn:
    if session.step in {Step.ENDED, Step.AWAITING_CALL}:
        return session, ()
    broken = replace(session, step=Step.ENDED, broke_at=session.step.value)
    return broken, (EndCall(event.by, session.case),)


# Each handler takes the one kind of event that its key names.
Handler = Callable[[Session, Any], Turn]
HANDLERS: dict[tuple[Step, type[Event]], Handler] = {
    (Step.ARRIVING, CallArrived): greeting.arrive,
    (Step.PRODUCT_ID, KeysPressed): _take_keys,
    (Step.PRODUCT_ID, NothingPressed): _hear_nothing,
    (Step.LICENSE_SERVER_ID, KeysPressed): _take_keys,
    (Step.LICENSE_SERVER_ID, NothingPressed): _hear_nothing,
    (Step.MARKING, KeysPressed): _take_mark,
    (Step.MARKING, NothingPressed): _hear_nothing,
    (Step.LOOKING_UP, ProductFound): greeting.find_product,
    (Step.LOOKING_UP, Refused): _refuse_product,
    (Step.OPENING, RequestOpened): _open_request,
    (Step.OPENING, Refused): _refuse_request,
    (Step.REASON, KeysPressed): _choose_reason,
    (Step.REASON, NothingPressed): _miss_reason,
    (Step.RECEIPT, KeysPressed): deactivating.choose,
    (Step.RECEIPT, NothingPressed): deactivating.miss_choice,
    (Step.DEACTIVATING, Deactivated): deactivating.read_out,
    (Step.DEACTIVATING, Refused): deactivating.refuse,
    (Step.CONFIRMATION, KeysPressed): deactivating.hear_again,
    (Step.CONFIRMATION, NothingPressed): deactivating.miss_typed,
    (Step.QUEUED, StillWaiting): waiting.wait,
    (Step.QUEUED, KeysPressed): waiting.take_key,
    (Step.QUEUED, PutThrough): _put_through,
    (Step.QUEUED, RepresentativeLost): _requeue,
    (Step.TALKING, PutThrough): _put_through,
    (Step.TALKING, ClosingCodeWanted): closing.want_code,
    (Step.TALKING, RepresentativeLost): _requeue,
    (Step.CLOSING_CODE, KeysPressed): closing.take_code,
    (Step.CLOSING_CODE, NothingPressed): closing.wait_for_wizard,
    (Step.CLOSING_CODE, ClosingCodeWanted): closing.want_code,
    (Step.CLOSING_CODE, PutThrough): _put_through,
    (Step.CLOSING_CODE, RepresentativeLost): _requeue,
    (Step.CONFIRMING, Confirmed): closing.confirm,
    (Step.CONFIRMING, Refused): closing.refuse_code,
    (Step.PRODUCT_ID, LanguageChanged): greeting.go_on_in_language,
    (Step.COUNTRY, KeysPressed): greeting.choose_country,
    (Step.COUNTRY, NothingPressed): greeting.miss_country,
    (Step.COUNTRY, Moved): greeting.go_on_elsewhere,
    (Step.HELP, KeysPressed): take_help,
    (Step.HELP, NothingPressed): miss_help,
    (Step.RESUMING, KeysPressed): resuming.take,
    (Step.RESUMING, NothingPressed): resuming.miss,
    (Step.RESUMING, EarlierFound): resuming.found,
    (Step.RESUMING, NothingEarlier): resuming.not_found,
    (Step.RESUMING, Resumed): _take_up,
    (Step.RESUMING, Refused): resuming.refuse,
    (Step.CALL_BACK, CallBackPossible): calling_back.ask,
    (Step.CALL_BACK, CallBackRefused): calling_back.refuse,
    (Step.CALL_BACK, KeysPressed): calling_back.choose,
    (Step.CALL_BACK, NothingPressed): calling_back.miss_choice,
    (Step.CALL_BACK, PlaceKept): calling_back.promise,
    (Step.CALL_BACK, StillWaiting): waiting.wait,
    (Step.CALL_BACK, PutThrough): _put_through,
    (Step.CALL_BACK, RepresentativeLost): _requeue,
    (Step.AWAITING_CALL, CalledBack): calling_back.greet,
    (Step.AWAITING_CALL, NotReached): calling_back.miss,
    (Step.AWAITING_CALL, CallBackMissed): calling_back.settle,
    (Step.CALLED_BACK, CalledBack): calling_back.greet,
    (Step.CALLED_BACK, KeysPressed): calling_back.connect,
    (Step.CALLED_BACK, NothingPressed): calling_back.miss_connect,
    (Step.CALLED_BACK, NotReached): calling_back.miss,
    (Step.CALLED_BACK, PutThrough): _put_through,
    (Step.CALLED_BACK, RepresentativeLost): _requeue,
    **{(step, HungUp): _hang_up for step in Step},
}

# What is said again at each step; wherever codes are keyed, the first missing group is asked for.
AGAIN: dict[Step, Callable[[Session], Turn]] = {
    Step.ARRIVING: lambda session: greeting.arrive(session, CallArrived()),
    Step.RESUMING: lambda session: (session, (resuming.ask(session),)),
    Step.COUNTRY: lambda session: greeting.ask_country(session, ""),
    Step.HELP: ask_help,
    Step.MARKING: ask_to_mark,
    Step.REASON: lambda session: (session, (_reason_menu(),)),
    Step.RECEIPT: deactivating.offer,
    Step.DEACTIVATING: deactivating.again,
    Step.CONFIRMATION: deactivating.again,
    Step.QUEUED: _wait_on,
    Step.CALL_BACK: calling_back.offer,
    Step.CALLED_BACK: lambda session: calling_back.greet(session, CalledBack()),
    Step.AWAITING_CALL: lambda session: (session, (HangUp(),)),
    Step.TALKING: lambda session: (session, (FindRepresentative(),)),
    Step.CLOSING_CODE: closing.again,
    Step.CONFIRMING: closing.again,
    Step.ENDED: lambda session: (session, (HangUp(),)),
}
