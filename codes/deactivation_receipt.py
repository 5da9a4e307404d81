"""Deactivation receipt: what a license server shows once it has ended its own licences.

Three groups: the current issue number (3 digits), the proof (5), the parity (4).

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> current = "82609881973242599431076178073946394"
>>> receipt = make(secret, "00298772766931009389", current)
>>> format(receipt)
'82646-08192-00355'
>>> verify(secret, "00298772766931009389", current, receipt)
DeactivationReceipt(issue=826, proof='40819')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes import new_license_server_id, restoring
from codes import product_id as product_ids
from codes.errors import NotAuthentic
from codes.groups import DEACTIVATION_RECEIPT
from codes.proofs import Secret, same, signed

_PROOF_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class DeactivationReceipt:
    """What a receipt says; `proof` is digits with their zeros."""

    issue: int
    proof: str


def make(secret: Secret, product_id: str, current_id: str) -> str:
    """Make the receipt of the server whose current license server ID this is."""
    current = new_license_server_id.validate(current_id)
    issue = current[:3]
    return signed(
        DEACTIVATION_RECEIPT,
        secret,
        issue,
        _PROOF_DIGITS,
        "receipt",
        product_ids.compact(product_id),
        current,
        issue,
    )


def parse(text: str) -> DeactivationReceipt:
    """Read what a receipt says; raises CodeError where it is not well-formed."""
    data = DEACTIVATION_RECEIPT.data(DEACTIVATION_RECEIPT.validate(text))
    return DeactivationReceipt(int(data[:3]), data[3:])


def verify(secret: Secret, product_id: str, current_id: str, text: str) -> DeactivationReceipt:
    """Read a receipt that the server with this current ID made; raises NotAuthentic if not."""
    said = parse(text)
    if not same(make(secret, product_id, current_id), compact(text)):
        raise NotAuthentic(
            "The deactivation receipt was not made by the license server with this current "
            "license server ID: compare it with the wizard."
        )
    return said


def restore(secret: Secret, product_id: str, current_id: str, groups: Sequence[str | None]) -> str:
    """Give the receipt of which one group is missing or wrong, if the proof confirms it."""
    made = make(secret, product_id, current_id)
    return restoring.restore(DEACTIVATION_RECEIPT, groups, lambda code: same(made, code), "proof")


def compact(text: str) -> str:
    """Read a typed deactivation receipt as ASCII digits, however many."""
    return DEACTIVATION_RECEIPT.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed deactivation receipt into its groups."""
    return DEACTIVATION_RECEIPT.split(text)


def validate(text: str) -> str:
    """Give the compact deactivation receipt, or raise the CodeError that fits."""
    return DEACTIVATION_RECEIPT.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed deactivation receipt is well-formed."""
    return DEACTIVATION_RECEIPT.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a deactivation receipt with hyphens."""
    return DEACTIVATION_RECEIPT.format(text)
