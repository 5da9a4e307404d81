"""The webhooks: a signed request in, one turn, a TwiML document out. Nothing is decided here."""

import logging
from http import HTTPStatus
from traceback import format_tb

from flask import Blueprint, Response, after_this_request, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from clearinghouse import RequestState
from data_store import StoreError
from ivr import call_back_webhooks, voice_refusals
from ivr.circumstances import language_for
from ivr.commands import Turn
from ivr.earlier_calls import arrive
from ivr.events import (
    ChallengeWanted,
    ClosingCodeWanted,
    Event,
    KeysPressed,
    NothingPressed,
    PutThrough,
    ReadingWanted,
    RepresentativeLost,
)
from ivr.fallback import Apology, FallbackServices
from ivr.keepsake import COOKIE, Keepsake
from ivr.queue_commands import look
from ivr.services import Services
from ivr.session import Session
from ivr.signature import checker
from ivr.turns import EMPTY, Arrival, EventMaker, Turns, UnknownCallError
from switchboard import queues
from switchboard.model import WAITING, Call, CallState

log = logging.getLogger(__name__)

TOKEN = "I-Twilio-Idempotency-Token"  # noqa: S105 -- a header's name
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
LEFT_FOR_GOOD = frozenset({"error", "leave", "queue-full", "system-error"})
LEAVE = '<?xml version="1.0" encoding="UTF-8"?><Response><Leave/></Response>'


def create_blueprint(services: Services) -> Blueprint:  # noqa: C901 -- one short function for each route
    """The webhooks of one web process, to be mounted at `/voice`."""
    blueprint = Blueprint("voice", __name__)
    observer = services.observer
    keepsake = Keepsake(
        services.auth_tokens, is_secure=services.public_base_url.startswith("https:")
    )
    apology = Apology(
        FallbackServices(
            services.routing,
            services.prompts,
            services.auth_tokens,
            services.public_base_url,
            services.site,
            services.production,
        )
    )
    check = checker(services.auth_tokens, services.public_base_url)

    @blueprint.before_request
    def admit() -> None:
        check()
        observer.request(request.form.get("CallSid", ""))

    def remember(call: Call) -> None:
        """Give the call its cookie with the answer, once it has a case."""
        number, language = call.case_number, call.language
        if number is not None:
            held = request.cookies.get(COOKIE)
            after_this_request(lambda answer: keepsake.leave(answer, held, number, language))

    turns = Turns(services, remember)
    call_back_webhooks.add_routes(blueprint, turns, TOKEN)
    voice_refusals.add_routes(blueprint, services, turns, apology)

    @blueprint.post("/incoming")
    def incoming() -> Response:
        if not services.status.read().is_up:
            return apology.cannot_help()
        return _twiml(_arrive(services, turns))

    @blueprint.post("/turn")
    def turn() -> Response:
        keys = request.form.get("Digits", "")
        if request.form.get("FinishedOnKey") == "*":
            keys += "*"
        return _twiml(_later(turns, lambda *_: KeysPressed(keys) if keys else NothingPressed()))

    @blueprint.post("/wait")
    def wait() -> Response:
        keys = request.form.get("Digits", "")
        try:
            return _twiml(_later(turns, lambda turn, _: KeysPressed(keys) if keys else look(turn)))
        except UnknownCallError:
            # Whoever waits can't be asked anything: out of the queue first, then begin again.
            return _twiml(LEAVE)

    @blueprint.post("/left-queue")
    def left_queue() -> Response:
        if request.form.get("QueueResult") in LEFT_FOR_GOOD:
            return _twiml(_later(turns, _put_through))
        return _twiml(EMPTY)

    @blueprint.post("/redirected/<what>")
    def redirected(what: str) -> Response:
        if what not in REDIRECTED:
            return Response(status=HTTPStatus.NOT_FOUND)
        return _twiml(_later(turns, REDIRECTED[what]))

    @blueprint.post("/status")
    def status() -> Response:
        if request.form.get("CallStatus") in OVER:
            turns.end(request.form["CallSid"])
        return Response(status=HTTPStatus.NO_CONTENT)

    @blueprint.post("/representative-status")
    def representative_status() -> Response:
        if request.form.get("CallStatus") in OVER:
            _lose_representative(services, turns)
        return Response(status=HTTPStatus.NO_CONTENT)

    @blueprint.errorhandler(UnknownCallError)
    def begin_again(_error: UnknownCallError) -> Response:
        """The row is lost, the caller is not: begin again, and say so."""
        return _twiml(_arrive(services, turns, again=True))

    @blueprint.errorhandler(Exception)
    def apologise(error: Exception) -> Response | HTTPException:
        """Whatever it is, the caller hears a sentence rather than silence."""
        if isinstance(error, HTTPException):
            return error
        # Without the message, in which the database's driver would quote what was keyed.
        where = "".join(format_tb(error.__traceback__))
        log.error("a turn failed: %s\n%s", type(error).__name__, where)
        observer.failed(error)
        is_new = request.path.endswith("/incoming")
        if is_new and isinstance(error, SQLAlchemyError | StoreError):
            return apology.cannot_help()
        return apology()

    return blueprint


def _twiml(document: str) -> Response:
    return Response(document, mimetype="text/xml")


def _later(turns: Turns, make: EventMaker) -> str:
    return turns.take(request.form["CallSid"], request.headers.get(TOKEN), make)


def _arrive(services: Services, turns: Turns, *, again: bool = False) -> str:
    """Route the call by the number that was rung and the caller's own, then begin."""
    routing = services.routing
    caller = request.form.get("From", "")
    line = routing.line_for_number(request.form.get("To", ""))
    if line is None:
        line = next(iter(routing.lines.values()))
        log.warning("a call came on a number that no line has; %s takes it", line.id)
    route = routing.route(routing.region_for_call(line, caller))
    production = services.production
    choice = language_for(services.prompts, line, route.region, production=production)
    arrival = Arrival(
        call_sid=request.form["CallSid"],
        line=line.id,
        region=route.region.code,
        centre=route.centre.id,
        language=choice.language,
        caller=caller,
    )

    def arrived(turn: Turn, _session: Session) -> Event:
        return arrive(turn, choice, again=again)

    return turns.begin(arrival, request.headers.get(TOKEN), arrived)


def _put_through(turn: Turn, _session: Session) -> Event:
    """The row decides, since redirections come late and twice: talk, or wait."""
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
    return ClosingCodeWanted(unproven=request.state is RequestState.ISSUED)


def _want_reading(turn: Turn, _session: Session) -> Event:
    return RepresentativeLost() if turn.call.state in WAITING else ReadingWanted()


def _want_challenge(turn: Turn, _session: Session) -> Event:
    return RepresentativeLost() if turn.call.state in WAITING else ChallengeWanted()


def _lose_representative(services: Services, turns: Turns) -> None:
    """A representative's leg is over. Who still talks is brought back to the queue."""
    call_sid, endpoint = request.args.get("call", ""), request.args.get("endpoint", "")

    def lose(turn: Turn, _session: Session) -> None:
        call = turn.call
        who = call.representative
        # A late word of an earlier leg says nothing of whoever has taken over since.
        if who is None or endpoint != f"client:{who}":
            return
        queued = queues.requeue(turn.conn, who, call.id, turn.now)
        if queued is not None and queued.state is CallState.QUEUED:
            turn.after_commit.append(lambda: services.telephony.ask(call_sid, "queue"))

    try:
        turns.take(call_sid, None, lose)
    except UnknownCallError:
        log.info("a representative's leg ended for a call that the line has no row for")


# Where the network may be told to bring a caller, and which event that is.
REDIRECTED: dict[str, EventMaker] = {
    "conversation": _put_through,
    "closing_code": _want_closing_code,
    "reading": _want_reading,
    "challenge": _want_challenge,
    # Unless somebody has taken the call in the meantime.
    "queue": _put_through,
}
