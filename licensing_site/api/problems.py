"""Every no of the API: a word for programs, a status, and a sentence that names the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from clearinghouse import Refusal, RefusalCode

PROBLEM_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems with one word share."""

    status: HTTPStatus
    title: str


_OWN: Final[Mapping[str, Kind]] = {
    "malformed_body": Kind(HTTPStatus.BAD_REQUEST, "The body is not a JSON object"),
    "invalid_parameter": Kind(HTTPStatus.BAD_REQUEST, "A parameter doesn't fit"),
    "bad_request": Kind(HTTPStatus.BAD_REQUEST, "The request can't be understood"),
    "token_missing": Kind(HTTPStatus.UNAUTHORIZED, "A bearer token is needed"),
    "token_invalid": Kind(HTTPStatus.UNAUTHORIZED, "The bearer token isn't known"),
    "scope_missing": Kind(HTTPStatus.FORBIDDEN, "The token's scopes don't cover this"),
    "unknown_path": Kind(HTTPStatus.NOT_FOUND, "There is nothing at this path"),
    "request_unknown": Kind(HTTPStatus.NOT_FOUND, "There is no such request"),
    "server_unknown": Kind(HTTPStatus.NOT_FOUND, "There is no such license server"),
    "method_not_allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "The path doesn't take this method"),
    "not_acceptable": Kind(HTTPStatus.NOT_ACCEPTABLE, "No answer of an accepted type"),
    "product_exists": Kind(HTTPStatus.CONFLICT, "The product is registered already"),
    "body_too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    "unsupported_media_type": Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body's type isn't taken here"
    ),
    "invalid_document": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The document doesn't fit"),
    "idempotency_key_reused": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "The idempotency key came with another body"
    ),
    "rate_limited": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"),
    "internal_error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something is wrong here"),
    "store_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The register can't be reached"),
}
# A refusal that isn't named here conflicts with what the register holds.
_REFUSED: Final[Mapping[str, HTTPStatus]] = {
    "product_unknown": HTTPStatus.NOT_FOUND,
    "proof_wrong": HTTPStatus.FORBIDDEN,
    "signature_wrong": HTTPStatus.FORBIDDEN,
    "receipt_wrong": HTTPStatus.FORBIDDEN,
    "closing_code_wrong": HTTPStatus.FORBIDDEN,
    "product_blocked": HTTPStatus.FORBIDDEN,
    "too_many_wrong_proofs": HTTPStatus.TOO_MANY_REQUESTS,
}
KINDS: Final[Mapping[str, Kind]] = {
    **_OWN,
    **{
        code.value: Kind(_REFUSED.get(code.value, HTTPStatus.CONFLICT), str(Refusal(code)))
        for code in RefusalCode
    },
}
# Of every operation, whatever it does.
GENERAL: Final = (
    "bad_request",
    "invalid_parameter",
    "not_acceptable",
    "rate_limited",
    "internal_error",
    "store_unavailable",
)
WITH_TOKEN: Final = ("token_missing", "token_invalid", "scope_missing")
WITH_BODY: Final = (
    "malformed_body",
    "body_too_large",
    "unsupported_media_type",
    "invalid_document",
)
# How long wrong codes count against whoever gave them.
_WRONG_CODES_COUNT: Final = 3600


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that doesn't fit: a JSON Pointer into the body, and a sentence."""

    field: str
    detail: str


class Problem(Exception):  # noqa: N818 -- an answer, not an error
    """An answer that is a no; `document` is its body."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: tuple[Fault, ...] = (),
        left: int | None = None,
        next_date: date | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.faults = faults
        self.left = left
        self.next_date = next_date
        self.headers = dict(headers or {})

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status that belongs to the word."""
        return KINDS[self.code].status

    def document(self, reference: str) -> dict[str, Any]:
        """The body, after RFC 9457; `reference` is the address of the page that explains it."""
        shown: dict[str, Any] = {
            "type": f"{reference}#{self.code}",
            "title": KINDS[self.code].title,
            "status": int(self.status),
            "detail": str(self),
            "code": self.code,
        }
        if self.left is not None:
            shown["left"] = self.left
        if self.next_date is not None:
            shown["next_date"] = self.next_date.isoformat()
        if self.faults:
            shown["fields"] = [{"field": each.field, "detail": each.detail} for each in self.faults]
        return shown


def unfit(*faults: Fault) -> Problem:
    """A body in which fields don't fit; the first is named in the sentence."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Problem("invalid_document", faults[0].detail + more, faults=faults)


def refused(refusal: Refusal) -> Problem:
    """What the register's no is over HTTP."""
    headers = {}
    if refusal.code is RefusalCode.TOO_MANY_WRONG_PROOFS:
        headers["Retry-After"] = str(_WRONG_CODES_COUNT)
    left = None if refusal.left is None else max(refusal.left, 0)
    return Problem(
        refusal.code.value,
        str(refusal),
        left=left,
        next_date=refusal.next_date,
        headers=headers,
    )
