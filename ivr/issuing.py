"""Representative or machine: a plain request is issued by the line itself where it may be.

Out of hours that is the rule, and in hours where the product's policy says so. Whatever needs a
person's judgement goes to one, and so does whoever asks for one.
"""

from dataclasses import replace

from ivr import reading
from ivr.actions import Action, IssueByLine, Note, Say
from ivr.events import IssuedByLine, NeedsPerson, Refused
from ivr.outcomes import Turn
from ivr.persons import refusal, to_person
from ivr.session import Session, Step
from switchboard.events import EventKind

# The wizard proves itself to a person where the private key is compromised.
FOR_A_PERSON = "5"


def go_on(session: Session, key: str, *first: Action) -> Turn:
    """The reason is known: the line issues by itself, or a person does."""
    if not session.issues or session.case is None or key == FOR_A_PERSON:
        return to_person(session, *first)
    return _issue(session, session.case, *first)


def _issue(session: Session, case: int, *first: Action) -> Turn:
    session = replace(session, step=Step.ISSUING, tries=0, silences=0)
    return session, (*first, IssueByLine(case))


def again(session: Session) -> Turn:
    """Issue, or have the ID that is issued already."""
    return to_person(session) if session.case is None else _issue(session, session.case)


def begin_reading(session: Session, event: IssuedByLine) -> Turn:
    """The new license server ID is there: say so, and read it out."""
    says = (Say("issued_by_line"), Say("reading_keys"))
    return reading.read(replace(session, group=1), event.groups, *says)


def fetch_person(session: Session, _event: NeedsPerson) -> Turn:
    """Nothing stands in the way but that a person has to decide."""
    return to_person(session, Say("needs_person"))


def refuse(session: Session, event: Refused) -> Turn:
    """Say why, what is left and when it may go through; a person may know another way."""
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    return to_person(session, noted, *refusal(event.code, event.left, event.date))
