"""The first page: what is to be done."""

from collections.abc import Sequence
from typing import Protocol

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licensing_site.pages.walk import Task


class Option(Protocol):
    """What the list shows of a walk through pages."""

    @property
    def task(self) -> Task:
        """What is done there."""


def add_pages(site: Blueprint, walks: Sequence[Option]) -> None:
    """Add the page to the site."""
    tasks = {walk.task.page: walk.task for walk in walks}

    def select_option() -> Response | str | tuple[str, int]:
        chosen = request.form.get("option", "")
        if chosen in tasks:
            return redirect(url_for(f"site.{chosen}_begin"), 303)
        if request.method == "POST":
            error = "Choose what is to be done."
            page = render_template("site/options.html", tasks=tasks.values(), error=error)
            return page, 422
        return render_template("site/options.html", tasks=tasks.values(), chosen="reactivate")

    site.add_url_rule("/", "select_option", select_option, methods=["GET", "POST"])
