"""The OpenAPI 3.1 document, made from the operations and the schemas."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from licensing_site.api.operations import PEM_TYPE, Operation
from licensing_site.api.problems import KINDS, PROBLEM_TYPE
from licensing_site.api.schema_parts import ref
from licensing_site.api.schemas import COMPONENTS

VERSION: Final = "1.0.0"
KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
KEY_SCHEMA: Final = {
    "type": "string",
    "pattern": "^[!-~]{1,255}$",
    "maxLength": 255,
    "description": "1 to 255 visible ASCII characters.",
}
_DESCRIPTION: Final = (
    "The clearinghouse's door for programs: the automatic method by which a license server gets "
    "its permission and certificate, and administration by bearer token."
)


def build(operations: Sequence[Operation], server: str) -> dict[str, Any]:
    """Build the document; `server` is the address, absolute or from the root, of the API."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Activation Line: licensing API",
            "version": VERSION,
            "description": _DESCRIPTION,
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {name: dict(schema) for name, schema in COMPONENTS.items()},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by `activation-line tokens add`.",
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": ["administration" if operation.scope else "automatic method"],
        "responses": _responses(operation),
    }
    if operation.description:
        shown["description"] = operation.description
    if operation.scope is not None:
        shown["security"] = [{"token": [operation.scope.value]}]
    parameters = [*_parameters(operation)]
    if parameters:
        shown["parameters"] = parameters
    if operation.body:
        shown["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref(operation.body)}},
        }
    return shown


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": place, "required": place == "path", "schema": dict(schema)}
        for place, schemas in (("path", operation.path_parameters), ("query", operation.query))
        for name, schema in schemas.items()
    ]
    if operation.is_repeatable:
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "The same key with the same body gets the same answer for 24 hours.",
                "schema": KEY_SCHEMA,
            }
        )
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    if operation.answers:
        success["content"] = {"application/json": {"schema": ref(operation.answers)}}
    else:
        success["content"] = {PEM_TYPE: {"schema": {"type": "string"}}}
    if operation.is_repeatable:
        success["headers"] = {
            REPLAYED_HEADER: {
                "description": "`true` where the answer was given before under this key.",
                "schema": {"type": "string", "const": "true"},
            }
        }
    by_status: dict[HTTPStatus, list[str]] = {}
    for word in operation.every_problem:
        by_status.setdefault(KINDS[word].status, []).append(word)
    return {str(int(operation.status)): success} | {
        str(int(status)): _problem(status, by_status[status]) for status in sorted(by_status)
    }


def _problem(status: HTTPStatus, words: list[str]) -> dict[str, Any]:
    schema = {"allOf": [ref("Problem"), {"properties": {"code": {"enum": words}}}]}
    shown: dict[str, Any] = {
        "description": " ".join(f"`{word}`: {KINDS[word].title.rstrip('.')}." for word in words),
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }
    headers = _headers(status)
    if headers:
        shown["headers"] = headers
    return shown


def _headers(status: HTTPStatus) -> Mapping[str, Any]:
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        schema = {"type": "integer", "minimum": 1}
        return {"Retry-After": {"required": True, "description": "Seconds.", "schema": schema}}
    if status is HTTPStatus.UNAUTHORIZED:
        schema = {"type": "string"}
        return {"WWW-Authenticate": {"required": True, "schema": schema}}
    return {}
