"""The two wizards that lead to a new license server ID, and where each stands.

They share one request on disk, so whichever is opened shows the same license server ID.
"""

from dataclasses import dataclass
from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from license_server.model import Method, WizardPage
from license_server.pages.services import services
from license_server.state import State

Page = str | tuple[str, int] | Response


@dataclass(frozen=True, slots=True)
class Wizard:
    """One wizard: its blueprint's name, its pages' paths and titles, its words."""

    name: str
    verb: str
    has_connection_method: bool
    information: str
    new_id: str

    @property
    def title(self) -> str:
        """The wizard's name."""
        return f"{self.verb.capitalize()} Server Wizard"

    def title_of(self, path: str) -> str:
        """The title of a page, which is its path in words."""
        return path.replace("-", " ").title()

    def to(self, path: str) -> Response:
        """Lead to one of the wizard's pages."""
        return redirect(url_for(f"{self.name}.{path.replace('-', '_')}"), 303)

    def place(self, state: State) -> str:
        """Name the page where the wizard stands; it follows the connection method of now."""
        if state.completed is not None:
            return "completing"
        is_automatic = state.properties.method is Method.AUTOMATIC
        match state.page:
            case WizardPage.CONNECTION_METHOD if self.has_connection_method:
                return "connection-method"
            case WizardPage.INFORMATION if is_automatic:
                return self.information
            case WizardPage.NEW_ID if state.request is not None:
                if is_automatic:
                    return self.information
                return self.new_id if is_ready(state) else self.first
        return "welcome"

    @property
    def first(self) -> str:
        """The page on which a missing country or region is made up for."""
        return "connection-method" if self.has_connection_method else "welcome"


REACTIVATE: Final = Wizard(
    name="wizard",
    verb="reactivate",
    has_connection_method=False,
    information="information-needed",
    new_id="license-server-reactivation",
)
ACTIVATE: Final = Wizard(
    name="activate",
    verb="activate",
    has_connection_method=True,
    information="company-information",
    new_id="license-server-activation",
)


def leave() -> Response:
    """Close a wizard."""
    return redirect(url_for("manager.server"), 303)


def has_number(state: State) -> bool:
    """Tell whether a number can be named for the country or region that was chosen."""
    return state.properties.region in services().routing.regions


def is_ready(state: State) -> bool:
    """Tell whether the connection method has all that it needs."""
    return state.properties.method is not Method.TELEPHONE or has_number(state)


def is_to_be_activated(state: State) -> bool:
    """Tell whether the server begins anew: it was never activated, or its deactivation is over."""
    begun = state.deactivation
    return state.held is None or (begun is not None and begun.confirmed_at is not None)
