"""The web-browser method by file: the request goes out on a stick, the answer comes in."""

import json
from typing import Final

from flask import request
from werkzeug.wrappers import Response

from license_server import event_log, exchange
from license_server import state as states
from license_server.errors import AnswerRefusedError, CodeRefusedError
from license_server.model import Method
from license_server.pages import wizard_new_id
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, Wizard

REQUEST_FILE: Final = "activation-line-request.json"
# The revocation list in an answer grows with the register.
_LARGEST: Final = 16 * 1024 * 1024


def request_file(wizard: Wizard) -> Page:
    """Download the open request's document."""
    data = services().data
    state = states.load(data)
    if state.request is None or state.properties.method is not Method.WEB:
        return wizard.to(wizard.place(state))
    document = exchange.request_document(data, now())
    body = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    disposition = {"Content-Disposition": f'attachment; filename="{REQUEST_FILE}"'}
    return Response(body, mimetype="application/json", headers=disposition)


def answer_file(wizard: Wizard) -> Page:
    """Take an answer file, certificate included."""
    data = services().data
    state = states.load(data)
    if state.request is None or state.properties.method is not Method.WEB:
        return wizard.to(wizard.place(state))
    try:
        exchange.take_answer(data, _document(), now())
    except CodeRefusedError as error:
        return wizard_new_id.render(wizard, states.load(data).draft, file_error=error), 422
    return wizard.to("completing")


def _document() -> dict[str, object]:
    request.max_content_length = _LARGEST
    sent = request.files.get("answer")
    if sent is None or not sent.filename:
        raise AnswerRefusedError("empty", "Choose the answer file that the licensing site gave.")
    try:
        document = json.loads(sent.stream.read())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        event_log.record(services().data, event_log.Kind.ANSWER_REFUSED, now(), why="not_json")
        raise AnswerRefusedError(
            "not_json",
            "This is no answer file, or it was damaged on its way: fetch it again.",
        )
    return document
