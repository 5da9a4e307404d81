"""The Deactivate Server Wizard. Where it stands follows from what is on disk."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from codes.groups import DEACTIVATION_CONFIRMATION
from license_server import (
    clearinghouse_client,
    contact,
    deactivation,
    entry,
    health,
    link,
    progress,
    telephone,
)
from license_server import state as states
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import (
    CodeRefusedError,
    ConfirmationRefusedError,
    InvalidEntryError,
    LicenseServerError,
    NoDeactivationError,
)
from license_server.model import DeactivationCause, Method
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, leave
from license_server.state import State

blueprint = Blueprint("deactivate", __name__, url_prefix="/deactivate")


@blueprint.get("")
def resume() -> Page:
    """Open the wizard where it was left."""
    return _to(_place(states.load(services().data)))


@blueprint.get("/information-needed")
def information_needed() -> Page:
    """The first page: name, phone and e-mail for confirmation, and the cause."""
    state = states.load(services().data)
    return _to(_place(state)) if state.deactivation else _information(state)


@blueprint.post("/information-needed")
def information_needed_left() -> Page:
    """Next sends by the automatic method, and else leads to the receipt; Cancel leaves."""
    data = services().data
    state = states.load(data)
    if state.deactivation is not None:
        return _to(_place(state))
    if request.form.get("action") == "cancel":
        progress.keep_cause(data, None)
        return leave()
    progress.keep_properties(data, contact.typed(state.properties, request.form))
    state = states.load(data)
    is_automatic = state.properties.method is Method.AUTOMATIC
    try:
        _require_activated(state)
        cause = _cause(request.form.get("cause", ""))
        needed = contact.DEACTIVATING
        is_online = state.properties.method is not Method.TELEPHONE
        needed = needed | {"email"} if is_online else needed
        contact.require(state.properties, needed)
        if not is_automatic:
            progress.keep_cause(data, cause)
            return _to("license_server_deactivation")
        clearinghouse_client.deactivate(data, link.load(data), now(), cause=cause)
    except (ClearinghouseUnreachable, ClearinghouseRefused, CodeRefusedError) as error:
        return _stopped(error)
    except InvalidEntryError as error:
        return _information(state, error), 422
    return _to("completing")


@blueprint.get("/license-server-deactivation")
def license_server_deactivation() -> Page:
    """The warning, and once it was heeded the receipt and where the confirmation is typed."""
    state = states.load(services().data)
    if _place(state) != "license_server_deactivation":
        return _to(_place(state))
    begun = state.deactivation
    return _receipt(begun.draft) if begun else _warning(state)


@blueprint.post("/license-server-deactivation")
def license_server_deactivation_left() -> Page:
    """Show makes the receipt, Send sends it, Next takes the confirmation; Cancel keeps all."""
    data = services().data
    state = states.load(data)
    if _place(state) != "license_server_deactivation":
        return _to(_place(state))
    action = request.form.get("action")
    if state.deactivation is None:
        return _heeded(state, action)
    groups = entry.read(request.form, DEACTIVATION_CONFIRMATION)
    progress.keep_confirmation(data, groups)
    try:
        match action:
            case "cancel":
                return leave()
            case "send":
                clearinghouse_client.deactivate(data, link.load(data), now())
            case _:
                deactivation.confirm(data, "".join(groups), now())
    except (ClearinghouseUnreachable, ClearinghouseRefused) as error:
        return _stopped(error)
    except ConfirmationRefusedError as error:
        return _receipt(groups, error), 422
    return _to("completing")


@blueprint.post("/check")
def check() -> tuple[dict[str, object], int] | dict[str, object]:
    """Judge the groups typed so far, for the ticks beside the fields; keeps them as a draft."""
    document = request.get_json(silent=True)
    typed = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return {"error": "Send the groups as a list of texts."}, 400
    groups = entry.spread(typed, DEACTIVATION_CONFIRMATION)
    progress.keep_confirmation(services().data, groups)
    marks = zip(entry.verdicts(groups), groups, strict=True)
    said = [
        {"group": mark.group, "text": text, "mark": mark.mark.value, "message": mark.message}
        for mark, text in marks
    ]
    return {"groups": said, "whole": ""}


@blueprint.get("/completing")
def completing() -> Page:
    """The last page: the server is deactivated, and what that means."""
    data = services().data
    state = states.load(data)
    if _place(state) != "completing":
        return _to(_place(state))
    status = health.status(data, now())
    return render_template("deactivated.html", state=state, status=status)


@blueprint.post("/completing")
def completing_left() -> Page:
    """Finish closes the wizard."""
    deactivation.close(services().data)
    return leave()


def _place(state: State) -> str:
    begun = state.deactivation
    if begun is None:
        return "license_server_deactivation" if state.asked_cause else "information_needed"
    if begun.confirmed_at is None:
        return "license_server_deactivation"
    return "closed" if begun.is_closed else "completing"


def _to(page: str) -> Response:
    return leave() if page == "closed" else redirect(url_for(f"deactivate.{page}"), 303)


def _require_activated(state: State) -> None:
    if state.held is None:
        raise InvalidEntryError(
            "cause", "This server was never activated, so there is nothing to deactivate."
        )


def _cause(chosen: str) -> DeactivationCause:
    if chosen not in list(DeactivationCause):
        raise InvalidEntryError("cause", "Choose the cause of the deactivation.")
    return DeactivationCause(chosen)


def _heeded(state: State, action: str | None) -> Page:
    data = services().data
    match action:
        case "show" if state.asked_cause is not None:
            deactivation.begin(data, state.asked_cause, now())
            return _to("license_server_deactivation")
        case "cancel":
            progress.keep_cause(data, None)
            return leave()
        case "back":
            progress.keep_cause(data, None)
            return _to("information_needed")
    return _to("license_server_deactivation")


def _stopped(error: LicenseServerError) -> tuple[str, int]:
    """Say what the clearinghouse said, on the page where the wizard stands now."""
    status = 502 if isinstance(error, ClearinghouseUnreachable) else 422
    state = states.load(services().data)
    begun = state.deactivation
    return (_receipt(begun.draft, error) if begun else _information(state, error)), status


def _information(state: State, error: LicenseServerError | None = None) -> str:
    status = health.status(services().data, now())
    return render_template(
        "deactivation_information.html",
        state=state,
        status=status,
        properties=state.properties,
        methods=Method,
        causes=list(DeactivationCause),
        cause=request.form.get("cause", state.asked_cause or status.proposed_cause or ""),
        proposed=status.proposed_cause,
        wrong=error.field if isinstance(error, InvalidEntryError) else "",
        error=str(error) if error else "",
        why=_word(error),
        refused=error if isinstance(error, ClearinghouseRefused) else None,
    )


def _warning(state: State) -> str:
    return render_template(
        "deactivation_warning.html", state=state, cause=state.asked_cause, methods=Method
    )


def _receipt(groups: tuple[str, ...], error: LicenseServerError | None = None) -> str:
    data = services().data
    state = states.load(data)
    begun = state.deactivation
    if begun is None:
        raise NoDeactivationError("This server shows no deactivation receipt.")
    shown = groups or ("",) * DEACTIVATION_CONFIRMATION.count
    wrong = error.groups if isinstance(error, ConfirmationRefusedError) else ()
    return render_template(
        "license_server_deactivation.html",
        state=state,
        receipt=begun.receipt,
        methods=Method,
        site=link.load(data),
        guidance=telephone.guidance(services().routing, state.properties.region, now()),
        groups=shown,
        verdicts=entry.verdicts(shown),
        wrong=wrong,
        error=str(error) if error else "",
        why=_word(error),
    )


def _word(error: LicenseServerError | None) -> str:
    return "" if error is None else getattr(error, "why", error.code)
