"""The call flow, sans I/O: `advance(session, event) -> (session, actions)`.

Rule 1: what leads from step to step stands in `ivr.transitions`; the functions here only decide
which of the allowed ways is taken, and what is said and done on it. There is no clock, no database
and no TwiML in here. An event that does not fit the step raises `FlowError` and changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ivr import (
    calling_back,
    challenging,
    closing,
    deactivating,
    greeting,
    issuing,
    packs,
    proving,
    reading,
    reasons,
    refusing,
    resuming,
    servers,
    talking,
    waiting,
)
from ivr.actions import EndCall, FindRepresentative, HangUp, WaitInQueue
from ivr.events import (
    CallArrived,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    ChallengeAnswered,
    ChallengeGiven,
    ChallengeWanted,
    ClosingCodeWanted,
    Confirmed,
    Deactivated,
    EarlierFound,
    Event,
    HeardProven,
    HungUp,
    IdGiven,
    IssuedByLine,
    KeysPressed,
    LanguageChanged,
    Moved,
    NeedsPerson,
    NothingEarlier,
    NothingPressed,
    NotReached,
    PlaceKept,
    ProductFound,
    PutThrough,
    ReadingWanted,
    Refused,
    RepresentativeLost,
    RequestOpened,
    Resumed,
    StandingTold,
    StillWaiting,
)
from ivr.helping import ask_help
from ivr.keying import (
    ask_for_groups,
    ask_to_mark,
    hear_nothing,
    miss_help,
    take_help,
    take_keys,
    take_mark,
)
from ivr.outcomes import Turn
from ivr.persons import to_person
from ivr.session import Session, Step
from ivr.transitions import TRANSITIONS


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
    return AGAIN[session.step](session)


def _take_keys(session: Session, event: KeysPressed) -> Turn:
    keys = event.keys
    is_first = session.step is Step.PRODUCT_ID and not session.has_keyed
    if keys == "*" and is_first and not session.product_id.pending and session.other_language:
        return greeting.change_language(session)
    return resuming.find(session, keys) or take_keys(session, keys)


def _take_up(session: Session, event: Resumed) -> Turn:
    """Be back where the earlier call broke; what was being read out, the line reads on."""
    session, done = resuming.restored(session, event)
    if session.step is Step.QUEUED or (session.step is Step.TALKING and session.is_closed):
        return to_person(session, *done)
    if session.step in READ_OUT:
        return reading.begin(session, *done)
    session, actions = resume(session)
    return session, (*done, *actions)


def _take_mark(session: Session, event: KeysPressed) -> Turn:
    return take_mark(session, event.keys)


def _hear_nothing(session: Session, _event: NothingPressed) -> Turn:
    return hear_nothing(session)


def _wait_on(session: Session) -> Turn:
    """Listen in the queue, or go there."""
    return waiting.listen(session) if session.is_in_queue else (session, (WaitInQueue(),))


def _hang_up(session: Session, event: HungUp) -> Turn:
    if session.step in {Step.ENDED, Step.AWAITING_CALL}:
        return session, ()
    broken = replace(session, step=Step.ENDED, broke_at=session.step.value)
    return broken, (EndCall(event.by, session.case),)


# What is said again at each step; wherever codes are keyed, the first missing group is asked for.
AGAIN: dict[Step, Callable[[Session], Turn]] = {
    **dict.fromkeys(Step, ask_for_groups),
    Step.ARRIVING: lambda session: greeting.arrive(session, CallArrived()),
    Step.RESUMING: lambda session: (session, (resuming.ask(session),)),
    Step.COUNTRY: lambda session: greeting.ask_country(session, ""),
    Step.HELP: ask_help,
    Step.MARKING: ask_to_mark,
    Step.REASON: reasons.again,
    Step.RECEIPT: deactivating.offer,
    Step.DEACTIVATING: deactivating.again,
    Step.CONFIRMATION: deactivating.again,
    Step.QUEUED: _wait_on,
    Step.TALKING: lambda session: (session, (FindRepresentative(),)),
    Step.CLOSING_CODE: closing.again,
    Step.CONFIRMING: closing.again,
    Step.ENDED: lambda session: (session, (HangUp(),)),
    Step.ISSUING: issuing.again,
    Step.READING: reading.again,
    Step.LAST_GROUP: proving.again,
    Step.CHOOSING_GROUP: reading.offer_groups,
    Step.CHALLENGE: challenging.again,
    Step.ANOTHER: servers.offer,
    Step.PACK: packs.offer,
    Step.CALL_BACK: calling_back.offer,
    Step.CALLED_BACK: lambda session: calling_back.greet(session, CalledBack()),
    Step.AWAITING_CALL: lambda session: (session, (HangUp(),)),
}

READ_OUT = (Step.READING, Step.LAST_GROUP, Step.CHOOSING_GROUP)

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
    (Step.LOOKING_UP, Refused): refusing.refuse_product,
    (Step.OPENING, RequestOpened): reasons.open_menu,
    (Step.OPENING, Refused): refusing.refuse_request,
    (Step.REASON, KeysPressed): reasons.choose,
    (Step.REASON, NothingPressed): reasons.miss,
    (Step.RECEIPT, KeysPressed): deactivating.choose,
    (Step.RECEIPT, NothingPressed): deactivating.miss_choice,
    (Step.DEACTIVATING, Deactivated): deactivating.read_out,
    (Step.DEACTIVATING, Refused): deactivating.refuse,
    (Step.CONFIRMATION, KeysPressed): deactivating.hear_again,
    (Step.CONFIRMATION, NothingPressed): deactivating.miss_typed,
    (Step.QUEUED, StillWaiting): waiting.wait,
    (Step.QUEUED, KeysPressed): waiting.take_key,
    (Step.QUEUED, PutThrough): talking.put_through,
    (Step.QUEUED, RepresentativeLost): talking.requeue,
    (Step.TALKING, PutThrough): talking.put_through,
    (Step.TALKING, ClosingCodeWanted): proving.want_proof,
    (Step.TALKING, RepresentativeLost): talking.requeue,
    (Step.CLOSING_CODE, KeysPressed): closing.take_code,
    (Step.CLOSING_CODE, NothingPressed): closing.wait_for_wizard,
    (Step.CLOSING_CODE, ClosingCodeWanted): proving.want_proof,
    (Step.CLOSING_CODE, PutThrough): talking.put_through,
    (Step.CLOSING_CODE, RepresentativeLost): talking.requeue,
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
    (Step.CALL_BACK, PutThrough): talking.put_through,
    (Step.CALL_BACK, RepresentativeLost): talking.requeue,
    (Step.AWAITING_CALL, CalledBack): calling_back.greet,
    (Step.AWAITING_CALL, NotReached): calling_back.miss,
    (Step.AWAITING_CALL, CallBackMissed): calling_back.settle,
    (Step.CALLED_BACK, CalledBack): calling_back.greet,
    (Step.CALLED_BACK, KeysPressed): calling_back.connect,
    (Step.CALLED_BACK, NothingPressed): calling_back.miss_connect,
    (Step.CALLED_BACK, NotReached): calling_back.miss,
    (Step.CALLED_BACK, PutThrough): talking.put_through,
    (Step.CALLED_BACK, RepresentativeLost): talking.requeue,
    (Step.REASON, StandingTold): reasons.tell_left,
    (Step.PACK, KeysPressed): packs.choose,
    (Step.PACK, NothingPressed): packs.miss_choice,
    (Step.ISSUING, IssuedByLine): issuing.begin_reading,
    (Step.ISSUING, NeedsPerson): issuing.fetch_person,
    (Step.ISSUING, Refused): issuing.refuse,
    (Step.TALKING, ReadingWanted): reading.want,
    (Step.READING, KeysPressed): reading.take_key,
    (Step.READING, NothingPressed): reading.miss_key,
    (Step.READING, IdGiven): reading.give,
    (Step.READING, Refused): reading.refuse,
    (Step.LAST_GROUP, KeysPressed): proving.take_last,
    (Step.LAST_GROUP, NothingPressed): proving.miss_last,
    (Step.LAST_GROUP, HeardProven): proving.prove,
    (Step.LAST_GROUP, Refused): proving.refuse,
    (Step.CHOOSING_GROUP, KeysPressed): reading.choose,
    (Step.CHOOSING_GROUP, NothingPressed): reading.miss_choice,
    (Step.TALKING, ChallengeWanted): challenging.want,
    (Step.CHALLENGE, ChallengeWanted): challenging.want,
    (Step.CHALLENGE, ChallengeGiven): challenging.give,
    (Step.CHALLENGE, ChallengeAnswered): challenging.accept,
    (Step.CHALLENGE, KeysPressed): challenging.take_answer,
    (Step.CHALLENGE, NothingPressed): challenging.miss_answer,
    (Step.CHALLENGE, Refused): challenging.refuse,
    (Step.CHALLENGE, PutThrough): talking.put_through,
    (Step.CHALLENGE, RepresentativeLost): talking.requeue,
    (Step.ANOTHER, KeysPressed): servers.choose,
    (Step.ANOTHER, NothingPressed): servers.miss_choice,
    (Step.ANOTHER, StandingTold): servers.tell,
    **{
        (step, event): handler
        for step in READ_OUT
        for event, handler in (
            (ReadingWanted, reading.want),
            (ClosingCodeWanted, proving.want_proof),
            (PutThrough, talking.put_through),
            (RepresentativeLost, talking.requeue),
        )
    },
    **{(step, HungUp): _hang_up for step in Step},
}
