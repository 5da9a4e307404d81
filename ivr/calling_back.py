"""Call-back with kept place: offered, confirmed by a key, carried out when it is the caller's turn.

Whoever wants a person and need not hold the line calls `offer`: a caller in the queue, one who
rings a closed centre, one who needs a person out of hours. Where the number can't be called back
the caller hears why, and goes on waiting or rings again later.
"""

from dataclasses import replace

from ivr.actions import (
    Action,
    Ask,
    AskCallBack,
    CallLater,
    CheckCallBack,
    EndCall,
    FindRepresentative,
    HangUp,
    Listen,
    Note,
    Say,
)
from ivr.events import (
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    KeysPressed,
    NothingPressed,
    NotReached,
    PlaceKept,
)
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, SECONDS_FOR_A_MENU, Turn, say_goodbye
from ivr.session import Session, Step
from switchboard.events import EventKind

SECONDS_AFTER_A_REFUSAL = 15


def offer(session: Session, *first: Action) -> Turn:
    """Ask whether to call back, after what is said first; at any step, in the queue or not."""
    session = replace(session, step=Step.CALL_BACK, tries=0, silences=0)
    return session, (*first, CheckCallBack())


def ask(session: Session, event: CallBackPossible) -> Turn:
    """The number may be called: ask whether it is the right one."""
    when = () if event.opens is None else (Say("centre_opens", (("opens", event.opens),)),)
    menu = Say("ask_call_back", (("digits", event.ending),))
    return session, (Ask((*when, menu), digits=1, seconds=SECONDS_FOR_A_MENU),)


def refuse(session: Session, event: CallBackRefused) -> Turn:
    """Say why not; who waits goes on waiting, who rang a closed centre rings again."""
    noted = Note(EventKind.CALL_BACK_REFUSED, (("why", event.why),))
    said = Say(f"call_back_{event.why}")
    if session.is_in_queue:
        return _wait_on(session, noted, first=said)
    again = () if event.opens is None else (Say("centre_opens", (("opens", event.opens),)),)
    return say_goodbye(session, noted, said, *again)


def choose(session: Session, event: KeysPressed) -> Turn:
    """`1` hangs up and is called back, `2` does not want it, `*` hears it again."""
    match event.keys:
        case "1":
            return session, (AskCallBack(),)
        case "2":
            return _decline(session)
        case "*":
            return session, (CheckCallBack(),)
        case _:
            tries = session.tries + 1
            if tries >= MOST_TRIES:
                return _decline(session)
            return replace(session, tries=tries), (CheckCallBack(),)


def miss_choice(session: Session, _event: NothingPressed) -> Turn:
    """Nobody is called back who has not said yes."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return _decline(session)
    return replace(session, silences=silences), (CheckCallBack(),)


def promise(session: Session, event: PlaceKept) -> Turn:
    """Say what will happen, and hang up: the place stays."""
    session = replace(session, step=Step.AWAITING_CALL, tries=0, silences=0, place=None)
    later = Say("call_back_promised")
    if event.opens is not None:
        later = Say("call_back_promised_later", (("opens", event.opens),))
    return session, (later, Say("goodbye"), HangUp())


def greet(session: Session, event: CalledBack) -> Turn:
    """The line proves itself first, so that a false caller is recognised; then one key."""
    session = replace(session, step=Step.CALLED_BACK, tries=0, silences=0)
    code = () if event.line_code is None else (Say("line_code", (("digits", event.line_code),)),)
    return session, (Say("call_back_hello"), *code, _connect_menu())


def connect(session: Session, event: KeysPressed) -> Turn:
    """`1` is put through; `9` wants no call. A machine that answers presses nothing."""
    match event.keys:
        case "1":
            return session, (FindRepresentative(),)
        case "9":
            return say_goodbye(session)
        case _:
            return replace(session, silences=0), (_connect_menu(),)


def miss_connect(session: Session, _event: NothingPressed) -> Turn:
    """Perhaps a machine has answered: try again later."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        session = replace(session, step=Step.AWAITING_CALL, silences=0)
        return session, (Say("call_back_again"), CallLater(), HangUp())
    return replace(session, silences=silences), (_connect_menu(),)


def miss(session: Session, _event: NotReached) -> Turn:
    """Nobody answered: free the representative."""
    return replace(session, step=Step.AWAITING_CALL, tries=0, silences=0), (CallLater(),)


def settle(session: Session, event: CallBackMissed) -> Turn:
    """Wait for the next attempt, or give up after the last."""
    if event.again:
        return session, ()
    given_up = Note(EventKind.CALL_BACK_GIVEN_UP)
    return replace(session, step=Step.ENDED), (given_up, EndCall("line", session.case))


def _connect_menu() -> Ask:
    return Ask((Say("ask_connect"),), digits=1, seconds=SECONDS_FOR_A_MENU)


def _decline(session: Session) -> Turn:
    if session.is_in_queue:
        return _wait_on(session, first=Say("waiting_goes_on"))
    return say_goodbye(session, Say("call_again_later"))


def _wait_on(session: Session, *notes: Note, first: Say) -> Turn:
    session = replace(session, step=Step.QUEUED, tries=0, silences=0)
    return session, (*notes, Listen((first,), SECONDS_AFTER_A_REFUSAL))
