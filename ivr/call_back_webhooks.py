"""Where the network brings whoever answers a call-back, and tells how it ended.

The address names call and attempt: the network may speak of a new call before it has told its
name, and of an old one when the next is under way.
"""

from http import HTTPStatus

from flask import Blueprint, Response, request

from ivr.commands import Turn
from ivr.events import CalledBack, Event, HungUp, NotReached
from ivr.session import Session
from ivr.turns import EMPTY, EventMaker, Turns, UnknownCallError
from switchboard import call_backs
from switchboard.model import CallState

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
PATH = "/called-back/<int:call_id>/<int:attempt>"


def answered(call_id: int, attempt: int, call_sid: str) -> EventMaker:
    """Somebody answers the call that the network knows by `call_sid`."""

    def make(turn: Turn, _session: Session) -> Event | None:
        turn.call = call_backs.placed(turn.conn, call_id, attempt, call_sid, turn.now)
        if not call_backs.is_under_way(turn.call, attempt):
            return None
        return CalledBack(_line_code(turn))

    return make


def ended(attempt: int, call_sid: str) -> EventMaker:
    """An attempt is over, answered or not."""

    def make(turn: Turn, _session: Session) -> Event | None:
        call = turn.call
        if call_backs.is_under_way(call, attempt):
            return NotReached()
        # What was reached and has ended since; an attempt of long ago says nothing.
        is_over = call.attempts == attempt and call.call_sid == call_sid
        return HungUp() if is_over and call.state is not CallState.CALL_BACK else None

    return make


def add_routes(blueprint: Blueprint, turns: Turns, token_header: str) -> None:
    """Mount both addresses."""

    @blueprint.post(PATH)
    def called_back(call_id: int, attempt: int) -> Response:
        made = answered(call_id, attempt, request.form["CallSid"])
        try:
            document = turns.answer(call_id, request.headers.get(token_header), made)
        except UnknownCallError:
            document = EMPTY  # which hangs up: nobody has asked for this call
        return Response(document, mimetype="text/xml")

    @blueprint.post(f"{PATH}/status")
    def called_back_status(call_id: int, attempt: int) -> Response:
        if request.form.get("CallStatus") in OVER:
            try:
                turns.answer(call_id, None, ended(attempt, request.form["CallSid"]))
            except UnknownCallError:
                return Response(status=HTTPStatus.NO_CONTENT)
        return Response(status=HTTPStatus.NO_CONTENT)


def _line_code(turn: Turn) -> str | None:
    call = turn.call
    if call.request_id is None:
        return None
    return turn.services.clearinghouse.request(turn.conn, call.request_id).line_code
