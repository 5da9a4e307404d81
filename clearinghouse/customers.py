"""The customers: a name, how to reach them, and the products that they hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from clearinghouse import audit
from clearinghouse.customer_tables import customers, product_customers
from clearinghouse.model import Actor, RegisterError


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who holds products. `contact` is whatever reaches them.

    `region` is their country or region by its ISO 3166 code, None where nobody said: calls about
    their products belong there.
    """

    id: int
    name: str
    contact: str
    region: str | None = None


_C = customers.c
_H = product_customers.c
_add = insert(customers).returning(_C.id)
_by_id = select(customers).where(_C.id == bindparam("customer"))
_by_name = select(customers).where(_C.name == bindparam("wanted"))
_all = select(customers).order_by(_C.name)
_of_product = (
    select(customers)
    .join_from(product_customers, customers, _H.customer_id == _C.id)
    .where(_H.product_id == bindparam("product"))
)
_region = (
    select(_C.region)
    .join_from(product_customers, customers, _H.customer_id == _C.id)
    .where(_H.product_id == bindparam("product"))
)
_products = select(_H.product_id).where(_H.customer_id == bindparam("customer"))
_change = (
    update(customers)
    .where(_C.id == bindparam("customer"))
    .values(
        name=bindparam("new_name"),
        contact=bindparam("new_contact"),
        region=bindparam("new_region"),
    )
)
_let_go = delete(product_customers).where(_H.product_id == bindparam("product"))
_give = insert(product_customers)


def add(
    connection: Connection,
    *,
    name: str,
    contact: str,
    actor: Actor,
    now: datetime,
    region: str | None = None,
) -> Customer:
    """Add a customer. Raises RegisterError where the name is empty or taken."""
    audit.lock(connection)
    _require_free(connection, name)
    values = {"name": name, "contact": contact, "added_at": now, "region": region}
    made = Customer(int(connection.execute(_add, values).scalar_one()), name, contact, region)
    # Neither name nor contact: the audit holds no personal data.
    data = {"customer": made.id}
    audit.append(connection, "customer.added", actor=actor, now=now, data=data)
    return made


def change(
    connection: Connection,
    customer_id: int,
    *,
    name: str | None,
    contact: str | None,
    actor: Actor,
    now: datetime,
    region: str | None = None,
) -> Customer:
    """Change name, contact or region; an empty contact or region erases it.

    Raises RegisterError.
    """
    audit.lock(connection)
    before = by_id(connection, customer_id)
    if name is not None and name != before.name:
        _require_free(connection, name)
    changed = Customer(
        before.id,
        before.name if name is None else name,
        before.contact if contact is None else contact,
        before.region if region is None else region or None,
    )
    values = {
        "new_name": changed.name,
        "new_contact": changed.contact,
        "new_region": changed.region,
    }
    connection.execute(_change, {"customer": customer_id, **values})
    data = {"customer": customer_id}
    audit.append(connection, "customer.changed", actor=actor, now=now, data=data)
    return changed


def by_id(connection: Connection, customer_id: int) -> Customer:
    """Read a customer. Raises RegisterError where there is none."""
    row = connection.execute(_by_id, {"customer": customer_id}).first()
    if row is None:
        raise RegisterError(f"There is no customer {customer_id}: `customers list` shows them.")
    return _customer(row)


def by_name(connection: Connection, name: str) -> Customer | None:
    """Find a customer by the exact name."""
    row = connection.execute(_by_name, {"wanted": name}).first()
    return None if row is None else _customer(row)


def every(connection: Connection) -> list[Customer]:
    """Read all customers, by name."""
    return [_customer(row) for row in connection.execute(_all)]


def of_product(connection: Connection, product_id: str) -> Customer | None:
    """Say who holds a product; None where nobody was named."""
    row = connection.execute(_of_product, {"product": product_id}).first()
    return None if row is None else _customer(row)


def region_of_product(connection: Connection, product_id: str) -> str | None:
    """Say in which region a product's holder is; None where nobody said."""
    found: str | None = connection.execute(_region, {"product": product_id}).scalar_one_or_none()
    return found


def products_of(connection: Connection, customer_id: int) -> list[str]:
    """Read which products a customer holds."""
    rows = connection.execute(_products, {"customer": customer_id})
    return sorted(rows.scalars())


def give(
    connection: Connection, product_id: str, customer: Customer, actor: Actor, now: datetime
) -> None:
    """Say that a product belongs to a customer from now on, whoever had it before."""
    audit.lock(connection)
    connection.execute(_let_go, {"product": product_id})
    connection.execute(_give, {"product_id": product_id, "customer_id": customer.id})
    data = {"customer": customer.id}
    audit.append(
        connection, "product.customer", actor=actor, now=now, product_id=product_id, data=data
    )


def _require_free(connection: Connection, name: str) -> None:
    if not name.strip():
        raise RegisterError("A customer needs a name.")
    if by_name(connection, name) is not None:
        raise RegisterError(f"There is a customer {name!r} already: choose another name.")


def _customer(row: Row[Any]) -> Customer:
    return Customer(row.id, row.name, row.contact, row.region)
