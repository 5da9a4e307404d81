"""License packs: given to a license server, recovered, moved; and registered by administrators."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from clearinghouse import Channel, RegisterError
from clearinghouse.packs import InstalledPack, LicensePack, PackKind
from codes import license_code as license_codes
from codes import new_license_server_id as new_ids
from codes import product_id as product_ids
from licensing_site.api.checking import code
from licensing_site.api.operations import Call, Document, Operation
from licensing_site.api.problems import Fault, unfit
from licensing_site.tokens import Scope

_OF_SERVER: Final = (
    "product_unknown",
    "product_blocked",
    "proof_wrong",
    "not_current",
    "deactivated",
)
_OF_CODE: Final = ("license_code_unknown", "license_code_used")


def install(call: Call) -> Document:
    """Give a pack to a license server."""
    return _given(call, call.services.clearinghouse.install_pack)


def migrate(call: Call) -> Document:
    """Give a pack of another license server to this one."""
    return _given(call, call.services.clearinghouse.migrate_pack)


def recover(call: Call) -> Document:
    """Give a license server all its packs anew."""
    product_id, current_id = _server(call)
    made = call.services.clearinghouse.recover_packs(
        call.connection,
        product_id=product_id,
        current_id=current_id,
        channel=Channel.AUTOMATIC,
        actor=call.actor,
        now=call.now,
    )
    return {"packs": [_shown(pack) for pack in made]}


def add(call: Call) -> Document:
    """Register a pack that was bought."""
    given = _license_code(call) if "license_code" in call.body else None
    try:
        added = call.services.clearinghouse.add_pack(
            call.connection,
            version=int(call.body["version"]),
            kind=PackKind(call.body["kind"]),
            quantity=int(call.body["quantity"]),
            customer=call.body["customer"],
            actor=call.actor,
            now=call.now,
            license_code=given,
        )
    except RegisterError as error:
        raise unfit(Fault("/license_code", str(error))) from error
    return _registered(added)


def every(call: Call) -> Document:
    """List all packs."""
    found = call.services.clearinghouse.packs(call.connection)
    return {"items": [_registered(pack) for pack in found], "next": None}


def _given(call: Call, give: Callable[..., InstalledPack]) -> Document:
    product_id, current_id = _server(call)
    made = give(
        call.connection,
        product_id=product_id,
        current_id=current_id,
        license_code=_license_code(call),
        channel=Channel.AUTOMATIC,
        actor=call.actor,
        now=call.now,
    )
    return _shown(made)


def _server(call: Call) -> tuple[str, str]:
    """Read by which IDs a license server is known. Raises Problem."""
    body = call.body
    return (
        code("/product_id", product_ids.validate, body["product_id"]),
        code("/new_license_server_id", new_ids.validate, body["new_license_server_id"]),
    )


def _license_code(call: Call) -> str:
    return code("/license_code", license_codes.validate, call.body["license_code"])


def _shown(pack: InstalledPack) -> Document:
    return {
        "license_pack_id": pack.license_pack_id,
        "license_code": pack.license_code,
        "number": pack.number,
        "version": pack.version,
        "kind": pack.kind.value,
        "quantity": pack.quantity,
    }


def _registered(pack: LicensePack) -> Document:
    return {
        "license_code": pack.license_code,
        "version": pack.version,
        "kind": pack.kind.value,
        "quantity": pack.quantity,
        "customer": pack.customer,
        "added_at": pack.added_at.isoformat(),
        "product_id": pack.product_id,
        "server": pack.server_id,
    }


OPERATIONS: Final = (
    Operation(
        id="installPack",
        method="POST",
        path="/packs",
        summary="Give a license pack to a license server",
        description="Asked again it is the same license pack ID; after a reactivation a new one.",
        handler=install,
        body="PackRequest",
        answers="Pack",
        problems=(*_OF_SERVER, *_OF_CODE),
    ),
    Operation(
        id="recoverPacks",
        method="POST",
        path="/packs/recovery",
        summary="Give a license server all its license packs anew",
        description="For the number that it holds now, whatever was lost on the way.",
        handler=recover,
        body="PackRecovery",
        answers="RecoveredPacks",
        problems=_OF_SERVER,
    ),
    Operation(
        id="migratePack",
        method="POST",
        path="/packs/migration",
        summary="Move a license pack to another license server of the product",
        description="The server that has it must have been deactivated.",
        handler=migrate,
        body="PackRequest",
        answers="Pack",
        problems=(*_OF_SERVER, *_OF_CODE),
    ),
    Operation(
        id="listPacks",
        method="GET",
        path="/admin/packs",
        summary="List the license packs",
        handler=every,
        answers="LicensePacks",
        scope=Scope.PRODUCTS_READ,
        writes=False,
    ),
    Operation(
        id="addPack",
        method="POST",
        path="/admin/packs",
        summary="Register a license pack",
        description="A license code is drawn where none is given.",
        handler=add,
        body="NewPack",
        answers="LicensePack",
        status=HTTPStatus.CREATED,
        scope=Scope.PRODUCTS_WRITE,
    ),
)
