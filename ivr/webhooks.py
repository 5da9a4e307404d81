"""The webhooks: a signed request in, one turn, a TwiML document out. Nothing is decided here."""

import logging
from http import HTTPStatus
from traceback import format_tb

from flask import Blueprint, Response, after_this_request, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from data_store import StoreError
from ivr import call_back_webhooks, check_webhooks, voice_refusals
from ivr.call_back_webhooks import OVER
from ivr.events import KeysPressed, NothingPressed
from ivr.fallback import Apology, FallbackServices
from ivr.keepsake import COOKIE, Keepsake
from ivr.queue_commands import look
from ivr.redirections import REDIRECTED, lose_representative, put_through
from ivr.ringing import Rung, begin
from ivr.services import Services
from ivr.signature import checker
from ivr.turns import EMPTY, EventMaker, Turns, UnknownCallError
from switchboard.model import Call

log = logging.getLogger(__name__)

TOKEN = "I-Twilio-Idempotency-Token"  # noqa: S105 -- a header's name
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
    check_webhooks.add_routes(blueprint, services)
    voice_refusals.add_routes(blueprint, services, turns, apology)

    @blueprint.post("/incoming")
    def incoming() -> Response:
        if not services.status.read().is_up:
            return apology.cannot_help()
        return _twiml(check_webhooks.played(services) or _arrive(services, turns))

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
            return _twiml(_later(turns, put_through))
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
            lose_representative(
                turns, request.args.get("call", ""), request.args.get("endpoint", "")
            )
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
    form = request.form
    rung = Rung(form["CallSid"], form.get("To", ""), form.get("From", ""))
    return begin(services, turns, rung, request.headers.get(TOKEN), again=again)
