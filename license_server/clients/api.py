"""The LAN API: what clients ask their license server for. Who asks, its TLS certificate says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from flask import Blueprint, Flask, current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from license_certificates import clients
from license_server import installation
from license_server import state as states
from license_server.clients import documents, enrolment, issuing, rules, standing, store
from license_server.clients.errors import EnrolmentRefusedError, LicenceRefusedError
from license_server.clients.model import Subject
from license_server.errors import LicenseServerError

blueprint = Blueprint("clients", __name__)
Answer = Response | tuple[Response, int]

_KEY: Final = "license_server_clients"
_LARGEST_REQUEST: Final = 32 * 1024
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class _Parts:
    data: Path
    clock: Callable[[], datetime]


class ClientUnknownError(Exception):
    """The client shows no certificate of an enrolled client."""


class _InvalidFieldError(Exception):
    """A field of the request is missing or of the wrong kind."""


def create_app(data: Path, clock: Callable[[], datetime]) -> Flask:
    """Make the application; it has to be served by TLS that asks for client certificates."""
    app = Flask("license_server.clients")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.extensions[_KEY] = _Parts(data, clock)
    app.register_blueprint(blueprint)
    app.register_error_handler(LicenseServerError, _own_error)
    app.register_error_handler(ClientUnknownError, _unknown)
    app.register_error_handler(_InvalidFieldError, _invalid)
    app.register_error_handler(HTTPException, _http_error)
    return app


@blueprint.get("/status")
def status() -> Answer:
    """Say whom the server licenses; anybody may ask."""
    parts = _parts()
    found = standing.of(parts.data, parts.clock())
    name = states.load(parts.data).server_name
    return jsonify(
        {"server_name": name, "version": rules.SERVER_VERSION} | documents.standing(found)
    )


@blueprint.get("/crl")
def crl() -> Answer:
    """Give the revocation lists (PEM), one after the other; empty where nothing was revoked."""
    return Response(installation.revocation_pem(_parts().data), mimetype="application/x-pem-file")


@blueprint.post("/enrolments")
def enrolled() -> Answer:
    """Sign a client's key; the only thing that a client without a certificate can have done."""
    parts = _parts()
    text = _field("certificate_signing_request", str)
    certificate = enrolment.enrol(parts.data, text.encode("utf-8"), parts.clock())
    return jsonify({"certificate": certificate.decode("ascii")}), HTTPStatus.CREATED


@blueprint.post("/licences")
def asked() -> Answer:
    """Give the licence that serves a version: the one that is held, renewed if due, or another."""
    parts = _parts()
    version = _field("version", int)
    found = issuing.request(parts.data, _subject(), version, parts.clock())
    return jsonify(documents.licence(found))


@blueprint.get("/licences")
def held() -> Answer:
    """List what the client's device was issued."""
    device, _ = _client()
    with store.opened(_parts().data) as rows:
        found = rows.of_device(device)
    return jsonify({"licences": [documents.licence(each) for each in found]})


@blueprint.post("/licences/release")
def released() -> Answer:
    """Take a permanent licence back."""
    parts = _parts()
    return jsonify(documents.licence(issuing.release(parts.data, _subject(), parts.clock())))


def _parts() -> _Parts:
    found: _Parts = current_app.extensions[_KEY]
    return found


def _client() -> tuple[str, str]:
    """Read who asks: the device's hardware ID and name, as its verified certificate says."""
    pem = request.environ.get("SSL_CLIENT_CERT", "")
    if request.environ.get("SSL_CLIENT_VERIFY") != "SUCCESS" or not pem:
        raise ClientUnknownError
    certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    device = clients.device_of(certificate)
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if device is None or not names:
        raise ClientUnknownError
    return device, str(names[0].value)


def _subject() -> Subject:
    device, name = _client()
    user = _document().get("user", "")
    if not isinstance(user, str):
        raise _InvalidFieldError("user has to be a text: the user's name, or leave it out.")
    return Subject(device, name, " ".join(user.split()))


def _document() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise _InvalidFieldError("Send a JSON object, with Content-Type application/json.")
    return found


def _field(name: str, kind: type) -> Any:  # noqa: ANN401 -- of the kind that was asked for
    found = _document().get(name)
    if type(found) is not kind:
        word = "a whole number" if kind is int else "a text"
        raise _InvalidFieldError(f"{name} has to be {word}.")
    return found


def _problem(code: int, why: str, sentence: str, **more: object) -> tuple[Response, int]:
    title = HTTPStatus(code).phrase
    body = {"type": "about:blank", "title": title, "status": code, "code": why, "detail": sentence}
    answer = jsonify(body | more)
    answer.mimetype = _PROBLEM
    return answer, code


def _own_error(error: LicenseServerError) -> Answer:
    if isinstance(error, LicenceRefusedError):
        following = error.next_date.isoformat() if error.next_date else None
        return _problem(HTTPStatus.CONFLICT, error.why, str(error), next_date=following)
    if isinstance(error, EnrolmentRefusedError):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, str(error))
    return _problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error))


def _unknown(error: ClientUnknownError) -> Answer:
    del error
    sentence = "This needs the certificate of an enrolled client: POST /enrolments first."
    return _problem(HTTPStatus.UNAUTHORIZED, "client_unknown", sentence)


def _invalid(error: _InvalidFieldError) -> Answer:
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", str(error))


def _http_error(error: HTTPException) -> Answer:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    return _problem(code, error.name.lower().replace(" ", "_"), error.description or error.name)
