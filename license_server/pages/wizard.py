"""The Reactivate Server Wizard. Which page is open stands on disk, not in the browser."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from codes.errors import CodeError
from license_server import (
    activation,
    entry,
    event_log,
    health,
    installation,
    judging,
    progress,
    telephone,
)
from license_server import state as states
from license_server.errors import IDRefusedError
from license_server.model import Method, Reason, WizardPage
from license_server.pages.services import now, services
from license_server.state import State

blueprint = Blueprint("wizard", __name__, url_prefix="/reactivate")
Page = str | tuple[str, int] | Response


@blueprint.get("")
def resume() -> Page:
    """Open the wizard where it was left."""
    return _to(_place(states.load(services().data)))


@blueprint.get("/welcome")
def welcome() -> Page:
    """The first page: what will happen, and for which reason."""
    state = states.load(services().data)
    if state.completed is not None:
        return _to("completing")
    return _welcome()


@blueprint.post("/welcome")
def welcome_left() -> Page:
    """Next opens the request; Cancel leaves."""
    data = services().data
    state = states.load(data)
    if state.completed is not None:
        return _to("completing")
    if request.form.get("action") == "cancel":
        return _to("cancel") if state.request else _leave()
    if state.properties.method is not Method.TELEPHONE or not _has_number(state):
        return _welcome(), 409
    compromised = request.form.get("compromised") == "yes"
    reason = Reason.PRIVATE_KEY_COMPROMISED if compromised else None
    activation.request(data, now(), reason=reason)
    progress.turn_page(data, WizardPage.NEW_ID)
    return _to("license_server_reactivation")


@blueprint.get("/license-server-reactivation")
def license_server_reactivation() -> Page:
    """The telephone page: whom to call, what to key, where the answer is typed."""
    state = states.load(services().data)
    if state.request is None or not _has_number(state):
        return _to(_place(state))
    return _telephone_page(state.draft)


@blueprint.post("/license-server-reactivation")
def license_server_reactivation_left() -> Page:
    """Next verifies what is typed; Back, Cancel and Answer keep it."""
    data = services().data
    state = states.load(data)
    if state.request is None:
        return _to(_place(state))
    groups = entry.read(request.form)
    progress.keep_draft(data, groups)
    match request.form.get("action"):
        case "back":
            progress.turn_page(data, WizardPage.WELCOME)
            return _to("welcome")
        case "cancel":
            return _to("cancel")
        case "answer":
            return _answered(groups)
    try:
        _enter(groups)
    except IDRefusedError as error:
        return _telephone_page(groups, error), 422
    return _to("completing")


@blueprint.post("/check")
def check() -> Page | tuple[dict[str, object], int] | dict[str, object]:
    """Judge the groups typed so far, for the ticks beside the fields; keeps them as a draft."""
    data = services().data
    document = request.get_json(silent=True)
    typed = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return {"error": "Send the groups as a list of texts."}, 400
    groups = entry.spread(typed)
    progress.keep_draft(data, groups)
    marks = entry.verdicts(groups)
    said = [
        {"group": mark.group, "text": text, "mark": mark.mark.value, "message": mark.message}
        for mark, text in zip(marks, groups, strict=True)
    ]
    state = states.load(data)
    whole = ""
    if state.request is not None and all(mark.mark is entry.Mark.GOOD for mark in marks):
        try:
            judging.judge(state, installation.secret(data), "".join(groups), now())
        except IDRefusedError as error:
            whole = str(error)
    return {"groups": said, "whole": whole}


@blueprint.get("/completing")
def completing() -> Page:
    """The last page: the closing code, what a later call needs, and Finish."""
    data = services().data
    state = states.load(data)
    if state.completed is None:
        return _to(_place(state))
    guidance = None
    if _has_number(state):
        guidance = telephone.guidance(services().routing, state.properties.region, now())
    return render_template(
        "completing.html",
        completed=state.completed,
        status=health.status(data, now()),
        state=state,
        guidance=guidance,
        line_code=activation.line_code_of(data) if state.held else "",
    )


@blueprint.post("/completing")
def completing_left() -> Page:
    """Finish closes the wizard."""
    activation.finish(services().data)
    return _leave()


@blueprint.get("/cancel")
def cancel() -> Page:
    """Ask what is to become of the open request."""
    if states.load(services().data).request is None:
        return _leave()
    return render_template("cancel.html")


@blueprint.post("/cancel")
def cancel_left() -> Page:
    """Carry out what was chosen."""
    match request.form.get("action"):
        case "cancel-request":
            activation.cancel(services().data, now())
        case "back":
            return resume()
    return _leave()


def _place(state: State) -> str:
    if state.completed is not None:
        return "completing"
    is_open = state.request is not None and state.page is WizardPage.NEW_ID and _has_number(state)
    return "license_server_reactivation" if is_open else "welcome"


def _to(page: str) -> Response:
    return redirect(url_for(f"wizard.{page}"), 303)


def _leave() -> Response:
    return redirect(url_for("manager.server"), 303)


def _has_number(state: State) -> bool:
    return state.properties.region in services().routing.regions


def _welcome() -> str:
    data = services().data
    state = states.load(data)
    return render_template(
        "welcome.html",
        status=health.status(data, now()),
        state=state,
        is_ready=state.properties.method is Method.TELEPHONE and _has_number(state),
        telephone=Method.TELEPHONE,
        compromised=Reason.PRIVATE_KEY_COMPROMISED,
    )


def _telephone_page(
    groups: tuple[str, ...],
    error: IDRefusedError | None = None,
    *,
    challenge: str = "",
    answer: str = "",
    challenge_error: str = "",
) -> str:
    data = services().data
    state = states.load(data)
    return render_template(
        "license_server_reactivation.html",
        state=state,
        request_=state.request,
        guidance=telephone.guidance(services().routing, state.properties.region, now()),
        line_code=activation.line_code_of(data),
        reasons=[reason for reason in Reason if reason.key is not None],
        groups=groups or ("",) * entry.COUNT,
        verdicts=entry.verdicts(groups or ("",) * entry.COUNT),
        wrong=error.groups if error else (),
        why=error.why if error else "",
        error=str(error) if error else "",
        challenge=challenge,
        answer=answer,
        challenge_error=challenge_error,
    )


def _answered(groups: tuple[str, ...]) -> Page:
    typed = request.form.get("challenge", "")
    try:
        answer = activation.answer(services().data, typed)
    except CodeError as error:
        return _telephone_page(groups, challenge=typed, challenge_error=str(error)), 422
    return _telephone_page(groups, challenge=typed, answer=answer)


def _enter(groups: tuple[str, ...]) -> None:
    data = services().data
    try:
        entry.require_whole(groups)
    except IDRefusedError as error:
        event_log.record(data, event_log.Kind.ID_REFUSED, now(), why=error.why, groups=error.groups)
        raise
    activation.accept(data, "".join(groups), now())
