"""The request is open: the line code is said, then the reason is asked for by one key."""

from dataclasses import replace

from codes import case_number
from ivr import issuing
from ivr.actions import Ask, AskStanding, Note, Say, SetReason
from ivr.events import KeysPressed, NothingPressed, RequestOpened, StandingTold
from ivr.helping import after_no_choice
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, SECONDS_FOR_A_MENU, Turn
from ivr.persons import standing, to_person
from ivr.session import Session, Step
from switchboard.events import EventKind

REASONS = tuple("12345")
LEFT = "6"


def open_menu(session: Session, event: RequestOpened) -> Turn:
    """The line proves itself first: nothing is asked before its code was said."""
    session = replace(
        session,
        step=Step.REASON,
        case=event.case,
        issues=event.issues,
        tries=0,
        refused=0,
        silences=0,
    )
    return session, (
        Note(EventKind.CASE_OPENED),
        Say("line_code", (("digits", event.line_code),)),
        _first_menu(Say("case_number", (("digits", case_number.format(event.case_number)),))),
    )


def again(session: Session) -> Turn:
    """Ask for the reason once more."""
    return session, (menu(),)


def menu(*first: Say) -> Ask:
    """Ask why, by one key."""
    return Ask((*first, Say("ask_reason"), Say("hint_left")), digits=1, seconds=SECONDS_FOR_A_MENU)


def _first_menu(said: Say) -> Ask:
    """The menu with the case number before it; what that is good for, whoever is ready skips."""
    asked = menu(said)
    return replace(asked, says=(*asked.says, Say("case_number_use")))


def choose(session: Session, event: KeysPressed) -> Turn:
    """1 to 5 say why, 6 asks what is left, 0 is a person, `*` says it again."""
    key = event.keys
    if key in REASONS and session.case is not None:
        chosen = Note(EventKind.REASON_CHOSEN, (("key", key),))
        return issuing.go_on(session, key, SetReason(session.case, key), chosen)
    if key == LEFT and session.case is not None:
        return session, (AskStanding(session.case),)
    if key == "0":
        return to_person(session)
    session = after_no_choice(session, key)
    if session.tries >= MOST_TRIES:
        return to_person(session)
    return replace(session, silences=0), (menu(),)


def tell_left(session: Session, event: StandingTold) -> Turn:
    """Say what is left, and ask for the reason again."""
    return session, (menu(*standing(event.left, event.date)),)


def miss(session: Session, _event: NothingPressed) -> Turn:
    """A person will ask, if the menu is not answered."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return to_person(session)
    return replace(session, silences=silences), (menu(),)
