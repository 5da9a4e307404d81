"""The proof that the new license server ID was heard: the caller keys its last group.

So it is whoever read it out, the line or a representative. What follows is the closing code.
"""

from dataclasses import replace

from ivr import closing, reading
from ivr.actions import FindRepresentative, Note, ProveHeard, Say
from ivr.events import ClosingCodeWanted, HeardProven, KeysPressed, NothingPressed, Refused
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, Turn, keyed
from ivr.persons import with_case
from ivr.session import Session, Step
from switchboard.events import EventKind


def want_proof(session: Session, event: ClosingCodeWanted) -> Turn:
    """The representative has read the ID out: the last group is proof, then the closing code."""
    session = with_case(session, event.case)
    if not event.unproven:
        return closing.want_code(session, event)
    session = replace(session, step=Step.LAST_GROUP, group=0, tries=0, silences=0)
    return session, (reading.ask_last(Say("ask_last_group_heard")),)


def again(session: Session) -> Turn:
    """Ask for the last group once more, by whomever it was read."""
    if session.group:
        return reading.again(session)
    return session, (reading.ask_last(Say("ask_last_group_heard")),)


def take_last(session: Session, event: KeysPressed) -> Turn:
    """Have the last group checked; `*` brings what was read back: the person, or the line."""
    keys = event.keys
    session = replace(session, silences=0)
    if "*" in keys or session.case is None:
        if session.accompanied and not session.group:
            return session, (FindRepresentative(),)
        return reading.offer_groups(session)
    if len(keys) < reading.GROUP_DIGITS:
        return _count_wrong(session, len(keys))
    return session, (ProveHeard(session.case, keys),)


def miss_last(session: Session, _event: NothingPressed) -> Turn:
    """Say it again, or ask again, with the same patience as for any other group."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    if silences < 2 * MOST_SILENCES:
        return again(session)
    return reading.leave(session)


def prove(session: Session, _event: HeardProven) -> Turn:
    """It was heard right: now it is typed, and the closing code keyed."""
    read = Note(EventKind.ID_READ, (("by", "line"),))
    heard = keyed("last_group", reading.GROUP_DIGITS, ok=True)
    return closing.ask(session, reading.noted(reading.GROUPS), heard, read)


def refuse(session: Session, event: Refused) -> Turn:
    """A wrong last group is heard again; without an ID there is nothing to read."""
    if event.code == "last_group_wrong":
        return _count_wrong(session)
    return reading.fetch_person(session)


def _count_wrong(session: Session, digits: int = reading.GROUP_DIGITS) -> Turn:
    tries = session.tries + 1
    noted = keyed("last_group", digits, ok=False)
    if tries >= MOST_TRIES:
        session = replace(session, tries=0)
        return reading.fetch_person(session, noted)
    session = replace(session, tries=tries)
    return reading.offer_groups(session, noted, says=(Say("last_group_wrong"),))
