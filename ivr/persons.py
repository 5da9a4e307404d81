"""To a person: the queue while a centre is open; otherwise when one opens, and with what."""

from codes import case_number
from ivr import calling_back
from ivr.actions import Action, Say
from ivr.outcomes import Turn, to_queue
from ivr.session import Session


def to_person(session: Session, *first: Action) -> Turn:
    """Who has to speak to somebody is put through, or called back when somebody is there."""
    if not session.is_closed:
        return to_queue(session, *first)
    opens = Say("person_when_open", (("opens", session.opens),))
    says: tuple[Say, ...] = (opens if session.opens else Say("closed_now"),)
    if session.case_number:
        said = case_number.format(session.case_number)
        says += (Say("case_number_kept", (("digits", said),)),)
    return calling_back.offer(session, *first, *says)


def refusal(code: str, left: int | None = None, date: str = "") -> tuple[Say, ...]:
    """Why the register says no, what is left, and when it may go through."""
    says = (Say(f"refused_{code}"),)
    return says if left is None else (*says, *standing(left, date))


def standing(left: int, date: str) -> tuple[Say, ...]:
    """How many reactivations are left, and the next possible date where none is."""
    counted = Say("reactivations_left", (("left", str(left)),))
    return (counted, Say("next_date", (("date", date),))) if date else (counted,)
