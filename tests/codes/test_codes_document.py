"""The specification's worked example and its table are what the code does."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

from codes import (
    challenge,
    checks,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    license_server_id,
    line_code,
    new_license_server_id,
    product_id,
    product_key,
)

TEXT = (Path(__file__).parents[2] / "docs" / "codes.md").read_text("utf-8")
WORDS = " ".join(TEXT.split())
ENTROPY = bytes.fromhex("02c9ead2ae6b5d2c54a9e1ac57c9f3")


def test_the_table():
    rows = re.findall(r"^\| \*\*(\d)\*\* \|(.*)\|$", TEXT, re.MULTILINE)
    assert len(rows) == 10
    for state, cells in rows:
        assert bytes(map(int, cells.split("|"))) == checks._QUASIGROUP[int(state)]


def test_the_family_worked_through():
    assert ENTROPY.hex() in WORDS
    product = product_id.make(29, 77276931)
    key = product_key.make(product, ENTROPY)
    secret = product_key.secret(key)
    encoded = "".join(re.findall(r"^    ([A-Za-z0-9+/=]{20,})$", TEXT, re.MULTILINE))
    request = license_server_id.make(secret, product, 72, base64.b64decode(encoded))
    new = new_license_server_id.make(secret, product, request, 826, 88, 19)
    receipt = deactivation_receipt.make(secret, product, new)
    confirmation = deactivation_confirmation.make(secret, product, receipt)
    walked = new_license_server_id.make(secret, product, request, 677, 74, 12)
    for made in (
        product_id.format(product),
        product_key.format(key),
        license_server_id.format(request),
        new_license_server_id.format(new),
        deactivation_receipt.format(receipt),
        deactivation_confirmation.format(confirmation),
        new_license_server_id.format(walked),
        f"`{line_code.make(secret, product, request)}`",
        f"`{closing_code.make(secret, product, new)}`",
        f"`{challenge.answer(secret, product, request, '0444')}`",
    ):
        assert made in WORDS


def test_the_proofs_on_the_way():
    extracted = hmac.digest(b"activation-line", ENTROPY, "sha256")
    key = hmac.digest(extracted, b"v1\x01", "sha256")
    assert extracted.hex() in WORDS
    assert key.hex() in WORDS
    messages = re.findall(r"^    ((?:request-proof|new-id|license-pack)\|.*)$", TEXT, re.MULTILINE)
    assert len(messages) == 3
    for message in messages:
        assert hmac.new(key, message.encode(), hashlib.sha256).hexdigest() in WORDS


def test_the_validity_in_the_specification():
    said = new_license_server_id.NewLicenseServerID(1, 74, 12, "")
    assert said.first_day.isoformat() == "2026-03-01"
    assert said.last_moment.date().isoformat() == "2027-03-31"


def test_every_word_for_an_error_stands_in_the_specification():
    for word in ("invalid_character", "letter_for_digit", "invalid_length", "other_kind"):
        assert f"`{word}`" in TEXT
    for word in ("invalid_groups", "invalid_parity", "not_authentic", "wrong_product"):
        assert f"`{word}`" in TEXT


def test_the_inverses():
    for groups, inverse in ((4, 2502), (7, 7148), (3, 3336), (5, 4003)):
        assert groups * inverse % checks.MODULUS == 1
        assert str(inverse) in TEXT
