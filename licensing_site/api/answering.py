"""The one way of a request: type, rate, token, parameters, body, then one transaction."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, json, request
from sqlalchemy import Connection

from clearinghouse import Actor, Refusal, audit
from clearinghouse.documents import DocumentError
from data_store import reading, transaction
from licensing_site import repeating, tokens
from licensing_site.api import checking
from licensing_site.api.checking import Checker
from licensing_site.api.document import KEY_HEADER, KEY_SCHEMA, REPLAYED_HEADER
from licensing_site.api.operations import Call, Operation
from licensing_site.api.problems import Fault, Problem, refused, unfit
from licensing_site.limits import Limiter
from licensing_site.repeating import Kept, KeyReusedError, Repeatable
from licensing_site.services import Services
from licensing_site.tokens import Token

# The audit keeps names for good, so an address is none.
SERVER: Final = Actor("server", "automatic")

_REALM: Final = 'Bearer realm="activation-line"'


class Answering:
    """Answers the operations of one process."""

    def __init__(self, services: Services, limiter: Limiter, document: Mapping[str, Any]) -> None:
        self._services = services
        self._limiter = limiter
        self._checker = Checker(document)

    def answer(self, operation: Operation, path: Mapping[str, str]) -> Response:
        """Answer one request. Raises Problem for every no."""
        _refuse_other_types(operation)
        services = self._services
        address = request.remote_addr or ""
        now = services.clock()
        actor = self._actor(operation, address)
        _check_path(operation, path)
        query = _query(operation)
        body = self._body(operation)
        repeatable = _repeatable(operation, actor, path, body)
        begin = transaction if operation.writes else reading
        with begin(services.engine) as connection:
            call = Call(services, connection, actor, address, now, body, path, query)
            try:
                return _act(operation, call, repeatable)
            except Refusal as refusal:
                problem = refused(refusal)
            except DocumentError as fault:
                place = "/" + fault.field.replace(".", "/") if fault.field else ""
                problem = unfit(Fault(place, str(fault)))
        # Outside of the transaction: what a refusal has counted is committed.
        raise problem

    def _bear(self, address: str) -> None:
        """Refuse whoever asks too often; who shows a token may ask as often as they like."""
        seconds = self._limiter.take(address)
        if seconds:
            raise Problem(
                "rate_limited",
                f"Too many requests came from this address: try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )

    def _actor(self, operation: Operation, address: str) -> Actor:
        if operation.scope is None:
            self._bear(address)
            return SERVER
        token = self._token(address)
        if operation.scope not in token.scopes:
            raise Problem(
                "scope_missing",
                f"The token {token.name!r} lacks the scope {operation.scope.value}: use another, "
                "or make one with `activation-line tokens add`.",
            )
        return Actor("administrator", token.name)

    def _token(self, address: str) -> Token:
        kind, _, presented = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not presented.strip():
            raise Problem(
                "token_missing",
                "Send the header Authorization: Bearer, followed by a token that "
                "`activation-line tokens add` has made.",
                headers={"WWW-Authenticate": _REALM},
            )
        with reading(self._services.engine) as connection:
            token = tokens.find(connection, presented.strip())
        if token is None:
            self._bear(address)
            raise Problem(
                "token_invalid",
                "The token isn't known, or was revoked: make another with "
                "`activation-line tokens add`.",
                headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
            )
        return token

    def _body(self, operation: Operation) -> Mapping[str, Any]:
        if not operation.body:
            return {}
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != "application/json" or charset not in {"utf-8", "utf8"}:
            raise Problem(
                "unsupported_media_type",
                "The body has to come as application/json in UTF-8: set the header Content-Type.",
            )
        return self._checker.body(operation.body, checking.parse(request.get_data()))


def _act(operation: Operation, call: Call, repeatable: Repeatable | None) -> Response:
    """Carry the operation out, once for a key; inside the transaction."""
    connection = call.connection
    kept = None if repeatable is None else _recall(connection, repeatable, call)
    if kept is not None:
        response = _json(kept.document, HTTPStatus(kept.status))
        response.headers[REPLAYED_HEADER] = "true"
        return response
    made = operation.handler(call)
    if isinstance(made, bytes):
        return Response(made, status=operation.status, mimetype=operation.media_type)
    if repeatable is not None:
        answer = Kept(operation.status, made)
        repeating.keep(connection, repeatable, answer, call.now)
    return _json(made, operation.status)


def _recall(connection: Connection, repeatable: Repeatable, call: Call) -> Kept | None:
    # The register's lock: of two with one key, the second waits for the first one's answer.
    audit.lock(connection)
    try:
        return repeating.recall(connection, repeatable, call.now)
    except KeyReusedError as error:
        raise Problem(
            "idempotency_key_reused",
            f"This {KEY_HEADER} came with another body before: use a new key for a new request.",
        ) from error


def _json(document: Mapping[str, Any], status: HTTPStatus) -> Response:
    return Response(json.dumps(document), status=status, mimetype="application/json")


def _refuse_other_types(operation: Operation) -> None:
    accepted = request.accept_mimetypes
    if accepted and accepted.best_match([operation.media_type]) is None:
        raise Problem(
            "not_acceptable",
            f"This answers with {operation.media_type} alone: let the header Accept allow it.",
        )


def _check_path(operation: Operation, path: Mapping[str, str]) -> None:
    for name, schema in operation.path_parameters.items():
        try:
            checking.parameter(name, path[name], schema)
        except Problem as fault:
            raise Problem("unknown_path", f"In the path, {fault}") from fault


def _query(operation: Operation) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in request.args.keys() - operation.query.keys():
        raise Problem("invalid_parameter", f"{name[:40]!r} is no parameter of this: remove it.")
    for name, schema in operation.query.items():
        given = request.args.getlist(name)
        if len(given) > 1:
            raise Problem("invalid_parameter", f"{name} comes more than once: give it once.")
        for value in given:
            checking.parameter(name, value, schema)
            found[name] = value
    return found


def _repeatable(
    operation: Operation, actor: Actor, path: Mapping[str, str], body: Mapping[str, Any]
) -> Repeatable | None:
    key = request.headers.get(KEY_HEADER)
    if key is None or not operation.is_repeatable:
        return None
    checking.parameter(KEY_HEADER, key, KEY_SCHEMA)
    # A stranger's key must not stand in the way of another's, so the product belongs to it.
    asker = actor.name if operation.scope else str(body.get("product_id", ""))
    return Repeatable.of(f"{operation.id} {sorted(path.items())}", asker, key, body)
