"""A walk through pages: fields, a page to verify everything, and what comes of it.

Each page that was filled in well leads to the next by a redirect, so reloading and going back
never send anything twice.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clearinghouse import Refusal
from codes.groups import SHAPES
from licensing_site import fields, wording
from licensing_site.fields import Field, Widget
from licensing_site.forms import Forms
from licensing_site.services import Services

PAGE_LANGUAGE: Final = "en-GB"
UNPROCESSABLE: Final = 422
Page = str | tuple[str, int] | Response


@dataclass(frozen=True, slots=True)
class Task:
    """What is done in a walk; `page` is its part of the address, `is_ours` marks an addition."""

    page: str
    title: str
    hint: str
    intro: str
    fields: tuple[Field, ...]
    is_ours: bool = False


class Walk(ABC):
    """Pages that are the same for all tasks; `act` does what was asked."""

    task: Task

    def __init__(self, services: Services, forms: Forms) -> None:
        self.services = services
        self.forms = forms

    def add_pages(self, site: Blueprint) -> None:
        """Add the pages to the site."""
        name, both = self.task.page, ["GET", "POST"]
        own = f"/{name}/<handle>"
        site.add_url_rule(f"/{name}", f"{name}_begin", self.begin, methods=both)
        site.add_url_rule(own, f"{name}_fields", self.change, methods=both)
        site.add_url_rule(f"{own}/verify", f"{name}_verify", self.verify, methods=both)
        site.add_url_rule(f"{own}/finish", f"{name}_finish", self.finish, methods=["POST"])

    @abstractmethod
    def act(self, handle: str, values: dict[str, str]) -> Response:
        """Do what was asked and lead to the next page. Raises Refusal."""

    def begin(self) -> Page:
        """An empty form, and what was typed into it."""
        if request.method == "POST":
            return self._entered(self.forms.new_handle())
        return self._form({}, {})

    def change(self, handle: str) -> Page:
        """The form once more, with what was typed before."""
        values = self.forms.read(handle)
        if request.method == "POST":
            return self._entered(handle)
        return self._form(values, {}, handle)

    def verify(self, handle: str) -> Page:
        """Everything that was typed, to be compared; Next acts."""
        values = self.forms.read(handle)
        if request.method == "POST":
            try:
                return self.act(handle, values)
            except Refusal as refusal:
                return self.refused(handle, refusal)
        codes, facts = self._shown(values)
        return self.render("verify", handle=handle, codes=codes, facts=facts)

    def finish(self, handle: str) -> Page:
        """Forget what was typed, and lead to the first page."""
        response = redirect(url_for("site.select_option"), 303)
        return self.forms.forget(response, self.url("fields", handle))

    # What walks share

    def url(self, step: str, handle: str) -> str:
        """Give the address of a step."""
        return url_for(f"site.{self.task.page}_{step}", handle=handle)

    def lead(self, step: str, handle: str, values: Mapping[str, str]) -> Response:
        """Keep the form and lead to a step."""
        response = redirect(self.url(step, handle), 303)
        return self.forms.keep(response, self.url("fields", handle), handle, values)

    def refused(self, handle: str, refusal: Refusal) -> Page:
        """The page of a refusal."""
        return self.render("refused", handle=handle, told=wording.told(refusal)), UNPROCESSABLE

    def render(self, page: str, **values: object) -> str:
        """Render a page of this task."""
        return render_template(f"site/{page}.html", task=self.task, walk=self, **values)

    def _entered(self, handle: str) -> Page:
        values = fields.read(self.task.fields, request.form)
        found = fields.faults(self.task.fields, values, self.services.routing)
        if found:
            return self._form(values, found), UNPROCESSABLE
        return self.lead("verify", handle, values)

    def _form(
        self, values: Mapping[str, str], found: Mapping[str, str], handle: str | None = None
    ) -> str:
        routing = self.services.routing
        named = [(code, routing.region_name(code, PAGE_LANGUAGE)) for code in routing.regions]
        regions = sorted(named, key=lambda pair: pair[1])
        return self.render("fields", values=values, faults=found, regions=regions, handle=handle)

    def _shown(
        self, values: Mapping[str, str]
    ) -> tuple[list[tuple[str, str, tuple[str, ...]]], list[tuple[str, str]]]:
        """Part what was typed into codes, in their groups, and facts, in words."""
        codes, facts = [], []
        for each in self.task.fields:
            value = values[each.name]
            match each.widget:
                case Widget.CODE:
                    codes.append((each.name, each.label, SHAPES[each.name].split(value)))
                    continue
                case Widget.CHOICE:
                    value = each.choices[value]
                case Widget.COUNTRY:
                    value = self.services.routing.region_name(value, PAGE_LANGUAGE)
            facts.append((each.label, value or "none"))
        return codes, facts
