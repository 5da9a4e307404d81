"""The API by which a Manager on another machine administers this license server.

JSON over TLS, with a bearer token; no page, no cookie, and never the product key.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, current_app, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response

from license_server import activation, deactivation, event_log, exchange, files, health, numbers
from license_server import properties as held_properties
from license_server import state as states
from license_server.errors import CodeRefusedError, InvalidEntryError, LicenseServerError
from license_server.event_log import Kind
from license_server.model import DeactivationCause, Reason
from license_server.remote import tokens

PREFIX: Final = "/administration/v1"
KEY: Final = "license_server_administration"
_LARGEST_REQUEST: Final = 256 * 1024
_UNAUTHORIZED: Final = 401
_REFUSALS_APART: Final = timedelta(minutes=1)

blueprint = Blueprint("administration", __name__, url_prefix=PREFIX)
W = TypeVar("W", Reason, DeactivationCause)
Answer = Response | tuple[Response, int] | dict[str, Any]


@dataclasses.dataclass(slots=True)
class Setting:
    """The license server that is administered, its clock, and when a refusal was last logged."""

    data: Path
    clock: Callable[[], datetime]
    refused_at: datetime | None = None


def create_app(data: Path, clock: Callable[[], datetime]) -> Flask:
    """Make the application that the listener serves: this API and nothing else."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_LARGEST_REQUEST)
    mount(app, data, clock)
    return app


def mount(app: Flask, data: Path, clock: Callable[[], datetime]) -> None:
    """Put the API into an application that is served over TLS."""
    app.extensions[KEY] = Setting(data, clock)
    app.register_blueprint(blueprint)


@blueprint.before_request
def _require_token() -> Answer | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and tokens.is_good(_data(), secret.strip()):
        return None
    _note_refusal()
    return _problem(
        _UNAUTHORIZED,
        "token_refused",
        "This token is not one of this license server's, or was voided: make a new one with "
        "`license-server token` on its machine.",
    )


@blueprint.get("/status")
def status() -> Answer:
    """Say how the server stands."""
    return _facts(health.note(_data(), _now()))


@blueprint.get("/properties")
def properties() -> Answer:
    """Give what stands in Properties."""
    return _facts(states.load(_data()).properties)


@blueprint.put("/properties")
def properties_given() -> Answer:
    """Change what is named of the contact's information; the rest stays."""
    given = _document()
    texts = {name: value for name, value in given.items() if name in held_properties.TEXTS}
    if not all(isinstance(value, str) for value in texts.values()):
        raise InvalidEntryError("properties", "Every property is a text.")
    table = numbers.load(_data())
    return _facts(held_properties.change(_data(), table, _now(), texts=texts))


@blueprint.post("/request")
def request_opened() -> Answer:
    """Open a request, or give the open one, as the document for the clearinghouse."""
    return exchange.request_document(_data(), _now(), _word(Reason, "reason"))


@blueprint.post("/answer")
def answer_taken() -> Answer:
    """Verify the clearinghouse's answer and accept it."""
    accepted = exchange.take_answer(_data(), _document(), _now())
    return _facts(accepted)


@blueprint.post("/confirmed")
def confirmed() -> Answer:
    """Note that the clearinghouse was told of the acceptance by the Manager."""
    code = _document().get("closing_code")
    with files.locked(_data()):
        state = states.load(_data())
        told = state.unconfirmed is not None and state.unconfirmed.closing_code == code
        if told:
            states.save(_data(), dataclasses.replace(state, unconfirmed=None))
    if told:
        event_log.record(_data(), Kind.CONFIRMED, _now(), issue=state.last_issue)
    activation.finish(_data())
    return {"state": "confirmed"}


@blueprint.post("/deactivation")
def deactivation_begun() -> Answer:
    """End new licences at once and give the document that has it confirmed."""
    cause = _word(DeactivationCause, "cause")
    if cause is None:
        raise InvalidEntryError("cause", "Say for which cause this server is deactivated.")
    receipt = deactivation.begin(_data(), cause, _now())
    state = states.load(_data())
    begun = state.deactivation
    return {
        "product_id": state.product_id,
        "receipt": receipt,
        "cause": (begun.cause if begun else cause).value,
        "contact": exchange.contact(state.properties),
    }


@blueprint.post("/deactivation/confirmation")
def deactivation_confirmed() -> Answer:
    """Take the clearinghouse's confirmation."""
    deactivation.confirm(_data(), str(_document().get("confirmation", "")), _now())
    return _facts(health.status(_data(), _now()))


@blueprint.errorhandler(LicenseServerError)
def _own_error(error: LicenseServerError) -> Answer:
    if isinstance(error, CodeRefusedError):
        return _problem(422, error.why, str(error), groups=list(error.groups))
    return _problem(422 if isinstance(error, InvalidEntryError) else 409, error.code, str(error))


@blueprint.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> Answer:
    return _problem(error.code or 500, "http", error.description or error.name)


def _note_refusal() -> None:
    """Log it, at most once a minute: nobody on the network may fill the log."""
    setting, now = _setting(), _now()
    last = setting.refused_at
    if last is None or abs(now - last) >= _REFUSALS_APART:
        setting.refused_at = now
        event_log.record(setting.data, Kind.ADMISSION_REFUSED, now, address=request.remote_addr)


def _setting() -> Setting:
    found: Setting = current_app.extensions[KEY]
    return found


def _data() -> Path:
    return _setting().data


def _now() -> datetime:
    return _setting().clock()


def _document() -> dict[str, Any]:
    document = request.get_json(silent=True)
    if not isinstance(document, dict):
        raise BadRequest("Send a JSON object.")
    return document


def _word(kind: type[W], name: str) -> W | None:
    value = _document().get(name)
    if value is None:
        return None
    if value not in list(kind):
        raise InvalidEntryError(name, f"{name} has to be one of: {', '.join(kind)}.")
    return kind(value)


def _facts(found: Any) -> dict[str, Any]:  # noqa: ANN401 -- any dataclass
    facts = dataclasses.asdict(found)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _problem(status: int, code: str, detail: str, **more: object) -> tuple[Response, int]:
    body = jsonify(
        type="about:blank", title=detail, status=status, code=code, detail=detail, **more
    )
    body.mimetype = "application/problem+json"
    return body, status
