"""A request file from a license server goes in, the answer file comes out."""

import json
from typing import Final

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from clearinghouse import AutomaticRequest, Refusal
from clearinghouse.documents import DocumentError, answer_document, parse_request
from codes import license_server_id, product_id
from licensing_site import fields, processing, wording
from licensing_site.pages.walk import PAGE_LANGUAGE, Page, Task
from licensing_site.services import Services

ANSWER_FILE: Final = "activation-line-answer.json"
_LARGEST: Final = 32 * 1024
_UNPROCESSABLE: Final = 422


class RequestFiles:
    """The whole request on a stick: signing request, proof and contact."""

    task = Task(
        "file",
        "Upload a request file",
        "The license server wrote its request to a file, on a stick for instance.",
        "",
        (),
        is_ours=True,
    )

    def __init__(self, services: Services) -> None:
        self._services = services

    def add_pages(self, site: Blueprint) -> None:
        """Add the pages to the site."""
        site.add_url_rule("/file", "file_begin", self.choose)
        site.add_url_rule("/file", "file_verify", self.verify, methods=["POST"])
        site.add_url_rule("/file/answer", "file_answer", self.answer, methods=["POST"])

    def choose(self) -> Page:
        """Ask for the file."""
        return self._choose()

    def verify(self) -> Page:
        """Show what the file asks for; it goes on in the page itself, whole."""
        sent = request.files.get("document")
        if sent is None or not sent.filename:
            return self._choose("Choose the request file.")
        content = sent.stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return self._choose("The file is larger than any request file: choose another one.")
        try:
            text = content.decode("utf-8-sig")
            asked = _parsed(text)
        except (UnicodeError, json.JSONDecodeError, RecursionError):
            return self._choose("This file is no request file: it holds no JSON document.")
        except DocumentError as error:
            return self._choose(f"The request file can't be taken. {error}")
        return self._render(
            "file_verify",
            document=text,
            codes=[
                ("product_id", "Product ID", product_id.split(asked.product_id)),
                (
                    "license_server_id",
                    "License server ID",
                    license_server_id.split(asked.license_server_id),
                ),
            ],
            facts=self._facts(asked),
        )

    def answer(self) -> Page:
        """Give the answer file."""
        try:
            asked = _parsed(request.form.get("document", ""))
        except (json.JSONDecodeError, RecursionError, DocumentError):
            return self._choose("The request file was changed on the way: choose it again.")
        try:
            answered = processing.answer_file(self._services, asked)
        except Refusal as refusal:
            return self._render("file_refused", told=wording.told(refusal)), _UNPROCESSABLE
        body = json.dumps(answer_document(answered), indent=2) + "\n"
        disposition = {"Content-Disposition": f'attachment; filename="{ANSWER_FILE}"'}
        return Response(body, mimetype="application/json", headers=disposition)

    def _facts(self, asked: AutomaticRequest) -> list[tuple[str, str]]:
        who = asked.contact
        country = self._services.routing.region_name(who.country, PAGE_LANGUAGE)
        reason = fields.REASON.choices.get(asked.reason, "First activation")
        return [
            ("Reason", reason),
            ("Server name", asked.server_name),
            ("Name", f"{who.first_name} {who.last_name}".strip() or "none"),
            ("Company", who.company or "none"),
            ("Country or region", country or "none"),
            ("E-mail", who.email or "none"),
            ("Phone", who.phone or "none"),
        ]

    def _choose(self, error: str = "") -> Page:
        page = self._render("file", error=error)
        return (page, _UNPROCESSABLE) if error else page

    def _render(self, page: str, **values: object) -> str:
        return render_template(f"site/{page}.html", task=self.task, **values)


def _parsed(text: str) -> AutomaticRequest:
    return parse_request(json.loads(text))
