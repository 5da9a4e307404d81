"""Waiting: the place and the expected time when they change, and a key that works meanwhile.

The caller is in the network's queue, whose document runs out and is asked for again; so each of
these turns says what is new, if anything, and listens. Nothing is said that is not known.
"""

from dataclasses import replace
from typing import Final

from codes import case_number
from ivr import calling_back
from ivr.actions import ChangeCentre, Listen, LookAtQueue, Say, WaitInQueue
from ivr.events import LONG, KeysPressed, StillWaiting
from ivr.outcomes import Turn
from ivr.session import Session, Step

SECONDS_BETWEEN_LOOKS: Final = 15
# News is told at most at every second look, the keys are named at every twelfth: three minutes.
# The case number, said when the request was opened, comes again after a minute, and as seldom.
LOOKS_BETWEEN_NEWS: Final = 2
LOOKS_BETWEEN_MENUS: Final = 12
LOOKS_BEFORE_CASE: Final = 4
# Somebody has answered: the caller is about to be moved.
SECONDS_UNTIL_MOVED: Final = 2


def wait(session: Session, event: StillWaiting) -> Turn:
    """Say what has changed, once in a while what can be pressed, else listen in silence."""
    session = replace(session, step=Step.QUEUED)
    if event.place == 0:
        return session, (Listen((), SECONDS_UNTIL_MOVED),)
    begins = session.place is None
    is_asked = begins and session.looks > 0
    looks = session.looks if begins else session.looks + 1
    says: tuple[Say, ...] = ()
    is_new = (event.place, event.minutes) != (session.place, session.minutes)
    if is_asked or (is_new and looks % LOOKS_BETWEEN_NEWS == 0):
        says = _news(event)
        session = replace(session, place=event.place, minutes=event.minutes)
    is_time = is_asked or looks % LOOKS_BETWEEN_MENUS == LOOKS_BEFORE_CASE
    if is_time and event.case_number is not None:
        digits = case_number.format(event.case_number)
        says += (Say("case_number_kept", (("digits", digits),)),)
    if is_asked or looks % LOOKS_BETWEEN_MENUS == 0:
        says += _menu(event)
    return listen(replace(session, looks=looks), *says)


def take_key(session: Session, event: KeysPressed) -> Turn:
    """`1` is a call-back, `2` says everything again, `3` another centre; others do nothing."""
    if not session.is_in_queue:
        return session, (WaitInQueue(),)  # a late key of whatever was asked before
    match event.keys:
        case "1":
            return calling_back.offer(session)
        case "2" | "*":
            return _from_the_beginning(session), (LookAtQueue(),)
        case "3":
            return _from_the_beginning(session), (ChangeCentre(),)
        case _:
            return listen(session)


def listen(session: Session, *says: Say) -> Turn:
    """Go on waiting, perhaps after a word."""
    return session, (Listen(says, SECONDS_BETWEEN_LOOKS),)


def _from_the_beginning(session: Session) -> Session:
    """As if nothing had been said yet, though something was: all of it is said again."""
    return replace(session, place=None, minutes=None, looks=max(session.looks, 1))


def _news(event: StillWaiting) -> tuple[Say, ...]:
    place = Say("queue_position", (("place", str(event.place)),))
    if not event.is_staffed:
        return place, Say("nobody_at_work")
    match event.minutes:
        case None:
            return (place,)
        case 1:
            return place, Say("expected_wait_minute")
        case minutes if minutes == LONG:
            return place, Say("expected_wait_long")
        case minutes:
            return place, Say("expected_wait", (("minutes", str(minutes)),))


def _menu(event: StillWaiting) -> tuple[Say, ...]:
    elsewhere = (Say("waiting_elsewhere"),) if event.elsewhere else ()
    return (Say("waiting_keys"), *elsewhere)
