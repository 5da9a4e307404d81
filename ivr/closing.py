"""The closing code: the caller types the new ID into the wizard, which then shows four digits.

They are keyed to the line and confirm the request. Until then the representative is one `*` away,
or, where the line read the ID out, the reading.
"""

from dataclasses import replace

from ivr import reading, servers
from ivr.actions import Action, Ask, Confirm, FindRepresentative, Note, Say
from ivr.events import ClosingCodeWanted, Confirmed, KeysPressed, NothingPressed, Refused
from ivr.outcomes import MOST_TRIES, Turn, keyed
from ivr.session import Session, Step
from switchboard.events import EventKind

CLOSING_CODE_DIGITS = 4
# The caller types 35 digits into the wizard meanwhile: patience, spoken to now and then.
SECONDS_FOR_THE_WIZARD = 25
MOST_WIZARD_SILENCES = 12


def want_code(session: Session, _event: ClosingCodeWanted) -> Turn:
    """Ask for the closing code: the representative has read the ID out."""
    return ask(session)


def ask(session: Session, *first: Action) -> Turn:
    """Have the ID typed and the closing code keyed."""
    asked = Note(EventKind.CLOSING_CODE_ASKED)
    session = replace(session, step=Step.CLOSING_CODE, tries=0, silences=0)
    return session, (*first, asked, menu(session))


def again(session: Session) -> Turn:
    """Ask for the code once more."""
    return replace(session, step=Step.CLOSING_CODE), (menu(session),)


def menu(session: Session, *first: Say) -> Ask:
    """Listen for the code, after saying what comes first."""
    says = (*first, Say(_worded("ask_closing_code", session)))
    # With such patience, a star that had to wait for a pause would seem to be ignored.
    return Ask(says, CLOSING_CODE_DIGITS, SECONDS_FOR_THE_WIZARD, star=True)


def take_code(session: Session, event: KeysPressed) -> Turn:
    """Have the code checked; `*` brings the representative back."""
    keys = event.keys
    if session.case is None:
        return reading.fetch_person(session)  # there is no ID that could be read again
    if "*" in keys:
        if session.accompanied:
            return session, (FindRepresentative(),)
        return reading.offer_groups(session)
    if len(keys) < CLOSING_CODE_DIGITS:
        return _count_wrong(session, len(keys))
    return replace(session, step=Step.CONFIRMING), (Confirm(session.case, keys),)


def wait_for_wizard(session: Session, _event: NothingPressed) -> Turn:
    """Be patient; after some minutes the representative is fetched, or the call is over."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    if silences >= MOST_WIZARD_SILENCES:
        return reading.leave(session)
    later = Say(_worded("closing_code_later", session))
    return session, (Ask((later,), CLOSING_CODE_DIGITS, SECONDS_FOR_THE_WIZARD, star=True),)


def confirm(session: Session, _event: Confirmed) -> Turn:
    """The code was right: thank the caller, who may have another server."""
    return servers.offer(
        session, keyed("closing_code", CLOSING_CODE_DIGITS, ok=True), says=(Say("confirmed"),)
    )


def refuse_code(session: Session, event: Refused) -> Turn:
    """The code was wrong, or it is not the time for one."""
    if event.code == "closing_code_wrong":
        return _count_wrong(replace(session, step=Step.CLOSING_CODE))
    # Asked for too early, or the request is over: only a person can tell.
    return reading.fetch_person(replace(session, step=Step.CLOSING_CODE))


def _count_wrong(session: Session, digits: int = CLOSING_CODE_DIGITS) -> Turn:
    tries = session.tries + 1
    session = replace(session, tries=tries, silences=0)
    noted = keyed("closing_code", digits, ok=False)
    if tries >= MOST_TRIES:
        first = (Say("back_to_representative"),) if session.accompanied else ()
        return reading.fetch_person(session, noted, *first)
    return session, (noted, menu(session, Say("closing_code_wrong")))


def _worded(prompt: str, session: Session) -> str:
    """What the star does depends on who is there: the representative, or the line alone."""
    return prompt if session.accompanied else f"{prompt}_alone"
