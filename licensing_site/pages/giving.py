"""Walks that end with a code to be typed into the wizard: what goes in, what comes out."""

import json
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
_FACTS: Final = "facts"
_PACK_FIELDS: Final = (fields.PRODUCT_ID, fields.CURRENT_ID, fields.LICENSE_CODE)


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
        get: Callable[[Services, Mapping[str, str]], processing.Given],
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
        got = self._get(self.services, values)
        return self.lead(
            "given", handle, {**values, _CODE: got.code, _FACTS: json.dumps(got.facts)}
        )

    def given(self, handle: str) -> Page:
        """The code, in its groups, and what to do with it."""
        values = self.forms.read(handle)
        if _CODE not in values:
            raise Gone("Nothing was given in this form yet: begin again from the first page.")
        groups = SHAPES[self._given.kind].split(values[_CODE])
        facts = json.loads(values[_FACTS])
        return self.render("given", handle=handle, given=self._given, groups=groups, facts=facts)


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


INSTALL: Final = Task(
    "install",
    "Install client access licenses",
    "You have a license code, and an activated license server.",
    "The license code stands on the receipt of your purchase; Licensing Manager shows the rest.",
    _PACK_FIELDS,
)
MANAGE: Final = Task(
    "manage",
    "Manage client licences",
    "Recover a license pack, or migrate it from another license server.",
    "A license pack ID holds for one license server and its current license server ID alone.",
    (*_PACK_FIELDS, fields.MOVE),
)
LICENSE_PACK: Final = Given(
    "license_pack_id",
    "license-pack-id",
    "License Pack ID",
    (
        "Type these seven groups into the wizard, where it asks for the license pack ID.",
        "Keep a copy. The same license code gets the same license pack ID here.",
        "Once the license server is reactivated, it gets a new one.",
    ),
)


def deactivating(services: Services, forms: Forms) -> Giving:
    """Make the walk from a deactivation receipt to its confirmation."""
    return Giving(services, forms, DEACTIVATE, CONFIRMATION, processing.deactivate)


def licensing(services: Services, forms: Forms) -> tuple[Giving, Giving]:
    """Make the walks from a license code to a license pack ID: installed, and managed."""
    return (
        Giving(services, forms, INSTALL, LICENSE_PACK, processing.install),
        Giving(services, forms, MANAGE, LICENSE_PACK, processing.move),
    )
