"""A whole family of codes that belong together, drawn from a seed: for trying out and for tests.

>>> family = draw(7)
>>> draw(7) == family, draw(8) == family
(True, False)
>>> family.format("new_license_server_id")
'84507-73122-10033-32305-67137-60662-01599'
"""

import random
from dataclasses import dataclass, fields
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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
    product_id,
    product_key,
)
from codes.groups import SHAPES

_MONTHS: Final = 12
_FIRST_MONTH: Final = 72  # January 2026


@dataclass(frozen=True, slots=True)
class Family:
    """One compact code of every kind, made for one another."""

    product_id: str
    product_key: str
    license_server_id: str
    new_license_server_id: str
    line_code: str
    closing_code: str
    deactivation_receipt: str
    deactivation_confirmation: str
    challenge: str
    challenge_answer: str
    case_number: str
    license_code: str
    license_pack_id: str

    def format(self, kind: str) -> str:
        """Write the family's code of one kind (a field's name) as people read it."""
        code: str = getattr(self, kind)
        if kind == "product_key":
            return product_key.format(code)
        return SHAPES[kind].format(code) if kind in SHAPES else code


KINDS: Final = tuple(field.name for field in fields(Family))


def draw(seed: int) -> Family:
    """Draw the family that belongs to a seed; the same on every machine. Not for production."""
    rng = random.Random(seed)
    product = product_id.random(rng)
    key = product_key.make(product, rng.randbytes(15))
    secret = product_key.secret(key)
    last_issue = rng.randrange(900)
    private_key = ec.derive_private_key(rng.randrange(1, 2**255), ec.SECP256R1())
    public_key = private_key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    request = license_server_id.make(secret, product, last_issue, public_key)
    new = new_license_server_id.make(
        secret,
        product,
        request,
        last_issue + rng.randrange(1, 100),
        _FIRST_MONTH + rng.randrange(_MONTHS),
        _MONTHS,
    )
    receipt = deactivation_receipt.make(secret, product, new)
    asked = challenge.make(rng)
    case = case_number.make(rng)
    bought = license_code.random(rng)
    kind = rng.choice((license_pack_id.PER_DEVICE, license_pack_id.PER_USER))
    pack = license_pack_id.LicensePackID(rng.randrange(1, 10**4), 3, kind, rng.randrange(1, 10**5))
    return Family(
        product_id=product,
        product_key=key,
        license_server_id=request,
        new_license_server_id=new,
        line_code=line_code.make(secret, product, request),
        closing_code=closing_code.make(secret, product, new),
        deactivation_receipt=receipt,
        deactivation_confirmation=deactivation_confirmation.make(secret, product, receipt),
        challenge=asked,
        challenge_answer=challenge.answer(secret, product, request, asked),
        case_number=case,
        license_code=bought,
        license_pack_id=license_pack_id.make(secret, product, new, bought, pack),
    )
