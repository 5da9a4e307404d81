"""The Activate and the Reactivate Server Wizard. Which page is open stands on disk."""

from functools import partial
from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from license_server import activation, health, link, progress, properties, telephone
from license_server import state as states
from license_server.errors import InvalidEntryError
from license_server.model import Method, Reason, WizardPage
from license_server.pages import wizard_files, wizard_information, wizard_new_id
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import (
    ACTIVATE,
    REACTIVATE,
    Page,
    Wizard,
    has_number,
    is_ready,
    is_to_be_activated,
    leave,
)

INSTALL_LICENCES: Final = "/licences/install"


def resume(wizard: Wizard) -> Page:
    """Open the wizard where it was left."""
    return wizard.to(wizard.place(states.load(services().data)))


def welcome(wizard: Wizard) -> Page:
    """The first page: what will happen, and by which method."""
    state = states.load(services().data)
    return wizard.to("completing") if state.completed else _welcome(wizard)


def welcome_left(wizard: Wizard) -> Page:
    """Next leads on; Cancel leaves."""
    data = services().data
    state = states.load(data)
    if state.completed is not None:
        return wizard.to("completing")
    if request.form.get("action") == "cancel":
        return wizard.to("cancel") if state.request else leave()
    if wizard.has_connection_method:
        if not is_to_be_activated(state):
            return _welcome(wizard), 409
        progress.turn_page(data, WizardPage.CONNECTION_METHOD)
        return wizard.to("connection-method")
    if not is_ready(state):
        return _welcome(wizard), 409
    compromised = request.form.get("compromised") == "yes"
    return _on(wizard, Reason.PRIVATE_KEY_COMPROMISED if compromised else None)


def connection_method(wizard: Wizard) -> Page:
    """How to reach the clearinghouse; asked when a server is activated."""
    state = states.load(services().data)
    if state.completed is not None or not is_to_be_activated(state):
        return wizard.to("completing" if state.completed else "welcome")
    progress.turn_page(services().data, WizardPage.CONNECTION_METHOD)
    return _connection_method(wizard)


def connection_method_left(wizard: Wizard) -> Page:
    """Next keeps the method in Properties and leads to its page."""
    data = services().data
    state = states.load(data)
    if state.completed is not None:
        return wizard.to("completing")
    match request.form.get("action"):
        case "back":
            progress.turn_page(data, WizardPage.WELCOME)
            return wizard.to("welcome")
        case "cancel":
            return wizard.to("cancel") if state.request else leave()
    chosen, region = request.form.get("method", ""), request.form.get("region", "")
    if chosen not in list(Method):
        return _connection_method(wizard, "method", "Choose a connection method."), 422
    try:
        properties.change(
            data, services().routing, now(), method=Method(chosen), region=region or None
        )
    except InvalidEntryError as error:
        return _connection_method(wizard, error.field, str(error)), 422
    return _on(wizard, None)


def completing(wizard: Wizard) -> Page:
    """The last page: what was reached, what is still to be told, and Finish."""
    data = services().data
    state = states.load(data)
    if state.completed is None:
        return wizard.to(wizard.place(state))
    guidance = None
    if has_number(state):
        guidance = telephone.guidance(services().routing, state.properties.region, now())
    return render_template(
        "completing.html",
        wizard=wizard,
        completed=state.completed,
        status=health.status(data, now()),
        state=state,
        guidance=guidance,
        site=link.load(data),
        line_code=activation.line_code_of(data) if state.held else "",
        can_install=bool(_install_page()),
    )


def completing_left(wizard: Wizard) -> Page:
    """Finish closes the wizard, and opens the next one if that was ticked."""
    del wizard
    activation.finish(services().data)
    following = _install_page()
    is_wanted = request.form.get("install_licences") == "yes"
    return redirect(following, 303) if following and is_wanted else leave()


def cancel(wizard: Wizard) -> Page:
    """Ask what is to become of the open request."""
    if states.load(services().data).request is None:
        return leave()
    return render_template("cancel.html", wizard=wizard)


def cancel_left(wizard: Wizard) -> Page:
    """Carry out what was chosen."""
    match request.form.get("action"):
        case "cancel-request":
            activation.cancel(services().data, now())
        case "back":
            return resume(wizard)
    return leave()


def _on(wizard: Wizard, reason: Reason | None) -> Response:
    data = services().data
    if states.load(data).properties.method is Method.AUTOMATIC:
        progress.turn_page(data, WizardPage.INFORMATION)
        return wizard.to(wizard.information)
    activation.request(data, now(), reason=reason)
    progress.turn_page(data, WizardPage.NEW_ID)
    return wizard.to(wizard.new_id)


def _welcome(wizard: Wizard) -> str:
    data = services().data
    state = states.load(data)
    return render_template(
        "welcome.html",
        wizard=wizard,
        status=health.status(data, now()),
        state=state,
        is_ready=is_ready(state),
        is_to_be_activated=is_to_be_activated(state),
        methods=Method,
        compromised=Reason.PRIVATE_KEY_COMPROMISED,
    )


def _connection_method(wizard: Wizard, wrong: str = "", error: str = "") -> str:
    state = states.load(services().data)
    return render_template(
        "connection_method.html",
        wizard=wizard,
        methods=list(Method),
        method=request.form.get("method", state.properties.method),
        region=request.form.get("region", state.properties.region),
        regions=telephone.choices(services().routing),
        wrong=wrong,
        error=error,
    )


def _install_page() -> str:
    """Name the first page of the Install Licenses Wizard; empty where there is none."""
    rules = sorted(
        rule.rule
        for rule in current_app.url_map.iter_rules()
        if rule.rule == INSTALL_LICENCES or rule.rule.startswith(f"{INSTALL_LICENCES}/")
    )
    return rules[0] if rules else ""


def _blueprint(wizard: Wizard) -> Blueprint:
    made = Blueprint(wizard.name, __name__, url_prefix=f"/{wizard.verb}")
    pages = {
        "welcome": (welcome, welcome_left),
        wizard.information: (wizard_information.asked, wizard_information.left),
        wizard.new_id: (wizard_new_id.shown, wizard_new_id.left),
        "completing": (completing, completing_left),
        "cancel": (cancel, cancel_left),
    }
    if wizard.has_connection_method:
        pages["connection-method"] = (connection_method, connection_method_left)
    made.add_url_rule("", "resume", partial(resume, wizard))
    made.add_url_rule("/check", "check", wizard_new_id.check, methods=["POST"])
    made.add_url_rule("/request-file", "request_file", partial(wizard_files.request_file, wizard))
    taken = partial(wizard_files.answer_file, wizard)
    made.add_url_rule("/answer-file", "answer_file", taken, methods=["POST"])
    for path, (get, post) in pages.items():
        endpoint = path.replace("-", "_")
        made.add_url_rule(f"/{path}", endpoint, partial(get, wizard))
        left = partial(post, wizard)
        made.add_url_rule(f"/{path}", f"{endpoint}_left", left, methods=["POST"])
    return made


blueprint: Final = _blueprint(REACTIVATE)
activate: Final = _blueprint(ACTIVATE)
