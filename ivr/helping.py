"""Help, and the pace of speech: slow, normal or fast, by one key in any menu."""

from dataclasses import replace

from ivr.actions import Action, Ask, Say
from ivr.outcomes import SECONDS_FOR_A_MENU, Turn
from ivr.session import Session, Step

PACES = ("slow", "normal", "fast")
STEPS = {"7": -1, "9": 1}


def ask_help(session: Session, *first: Action) -> Turn:
    """Explain keying, and offer slower and faster speech and a person."""
    ask = Ask((Say("help_keying"),), digits=1, seconds=SECONDS_FOR_A_MENU)
    return replace(session, step=Step.HELP, silences=0), (*first, ask)


def with_pace(session: Session, key: str) -> Session:
    """The session one step slower (7) or faster (9); any other key changes nothing.

    >>> with_pace(Session(), "7").pace, with_pace(Session(pace="fast"), "9").pace
    ('slow', 'fast')
    """
    step = STEPS.get(key)
    if step is None:
        return session
    at = min(max(PACES.index(session.pace) + step, 0), len(PACES) - 1)
    return replace(session, pace=PACES[at])


def after_no_choice(session: Session, key: str) -> Session:
    """The session after a key that chooses nothing in a menu: a try, unless it was for speech.

    >>> after_no_choice(Session(), "8").tries, after_no_choice(Session(), "*").tries
    (1, 0)
    """
    tries = session.tries if key == "*" or key in STEPS else session.tries + 1
    return replace(with_pace(session, key), tries=tries)
