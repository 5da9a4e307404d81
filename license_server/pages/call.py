"""What the telephone page brings beside the form: call sheet, QR code, restoring of a group."""

import io
from typing import Final

import segno
from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from license_server import (
    activation,
    entry,
    event_log,
    health,
    link,
    mending,
    progress,
    telephone,
)
from license_server import state as states
from license_server.model import Reason
from license_server.pages.services import now, services

blueprint = Blueprint("call", __name__, url_prefix="/call")
Page = str | tuple[str, int] | Response

# The pages that a new license server ID is typed into.
_PAGES: Final = (
    "/reactivate/license-server-reactivation",
    "/activate/license-server-activation",
)
_QUIET_ZONE: Final = 4


@blueprint.app_context_processor
def _beside_the_form() -> dict[str, object]:
    return {"site_url": site_url, "restorable": _restorable}


def site_url() -> str:
    """The licensing site's address; empty where none is known."""
    known = link.load(services().data)
    return known.site_url if known else ""


@blueprint.get("/sheet")
def sheet() -> Page:
    """One page to print and take to the telephone."""
    data = services().data
    state = states.load(data)
    guidance = telephone.guidance(services().routing, state.properties.region, now())
    if state.request is None or guidance is None:
        return redirect(_PAGES[0], 303)
    return render_template(
        "call_sheet.html",
        status=health.status(data, now()),
        state=state,
        request_=state.request,
        guidance=guidance,
        line_code=activation.line_code_of(data),
        reasons=[reason for reason in Reason if reason.key is not None],
        groups=entry.COUNT,
        width=entry.WIDTH,
        page=_PAGES[state.request.reason is Reason.FIRST_ACTIVATION],
    )


@blueprint.get("/dial.svg")
def dial() -> Page:
    """A QR code that dials the number, and no more: a telephone that scans it asks before."""
    region = states.load(services().data).properties.region
    guidance = telephone.guidance(services().routing, region, now())
    if guidance is None:
        abort(404)
    drawn = io.BytesIO()
    code = segno.make(f"tel:{guidance.e164}", error="m", micro=False)
    # Dark on white whatever the page's colours are: many cameras read nothing else.
    code.save(
        drawn, kind="svg", scale=4, border=_QUIET_ZONE, dark="#000", light="#fff", xmldecl=False
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/restorable")
def restorable() -> dict[str, object] | tuple[dict[str, object], int]:
    """Say which group of those typed can be restored, if one can."""
    document = request.get_json(silent=True)
    typed = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return {"error": "Send the groups as a list of texts."}, 400
    offered = mending.offer(services().data, entry.spread(typed))
    if offered is None:
        return {"group": None}
    return {
        "group": offered.group,
        "digits": offered.digits,
        "is_missing": offered.is_missing,
        "sentence": offered.sentence,
    }


@blueprint.post("/restore")
def restore() -> Page:
    """Fill the group in after the administrator's yes; Next judges the whole as ever."""
    data = services().data
    groups = entry.read(request.form)
    page = request.form.get("page", "")
    offered = mending.offer(data, groups)
    if offered is not None:
        groups = mending.mended(groups, offered)
        event_log.record(data, event_log.Kind.GROUP_RESTORED, now(), group=offered.group)
    progress.keep_draft(data, groups)
    return redirect(page if page in _PAGES else _PAGES[0], 303)


def _restorable(groups: tuple[str, ...]) -> mending.Offer | None:
    return mending.offer(services().data, groups)
