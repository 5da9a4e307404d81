"""With a representative: put through, and brought back to the queue where they are lost."""

from dataclasses import replace

from ivr.actions import Action, Enqueue, JoinConference, Note, Say, WaitInQueue
from ivr.events import PutThrough, RepresentativeLost
from ivr.outcomes import Turn
from ivr.session import Session, Step
from switchboard.events import EventKind


def put_through(session: Session, event: PutThrough) -> Turn:
    """The representative is there: talk. Who is recorded is told so before, once."""
    joined = Note(EventKind.CALLER_CONNECTED)
    session = replace(session, step=Step.TALKING, tries=0, silences=0, place=None, accompanied=True)
    join = JoinConference(event.conference)
    if event.recorded and not session.told_recorded:
        return replace(session, told_recorded=True), (joined, Say("recorded"), join)
    return session, (joined, join)


def requeue(session: Session, _event: RepresentativeLost) -> Turn:
    """The representative is lost, not the place: first in line, with everything that was keyed."""
    session = replace(session, step=Step.QUEUED, tries=0, silences=0, place=None, accompanied=False)
    again: tuple[Action, ...] = (
        Note(EventKind.CALL_REQUEUED),
        Enqueue(first=True),
        Say("representative_lost"),
        WaitInQueue(),
    )
    return session, again
