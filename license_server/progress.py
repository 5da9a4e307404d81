"""Where the wizard stands, kept on disk: a closed browser or a killed process loses nothing."""

import dataclasses
from pathlib import Path

from license_server import files
from license_server import state as states
from license_server.model import DeactivationCause, WizardPage
from license_server.state import Properties


def turn_page(data: Path, page: WizardPage) -> None:
    """Remember on disk which page of the wizard is open."""
    with files.locked(data):
        state = states.load(data)
        if state.page is not page:
            states.save(data, dataclasses.replace(state, page=page))


def keep_draft(data: Path, groups: tuple[str, ...]) -> None:
    """Keep what is typed so far, so that a closed browser or a killed process loses nothing."""
    with files.locked(data):
        state = states.load(data)
        if state.request is not None and state.draft != groups:
            states.save(data, dataclasses.replace(state, draft=groups))


def keep_confirmation(data: Path, groups: tuple[str, ...]) -> None:
    """Keep what is typed of a deactivation confirmation so far."""
    with files.locked(data):
        state = states.load(data)
        begun = state.deactivation
        if begun is not None and begun.confirmed_at is None and begun.draft != groups:
            fresh = dataclasses.replace(begun, draft=groups)
            states.save(data, dataclasses.replace(state, deactivation=fresh))


def keep_cause(data: Path, cause: DeactivationCause | None) -> None:
    """Remember the cause that was chosen, for which no receipt was made yet; None forgets it."""
    with files.locked(data):
        state = states.load(data)
        if state.asked_cause is not cause:
            states.save(data, dataclasses.replace(state, asked_cause=cause))


def keep_properties(data: Path, properties: Properties) -> None:
    """Keep what a wizard's page says of the administrator in Properties."""
    with files.locked(data):
        state = states.load(data)
        if state.properties != properties:
            states.save(data, dataclasses.replace(state, properties=properties))
