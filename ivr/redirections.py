"""Where the network is told to bring a caller: which event that is, told from the call's row.

Redirections come late and twice, so it is the row that decides what is true by now.
"""

import logging

from clearinghouse import RequestState
from ivr.commands import Turn
from ivr.events import (
    ChallengeWanted,
    ClosingCodeWanted,
    Event,
    PutThrough,
    ReadingWanted,
    RepresentativeLost,
)
from ivr.session import Session
from ivr.turns import EventMaker, Turns, UnknownCallError
from switchboard import queues
from switchboard.model import WAITING, CallState

log = logging.getLogger(__name__)


def put_through(turn: Turn, _session: Session) -> Event:
    """Talk, or wait."""
    if turn.call.is_accompanied:
        return PutThrough(turn.call.conference, turn.services.records)
    return RepresentativeLost()


def _want_closing_code(turn: Turn, _session: Session) -> Event:
    """The closing code, or first the proof that the issued ID was heard."""
    if turn.call.state in WAITING:
        return RepresentativeLost()
    case = turn.call.request_id
    if case is None:
        return ClosingCodeWanted()
    request = turn.services.clearinghouse.request(turn.conn, case)
    return ClosingCodeWanted(unproven=request.state is RequestState.ISSUED, case=case)


def _want_reading(turn: Turn, _session: Session) -> Event:
    call = turn.call
    return RepresentativeLost() if call.state in WAITING else ReadingWanted(call.request_id)


def _want_challenge(turn: Turn, _session: Session) -> Event:
    call = turn.call
    return RepresentativeLost() if call.state in WAITING else ChallengeWanted(call.request_id)


def lose_representative(turns: Turns, call_sid: str, endpoint: str) -> None:
    """A representative's leg is over. Who still talks is brought back to the queue."""

    def lose(turn: Turn, _session: Session) -> None:
        call = turn.call
        who = call.representative
        # A late word of an earlier leg says nothing of whoever has taken over since.
        if who is None or endpoint != f"client:{who}":
            return
        queued = queues.requeue(turn.conn, who, call.id, turn.now)
        if queued is not None and queued.state is CallState.QUEUED:
            telephony = turn.services.telephony
            turn.after_commit.append(lambda: telephony.ask(call_sid, "queue"))

    try:
        turns.take(call_sid, None, lose)
    except UnknownCallError:
        log.info("a representative's leg ended for a call that the line has no row for")


# Where the network may be told to bring a caller, and which event that is.
REDIRECTED: dict[str, EventMaker] = {
    "conversation": put_through,
    "closing_code": _want_closing_code,
    "reading": _want_reading,
    "challenge": _want_challenge,
    # Unless somebody has taken the call in the meantime.
    "queue": put_through,
}
