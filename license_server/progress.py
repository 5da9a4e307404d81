"""Where the wizard stands, kept on disk: a closed browser or a killed process loses nothing."""

import dataclasses
from pathlib import Path

from license_server import files
from license_server import state as states
from license_server.model import WizardPage


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
