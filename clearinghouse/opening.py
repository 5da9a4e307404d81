"""Opening a request: nothing is stored about a pair of IDs before its proof holds."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from clearinghouse import audit, catalogue, contacts, docket, permissions, servers, wrong_tries
from clearinghouse.acceptance import accept
from clearinghouse.model import (
    Actor,
    Channel,
    PermissionState,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    Request,
)
from clearinghouse.steps import run_out, tell
from clearinghouse.wrong_tries import Kind
from codes import case_number as case_numbers
from codes import license_server_id as license_server_ids
from codes import line_code as line_codes
from codes import product_id as product_ids
from codes.errors import NotAuthentic
from codes.license_server_id import LicenseServerID
from codes.proofs import Secret
from data_store import Cipher


@dataclass(frozen=True, slots=True)
class Opening:
    """Who asks for what, by which method."""

    product_id: str
    license_server_id: str
    channel: Channel
    caller: str | None
    actor: Actor
    now: datetime
    is_proven: bool = False
    """By a signature or a whole HMAC, which nobody guesses: no product's limit binds it."""


def open_request(
    connection: Connection, cipher: Cipher, rng: random.Random, opening: Opening
) -> Request:
    """Open a request, or find the one that stands; see `Clearinghouse.open_request`."""
    product_id = product_ids.validate(opening.product_id)
    license_server_id = license_server_ids.validate(opening.license_server_id)
    if not _stands(connection, product_id, license_server_id, opening.now):
        # Before anything is locked or decrypted: whoever guesses must not hold up others.
        _bear(connection, opening, product_id)
    audit.lock(connection)
    found = catalogue.find_with_secret(connection, cipher, product_id)
    if found is None:
        _count(connection, opening, None)
        raise Refusal(RefusalCode.PRODUCT_UNKNOWN)
    product, secret = found
    standing = docket.standing(connection, product_id, license_server_id)
    if standing is not None and opening.now < standing[1]:
        _refuse_blocked(product)
        return _asked_again(connection, standing[0], opening)
    try:
        said = license_server_ids.verify(secret, product_id, license_server_id)
    except NotAuthentic as error:
        _count(connection, opening, product_id)
        raise Refusal(RefusalCode.PROOF_WRONG) from error
    _refuse_blocked(product)
    if standing is not None:
        run_out(connection, standing[0], opening.actor, opening.now)
    _take_as_acceptance(connection, product_id, said, opening)
    return _add(connection, rng, product, secret, (license_server_id, said), opening)


def _stands(connection: Connection, product_id: str, license_server_id: str, now: datetime) -> bool:
    standing = docket.standing(connection, product_id, license_server_id)
    return standing is not None and now < standing[1]


def _add(
    connection: Connection,
    rng: random.Random,
    product: Product,
    secret: Secret,
    license_server: tuple[str, LicenseServerID],
    opening: Opening,
) -> Request:
    license_server_id, said = license_server
    case_number = case_numbers.make(rng)
    while docket.is_case_taken(connection, case_number):
        case_number = case_numbers.make(rng)
    reason = _evident_reason(connection, product, said, opening.now)
    request_id = docket.add(
        connection,
        case_number=case_number,
        product_id=product.product_id,
        license_server_id=license_server_id,
        last_issue=said.last_issue,
        reason=reason,
        channel=opening.channel.value,
        line_code=line_codes.make(secret, product.product_id, license_server_id),
        opened_at=opening.now,
        window_ends_at=opening.now + timedelta(days=product.policy.window_days),
    )
    request = docket.by_id(connection, request_id)
    tell(
        connection,
        "request.opened",
        request,
        opening.actor,
        opening.now,
        license_server_id=license_server_id,
        case_number=case_number,
        channel=opening.channel.value,
        reason=reason,
        caller=_contact(connection, request, opening),
    )
    return request


def _asked_again(connection: Connection, request: Request, opening: Opening) -> Request:
    """Note a further caller of a standing request; the same caller leaves no trace."""
    if opening.caller is not None and opening.caller not in contacts.of_request(
        connection, request.id
    ):
        tell(
            connection,
            "request.asked_again",
            request,
            opening.actor,
            opening.now,
            channel=opening.channel.value,
            caller=_contact(connection, request, opening),
        )
    return request


def _contact(connection: Connection, request: Request, opening: Opening) -> str | None:
    if opening.caller is None:
        return None
    return contacts.record(connection, request.id, opening.caller, opening.now)


def _evident_reason(
    connection: Connection, product: Product, said: LicenseServerID, now: datetime
) -> str | None:
    """Name the reason that needs no question.

    It is the first activation where the product has no server, or where the server that asks was
    deactivated: then everything begins anew.
    """
    if said.last_issue:
        named = permissions.by_issue(connection, product.product_id, said.last_issue)
        is_first = named is not None and servers.find(connection, named.server_id).is_deactivated
    else:
        since = now - timedelta(days=product.policy.window_days)
        is_first = not servers.registered(connection, product.product_id, since)
    return Reason.FIRST_ACTIVATION.value if is_first else None


def _take_as_acceptance(
    connection: Connection, product_id: str, said: LicenseServerID, opening: Opening
) -> None:
    """A server that names a number has accepted it, whether or not a closing code came."""
    if not said.last_issue:
        return
    named = permissions.by_issue(connection, product_id, said.last_issue)
    if named is not None and named.state is PermissionState.PENDING:
        request = docket.by_id(connection, named.request_id)
        accept(connection, request, opening.actor, opening.now, shown_by="next request")


def _refuse_blocked(product: Product) -> None:
    if product.is_blocked:
        raise Refusal(RefusalCode.PRODUCT_BLOCKED)


def _bear(connection: Connection, opening: Opening, product_id: str) -> None:
    """Refuse, before the proof is looked at, whoever gave too many wrong codes.

    A representative has a person on the line, so the product's own limit doesn't bind them:
    guessing at a product by telephone must not lock its owner out.
    """
    if opening.caller is not None:
        wrong_tries.left(connection, Kind.CALLER, opening.caller, opening.now)
    if opening.actor.kind != "representative" and not opening.is_proven:
        wrong_tries.left(connection, Kind.PRODUCT, product_id, opening.now)


def _count(connection: Connection, opening: Opening, product_id: str | None) -> None:
    if opening.caller is not None:
        wrong_tries.record(connection, Kind.CALLER, opening.caller, opening.now)
    if product_id is not None and not opening.is_proven:
        wrong_tries.record(connection, Kind.PRODUCT, product_id, opening.now)
