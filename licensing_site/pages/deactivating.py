"""Deactivate: a receipt goes in, the confirmation for the wizard comes out."""

from flask import Blueprint
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response

from codes import deactivation_confirmation
from licensing_site import fields, processing
from licensing_site.pages.walk import Page, Task, Walk


class Deactivating(Walk):
    """The end of a license server, until it is activated again."""

    task = Task(
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

    def add_pages(self, site: Blueprint) -> None:
        """Add the pages to the site."""
        super().add_pages(site)
        site.add_url_rule(
            "/deactivate/<handle>/confirmation", "deactivate_confirmation", self.confirmation
        )

    def act(self, handle: str, values: dict[str, str]) -> Response:
        """Deactivate; lead to the confirmation."""
        done = processing.deactivate(self.services, values)
        return self.lead("confirmation", handle, {**values, "confirmation": done.confirmation})

    def confirmation(self, handle: str) -> Page:
        """The confirmation, which the wizard takes."""
        held = self.forms.read(handle).get("confirmation")
        if held is None:
            raise Gone("Nothing was deactivated in this form yet: begin again.")
        groups = deactivation_confirmation.split(held)
        return self.render("confirmation", handle=handle, groups=groups)
