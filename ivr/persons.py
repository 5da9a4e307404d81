"""To a person: the queue while a centre is open, otherwise the offer to be called back."""

from dataclasses import replace

from ivr import calling_back
from ivr.actions import Action, Say
from ivr.outcomes import Turn, to_queue
from ivr.session import Session


def to_person(session: Session, *first: Action) -> Turn:
    """Who has to speak to somebody is put through, or called back once somebody is there."""
    if session.is_closed:
        return calling_back.offer(session, *first)
    return to_queue(session, *first)


def with_case(session: Session, case: int | None) -> Session:
    """The session with the request that the representative has in hand, if there is one.

    Whoever has said the IDs, rather than keyed them, goes on by keys from there like anybody else.
    """
    if case is None or case == session.case:
        return session
    return replace(session, case=case, license_code="", group=0)


def refusal(code: str, left: int | None = None, date: str = "") -> tuple[Say, ...]:
    """Why the register says no, what is left, and when it may go through."""
    says = (Say(f"refused_{code}"),)
    return says if left is None else (*says, *standing(left, date))


def standing(left: int, date: str) -> tuple[Say, ...]:
    """How many reactivations are left, and the next possible date where none is."""
    counted = Say("reactivations_left", (("left", str(left)),))
    return (counted, Say("next_date", (("date", date),))) if date else (counted,)
