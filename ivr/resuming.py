"""A call that broke off goes on: by its case number, or because the same number calls again.

Either way the caller keys two digits of a group that the line names, and is back where the call
broke. Two digits prove little, so tries are few; what they open is what was keyed already.
"""

from dataclasses import replace

from codes import case_number
from ivr import keying
from ivr.actions import Action, Ask, FindEarlierCall, Note, ProveEarlierCall, Say
from ivr.events import (
    Earlier,
    EarlierFound,
    KeysPressed,
    NothingEarlier,
    NothingPressed,
    Refused,
    Resumed,
)
from ivr.outcomes import MOST_TRIES, Turn, keyed
from ivr.persons import to_person
from ivr.session import Session, Step
from switchboard.events import EventKind

CASE_DIGITS = 12
PROOF_DIGITS = 2
# Long enough to look the group up on the page.
SECONDS_TO_FIND = 12
MOST_OFFERS = 2
# Where one was with a person, or was to be, a person takes over again.
BACK_AT = {
    Step.CALL_BACK: Step.QUEUED,
    Step.CALLED_BACK: Step.TALKING,
    Step.CHALLENGE: Step.TALKING,
}


def find(session: Session, keys: str) -> Turn | None:
    """Look for a call by its case number, where the first keys of a call are one."""
    is_first = session.step is Step.PRODUCT_ID and not session.has_keyed
    if not is_first or session.product_id.pending:
        return None
    if len(keys) != CASE_DIGITS or not case_number.is_valid(keys):
        return None
    return replace(session, step=Step.RESUMING), (FindEarlierCall(keys),)


def found(session: Session, event: EarlierFound) -> Turn:
    """The case number is one: ask for the proof."""
    return offer(session, event.earlier, keyed("case_number", CASE_DIGITS, ok=True))


def not_found(session: Session, event: NothingEarlier) -> Turn:
    """The twelve digits are no case that could go on: they are groups of a product ID, then."""
    return keying.take_keys(replace(session, step=Step.PRODUCT_ID), event.keys)


def offer(session: Session, earlier: Earlier, *first: Action) -> Turn:
    """Ask for two digits of the group that the line names."""
    session = replace(
        session,
        step=Step.RESUMING,
        earlier=earlier.call,
        proof_code=earlier.code,
        proof_group=earlier.group,
    )
    return session, (*first, ask(session))


def ask(session: Session, *first: Say) -> Ask:
    """The question, after saying what comes first."""
    group = (("group", str(session.proof_group)),)
    asking = Say(f"resume_by_{session.proof_code}", group)
    return Ask((*first, asking), digits=PROOF_DIGITS, seconds=SECONDS_TO_FIND, star=True)


def take(session: Session, event: KeysPressed) -> Turn:
    """Have the digits compared; `*` begins anew."""
    keys = event.keys
    if "*" in keys or session.earlier is None:
        return begin_anew(session)
    if len(keys) < PROOF_DIGITS:
        return _again(session)
    command = ProveEarlierCall(session.earlier, session.proof_code, session.proof_group, keys)
    return replace(session, silences=0), (command,)


def miss(session: Session, _event: NothingPressed) -> Turn:
    """Who doesn't answer begins anew: it may be somebody else on the same telephone."""
    return _again(session)


def refuse(session: Session, event: Refused) -> Turn:
    """Wrong digits are asked for again; after three tries a person takes over."""
    tries = session.tries + 1
    noted = keyed("resume_proof", PROOF_DIGITS, ok=False)
    if event.code == "wrong_state":
        return to_person(session, noted, Say("refused_wrong_state"))
    if event.code != "proof_wrong" or tries >= MOST_TRIES:
        return to_person(session, noted, Say("too_many_wrong_digits"))
    session = replace(session, tries=tries)
    return session, (noted, ask(session, Say("resume_wrong")))


def begin_anew(session: Session) -> Turn:
    """Ask for the product ID, as in any other call."""
    session = replace(session, step=Step.PRODUCT_ID, tries=0, silences=0)
    return keying.ask_for_groups(session)


def restored(session: Session, event: Resumed) -> tuple[Session, tuple[Action, ...]]:
    """The earlier call's session as this call's, and what is said of it."""
    earlier = event.session
    step = Step(earlier.broke_at) if earlier.broke_at else earlier.step
    step = BACK_AT.get(step, step)
    session = replace(
        earlier,
        step=step,
        broke_at="",
        tries=0,
        silences=0,
        place=None,
        accompanied=False,
        helped_by=event.outlook.helped_by,
        other_language=event.outlook.other_language,
    )
    done: tuple[Action, ...] = (
        keyed("resume_proof", PROOF_DIGITS, ok=True),
        Note(EventKind.CALL_RESUMED, (("step", step.value),)),
        Say("resumed"),
    )
    if event.line_code:
        done += (Say("line_code", (("digits", event.line_code),)),)
    return session, done


def _again(session: Session) -> Turn:
    silences = session.silences + 1
    if silences >= MOST_OFFERS:
        return begin_anew(session)
    session = replace(session, silences=silences)
    return session, (ask(session),)
