"""What every part of the flow may come to: a person takes over, or the line says goodbye."""

from dataclasses import replace
from typing import Final

from ivr.actions import Action, EndCall, Enqueue, HangUp, Note, Say, WaitInQueue
from ivr.session import Session, Step
from switchboard.events import EventKind

MOST_TRIES: Final = 3
MOST_SILENCES: Final = 3
SECONDS_FOR_A_MENU: Final = 8

Turn = tuple[Session, tuple[Action, ...]]


def keyed(code: str, digits: int, *, ok: bool) -> Note:
    """For the event log: a code of one group was keyed, with so many digits."""
    return Note(
        EventKind.DIGITS_KEYED, (("code", code), ("group", 1), ("ok", ok), ("digits", digits))
    )


def to_queue(session: Session, *first: Action) -> Turn:
    """To a representative, with everything that was keyed."""
    session = replace(session, step=Step.QUEUED, tries=0, silences=0, place=None)
    return session, (*first, Enqueue(), Say("connecting"), WaitInQueue())


def say_goodbye(session: Session, *first: Action) -> Turn:
    """End the call from the line's side."""
    ended = replace(session, step=Step.ENDED)
    return ended, (*first, EndCall("line", session.case), Say("goodbye"), HangUp())
