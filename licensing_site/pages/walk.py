"""A walk through pages: fields, a page to verify everything, and what comes of it.

Whatever is sent leads on by a redirect, back to the same page where something is wrong with it: so
reloading and going back never send anything twice.
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
FAULTY: Final = "faulty"
REFUSAL: Final = "refusal"
ERROR: Final = "error"
TYPED: Final = "typed"
_PASSING: Final = frozenset({FAULTY, REFUSAL, ERROR, TYPED})
"""What is kept for the very next page alone."""
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
        site.add_url_rule(f"{own}/refused", f"{name}_refused", self.refused)
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
        """The form once more, with what was typed before and what is wrong with it."""
        values = self.forms.read(handle)
        if request.method == "POST":
            return self._entered(handle)
        return self._form(values, self._faults(values) if FAULTY in values else {})

    def verify(self, handle: str) -> Page:
        """Everything that was typed, to be compared; Next acts."""
        values = self.forms.read(handle)
        if FAULTY in values:
            return redirect(self.url("fields", handle), 303)
        if request.method == "POST":
            try:
                return self.act(handle, values)
            except Refusal as refusal:
                return self.refuse(handle, values, refusal)
        codes, facts = self._shown(values)
        return self.render("verify", handle=handle, codes=codes, facts=facts)

    def refused(self, handle: str) -> Page:
        """Why the register said no."""
        held = self.forms.read(handle).get(REFUSAL)
        if held is None:
            return redirect(self.url("verify", handle), 303)
        return self.render("refused", handle=handle, told=wording.read(held))

    def finish(self, handle: str) -> Page:
        """Forget what was typed, and lead to the first page."""
        response = redirect(url_for("site.select_option"), 303)
        return self.forms.forget(response, self.url("fields", handle))

    # What walks share

    def url(self, step: str, handle: str) -> str:
        """Give the address of a step."""
        return url_for(f"site.{self.task.page}_{step}", handle=handle)

    def lead(self, step: str, handle: str, values: Mapping[str, str], **passing: str) -> Response:
        """Keep the form and lead to a step; `passing` is for that step alone."""
        kept = {name: value for name, value in values.items() if name not in _PASSING}
        response = redirect(self.url(step, handle), 303)
        path = self.url("fields", handle)
        return self.forms.keep(response, path, handle, {**kept, **passing})

    def refuse(self, handle: str, values: Mapping[str, str], refusal: Refusal) -> Response:
        """Lead to the page of a refusal."""
        told = wording.written(wording.told(refusal))
        return self.lead("refused", handle, values, **{REFUSAL: told})

    def render(self, page: str, **values: object) -> str:
        """Render a page of this task."""
        return render_template(f"site/{page}.html", task=self.task, walk=self, **values)

    def _entered(self, handle: str) -> Response:
        values = fields.read(self.task.fields, request.form)
        if self._faults(values):
            return self.lead("fields", handle, values, **{FAULTY: "yes"})
        return self.lead("verify", handle, values)

    def _faults(self, values: Mapping[str, str]) -> dict[str, str]:
        return fields.faults(self.task.fields, values, self.services.routing)

    def _form(self, values: Mapping[str, str], found: Mapping[str, str]) -> str:
        regions = self.services.routing.named_regions(PAGE_LANGUAGE)
        return self.render("fields", values=values, faults=found, regions=regions)

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
            facts.append((each.short or each.label, value or "none"))
        return codes, facts
