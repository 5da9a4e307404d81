"""Activate and Reactivate: up to the new license server ID, and its confirmation."""

from collections.abc import Mapping
from typing import Final

import segno
from flask import Blueprint, request
from markupsafe import Markup
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response

from clearinghouse import Reason, Refusal, RefusalCode, RequestState
from codes import case_number, new_license_server_id
from codes.errors import CodeError
from licensing_site import fields, processing, wording
from licensing_site.fields import Field
from licensing_site.forms import Forms
from licensing_site.pages.walk import ERROR, TYPED, Page, Task, Walk
from licensing_site.services import Services

_WHO: Final = (
    fields.FIRST_NAME,
    fields.LAST_NAME,
    fields.COMPANY,
    fields.COUNTRY,
    fields.EMAIL,
)
_IDS: Final = (fields.PRODUCT_ID, fields.LICENSE_SERVER_ID)
_LONGEST_TYPED: Final = 20


class Reactivating(Walk):
    """A new license server ID; `reason` where there is no choice of one."""

    def __init__(
        self, services: Services, forms: Forms, task: Task, reason: Reason | None = None
    ) -> None:
        super().__init__(services, forms)
        self.task = task
        self._reason = reason

    def add_pages(self, site: Blueprint) -> None:
        """Add the pages to the site."""
        super().add_pages(site)
        name, both = self.task.page, ["GET", "POST"]
        own = f"/{name}/<handle>"
        site.add_url_rule(f"{own}/challenge", f"{name}_challenge", self.challenge, methods=both)
        site.add_url_rule(f"{own}/new-id", f"{name}_new_id", self.new_id)
        site.add_url_rule(f"{own}/confirm", f"{name}_confirm", self.confirm, methods=both)
        site.add_url_rule(f"{own}/confirmed", f"{name}_confirmed", self.confirmed)

    def act(self, handle: str, values: dict[str, str]) -> Response:
        """Ask the register; lead to the new ID, or to the challenge before it."""
        return self._ask(handle, values, "")

    def challenge(self, handle: str) -> Page:
        """Four digits for the wizard, and its answer."""
        values = self.forms.read(handle)
        if "challenge" not in values:
            raise Gone("No challenge was given in this form: begin again from the first page.")
        if request.method != "POST":
            return self._asking("challenge", handle, values, digits=values["challenge"])
        answer = request.form.get("answer", "").strip()
        if not answer:
            return self._again(
                "challenge", handle, values, "Type the answer that the wizard shows."
            )
        try:
            return self._ask(handle, values, answer)
        except CodeError as error:
            return self._again("challenge", handle, values, str(error), answer)
        except Refusal as refusal:
            if refusal.code is not RefusalCode.CHALLENGE_NEEDED:
                return self.refuse(handle, values, refusal)
            return self._again("challenge", handle, values, _in_short(refusal), answer)

    def new_id(self, handle: str) -> Page:
        """The new license server ID, and what to do with it."""
        shown = self._issued(handle)
        new_id = shown.request.new_license_server_id or ""
        said = new_license_server_id.parse(new_id)
        drawn = segno.make(new_license_server_id.format(new_id), error="m")
        return self.render(
            "new_id",
            handle=handle,
            shown=shown,
            groups=new_license_server_id.split(new_id),
            valid_until=said.last_moment,
            case_number=case_number.format(shown.request.case_number),
            # Drawn by the library from digits alone.
            qr=Markup(drawn.svg_inline(scale=4, border=4, light="#fff")),  # noqa: S704
            is_compromised=shown.request.reason is Reason.PRIVATE_KEY_COMPROMISED,
            is_confirmed=shown.request.state is RequestState.CONFIRMED,
        )

    def confirm(self, handle: str) -> Page:
        """The closing code, by which the wizard shows that it has accepted the ID."""
        values, shown = self.forms.read(handle), self._issued(handle)
        if request.method != "POST":
            return self._asking("confirm", handle, values)
        typed = request.form.get("closing_code", "").strip()
        if not typed:
            return self._again("confirm", handle, values, "Type the closing code of the wizard.")
        try:
            processing.confirm(self.services, shown.request.id, typed)
        except CodeError as error:
            return self._again("confirm", handle, values, str(error), typed)
        except Refusal as refusal:
            return self._again("confirm", handle, values, _in_short(refusal), typed)
        return self.lead("confirmed", handle, values)

    def confirmed(self, handle: str) -> Page:
        """The end: the clearinghouse knows that the ID is in use."""
        return self.render("confirmed", handle=handle, shown=self._issued(handle))

    def _ask(self, handle: str, values: dict[str, str], answer: str) -> Response:
        asked = values if self._reason is None else {**values, "reason": self._reason.value}
        outcome = processing.issue(self.services, asked, answer)
        if isinstance(outcome, processing.Challenged):
            return self.lead("challenge", handle, {**values, "challenge": outcome.challenge})
        return self.lead("new_id", handle, {**values, "request": str(outcome.request.id)})

    def _issued(self, handle: str) -> processing.Shown:
        held = self.forms.read(handle).get("request")
        if held is None:
            raise Gone("No new license server ID was issued in this form yet: begin again.")
        try:
            return processing.show(self.services, int(held))
        except LookupError as error:
            raise Gone("The register doesn't know this request any more: begin again.") from error

    def _asking(self, page: str, handle: str, values: Mapping[str, str], **more: object) -> str:
        """A page that asks for a short code, with what is wrong with the one typed before."""
        said = {"error": values.get(ERROR, ""), "typed": values.get(TYPED, "")}
        return self.render(page, handle=handle, **said, **more)

    def _again(
        self, step: str, handle: str, values: Mapping[str, str], error: str, typed: str = ""
    ) -> Response:
        return self.lead(step, handle, values, **{ERROR: error, TYPED: typed[:_LONGEST_TYPED]})


def _in_short(refusal: Refusal) -> str:
    told = wording.told(refusal)
    facts = [f"{name}: {value}." for name, value in told.facts]
    return " ".join((told.sentence, *facts, told.advice))


def walks(services: Services, forms: Forms) -> tuple[Walk, Walk]:
    """Make the two walks that end with a new license server ID."""
    activate = Task(
        "activate",
        "Activate a license server",
        "It was never activated, or it was deactivated.",
        "Both IDs stand on the wizard’s page License Server Activation.",
        (*_IDS, *_WHO),
    )
    reasons: tuple[Field, ...] = (*_IDS, fields.REASON, *_WHO)
    reactivate = Task(
        "reactivate",
        "Reactivate a license server",
        "Its certificate expired or was corrupted, the server was upgraded or redeployed, or its "
        "private key was compromised.",
        "Both IDs stand on the wizard’s page License Server Reactivation.",
        reasons,
    )
    return (
        Reactivating(services, forms, activate, Reason.FIRST_ACTIVATION),
        Reactivating(services, forms, reactivate),
    )
