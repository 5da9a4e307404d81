"""The call flow, sans I/O: `advance(session, event) -> (session, actions)`.

Rule 1: what leads from step to step stands in `ivr.transitions`; the functions here only decide
which of the allowed ways is taken, and what is said and done on it. There is no clock, no database
and no TwiML in here. An event that does not fit the step raises `FlowError` and changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from codes import case_number
from ivr import calling_back, closing, deactivating, waiting
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
    Event,
    HungUp,
    KeysPressed,
    NothingPressed,
    NotReached,
    PlaceKept,
    ProductFound,
    PutThrough,
    Refused,
    RepresentativeLost,
    RequestOpened,
    StillWaiting,
)
from ivr.keying import ask_for_groups, ask_to_mark, hear_nothing, take_keys, take_mark
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


def resume(session: Session) -> Turn:  # noqa: C901, PLR0911, PLR0912 -- one way for each step
    """Say again what the call stands at, for a webhook that came late or out of order."""
    match session.step:
        case Step.ARRIVING:
            return _arrive(session, CallArrived())
        case Step.MARKING:
            return ask_to_mark(session)
        case Step.REASON:
            return session, (_reason_menu(),)
        case Step.RECEIPT:
            return deactivating.offer(session)
        case Step.DEACTIVATING | Step.CONFIRMATION:
            return deactivating.again(session)
        case Step.QUEUED if session.is_in_queue:
            return waiting.listen(session)
        case Step.QUEUED:
            return session, (WaitInQueue(),)
        case Step.TALKING:
            return session, (FindRepresentative(),)
        case Step.CLOSING_CODE | Step.CONFIRMING:
            return replace(session, step=Step.CLOSING_CODE), (closing.menu(),)
        case Step.CALL_BACK:
            return calling_back.offer(session)
        case Step.CALLED_BACK:
            return calling_back.greet(session, CalledBack())
        case Step.ENDED | Step.AWAITING_CALL:
            return session, (HangUp(),)
        case _:
            return ask_for_groups(session)


def _arrive(session: Session, event: CallArrived) -> Turn:
    if event.opens is not None:
        said = Say("centre_closed", (("opens", event.opens),))
        return say_goodbye(session, said if event.opens else Say("centre_closed_for_long"))
    return ask_for_groups(session, (Say("start_again" if event.again else "welcome"),))


def _take_keys(session: Session, event: KeysPressed) -> Turn:
    return take_keys(session, event.keys)


def _take_mark(session: Session, event: KeysPressed) -> Turn:
    return take_mark(session, event.keys)


def _hear_nothing(session: Session, _event: NothingPressed) -> Turn:
    return hear_nothing(session)


def _find_product(session: Session, _event: ProductFound) -> Turn:
    return ask_for_groups(replace(session, step=Step.LICENSE_SERVER_ID))


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
    tries = session.tries if key == "*" else session.tries + 1
    if tries >= MOST_TRIES:
        return to_queue(session)
    return replace(session, tries=tries, silences=0), (_reason_menu(),)


def _miss_reason(session: Session, _event: NothingPressed) -> Turn:
    """A person will ask, if the menu is not answered."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return to_queue(session)
    return replace(session, silences=silences), (_reason_menu(),)


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
    return replace(session, step=Step.ENDED), (EndCall(event.by, session.case),)


# Each handler takes the one kind of event that its key names.
Handler = Callable[[Session, Any], Turn]
HANDLERS: dict[tuple[Step, type[Event]], Handler] = {
    (Step.ARRIVING, CallArrived): _arrive,
    (Step.PRODUCT_ID, KeysPressed): _take_keys,
    (Step.PRODUCT_ID, NothingPressed): _hear_nothing,
    (Step.LICENSE_SERVER_ID, KeysPressed): _take_keys,
    (Step.LICENSE_SERVER_ID, NothingPressed): _hear_nothing,
    (Step.MARKING, KeysPressed): _take_mark,
    (Step.MARKING, NothingPressed): _hear_nothing,
    (Step.LOOKING_UP, ProductFound): _find_product,
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
