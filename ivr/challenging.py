"""A compromised key: the wizard's answer to the challenge may be keyed instead of spoken.

The representative sends the caller here and has them back. No part of a product key is asked for.
"""

from dataclasses import replace

from ivr.actions import AnswerChallenge, Ask, FindRepresentative, GiveChallenge, Say
from ivr.events import (
    ChallengeAnswered,
    ChallengeGiven,
    ChallengeWanted,
    KeysPressed,
    NothingPressed,
    Refused,
)
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, Turn, keyed
from ivr.persons import with_case
from ivr.session import Session, Step

ANSWER_DIGITS = 6
# The caller types four digits into the wizard meanwhile.
SECONDS_FOR_THE_ANSWER = 20


def want(session: Session, event: ChallengeWanted) -> Turn:
    """The representative asks for the answer."""
    session = with_case(session, event.case)
    return again(replace(session, step=Step.CHALLENGE, tries=0, silences=0))


def again(session: Session) -> Turn:
    """Say the challenge, the same one until it is answered."""
    if session.case is None:
        return session, (FindRepresentative(),)
    return session, (GiveChallenge(session.case),)


def give(session: Session, event: ChallengeGiven) -> Turn:
    """Say the four digits, and listen for the six."""
    first = (Say("challenge_answer_wrong"),) if session.tries else ()
    said = Say("challenge", (("digits", event.digits),))
    says = (*first, said, Say("ask_challenge_answer"))
    return session, (Ask(says, ANSWER_DIGITS, SECONDS_FOR_THE_ANSWER, star=True),)


def take_answer(session: Session, event: KeysPressed) -> Turn:
    """Have the answer checked; `*` brings the representative back."""
    keys = event.keys
    session = replace(session, silences=0)
    if "*" in keys or session.case is None:
        return session, (FindRepresentative(),)
    if len(keys) < ANSWER_DIGITS:
        return _count_wrong(session, len(keys))
    return session, (AnswerChallenge(session.case, keys),)


def miss_answer(session: Session, _event: NothingPressed) -> Turn:
    """Say it again; after three silences the representative asks."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    return again(session) if silences < MOST_SILENCES else (session, (FindRepresentative(),))


def accept(session: Session, _event: ChallengeAnswered) -> Turn:
    """The wizard has proven itself."""
    return session, (
        keyed("challenge_answer", ANSWER_DIGITS, ok=True),
        Say("challenge_answer_right"),
        FindRepresentative(),
    )


def refuse(session: Session, event: Refused) -> Turn:
    """A wrong answer is keyed again; anything else the representative explains."""
    if event.code == "challenge_needed":
        return _count_wrong(session)
    return session, (FindRepresentative(),)


def _count_wrong(session: Session, digits: int = ANSWER_DIGITS) -> Turn:
    session = replace(session, tries=session.tries + 1)
    noted = keyed("challenge_answer", digits, ok=False)
    if session.tries >= MOST_TRIES:
        return session, (noted, Say("back_to_representative"), FindRepresentative())
    session, asked = again(session)
    return session, (noted, *asked)
