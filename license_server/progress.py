"""Where the wizard stands, kept on disk: a closed browser or a killed process loses nothing."""

import dataclasses
from pathlib import Path

from license_server import files
from license_server import state as states


def turn_page(data: Path, *, is_on_telephone_page: bool) -> None:
    """Remember on disk which page of the wizard is open."""
    with files.locked(data):
        state = states.load(data)
        if state.is_on_telephone_page is not is_on_telephone_page:
            fresh = dataclasses.replace(state, is_on_telephone_page=is_on_telephone_page)
            states.save(data, fresh)


def keep_draft(data: Path, groups: tuple[str, ...]) -> None:
    """Keep what is typed so far, so that a closed browser or a killed process loses nothing."""
    with files.locked(data):
        state = states.load(data)
        if state.request is not None and state.draft != groups:
            states.save(data, dataclasses.replace(state, draft=groups))
