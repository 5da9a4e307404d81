"""The page on which a caller's license code is typed, and the license pack ID read out.

It needs no call in hand: it opens beside the desk, whose voice goes on.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, g, jsonify, render_template, request
from sqlalchemy import Connection

from agent_console import wording
from agent_console.forms import fields, wants_json
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice
from clearinghouse import Actor, Channel, Refusal
from clearinghouse.packs import InstalledPack, PackKind
from codes import license_code, license_pack_id, new_license_server_id, product_id
from codes.errors import CodeError
from data_store import transaction

_KINDS: Final = {PackKind.PER_DEVICE: "per device", PackKind.PER_USER: "per user"}
_CODES: Final = (
    ("product_id", "product ID", product_id),
    ("current_license_server_id", "current license server ID", new_license_server_id),
    ("license_code", "license code", license_code),
)
_ACTS: Final = ("install", "migrate", "recover")
_NO_PACKS: Final = Notice(
    "no_packs",
    "The register has no packs of this license server.",
    "I find no license packs of this license server. Do you have a license code at hand?",
)


def add_license_packs(blueprint: Blueprint, services: ConsoleServices) -> None:
    """Add the page to the console's blueprint."""

    @blueprint.get("/license-packs")
    def show_license_packs() -> str:
        return _page({}, [], None)

    @blueprint.post("/license-packs")
    def give_license_packs() -> tuple[Response | str, int]:
        typed = fields()
        given: list[InstalledPack] = []
        notice = _fault(typed)
        if notice is None:
            try:
                with transaction(services.engine) as conn:
                    given = _give(conn, services, typed)
            except Refusal as refusal:
                notice = wording.refusal_notice(refusal)
            else:
                notice = None if given else _NO_PACKS
        status = HTTPStatus.OK if given else HTTPStatus.CONFLICT
        if wants_json(request):
            return jsonify(_as_json(given, notice)), status
        return _page(typed, given, notice), status


def _fault(typed: Mapping[str, str]) -> Notice | None:
    """Name the first thing that is wrong with what was typed."""
    act = typed.get("act", "install")
    if act not in _ACTS:
        return Notice("act_unknown", "Choose Install, Migrate or Recover.")
    for field, name, kind in _CODES:
        if field == "license_code" and act == "recover":
            continue
        try:
            kind.validate(typed.get(field, ""))
        except CodeError as error:
            say = f"Please read me the {name} once more, group by group."
            return Notice(error.code, f"The {name}: {error}", say)
    return None


def _give(
    conn: Connection, services: ConsoleServices, typed: Mapping[str, str]
) -> list[InstalledPack]:
    house = services.clearinghouse
    asking: dict[str, Any] = {
        "product_id": product_id.validate(typed["product_id"]),
        "current_id": new_license_server_id.validate(typed["current_license_server_id"]),
        "channel": Channel.TELEPHONE,
        "actor": Actor("representative", g.session.account.login),
        "now": services.clock(),
    }
    act = typed.get("act", "install")
    if act == "recover":
        return house.recover_packs(conn, **asking)
    give = house.migrate_pack if act == "migrate" else house.install_pack
    return [give(conn, license_code=license_code.validate(typed["license_code"]), **asking)]


def _page(typed: Mapping[str, str], given: list[InstalledPack], notice: Notice | None) -> str:
    packs = [
        {
            "license_code": license_code.format(pack.license_code),
            "groups": license_pack_id.split(pack.license_pack_id),
            "quantity": pack.quantity,
            "kind": pack.kind,
            "version": pack.version,
        }
        for pack in given
    ]
    return render_template(
        "console/license_packs.html", typed=typed, given=packs, notice=notice, kinds=_KINDS
    )


def _as_json(given: list[InstalledPack], notice: Notice | None) -> dict[str, Any]:
    return {
        "packs": [
            {
                "license_pack_id": license_pack_id.format(pack.license_pack_id),
                "license_code": license_code.format(pack.license_code),
                "version": pack.version,
                "kind": pack.kind.value,
                "quantity": pack.quantity,
            }
            for pack in given
        ],
        "notice": None
        if notice is None
        else {"code": notice.code, "text": notice.text, "say": notice.say},
    }
