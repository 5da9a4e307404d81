"""The console's addresses. Everything works as plain forms: POST, then 303 to the desk.

Who asks with htmx gets the desk's fragment instead, who asks for JSON the desk as JSON; a refused
act answers 409 then, with the reason in the desk's notice.
"""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from agent_console import accounts, acts, conversation, dispatch, display, guard, sessions
from agent_console import desk as desks
from agent_console import stream as streams
from agent_console import voice as voices
from agent_console.accounts import LoginRefusedError
from agent_console.acts import ActRefusedError
from agent_console.deactivation import add_deactivation
from agent_console.forms import fields, wants_json
from agent_console.license_packs import add_license_packs
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from codes import (
    deactivation_receipt,
    license_code,
    license_server_id,
    new_license_server_id,
    product_id,
)
from codes.errors import CodeError
from data_store import StoreError, reading, transaction
from switchboard import representatives
from switchboard.representatives import Presence
from switchboard.states import WrongWorkStateError

_OPEN: Final = frozenset({"console.show_log_in", "console.log_in", "console.static"})
_CHECKS: Final = {
    "product_id": product_id,
    "license_server_id": license_server_id,
    "current_license_server_id": new_license_server_id,
    "license_code": license_code,
    "deactivation_receipt": deactivation_receipt,
}


def create_blueprint(services: ConsoleServices) -> Blueprint:
    """Build the console's pages; mount them at `/console`."""
    blueprint = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    policy = guard.content_security_policy(services.voice_device_url)
    display.equip(blueprint, services)

    @blueprint.before_request
    def admit() -> WerkzeugResponse | None:
        guard.refuse_cross_site(request)
        if request.endpoint in _OPEN:
            return None
        g.token = guard.read_token(request)
        with reading(services.engine) as conn:
            g.session = sessions.find(conn, g.token, services.clock())
        return None if g.session else _send_to_log_in()

    @blueprint.after_request
    def harden(response: Response) -> Response:
        return guard.harden(response, policy)

    @blueprint.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[str, int]:
        page = render_template(
            "console/error.html", title=error.name, says=error.description or error.name
        )
        return page, error.code or HTTPStatus.INTERNAL_SERVER_ERROR

    @blueprint.errorhandler(StoreError)
    def store_trouble(error: StoreError) -> tuple[str, int]:
        page = render_template(
            "console/error.html", title="The store does not answer", says=str(error)
        )
        return page, HTTPStatus.SERVICE_UNAVAILABLE

    _add_log_in(blueprint, services)
    _add_desk(blueprint, services)
    _add_presence(blueprint, services)
    _add_acts(blueprint, services)
    add_deactivation(blueprint, services)
    add_license_packs(blueprint, services)
    return blueprint


def _add_log_in(blueprint: Blueprint, services: ConsoleServices) -> None:
    @blueprint.get("/login")
    def show_log_in() -> str:
        return render_template("console/login.html", login="", trouble=None)

    @blueprint.post("/login")
    def log_in() -> WerkzeugResponse | tuple[str, int]:
        typed, now = fields(), services.clock()
        login = typed.get("login", "")
        try:
            account = accounts.authenticate(
                services.engine,
                login=login,
                password=request.form.get("password", ""),
                address=request.remote_addr or "",
                now=now,
            )
        except LoginRefusedError as error:
            page = render_template("console/login.html", login=login, trouble=str(error))
            return page, HTTPStatus.UNAUTHORIZED
        with transaction(services.engine) as conn:
            token = sessions.open_session(conn, account, now)
        response = make_response(redirect(url_for("console.show_desk"), HTTPStatus.SEE_OTHER))
        guard.hand_out_token(request, response, token)
        return response

    @blueprint.post("/logout")
    def log_out() -> WerkzeugResponse:
        with transaction(services.engine) as conn:
            sessions.close_session(conn, g.token)
        services.live_feed.publish()
        response = make_response(redirect(url_for("console.show_log_in"), HTTPStatus.SEE_OTHER))
        guard.take_back_token(request, response)
        return response


def _add_desk(blueprint: Blueprint, services: ConsoleServices) -> None:
    @blueprint.get("/")
    def show_desk() -> str:
        return render_template("console/page.html", **display.desk_words(services, _look(services)))

    @blueprint.get("/desk")
    def desk_fragment() -> str:
        return _fragment(services, _look(services))

    @blueprint.get("/desk.json")
    def desk_json() -> Response:
        return jsonify(_look(services).as_json())

    @blueprint.get("/stream")
    def stream() -> Response:
        seen = "" if "Last-Event-ID" in request.headers else request.args.get("seen", "")
        body = streams.follow(services, g.token, seen, lambda desk: _fragment(services, desk))
        response = Response(stream_with_context(body), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-cache, no-store"
        response.headers["X-Accel-Buffering"] = "no"
        return response

    @blueprint.get("/voice-token")
    def voice_token() -> Response:
        if services.voice_credentials is None:
            raise NotFound("No voice device is set up for this console.")
        identity = g.session.account.login
        token = voices.access_token(services.voice_credentials, identity)
        return jsonify({"token": token, "identity": identity})


def _add_presence(blueprint: Blueprint, services: ConsoleServices) -> None:
    @blueprint.post("/presence")
    def presence() -> WerkzeugResponse | tuple[Response | str, int]:
        try:
            chosen = Presence(fields().get("presence", ""))
        except ValueError:
            return _reply(services, Notice("presence_unknown", "Choose one of the presences."))
        with transaction(services.engine) as conn:
            if representatives.get(conn, g.session.account.login) is None:
                raise NotFound("This account is not a representative, so it has no presence.")
            representatives.set_presence(conn, g.session.account.login, chosen, services.clock())
        dispatch.tick(services)
        return _reply(services, None)

    @blueprint.post("/ready")
    def ready() -> WerkzeugResponse | tuple[Response | str, int]:
        with transaction(services.engine) as conn:
            seen = desks.look(conn, services, g.session)
            if "ready" in seen.allowed:
                # Another page may be quicker at this moment: who is back already is back.
                with suppress(WrongWorkStateError):
                    representatives.clear_not_responding(conn, seen.account, services.clock())
        dispatch.tick(services)
        return _reply(services, None)


def _add_acts(blueprint: Blueprint, services: ConsoleServices) -> None:
    @blueprint.post("/calls/<int:call_id>/<act>")
    def act(call_id: int, act: str) -> WerkzeugResponse | tuple[Response | str, int]:
        if act not in acts.ACTS and act not in conversation.ACTS:
            raise NotFound(f"There is no act “{act}”.")
        try:
            notice = _perform(services, g.session, call_id, act, fields())
        except ActRefusedError as error:
            notice = error.notice
        return _reply(services, notice)

    @blueprint.post("/check/<kind>")
    def check_code(kind: str) -> str:
        if kind not in _CHECKS:
            raise NotFound("There is no such kind of code.")
        says, good, text = "", False, fields().get(kind, "")
        if text.strip():
            try:
                _CHECKS[kind].validate(text)
                says, good = "Every group is good.", True
            except CodeError as error:
                says = str(error)
        return render_template("console/check.html", kind=kind, says=says, good=good)


def _perform(
    services: ConsoleServices, session: Session, call_id: int, act: str, fields: Mapping[str, str]
) -> Notice | None:
    if act in conversation.ACTS:
        conversation.ACTS[act](services, session, call_id, fields)
        return None
    with transaction(services.engine) as conn:
        turn = acts.begin(conn, services, session, call_id, act, fields)
        return acts.perform(act, turn)


def _reply(
    services: ConsoleServices, notice: Notice | None
) -> WerkzeugResponse | tuple[Response | str, int]:
    """Keep the notice, wake the streams, and answer in the form that was asked for."""
    with transaction(services.engine) as conn:
        sessions.set_notice(conn, g.session, notice)
        g.session = sessions.find(conn, g.token, services.clock()) or g.session
    services.live_feed.publish()
    is_refused = notice is not None and notice.is_trouble
    status = HTTPStatus.CONFLICT if is_refused else HTTPStatus.OK
    if "HX-Request" in request.headers:
        return _fragment(services, _look(services)), status
    if wants_json(request):
        return jsonify(_look(services).as_json()), status
    return redirect(url_for("console.show_desk"), HTTPStatus.SEE_OTHER)


def _look(services: ConsoleServices) -> desks.Desk:
    dispatch.tick(services)
    with reading(services.engine) as conn:
        return desks.look(conn, services, g.session)


def _fragment(services: ConsoleServices, desk: desks.Desk) -> str:
    return render_template("console/desk.html", **display.desk_words(services, desk))


def _send_to_log_in() -> WerkzeugResponse:
    if "HX-Request" in request.headers:
        response = Response(status=HTTPStatus.UNAUTHORIZED)
        response.headers["HX-Redirect"] = url_for("console.show_log_in")
        return response
    if wants_json(request):
        return Response(
            '{"error": "not logged in"}', HTTPStatus.UNAUTHORIZED, mimetype="application/json"
        )
    return redirect(url_for("console.show_log_in"), HTTPStatus.SEE_OTHER)
