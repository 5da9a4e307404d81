"""A call-back is answered: the representative's telephone first, then the caller's.

So nobody is called whom nobody could talk to. The caller joins by a key, which no machine presses.
"""

from collections.abc import Mapping
from contextlib import suppress

from agent_console.acts import ActRefusedError, begin
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from data_store import transaction
from switchboard import call_backs, events
from switchboard.events import EventKind
from switchboard.model import Call
from switchboard.telephony import TelephonyError

Fields = Mapping[str, str]


def call(services: ConsoleServices, call: Call, endpoint: str, line_number: str) -> None:
    """Have the network call the caller. Raises `ActRefusedError` where it refuses.

    The caller keeps the place then, and the representative is free.
    """
    telephony = services.telephony
    try:
        telephony.ring(
            call.call_sid, conference=call.conference, endpoint=endpoint, caller_id=line_number
        )
        sid = telephony.call_back(to=call.caller, from_=line_number, url_path=call.call_back_entry)
    except TelephonyError as error:
        _put_back(services, call, error)
        raise ActRefusedError(
            Notice(
                "telephony_failed",
                "The telephone network did not call the caller; it is tried again in some "
                f"minutes. It said: {error}",
            )
        ) from error
    with transaction(services.engine) as conn:
        call_backs.placed(conn, call.id, call.attempts, sid, services.clock())


def stop(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """Let it ring no longer: the caller is tried again later, the representative is free."""
    with transaction(services.engine) as conn:
        turn = begin(conn, services, session, call_id, "stop-calling", fields)
        call_backs.missed(conn, call_id, turn.now)
    services.live_feed.publish()
    # What the network does not end now, it ends when nobody answers.
    with suppress(TelephonyError):
        services.telephony.hang_up(turn.call.call_sid)
        services.telephony.end_conference(turn.call.conference)


def _put_back(services: ConsoleServices, call: Call, error: TelephonyError) -> None:
    with transaction(services.engine) as conn:
        now = services.clock()
        call_backs.missed(conn, call.id, now)
        why = {"why": str(error)}
        events.record(conn, call.id, call.case_number, EventKind.TELEPHONY_FAILED, why, now)
    with suppress(TelephonyError):
        services.telephony.end_conference(call.conference)
    services.live_feed.publish()
