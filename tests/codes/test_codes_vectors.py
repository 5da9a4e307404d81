"""Fifteen families made by another implementation: ours makes and reads every one of them."""

import base64
import json
from pathlib import Path

import pytest

from codes import (
    challenge,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    license_server_id,
    line_code,
    new_license_server_id,
    product_id,
    product_key,
)
from codes.errors import NotAuthentic
from codes.proofs import Secret

FAMILIES: list[dict[str, str]] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text("utf-8")
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.fixture(params=FAMILIES, ids=[family["product_id"][:5] for family in FAMILIES])
def family(request: pytest.FixtureRequest) -> dict[str, str]:
    return dict(request.param)


@pytest.fixture
def secret(family: dict[str, str]) -> Secret:
    return product_key.secret(family["product_key"])


def test_there_are_fifteen():
    assert len(FAMILIES) == 15


def test_product_id_is_made_and_read(family: dict[str, str]):
    said = product_id.parse(family["product_id"])
    made = product_id.make(said.family, said.serial)
    assert product_id.format(made) == family["product_id"]


def test_product_key_is_made_and_read(family: dict[str, str]):
    bits = 0
    for sign in family["product_key"].replace("-", "")[:24]:
        bits = bits * 32 + ALPHABET.index(sign)
    made = product_key.make(family["product_id"], bits.to_bytes(15))
    assert product_key.format(made) == family["product_key"]
    assert product_key.validate(family["product_key"], family["product_id"]) == made


def test_license_server_id_is_made(family: dict[str, str], secret: Secret):
    made = license_server_id.make(
        secret,
        family["product_id"],
        int(family["last_issue"]),
        base64.b64decode(family["public_key_der"]),
    )
    assert license_server_id.format(made) == family["license_server_id"]


def test_license_server_id_is_read(family: dict[str, str], secret: Secret):
    said = license_server_id.verify(secret, family["product_id"], family["license_server_id"])
    assert said.last_issue == int(family["last_issue"])
    der = base64.b64decode(family["public_key_der"])
    assert said.key_hash == license_server_id.key_hash(der)


def test_new_license_server_id_is_made(family: dict[str, str], secret: Secret):
    made = new_license_server_id.make(
        secret,
        family["product_id"],
        family["license_server_id"],
        int(family["issue"]),
        int(family["issue_month"]),
        int(family["months"]),
    )
    assert new_license_server_id.format(made) == family["new_license_server_id"]


def test_new_license_server_id_is_read(family: dict[str, str], secret: Secret):
    said = new_license_server_id.verify(
        secret,
        family["product_id"],
        family["license_server_id"],
        family["new_license_server_id"],
    )
    assert (f"{said.issue:03}", f"{said.month:03}", f"{said.months:02}") == (
        family["issue"],
        family["issue_month"],
        family["months"],
    )


def test_deactivation_codes_are_made_and_read(family: dict[str, str], secret: Secret):
    current, receipt = family["new_license_server_id"], family["deactivation_receipt"]
    made = deactivation_receipt.make(secret, family["product_id"], current)
    assert deactivation_receipt.format(made) == receipt
    said = deactivation_receipt.verify(secret, family["product_id"], current, receipt)
    assert said.issue == int(family["issue"])

    confirmation = family["deactivation_confirmation"]
    made = deactivation_confirmation.make(secret, family["product_id"], receipt)
    assert deactivation_confirmation.format(made) == confirmation
    said = deactivation_confirmation.verify(secret, family["product_id"], receipt, confirmation)
    assert confirmation.replace("-", "").startswith(said.proof[:4])


def test_short_codes_are_made_and_read(family: dict[str, str], secret: Secret):
    product, request = family["product_id"], family["license_server_id"]
    new = family["new_license_server_id"]
    assert line_code.make(secret, product, request) == family["line_code"]
    assert line_code.verify(secret, product, request, family["line_code"])
    assert closing_code.make(secret, product, new) == family["closing_code"]
    assert closing_code.verify(secret, product, new, family["closing_code"])
    asked, answer = family["challenge"], family["challenge_answer"]
    assert challenge.answer(secret, product, request, asked) == answer
    assert challenge.verify(secret, product, request, asked, answer)


def test_no_family_passes_for_another(family: dict[str, str]):
    for other in FAMILIES:
        if other == family:
            continue
        secret = product_key.secret(other["product_key"])
        with pytest.raises(NotAuthentic):
            license_server_id.verify(secret, family["product_id"], family["license_server_id"])
        with pytest.raises(NotAuthentic):
            new_license_server_id.verify(
                secret,
                family["product_id"],
                family["license_server_id"],
                family["new_license_server_id"],
            )
