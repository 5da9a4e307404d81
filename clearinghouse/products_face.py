"""The register's face for administrators: products, their policies and keys."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import audit, authorities, catalogue, customers, docket, servers, webhooks
from clearinghouse.face import Face
from clearinghouse.model import Actor, Policy, Product, Server
from clearinghouse.steps import run_out


class ProductsFace(Face):
    """Products, and the license servers that they have."""

    def add_product(
        self,
        connection: Connection,
        *,
        product_id: str,
        product_key: str,
        name: str,
        policy: Policy,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Register a product. Raises RegisterError where it is registered already."""
        audit.lock(connection)
        product_id = catalogue.add(
            connection,
            self._cipher,
            product_id=product_id,
            product_key=product_key,
            name=name,
            policy=policy,
            now=now,
        )
        data = {"name": name, **asdict(policy)}
        audit.append(
            connection, "product.added", actor=actor, now=now, product_id=product_id, data=data
        )

    def set_policy(
        self, connection: Connection, product_id: str, policy: Policy, actor: Actor, now: datetime
    ) -> None:
        """Change what a product allows, from now on."""
        audit.lock(connection)
        data = catalogue.set_policy(connection, product_id, policy)
        audit.append(
            connection, "product.policy", actor=actor, now=now, product_id=product_id, data=data
        )

    def set_blocked(
        self, connection: Connection, product_id: str, *, blocked: bool, actor: Actor, now: datetime
    ) -> None:
        """Block a product: nothing more is opened, checked or issued for it. Or unblock it."""
        audit.lock(connection)
        catalogue.set_blocked(connection, product_id, blocked=blocked)
        action = "product.blocked" if blocked else "product.unblocked"
        audit.append(connection, action, actor=actor, now=now, product_id=product_id)

    def replace_product_key(
        self, connection: Connection, product_id: str, new_key: str, actor: Actor, now: datetime
    ) -> None:
        """Put a new product key in place of a lost one; the old one is void from now on.

        What was asked for under the old key ends: requests without an ID are abandoned, IDs that
        weren't confirmed lapse, since a license server that has the new key can't accept them.
        What its servers hold stays good. Raises RegisterError, CodeError as `add_product`.
        """
        audit.lock(connection)
        product_id = catalogue.replace_key(connection, self._cipher, product_id, new_key)
        audit.append(
            connection, "product.key_replaced", actor=actor, now=now, product_id=product_id
        )
        for request in docket.standing_of_product(connection, product_id):
            run_out(connection, request, actor, now)

    def renew_encryption(self, connection: Connection, actor: Actor, now: datetime) -> int:
        """Encrypt every stored key with the cipher's first key; gives how many were due."""
        audit.lock(connection)
        products = catalogue.renew(connection, self._cipher)
        cas = authorities.renew(connection, self._cipher)
        secrets = webhooks.renew(connection, self._cipher)
        renewed = products + cas + secrets
        if renewed:
            data = {"products": products, "authorities": cas, "webhooks": secrets}
            audit.append(connection, "encryption.renewed", actor=actor, now=now, data=data)
        return renewed

    def product_exists(self, connection: Connection, product_id: str) -> bool:
        """Say whether a compact product ID is registered; cheap enough for every key press."""
        return catalogue.exists(connection, product_id)

    def region_of_product(self, connection: Connection, product_id: str) -> str | None:
        """Say in which region the product's holder is (ISO 3166); None where nobody said."""
        return customers.region_of_product(connection, product_id)

    def product(self, connection: Connection, product_id: str) -> Product | None:
        """Read a product, without its key."""
        return catalogue.find(connection, product_id)

    def products(self, connection: Connection) -> list[Product]:
        """Read all products, by name."""
        return catalogue.every(connection)

    def products_page(self, connection: Connection, after: str, limit: int) -> list[Product]:
        """Read some products by ID; `after`: the ID of the last one seen, empty at first."""
        return catalogue.page(connection, after, limit)

    def servers(self, connection: Connection, product_id: str) -> list[Server]:
        """Read the license servers of a product, in the order in which they came."""
        return servers.of_product(connection, product_id)
