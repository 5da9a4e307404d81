"""The products: their policy, their key (encrypted), and whether they are blocked."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from clearinghouse.model import Policy, Product, RegisterError
from clearinghouse.tables import products
from codes import product_id as product_ids
from codes import product_key as product_keys
from codes.proofs import Secret
from data_store import Cipher, Prepared

_POLICY = tuple(field.name for field in fields(Policy))

_add = insert(products)
_exists = Prepared(
    select(products.c.product_id).where(products.c.product_id == bindparam("product"))
)
_by_id = Prepared(select(products).where(products.c.product_id == bindparam("product")))
_all = select(products).order_by(products.c.name, products.c.product_id)
_page = (
    select(products)
    .where(products.c.product_id > bindparam("after"))
    .order_by(products.c.product_id)
    .limit(bindparam("limit"))
)
_this = update(products).where(products.c.product_id == bindparam("product"))
_set_policy = _this.values({name: bindparam(f"new_{name}") for name in _POLICY})
_set_blocked = _this.values(is_blocked=bindparam("blocked"))
_keys = select(products.c.product_id, products.c.product_key)
_set_key = _this.values(product_key=bindparam("key"))
_set_last_issue = _this.values(last_issue=bindparam("issue"))


def add(
    connection: Connection,
    cipher: Cipher,
    *,
    product_id: str,
    product_key: str,
    name: str,
    policy: Policy,
    now: datetime,
) -> str:
    """Register a product; gives its compact ID.

    Raises RegisterError where it is registered already, CodeError where ID or key are malformed or
    don't belong together.
    """
    product_id = product_ids.validate(product_id)
    key = product_keys.validate(product_key, product_id)
    if exists(connection, product_id):
        raise RegisterError(f"Product {product_ids.format(product_id)} is registered already.")
    connection.execute(
        _add,
        {
            "product_id": product_id,
            "name": name,
            "product_key": _encrypted(cipher, product_id, key),
            "is_blocked": False,
            "last_issue": 0,
            "added_at": now,
            **asdict(policy),
        },
    )
    return product_id


def exists(connection: Connection, product_id: str) -> bool:
    """Say whether a product is registered; one look-up by primary key."""
    return _exists.first(connection, {"product": product_id}) is not None


def find(connection: Connection, product_id: str) -> Product | None:
    """Read a product."""
    row = _by_id.first(connection, {"product": product_id})
    return None if row is None else _product(row)


def find_with_secret(
    connection: Connection, cipher: Cipher, product_id: str
) -> tuple[Product, Secret] | None:
    """Read a product and the secret of its key."""
    row = _by_id.first(connection, {"product": product_id})
    if row is None:
        return None
    key = cipher.decrypt(row.product_key, product_id.encode("ascii")).decode("ascii")
    return _product(row), product_keys.secret(key)


def every(connection: Connection) -> list[Product]:
    """Read all products, by name."""
    return [_product(row) for row in connection.execute(_all)]


def page(connection: Connection, after: str, limit: int) -> list[Product]:
    """Read some products in the order of their IDs, those behind `after`."""
    rows = connection.execute(_page, {"after": after, "limit": limit})
    return [_product(row) for row in rows]


def set_policy(connection: Connection, product_id: str, policy: Policy) -> Mapping[str, Any]:
    """Change what a product allows; gives the figures for the audit."""
    figures = asdict(policy)
    values = {f"new_{name}": figures[name] for name in _POLICY}
    _changed(connection.execute(_set_policy, {"product": product_id, **values}).rowcount)
    return figures


def set_blocked(connection: Connection, product_id: str, *, blocked: bool) -> None:
    """Block a product, or unblock it."""
    _changed(connection.execute(_set_blocked, {"product": product_id, "blocked": blocked}).rowcount)


def replace_key(connection: Connection, cipher: Cipher, product_id: str, new_key: str) -> str:
    """Put another product key in place of a product's; gives the compact product ID.

    Raises RegisterError where the register doesn't know the product or it has that key already,
    CodeError where ID or key are malformed or don't belong together.
    """
    product_id = product_ids.validate(product_id)
    key = product_keys.validate(new_key, product_id)
    found = find_with_secret(connection, cipher, product_id)
    _changed(0 if found is None else 1)
    if found is not None and found[1] == product_keys.secret(key):
        raise RegisterError("The product has this product key already: make a new one.")
    values = {"product": product_id, "key": _encrypted(cipher, product_id, key)}
    connection.execute(_set_key, values)
    return product_id


def set_last_issue(connection: Connection, product_id: str, issue: int) -> None:
    """Note the highest number given out."""
    connection.execute(_set_last_issue, {"product": product_id, "issue": issue})


def renew(connection: Connection, cipher: Cipher) -> int:
    """Encrypt with the cipher's first key what another one encrypted; gives how many it were."""
    due = [
        (row.product_id, row.product_key)
        for row in connection.execute(_keys)
        if not cipher.is_current(row.product_key)
    ]
    for product_id, stored in due:
        context = product_id.encode("ascii")
        key = cipher.encrypt(cipher.decrypt(stored, context), context)
        connection.execute(_set_key, {"product": product_id, "key": key})
    return len(due)


def _encrypted(cipher: Cipher, product_id: str, key: str) -> bytes:
    return cipher.encrypt(key.encode("ascii"), product_id.encode("ascii"))


def _changed(rows: int) -> None:
    if not rows:
        raise RegisterError("The register doesn't know this product ID.")


def _product(row: Any) -> Product:  # noqa: ANN401 -- a row, whoever read it
    policy = Policy(**{name: getattr(row, name) for name in _POLICY})
    return Product(row.product_id, row.name, policy, row.is_blocked, row.last_issue)
