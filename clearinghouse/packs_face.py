"""The register's face for license packs."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import packs
from clearinghouse.face import Face
from clearinghouse.model import Actor, Channel
from clearinghouse.packs import Asking, InstalledPack, LicensePack, PackKind
from codes import license_code as license_codes


class PacksFace(Face):
    """What was bought for clients, and which license server has it.

    All but `add_pack` and `packs` refuse PRODUCT_UNKNOWN, PRODUCT_BLOCKED, PROOF_WRONG for a
    current license server ID that isn't the product's, NOT_CURRENT, DEACTIVATED.
    """

    def add_pack(
        self,
        connection: Connection,
        *,
        version: int,
        kind: PackKind,
        quantity: int,
        customer: str,
        actor: Actor,
        now: datetime,
        license_code: str | None = None,
    ) -> LicensePack:
        """Register a pack; draws its license code where none is given. Raises RegisterError."""
        code = license_codes.random(self._rng) if license_code is None else license_code
        return packs.register(
            connection,
            code,
            version=version,
            kind=kind,
            quantity=quantity,
            customer=customer,
            actor=actor,
            now=now,
        )

    def packs(self, connection: Connection) -> list[LicensePack]:
        """Read all packs."""
        return packs.every(connection)

    def install_pack(
        self,
        connection: Connection,
        *,
        product_id: str,
        current_id: str,
        license_code: str,
        channel: Channel,
        actor: Actor,
        now: datetime,
    ) -> InstalledPack:
        """Give a pack to a license server; asked again, it gives the same license pack ID.

        After a reactivation it gives the one for the new number. Refuses LICENSE_CODE_UNKNOWN,
        LICENSE_CODE_USED where another server has it.
        """
        asking = Asking(product_id, current_id, channel, actor, now)
        return packs.install(connection, self._cipher, asking, license_code)

    def recover_packs(
        self,
        connection: Connection,
        *,
        product_id: str,
        current_id: str,
        channel: Channel,
        actor: Actor,
        now: datetime,
    ) -> list[InstalledPack]:
        """Give a license server all its packs anew, for the number that it holds now.

        So licences are recovered after a redeployment: the register knows the server by its
        numbers, whatever was lost with the old machine.
        """
        asking = Asking(product_id, current_id, channel, actor, now)
        return packs.recover(connection, self._cipher, asking)

    def migrate_pack(
        self,
        connection: Connection,
        *,
        product_id: str,
        current_id: str,
        license_code: str,
        channel: Channel,
        actor: Actor,
        now: datetime,
    ) -> InstalledPack:
        """Give a pack of another license server of the product to this one.

        Refuses LICENSE_CODE_UNKNOWN, and LICENSE_CODE_USED where the other server is active and
        nobody but a program asks: a representative or an administrator may decide otherwise.
        """
        asking = Asking(product_id, current_id, channel, actor, now)
        return packs.migrate(connection, self._cipher, asking, license_code)
