"""Acts that move the call itself: answer, decline, ask, hang up, wrap up.

The rows change first and are committed; only then is the telephone network told, so no row is
locked while it is waited for. Where it fails, the rows are put right and the page says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import insert

from agent_console import calling_back, dispatch, wording
from agent_console.acts import ActRefusedError, Turn, begin
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from agent_console.tables import wrap_ups
from data_store import transaction
from switchboard import calls, events, queues, representatives
from switchboard.events import EventKind, NewEvent
from switchboard.model import Call, CallState
from switchboard.queues import NotOffered
from switchboard.telephony import TelephonyError

LONGEST_NOTE: Final = 2000

Fields = Mapping[str, str]


def answer(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """Take the offered call and have the network bring both sides together.

    A caller who is to be called back is called now.
    """
    login = session.account.login
    with transaction(services.engine) as conn:
        begin(conn, services, session, call_id, "answer", fields)
        try:
            call = queues.answer(conn, login, call_id, services.clock())
        except NotOffered as error:
            raise ActRefusedError(Notice("not_offered", str(error))) from error
        who = representatives.get(conn, login)
    endpoint = who.endpoint if who else ""
    services.live_feed.publish()
    if call.state is CallState.CALLING:
        calling_back.call(services, call, endpoint, _line_number(services, call))
        return
    try:
        services.telephony.connect(
            call.call_sid,
            conference=call.conference,
            endpoint=endpoint,
            caller_id=_line_number(services, call),
        )
    except TelephonyError as error:
        _put_back(services, login, call_id, error)
        raise ActRefusedError(
            Notice(
                "telephony_failed",
                "The telephone network did not connect the call; the caller waits again, first in "
                f"the queue. It said: {error}",
            )
        ) from error


def _line_number(services: ConsoleServices, call: Call) -> str:
    """Give the number that the representative's telephone shows: the line's own."""
    line = services.routing.lines.get(call.line)
    return call.caller if line is None else line.number


def _put_back(services: ConsoleServices, login: str, call_id: int, error: TelephonyError) -> None:
    with transaction(services.engine) as conn:
        now = services.clock()
        queues.requeue(conn, login, call_id, now)
        events.record(conn, call_id, None, EventKind.TELEPHONY_FAILED, {"why": str(error)}, now)


def decline(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """Leave the offered call to somebody else; the caller keeps the place."""
    with transaction(services.engine) as conn:
        begin(conn, services, session, call_id, "decline", fields)
        queues.decline(conn, session.account.login, call_id, services.clock())
    dispatch.tick(services)


def ask_closing_code(
    services: ConsoleServices, session: Session, call_id: int, fields: Fields
) -> None:
    """Send the caller out of the conversation to key the last group and the closing code."""
    # The line notes that it asks, once the caller is there.
    _send_out(services, session, call_id, fields, act="ask-closing-code", entry="closing_code")


def let_line_read(
    services: ConsoleServices, session: Session, call_id: int, fields: Fields
) -> None:
    """Send the caller to the line, which reads the ID out and goes on to the closing code."""
    _send_out(services, session, call_id, fields, act="line-reads", entry="reading")


def key_answer(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """Send the caller to the keypad with the challenge, to key the wizard's answer."""
    _send_out(services, session, call_id, fields, act="key-answer", entry="challenge")


def _send_out(
    services: ConsoleServices,
    session: Session,
    call_id: int,
    fields: Fields,
    *,
    act: str,
    entry: str,
) -> None:
    with transaction(services.engine) as conn:
        turn = begin(conn, services, session, call_id, act, fields)
        _move(turn, CallState.KEYING)
    _redirect(services, turn, CallState.KEYING, entry)


def return_to_caller(
    services: ConsoleServices, session: Session, call_id: int, fields: Fields
) -> None:
    """Fetch the caller back into the conversation, whatever has been keyed."""
    with transaction(services.engine) as conn:
        turn = begin(conn, services, session, call_id, "return", fields)
        _move(turn, CallState.TALKING)
    _redirect(services, turn, CallState.TALKING, "conversation")


def hang_up(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """End the call from this side; wrap-up begins."""
    with transaction(services.engine) as conn:
        turn = begin(conn, services, session, call_id, "hang-up", fields)
        calls.end(conn, call_id, "representative", turn.now)
    services.live_feed.publish()
    try:
        services.telephony.hang_up(turn.call.call_sid)
        services.telephony.end_conference(turn.call.conference)
    except TelephonyError as error:
        raise ActRefusedError(
            Notice(
                "telephony_failed",
                "The call is closed here, but the telephone network did not answer, so the caller "
                f"may hear nothing for a while. It said: {error}",
            )
        ) from error


def finish(services: ConsoleServices, session: Session, call_id: int, fields: Fields) -> None:
    """Keep disposition and note; the representative is free for the next call."""
    disposition = fields.get("disposition", "")
    if disposition not in wording.DISPOSITIONS:
        raise ActRefusedError(Notice("disposition_unknown", "Choose what came of the call."))
    with transaction(services.engine) as conn:
        turn = begin(conn, services, session, call_id, "finish", fields)
        conn.execute(
            insert(wrap_ups),
            {
                "call_id": call_id,
                "login": session.account.login,
                "disposition": disposition,
                "note": fields.get("note", "").strip()[:LONGEST_NOTE],
                "at": turn.now,
            },
        )
        representatives.finish_wrap_up(conn, session.account.login, turn.now)
        turn.record(EventKind.CALL_WRAPPED_UP, by=session.account.login, disposition=disposition)
    dispatch.tick(services)


def _move(turn: Turn, state: CallState) -> None:
    calls.save(turn.conn, replace(turn.call, state=state), events=(), now=turn.now)


def _redirect(services: ConsoleServices, turn: Turn, moved: CallState, what: str) -> None:
    services.live_feed.publish()
    try:
        services.telephony.ask(turn.call.call_sid, what)
    except TelephonyError as error:
        _move_back(services, turn, moved, error)
        raise ActRefusedError(
            Notice(
                "telephony_failed",
                "The telephone network did not move the call, so everything is as before: try "
                f"again. It said: {error}",
            )
        ) from error


def _move_back(
    services: ConsoleServices, turn: Turn, moved: CallState, error: TelephonyError
) -> None:
    """Take back this act's own change; what the line wrote meanwhile stays."""
    failed = NewEvent(EventKind.TELEPHONY_FAILED, {"why": str(error)})
    with transaction(services.engine) as conn:
        call = calls.hold(conn, turn.call.id)
        if call is None or call.state is CallState.ENDED:
            return
        # A caller who was queued meanwhile, the representative's telephone gone, stays queued.
        state = turn.call.state if call.state is moved else call.state
        calls.save(conn, replace(call, state=state), events=[failed], now=services.clock())


ACTS: Final[Mapping[str, Callable[[ConsoleServices, Session, int, Fields], None]]] = {
    "answer": answer,
    "stop-calling": calling_back.stop,
    "decline": decline,
    "ask-closing-code": ask_closing_code,
    "line-reads": let_line_read,
    "key-answer": key_answer,
    "return": return_to_caller,
    "hang-up": hang_up,
    "finish": finish,
}
