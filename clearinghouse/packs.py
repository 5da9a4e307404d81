"""License packs: registered when they are bought, installed on one license server each.

A license pack ID holds for a server's number: whoever reactivates the server gets the IDs anew. A
pack goes to another server only when its own has been deactivated, or when a person says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from clearinghouse import audit, catalogue, permissions
from clearinghouse.model import (
    Actor,
    Channel,
    PermissionState,
    Refusal,
    RefusalCode,
    RegisterError,
    ServerState,
)
from clearinghouse.pack_tables import license_packs
from clearinghouse.permissions import Permission
from clearinghouse.servers import of_product
from codes import license_code as license_codes
from codes import license_pack_id, new_license_server_id
from codes import product_id as product_ids
from codes.license_pack_id import LicensePackID
from codes.proofs import Secret, same
from data_store import Cipher


class PackKind(StrEnum):
    """Whom the licences of a pack count for."""

    PER_DEVICE = "per_device"
    PER_USER = "per_user"

    @property
    def digit(self) -> int:
        """The kind as a license pack ID says it."""
        is_device = self is PackKind.PER_DEVICE
        return license_pack_id.PER_DEVICE if is_device else license_pack_id.PER_USER


@dataclass(frozen=True, slots=True)
class LicensePack:
    """A pack as the register knows it; the last four are None before it is installed."""

    id: int
    license_code: str
    version: int
    kind: PackKind
    quantity: int
    customer: str
    added_at: datetime
    product_id: str | None
    number: int | None
    server_id: int | None
    issue: int | None


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """What a license server is given: the ID to type, and what it says. Codes are compact."""

    license_pack_id: str
    license_code: str
    number: int
    version: int
    kind: PackKind
    quantity: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Which license server asks, by its current license server ID, and who asks for it."""

    product_id: str
    current_id: str
    channel: Channel
    actor: Actor
    now: datetime


_P = license_packs.c
_LIMITS = {"version": 99, "quantity": 99_999}  # what a license pack ID has room for
_PERSONS = ("representative", "administrator")

_add = insert(license_packs).returning(_P.id)
_all = select(license_packs).order_by(_P.id)
_by_code = select(license_packs).where(_P.license_code == bindparam("code"))
_of_server = _all.where(_P.server_id == bindparam("server"))
_last_number = select(func.max(_P.number)).where(_P.product_id == bindparam("product"))
_install = (
    update(license_packs)
    .where(_P.id == bindparam("pack"))
    .values(
        product_id=bindparam("product"),
        number=bindparam("new_number"),
        server_id=bindparam("server"),
        issue=bindparam("new_issue"),
        installed_at=bindparam("at"),
    )
)


def register(
    connection: Connection,
    license_code: str,
    *,
    version: int,
    kind: PackKind,
    quantity: int,
    customer: str,
    actor: Actor,
    now: datetime,
) -> LicensePack:
    """Register a pack that was bought under a license code.

    Raises RegisterError where the code is taken or a figure can't be, CodeError for a malformed
    code.
    """
    audit.lock(connection)
    for name, figure in (("version", version), ("quantity", quantity)):
        if not 1 <= figure <= _LIMITS[name]:
            raise RegisterError(f"The {name} has to lie between 1 and {_LIMITS[name]}.")
    code = license_codes.validate(license_code)
    if find(connection, code) is not None:
        raise RegisterError(f"License code {license_codes.format(code)} is registered already.")
    values = {
        "license_code": code,
        "version": version,
        "kind": kind.value,
        "quantity": quantity,
        "customer": customer,
        "added_at": now,
    }
    number = int(connection.execute(_add, values).scalar_one())
    data = {"pack": number, "version": version, "kind": kind.value, "quantity": quantity}
    audit.append(connection, "pack.added", actor=actor, now=now, data=data)
    return LicensePack(number, code, version, kind, quantity, customer, now, *[None] * 4)


def find(connection: Connection, code: str) -> LicensePack | None:
    """Find a pack by its compact license code."""
    row = connection.execute(_by_code, {"code": code}).first()
    return None if row is None else _pack(row)


def every(connection: Connection) -> list[LicensePack]:
    """Read all packs, in the order in which they were registered."""
    return [_pack(row) for row in connection.execute(_all)]


def install(
    connection: Connection, cipher: Cipher, asking: Asking, license_code: str
) -> InstalledPack:
    """Give a pack to a license server; see `Clearinghouse.install_pack`."""
    code = license_codes.validate(license_code)
    server, secret = _server(connection, cipher, asking)
    pack = _known(connection, code)
    if pack.server_id is not None and pack.server_id != server.server_id:
        raise Refusal(RefusalCode.LICENSE_CODE_USED)
    return _given(connection, secret, asking, server, pack, "pack.installed")


def recover(connection: Connection, cipher: Cipher, asking: Asking) -> list[InstalledPack]:
    """Give a license server's packs to it anew; see `Clearinghouse.recover_packs`."""
    server, secret = _server(connection, cipher, asking)
    rows = connection.execute(_of_server, {"server": server.server_id})
    return [
        _given(connection, secret, asking, server, pack, "pack.recovered")
        for pack in [_pack(row) for row in rows]
    ]


def migrate(
    connection: Connection, cipher: Cipher, asking: Asking, license_code: str
) -> InstalledPack:
    """Give a pack of another license server to this one; see `Clearinghouse.migrate_pack`."""
    code = license_codes.validate(license_code)
    server, secret = _server(connection, cipher, asking)
    pack = _known(connection, code)
    if pack.product_id not in (None, server.product_id):
        raise Refusal(RefusalCode.LICENSE_CODE_USED)
    if pack.server_id not in (None, server.server_id) and asking.actor.kind not in _PERSONS:
        _require_ended(connection, pack)
    return _given(connection, secret, asking, server, pack, "pack.migrated")


def _server(connection: Connection, cipher: Cipher, asking: Asking) -> tuple[Permission, Secret]:
    """Find the number that the server holds, and the product's secret."""
    product_id = product_ids.validate(asking.product_id)
    current = new_license_server_id.validate(asking.current_id)
    audit.lock(connection)
    found = catalogue.find_with_secret(connection, cipher, product_id)
    if found is None:
        raise Refusal(RefusalCode.PRODUCT_UNKNOWN)
    product, secret = found
    if product.is_blocked:
        raise Refusal(RefusalCode.PRODUCT_BLOCKED)
    issue = new_license_server_id.parse(current).issue
    held = permissions.by_issue(connection, product_id, issue)
    if held is None or not same(held.new_license_server_id, current):
        raise Refusal(
            RefusalCode.PROOF_WRONG,
            "The current license server ID doesn't belong to this product ID.",
        )
    match held.state:
        case PermissionState.SUPERSEDED | PermissionState.REVOKED:
            raise Refusal(RefusalCode.NOT_CURRENT)
        case PermissionState.DEACTIVATED:
            raise Refusal(RefusalCode.DEACTIVATED)
    return held, secret


def _known(connection: Connection, code: str) -> LicensePack:
    pack = find(connection, code)
    if pack is None:
        raise Refusal(RefusalCode.LICENSE_CODE_UNKNOWN)
    return pack


def _require_ended(connection: Connection, pack: LicensePack) -> None:
    for server in of_product(connection, pack.product_id or ""):
        if server.id == pack.server_id and server.state is ServerState.DEACTIVATED:
            return
    raise Refusal(
        RefusalCode.LICENSE_CODE_USED,
        "The license server that has this pack is active: deactivate it first, or ask a "
        "representative.",
    )


def _given(
    connection: Connection,
    secret: Secret,
    asking: Asking,
    server: Permission,
    pack: LicensePack,
    action: str,
) -> InstalledPack:
    number = pack.number
    if number is None:
        last = connection.execute(_last_number, {"product": server.product_id}).scalar()
        number = (last or 0) + 1
    if (pack.server_id, pack.issue) != (server.server_id, server.issue):
        values = {
            "pack": pack.id,
            "product": server.product_id,
            "new_number": number,
            "server": server.server_id,
            "new_issue": server.issue,
            "at": asking.now,
        }
        connection.execute(_install, values)
        data = {
            "pack": pack.id,
            "number": number,
            "server": server.server_id,
            "from_server": pack.server_id,
            "issue": server.issue,
            "channel": asking.channel.value,
        }
        audit.append(
            connection,
            action,
            actor=asking.actor,
            now=asking.now,
            product_id=server.product_id,
            data=data,
        )
    said = LicensePackID(number, pack.version, pack.kind.digit, pack.quantity)
    made = license_pack_id.make(
        secret, server.product_id, server.new_license_server_id, pack.license_code, said
    )
    return InstalledPack(made, pack.license_code, number, pack.version, pack.kind, pack.quantity)


def _pack(row: Row[Any]) -> LicensePack:
    return LicensePack(
        id=row.id,
        license_code=row.license_code,
        version=row.version,
        kind=PackKind(row.kind),
        quantity=row.quantity,
        customer=row.customer,
        added_at=row.added_at,
        product_id=row.product_id,
        number=row.number,
        server_id=row.server_id,
        issue=row.issue,
    )
