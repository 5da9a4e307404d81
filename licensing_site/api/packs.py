"""License packs: what was bought becomes licences on one license server."""

from dataclasses import asdict
from typing import Any, Final

from clearinghouse import Channel, documents
from clearinghouse.packs import InstalledPack
from licensing_site.api.operations import Call, Document, Operation

_SERVER: Final = (
    "product_unknown",
    "product_blocked",
    "proof_wrong",
    "not_current",
    "deactivated",
)
_CODE: Final = (*_SERVER, "license_code_unknown", "license_code_used")


def install(call: Call) -> Document:
    """Give a pack to a license server."""
    return _document(
        call.services.clearinghouse.install_pack(call.connection, **_asking(call, "license_code"))
    )


def migrate(call: Call) -> Document:
    """Give a deactivated license server's pack to this one."""
    return _document(
        call.services.clearinghouse.migrate_pack(call.connection, **_asking(call, "license_code"))
    )


def recover(call: Call) -> Document:
    """Give a license server its packs anew."""
    made = call.services.clearinghouse.recover_packs(call.connection, **_asking(call))
    return {"packs": [_document(each) for each in made]}


def _asking(call: Call, *more: str) -> dict[str, Any]:
    said = documents.parse_codes(call.body, "product_id", "new_license_server_id", *more)
    said["current_id"] = said.pop("new_license_server_id")
    return {**said, "channel": Channel.AUTOMATIC, "actor": call.actor, "now": call.now}


def _document(made: InstalledPack) -> dict[str, Any]:
    return asdict(made) | {"kind": made.kind.value}


OPERATIONS: Final = (
    Operation(
        id="installPack",
        method="POST",
        path="/packs",
        summary="Install a license pack",
        description="The same license code gets the same license pack ID, for one license server.",
        handler=install,
        body="PackRequest",
        answers="Pack",
        problems=_CODE,
    ),
    Operation(
        id="migratePack",
        method="POST",
        path="/packs/migration",
        summary="Migrate a license pack from a license server that was deactivated",
        handler=migrate,
        body="PackRequest",
        answers="Pack",
        problems=_CODE,
    ),
    Operation(
        id="recoverPacks",
        method="POST",
        path="/packs/recovery",
        summary="Recover the license packs of a license server",
        description="After a reactivation the license pack IDs are given for the new number.",
        handler=recover,
        body="PacksRecovery",
        answers="Packs",
        problems=_SERVER,
    ),
)
