"""Codes of the two products and four license servers that sequences are about; all of them real."""

import random
from functools import lru_cache
from typing import Final

from codes import (
    case_number,
    challenge,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    license_code,
    license_pack_id,
    license_server_id,
    line_code,
    new_license_server_id,
    product_key,
)
from codes.errors import CodeError
from codes.family import draw

OURS: Final = draw(7)
OTHER: Final = draw(8)
UNKNOWN: Final = draw(9).product_id
SECRETS: Final = {each.product_id: product_key.secret(each.product_key) for each in (OURS, OTHER)}
SERVERS: Final = {
    product: tuple(license_server_id.assemble(secret, product, 0, str(n) * 16) for n in (1, 2))
    for product, secret in SECRETS.items()
}
LICENSE_CODE: Final = license_code.random(random.Random(77))
CASE_NUMBERS: Final = tuple(case_number.make(random.Random(n)) for n in range(400))
CHALLENGE: Final = "4711"


@lru_cache(4096)
def holds(product: str, server: str) -> bool:
    """Whether a license server ID proves that it knows the product's key."""
    try:
        license_server_id.verify(SECRETS[product], product, server)
    except CodeError:
        return False
    return True


@lru_cache(4096)
def issued_id(product: str, server: str, number: int) -> str:
    """The new license server ID of an issue number."""
    return new_license_server_id.make(SECRETS[product], product, server, number, 74, 12)


@lru_cache(4096)
def receipt_for(product: str, new_id: str) -> str:
    """The receipt with which a server gives its number back."""
    return deactivation_receipt.make(SECRETS[product], product, new_id)


@lru_cache(4096)
def confirmation_for(product: str, receipt: str) -> str:
    """What the line says to a receipt."""
    return deactivation_confirmation.make(SECRETS[product], product, receipt)


@lru_cache(4096)
def pack_id_for(product: str, new_id: str) -> str:
    """The license pack ID for the server that holds this number."""
    said = license_pack_id.LicensePackID(1, 3, 1, 25)
    return license_pack_id.make(SECRETS[product], product, new_id, LICENSE_CODE, said)


@lru_cache(4096)
def closing_code_of(product: str, new_id: str) -> str:
    """The four digits that the wizard shows once it has accepted."""
    return closing_code.make(SECRETS[product], product, new_id)


@lru_cache(4096)
def line_code_of(product: str, server: str) -> str:
    """The four digits by which the line proves itself."""
    return line_code.make(SECRETS[product], product, server)


@lru_cache(4096)
def answer_of(product: str, server: str, given: str) -> str:
    """The wizard's six digits to the challenge that was given."""
    return challenge.answer(SECRETS[product], product, server, given)
