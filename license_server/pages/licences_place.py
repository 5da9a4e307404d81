"""Where the Manage Licenses Wizard stands, as its pages read it and leave it."""

import dataclasses
from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from license_server import state as states
from license_server.clients import managing
from license_server.clients.managing import Managing
from license_server.pages.services import services
from license_server.pages.wizard_kinds import Page, leave

CODE_PAGES: Final = ("license_code", "obtain_client_license_pack", "completing")


def draft(choice: str = "") -> Managing | None:
    """Read the draft; None where there is none, or where another action was chosen."""
    draft = managing.load(services().data)
    return None if draft is None or choice not in ("", draft.choice) else draft


def ended(draft: Managing | None) -> Page:
    """Cancel forgets what was entered, but never the codes of packs that are removed."""
    if draft is not None and not draft.remaining:
        managing.forget(services().data)
    return leave()


def at(page: str, draft: Managing) -> Response:
    """Keep what was entered, and lead to a page."""
    managing.save(services().data, dataclasses.replace(draft, page=page))
    return to(page)


def state() -> states.State:
    """Read how the server stands."""
    return states.load(services().data)


def to(page: str) -> Response:
    """Lead to one of the wizard's pages."""
    part = "licences_manage_codes" if page in CODE_PAGES else "licences_manage"
    return redirect(url_for(f"{part}.{page}"), 303)
