"""Client licences in the console tree: license packs, issued licences, reports."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from license_server import health
from license_server.clients import reports, revoking, rules, standing
from license_server.clients.errors import LicenceRefusedError, UnknownLicenceError
from license_server.pages.services import now, services

blueprint = Blueprint("licences", __name__, url_prefix="/licences")
Page = str | tuple[str, int] | Response


@blueprint.get("/packs")
def packs() -> Page:
    """The installed license packs."""
    return _page("license_packs.html")


@blueprint.get("/issued")
def issued() -> Page:
    """The licences that were issued, the newest first."""
    return _page("issued_licences.html")


@blueprint.post("/issued")
def issued_changed() -> Page:
    """Revoke Licence: within what the rules allow, else the next possible date is said."""
    text = request.form.get("licence", "")
    number = int(text) if text.isascii() and text.isdigit() else 0
    try:
        revoking.revoke(services().data, number, now())
    except LicenceRefusedError as error:
        return _page("issued_licences.html", str(error), error.why), 422
    except UnknownLicenceError as error:
        return _page("issued_licences.html", str(error), error.code), 404
    return _page("issued_licences.html", done=f"Licence {number} is revoked.")


@blueprint.get("/issued.csv")
def issued_csv() -> Page:
    """The issued licences as CSV."""
    rows = reports.issued_rows(reports.make(services().data, now()))
    return _file("issued-licences.csv", reports.to_csv(reports.ISSUED_COLUMNS, rows))


@blueprint.get("/reports")
def report() -> Page:
    """What is installed, issued and available; the rules."""
    return _page("licence_reports.html")


@blueprint.get("/reports.csv")
def report_csv() -> Page:
    """The report as CSV."""
    rows = reports.summary_rows(reports.make(services().data, now()))
    return _file("licences.csv", reports.to_csv(reports.SUMMARY_COLUMNS, rows))


def _page(template: str, error: str = "", why: str = "", done: str = "") -> str:
    data = services().data
    return render_template(
        template,
        status=health.note(data, now()),
        report=reports.make(data, now()),
        standing=standing.of(data, now()),
        state_of=reports.state,
        rules=rules.RULES,
        error=error,
        why=why,
        done=done,
    )


def _file(name: str, text: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=disposition)
