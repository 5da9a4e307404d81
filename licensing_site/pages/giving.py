"""Walks that end with a code to be typed into the wizard: what goes in, what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response

from codes.groups import SHAPES
from licensing_site import fields, processing
from licensing_site.forms import Forms
from licensing_site.pages.walk import Page, Task, Walk
from licensing_site.services import Services

_CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class Given:
    """The code that a walk ends with: its kind, its page's heading, and what to do with it.

    `name` is by what scripts find it in the page.
    """

    kind: str
    name: str
    heading: str
    advice: tuple[str, ...]


class Giving(Walk):
    """Fields in, a code out; asked again with the same fields, it is the same code."""

    def __init__(
        self,
        services: Services,
        forms: Forms,
        task: Task,
        given: Given,
        get: Callable[[Services, Mapping[str, str]], str],
    ) -> None:
        super().__init__(services, forms)
        self.task = task
        self._given = given
        self._get = get

    def add_pages(self, site: Blueprint) -> None:
        """Add the pages to the site."""
        super().add_pages(site)
        name = self.task.page
        site.add_url_rule(f"/{name}/<handle>/given", f"{name}_given", self.given)

    def act(self, handle: str, values: dict[str, str]) -> Response:
        """Ask the register; lead to the code."""
        return self.lead("given", handle, {**values, _CODE: self._get(self.services, values)})

    def given(self, handle: str) -> Page:
        """The code, in its groups, and what to do with it."""
        held = self.forms.read(handle).get(_CODE)
        if held is None:
            raise Gone("Nothing was given in this form yet: begin again from the first page.")
        groups = SHAPES[self._given.kind].split(held)
        return self.render("given", handle=handle, given=self._given, groups=groups)


DEACTIVATE: Final = Task(
    "deactivate",
    "Deactivate a license server",
    "Its wizard shows a deactivation receipt.",
    "Product ID and receipt stand on the wizard’s page License Server Deactivation.",
    (
        fields.PRODUCT_ID,
        fields.RECEIPT,
        fields.CAUSE,
        fields.FIRST_NAME,
        fields.LAST_NAME,
        fields.PHONE,
        fields.NEEDED_EMAIL,
    ),
    is_ours=True,
)
CONFIRMATION: Final = Given(
    "deactivation_confirmation",
    "confirmation",
    "Deactivation Confirmation",
    (
        "Type these three groups into the wizard’s page License Server Deactivation.",
        "The clearinghouse has the license server as deactivated: it licenses nobody new.",
        "The same receipt gets the same confirmation.",
    ),
)


def walks(services: Services, forms: Forms) -> tuple[Giving, ...]:
    """Make the walks that end with a code for the wizard."""
    return (Giving(services, forms, DEACTIVATE, CONFIRMATION, processing.deactivate),)
