"""The page on which a deactivation receipt is typed, and its confirmation read out.

It needs no call in hand: it opens beside the desk, whose voice goes on.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request
from sqlalchemy import Connection

from agent_console import wording
from agent_console.forms import fields, wants_json
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice
from clearinghouse import Actor, Channel, Deactivation, DeactivationCause, Refusal
from codes import deactivation_confirmation, deactivation_receipt, product_id
from codes.errors import CodeError
from data_store import transaction


def add_deactivation(blueprint: Blueprint, services: ConsoleServices) -> None:
    """Add the page to the console's blueprint."""

    @blueprint.get("/deactivation")
    def show_deactivation() -> str:
        return _page({}, None, None)

    @blueprint.post("/deactivation")
    def deactivate() -> tuple[Response | str, int]:
        typed = fields()
        told: Deactivation | None = None
        notice: Notice | None = None
        with transaction(services.engine) as conn:
            # Caught inside, so that a wrong receipt is counted.
            try:
                told = _take(conn, services, typed)
            except Refusal as refusal:
                notice = wording.refusal_notice(refusal)
            except CodeError as error:
                notice = Notice(error.code, str(error))
        status = HTTPStatus.CONFLICT if told is None else HTTPStatus.OK
        if wants_json(request):
            return jsonify(_as_json(told, notice)), status
        return _page(typed, told, notice), status


def _take(
    conn: Connection, services: ConsoleServices, typed: Mapping[str, str]
) -> Deactivation | None:
    known = {cause.value: cause for cause in DeactivationCause}
    return services.clearinghouse.deactivate(
        conn,
        product_id=product_id.validate(typed.get("product_id", "")),
        receipt=deactivation_receipt.validate(typed.get("deactivation_receipt", "")),
        cause=known.get(typed.get("cause", ""), DeactivationCause.CERTIFICATE_EXPIRED),
        channel=Channel.TELEPHONE,
        actor=Actor("representative", g.session.account.login),
        now=services.clock(),
    )


def _page(typed: Mapping[str, str], told: Deactivation | None, notice: Notice | None) -> str:
    groups = deactivation_confirmation.split(told.confirmation) if told else ()
    return render_template(
        "console/deactivation.html",
        typed=typed,
        told=told,
        groups=groups,
        notice=notice,
        causes=wording.DEACTIVATION_CAUSES,
    )


def _as_json(told: Deactivation | None, notice: Notice | None) -> dict[str, Any]:
    return {
        "confirmation": None
        if told is None
        else deactivation_confirmation.format(told.confirmation),
        "issue": None if told is None else told.issue,
        "deactivated_at": None if told is None else told.at.isoformat(),
        "notice": None
        if notice is None
        else {"code": notice.code, "text": notice.text, "say": notice.say},
    }
