"""Whether a request comes from the telephone network: its signature over the raw request target.

Werkzeug's own URL is decoded and tidied, so it differs from what was signed; the signed URL is
rebuilt from the public address and the target as it stood in the request line.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from flask import Request, abort, request
from twilio.request_validator import RequestValidator, compare


def signed_url(public_base_url: str, incoming: Request) -> str:
    """The URL as the network signed it."""
    raw = incoming.environ.get("REQUEST_URI") or incoming.environ.get("RAW_URI")
    target = str(raw) if raw else incoming.full_path.rstrip("?")
    if "://" in target.split("?", 1)[0]:
        target = "/" + target.split("/", 3)[3]
    return public_base_url + target


def checker(auth_tokens: Sequence[str], public_base_url: str) -> Callable[[], None]:
    """A function that ends a request with 403, without detail, unless its signature holds.

    It holds under any of the tokens: while they are changed, the network signs with the one or
    with the other.
    """
    validators = [RequestValidator(token) for token in auth_tokens]

    def check() -> None:
        given = request.headers.get("X-Twilio-Signature", "")
        url = signed_url(public_base_url, request)
        # `validate` signs twice, with the port and without; nearly always the URL is as it stands.
        for validator in validators:
            if compare(validator.compute_signature(url, request.form), given):
                return
        for validator in validators:
            if validator.validate(url, request.form, given):
                return
        abort(HTTPStatus.FORBIDDEN)

    return check
