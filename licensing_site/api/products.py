"""Administration of products: registered, changed, blocked, and their keys replaced."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from clearinghouse import Policy, Product, RegisterError, product_import
from codes import product_id as product_ids
from codes import product_key as product_keys
from licensing_site.api.checking import code
from licensing_site.api.operations import Call, Document, Operation
from licensing_site.api.paging import PAGING, page
from licensing_site.api.problems import Fault, Problem, unfit
from licensing_site.api.shown import shown_product
from licensing_site.tokens import Scope

PRODUCT: Final = "/admin/products/{product_id}"


def products(call: Call) -> Document:
    """List the products."""
    return page(
        call,
        lambda after, limit: call.services.clearinghouse.products_page(
            call.connection, after, limit
        ),
        lambda product: product.product_id,
        shown_product,
    )


def product(call: Call) -> Document:
    """Show a product."""
    return shown_product(known_product(call))


def add_product(call: Call) -> Document:
    """Register a product."""
    product_id = code("/product_id", product_ids.validate, call.body["product_id"])
    key = code("/product_key", product_keys.validate, call.body["product_key"], product_id)
    if call.services.clearinghouse.product_exists(call.connection, product_id):
        raise Problem(
            "product_exists",
            f"Product {product_ids.format(product_id)} is registered already: change its policy or "
            "its key instead.",
        )
    call.services.clearinghouse.add_product(
        call.connection,
        product_id=product_id,
        product_key=key,
        name=call.body["name"],
        policy=_policy(call.body.get("policy", {})),
        actor=call.actor,
        now=call.now,
    )
    return shown_product(_read(call, product_id))


def import_products(call: Call) -> Document:
    """Register the products of a table, all or none."""
    dry_run = bool(call.body.get("dry_run", False))
    house = call.services.clearinghouse
    with call.connection.begin_nested() as trial:
        try:
            report = product_import.take(
                call.connection, house, call.body["csv"], actor=call.actor, now=call.now
            )
        except RegisterError as error:
            raise unfit(Fault("/csv", str(error))) from error
        if report.faults:
            raise unfit(
                *(Fault("/csv", f"Line {each.line}: {each.says}") for each in report.faults)
            )
        if dry_run:
            trial.rollback()
    return {"product_ids": list(report.imported), "dry_run": dry_run}


def set_policy(call: Call) -> Document:
    """Change what a product allows."""
    product_id = known_product(call).product_id
    call.services.clearinghouse.set_policy(
        call.connection, product_id, _policy(call.body), call.actor, call.now
    )
    return shown_product(_read(call, product_id))


def block(call: Call) -> Document:
    """Block a product."""
    return _set_blocked(call, blocked=True)


def unblock(call: Call) -> Document:
    """Unblock a product."""
    return _set_blocked(call, blocked=False)


def replace_key(call: Call) -> Document:
    """Put a new product key in place of a lost one."""
    product_id = known_product(call).product_id
    key = code("/product_key", product_keys.validate, call.body["product_key"], product_id)
    call.services.clearinghouse.replace_product_key(
        call.connection, product_id, key, call.actor, call.now
    )
    return shown_product(_read(call, product_id))


def known_product(call: Call) -> Product:
    """Find the product that the path names. Raises Problem."""
    return _read(call, call.path["product_id"])


def _read(call: Call, product_id: str) -> Product:
    found = call.services.clearinghouse.product(call.connection, product_id)
    if found is None:
        raise Problem(
            "product_unknown",
            "The register doesn't know this product ID: compare it with the license papers.",
        )
    return found


def _set_blocked(call: Call, *, blocked: bool) -> Document:
    known = known_product(call)
    if known.is_blocked is not blocked:
        call.services.clearinghouse.set_blocked(
            call.connection, known.product_id, blocked=blocked, actor=call.actor, now=call.now
        )
    return shown_product(_read(call, known.product_id))


def _policy(figures: Mapping[str, Any]) -> Policy:
    # JSON knows no whole numbers: 12.0 is one by the schema.
    whole: Mapping[str, Any] = {
        name: value if isinstance(value, str) else int(value) for name, value in figures.items()
    }
    return Policy(**whole)


OPERATIONS: Final = (
    Operation(
        id="listProducts",
        method="GET",
        path="/admin/products",
        summary="List the products",
        handler=products,
        answers="Products",
        scope=Scope.PRODUCTS_READ,
        query=PAGING,
        writes=False,
    ),
    Operation(
        id="addProduct",
        method="POST",
        path="/admin/products",
        summary="Register a product",
        handler=add_product,
        status=HTTPStatus.CREATED,
        body="NewProduct",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        problems=("product_exists",),
    ),
    Operation(
        id="importProducts",
        method="POST",
        path="/admin/imports",
        summary="Register the products of a table",
        description="Every line is checked, and each fault named; with any, none is registered.",
        handler=import_products,
        body="ProductTable",
        answers="ProductImport",
        scope=Scope.PRODUCTS_WRITE,
    ),
    Operation(
        id="showProduct",
        method="GET",
        path=PRODUCT,
        summary="Show a product",
        handler=product,
        answers="Product",
        scope=Scope.PRODUCTS_READ,
        writes=False,
    ),
    Operation(
        id="setPolicy",
        method="PUT",
        path=f"{PRODUCT}/policy",
        summary="Change what a product allows",
        description="What was issued stays as it is.",
        handler=set_policy,
        body="NewPolicy",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
    ),
    Operation(
        id="blockProduct",
        method="PUT",
        path=f"{PRODUCT}/block",
        summary="Block a product",
        description="Nothing more is opened, checked or issued for it.",
        handler=block,
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
    ),
    Operation(
        id="unblockProduct",
        method="DELETE",
        path=f"{PRODUCT}/block",
        summary="Unblock a product",
        handler=unblock,
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
    ),
    Operation(
        id="replaceProductKey",
        method="PUT",
        path=f"{PRODUCT}/product-key",
        summary="Put a new product key in place of a lost one",
        description="The old key is void from then on, and what was asked for under it ends.",
        handler=replace_key,
        body="NewProductKey",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
    ),
)
