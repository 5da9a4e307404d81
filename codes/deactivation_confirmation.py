"""Deactivation confirmation: the clearinghouse's answer to a deactivation receipt.

Three groups: the proof (8 digits) and the parity (4).

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> format(make(secret, "00298772766931009389", "82646-08192-00355"))
'39816-66152-42703'
>>> verify(secret, "00298772766931009389", "82646-08192-00355", "39816-66152-42703")
DeactivationConfirmation(proof='39816615')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes import deactivation_receipt, restoring
from codes import product_id as product_ids
from codes.errors import NotAuthentic
from codes.groups import DEACTIVATION_CONFIRMATION
from codes.proofs import Secret, same, signed

_PROOF_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class DeactivationConfirmation:
    """What a confirmation says: nothing but that it was made; `proof` is its eight digits."""

    proof: str


def make(secret: Secret, product_id: str, receipt: str) -> str:
    """Make the confirmation that answers a receipt."""
    return signed(
        DEACTIVATION_CONFIRMATION,
        secret,
        "",
        _PROOF_DIGITS,
        "confirmation",
        product_ids.compact(product_id),
        deactivation_receipt.compact(receipt),
    )


def parse(text: str) -> DeactivationConfirmation:
    """Read a confirmation; raises CodeError where it is not well-formed."""
    return DeactivationConfirmation(
        DEACTIVATION_CONFIRMATION.data(DEACTIVATION_CONFIRMATION.validate(text))
    )


def verify(secret: Secret, product_id: str, receipt: str, text: str) -> DeactivationConfirmation:
    """Read a confirmation that answers this receipt; raises NotAuthentic if it does not."""
    said = parse(text)
    if not same(make(secret, product_id, receipt), compact(text)):
        raise NotAuthentic(
            "The deactivation confirmation does not answer this deactivation receipt: "
            "compare it with what was read out to you."
        )
    return said


def restore(secret: Secret, product_id: str, receipt: str, groups: Sequence[str | None]) -> str:
    """Give the confirmation of which one group is missing or wrong, if the proof confirms it."""
    made = make(secret, product_id, receipt)
    return restoring.restore(
        DEACTIVATION_CONFIRMATION, groups, lambda code: same(made, code), "proof"
    )


def compact(text: str) -> str:
    """Read a typed deactivation confirmation as ASCII digits, however many."""
    return DEACTIVATION_CONFIRMATION.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed deactivation confirmation into its groups."""
    return DEACTIVATION_CONFIRMATION.split(text)


def validate(text: str) -> str:
    """Give the compact deactivation confirmation, or raise the CodeError that fits."""
    return DEACTIVATION_CONFIRMATION.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed deactivation confirmation is well-formed."""
    return DEACTIVATION_CONFIRMATION.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a deactivation confirmation with hyphens."""
    return DEACTIVATION_CONFIRMATION.format(text)
