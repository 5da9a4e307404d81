"""The automatic method's page: who asks and why; Next sends the request and accepts the answer."""

import threading
from typing import Final

from flask import render_template, request

import region_routing
from license_server import clearinghouse_client, contact, health, link, progress
from license_server import state as states
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import (
    CodeRefusedError,
    InvalidEntryError,
    LicenseServerError,
    NoOpenRequestError,
)
from license_server.model import Method, Reason, WizardPage
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, Wizard, is_to_be_activated, leave
from license_server.state import State

# Next pressed twice, or in two tabs, is one request: the second waits for the first one's answer.
_SENDING: Final = threading.Lock()
_UNREACHABLE: Final = 502
_REFUSED: Final = 422


def asked(wizard: Wizard) -> Page:
    """Name, company, country, e-mail, as Properties have them, and the reason."""
    state = states.load(services().data)
    if state.completed is not None or state.properties.method is not Method.AUTOMATIC:
        return wizard.to(wizard.place(state))
    progress.turn_page(services().data, WizardPage.INFORMATION)
    return _page(wizard, state)


def left(wizard: Wizard) -> Page:
    """Next sends; what is typed is kept in Properties, whatever button was chosen."""
    data = services().data
    state = states.load(data)
    if state.completed is not None or state.properties.method is not Method.AUTOMATIC:
        return wizard.to(wizard.place(state))
    progress.keep_properties(data, contact.typed(state.properties, request.form))
    state = states.load(data)
    match request.form.get("action"):
        case "back":
            page = WizardPage.CONNECTION_METHOD
            progress.turn_page(data, page if wizard.has_connection_method else WizardPage.WELCOME)
            return wizard.to(wizard.first)
        case "cancel":
            return wizard.to("cancel") if state.request else leave()
    return _sent(wizard, state)


def _sent(wizard: Wizard, state: State) -> Page:
    data = services().data
    progress.turn_page(data, WizardPage.INFORMATION)
    try:
        contact.require(state.properties, contact.ACTIVATING, dict(region_routing.countries()))
        reason = _reason(state, request.form.get("reason", ""))
        with _SENDING:
            if states.load(data).completed is None:
                clearinghouse_client.reactivate(data, link.load(data), now(), reason=reason)
    except ClearinghouseUnreachable as error:
        return _page(wizard, states.load(data), error), _UNREACHABLE
    except (InvalidEntryError, ClearinghouseRefused, CodeRefusedError, NoOpenRequestError) as error:
        return _page(wizard, states.load(data), error), _REFUSED
    return wizard.to("completing")


def _reason(state: State, chosen: str) -> Reason:
    if is_to_be_activated(state):
        return Reason.FIRST_ACTIVATION
    if chosen not in {reason.value for reason in Reason if reason.key}:
        raise InvalidEntryError("reason", "Choose the reason for the reactivation.")
    return Reason(chosen)


def _page(wizard: Wizard, state: State, error: LicenseServerError | None = None) -> str:
    data = services().data
    status = health.status(data, now())
    proposed = (state.request.reason if state.request else None) or status.proposed_reason
    return render_template(
        "information_needed.html",
        wizard=wizard,
        state=state,
        status=status,
        properties=state.properties,
        countries=region_routing.countries(),
        country=state.properties.country or state.properties.region,
        reasons=[] if is_to_be_activated(state) else [each for each in Reason if each.key],
        reason=request.form.get("reason", proposed or ""),
        proposed=status.proposed_reason,
        wrong=error.field if isinstance(error, InvalidEntryError) else "",
        error=str(error) if error else "",
        why=getattr(error, "why", None) or (error.code if error else ""),
        refused=error if isinstance(error, ClearinghouseRefused) else None,
    )
