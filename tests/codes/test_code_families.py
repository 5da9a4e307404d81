"""Codes of one family prove one another; one missing group comes back only with its proof."""

import copy
import pickle
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes import (
    challenge,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    family,
    license_code,
    license_pack_id,
    license_server_id,
    line_code,
    new_license_server_id,
    product_id,
    product_key,
)
from codes.errors import (
    InvalidCharacter,
    InvalidField,
    InvalidLength,
    NotAuthentic,
    NotRestorable,
    OtherKind,
    ParityUnreachable,
    WrongProduct,
)
from codes.groups import LICENSE_SERVER_ID, NEW_LICENSE_SERVER_ID, SHAPES
from codes.proofs import Secret

ONE, OTHER = family.draw(1), family.draw(2)
SECRET = product_key.secret(ONE.product_key)
seeds = st.integers(0, 10**6)


@given(seeds)
def test_a_family_holds_together(seed: int):
    drawn = family.draw(seed)
    secret = product_key.secret(drawn.product_key)
    product, request, new = drawn.product_id, drawn.license_server_id, drawn.new_license_server_id
    assert product_key.is_valid(drawn.product_key, product)
    before = license_server_id.verify(secret, product, request)
    after = new_license_server_id.verify(secret, product, request, new)
    assert after.issue > before.last_issue
    assert line_code.verify(secret, product, request, drawn.line_code)
    assert closing_code.verify(secret, product, new, drawn.closing_code)
    answer = drawn.challenge_answer
    assert challenge.verify(secret, product, request, drawn.challenge, answer)
    deactivation_receipt.verify(secret, product, new, drawn.deactivation_receipt)
    deactivation_confirmation.verify(
        secret, product, drawn.deactivation_receipt, drawn.deactivation_confirmation
    )


def test_the_counter_goes_on_where_the_parity_does_not_fit():
    product, request = ONE.product_id, ONE.license_server_id

    def authenticator(issue: int, month: int, counter: int) -> str:
        return SECRET.digits(
            16, "new-id", product, request, f"{issue:03}", f"{month:03}", "12", counter
        )

    # Seven in ten thousand need it; the first of them is as good as any.
    for issue, month in ((issue, month) for issue in range(1, 1000) for month in range(1000)):
        first = f"{issue:03}{month:03}12" + authenticator(issue, month, 0)
        if _assembled(first) is None:
            break
    made = new_license_server_id.make(SECRET, product, request, issue, month, 12)
    said = new_license_server_id.verify(SECRET, product, request, made)
    assert said.authenticator == authenticator(issue, month, 1)


def test_a_foreign_proof_is_not_authentic():
    with pytest.raises(NotAuthentic, match="license server"):
        license_server_id.verify(SECRET, OTHER.product_id, ONE.license_server_id)
    with pytest.raises(NotAuthentic):
        new_license_server_id.verify(
            SECRET, ONE.product_id, OTHER.license_server_id, ONE.new_license_server_id
        )
    with pytest.raises(NotAuthentic):
        deactivation_receipt.verify(
            SECRET, ONE.product_id, OTHER.new_license_server_id, ONE.deactivation_receipt
        )
    with pytest.raises(NotAuthentic):
        deactivation_confirmation.verify(
            SECRET, ONE.product_id, OTHER.deactivation_receipt, ONE.deactivation_confirmation
        )
    assert not line_code.verify(SECRET, ONE.product_id, OTHER.license_server_id, ONE.line_code)
    assert not closing_code.verify(SECRET, ONE.product_id, ONE.new_license_server_id, "12 3")


def test_the_request_typed_in_for_the_permission_is_recognised():
    with pytest.raises(OtherKind, match="request itself"):
        new_license_server_id.verify(
            SECRET, ONE.product_id, ONE.license_server_id, ONE.license_server_id
        )


def test_a_forged_issue_number_of_nought_is_not_authentic():
    data = NEW_LICENSE_SERVER_ID.data(ONE.new_license_server_id)
    forged = next(
        code
        for code in (_assembled(f"000{data[3:-1]}{last}") for last in range(10))
        if code is not None
    )
    with pytest.raises(NotAuthentic):
        new_license_server_id.verify(SECRET, ONE.product_id, ONE.license_server_id, forged)


def _assembled(data: str) -> str | None:
    try:
        return NEW_LICENSE_SERVER_ID.assemble(data)
    except ParityUnreachable:
        return None


def restore(  # noqa: PLR0911 -- one for each kind
    drawn: family.Family, kind: str, groups: list[str | None]
) -> str:
    secret = product_key.secret(drawn.product_key)
    product, request = drawn.product_id, drawn.license_server_id
    match kind:
        case "product_id":
            return product_id.restore(groups, lambda code: code == drawn.product_id)
        case "license_server_id":
            return license_server_id.restore(secret, product, groups)
        case "new_license_server_id":
            return new_license_server_id.restore(secret, product, request, groups)
        case "deactivation_receipt":
            current = drawn.new_license_server_id
            return deactivation_receipt.restore(secret, product, current, groups)
        case "license_code":
            return license_code.restore(groups, lambda code: code == drawn.license_code)
        case "license_pack_id":
            current, bought = drawn.new_license_server_id, drawn.license_code
            return license_pack_id.restore(secret, product, current, bought, groups)
        case _:
            receipt = drawn.deactivation_receipt
            return deactivation_confirmation.restore(secret, product, receipt, groups)


RESTORABLE = [kind for kind in family.KINDS if kind in SHAPES and SHAPES[kind].has_parity]
kinds = st.sampled_from(RESTORABLE)


@given(seeds, kinds, st.integers(0, 6), st.sampled_from([None, "", "12", "123456"]))
def test_one_missing_group_is_restored(seed: int, kind: str, index: int, instead: str | None):
    drawn = family.draw(seed)
    code = getattr(drawn, kind)
    groups: list[str | None] = list(SHAPES[kind].split(code))
    groups[index % len(groups)] = instead
    assert restore(drawn, kind, groups) == code


@given(seeds, kinds, st.integers(0, 6), st.integers(1, 99_999))
def test_one_wrong_group_is_restored_well_formed_or_not(seed: int, kind: str, index: int, by: int):
    drawn = family.draw(seed)
    code = getattr(drawn, kind)
    groups: list[str | None] = list(SHAPES[kind].split(code))
    index %= len(groups)
    groups[index] = f"{(int(groups[index] or 0) + by) % 100_000:05}"
    assert restore(drawn, kind, groups) == code


@given(seeds, kinds)
def test_a_faultless_code_is_given_back(seed: int, kind: str):
    drawn = family.draw(seed)
    code = getattr(drawn, kind)
    assert restore(drawn, kind, list(SHAPES[kind].split(code))) == code


@pytest.mark.parametrize("kind", RESTORABLE)
def test_two_missing_groups_are_named(kind: str):
    groups: list[str | None] = list(SHAPES[kind].split(getattr(ONE, kind)))
    groups[0] = groups[2] = None
    with pytest.raises(NotRestorable, match="groups 1 and 3") as caught:
        restore(ONE, kind, groups)
    assert caught.value.groups == (1, 3)


@pytest.mark.parametrize("kind", RESTORABLE)
def test_nothing_is_restored_without_its_proof(kind: str):
    groups: list[str | None] = list(SHAPES[kind].split(getattr(OTHER, kind)))
    groups[1] = None
    with pytest.raises(NotRestorable, match="does not confirm"):
        restore(ONE, kind, groups)


def test_a_wrong_count_of_groups():
    with pytest.raises(NotRestorable, match="7 groups"):
        license_server_id.restore(SECRET, ONE.product_id, [None])


def test_months():
    said = new_license_server_id.NewLicenseServerID(1, 74, 12, "0" * 16)
    assert said.first_day.isoformat() == "2026-03-01"
    assert said.last_moment == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    same_month = new_license_server_id.NewLicenseServerID(1, 0, 0, "0" * 16)
    assert same_month.last_moment == datetime(2020, 1, 31, 23, 59, 59, tzinfo=UTC)
    for month in (0, 11, 12, 74, 999):
        begins = new_license_server_id.NewLicenseServerID(1, month, 1, "").first_day
        assert new_license_server_id.month_number(begins) == month


@pytest.mark.parametrize(
    ("issue", "month", "months"),
    [(0, 74, 12), (1000, 74, 12), (1, -1, 12), (1, 1000, 1), (1, 1, 100)],
)
def test_values_without_room_are_refused(issue: int, month: int, months: int):
    with pytest.raises(InvalidField, match="must lie between"):
        new_license_server_id.make(
            SECRET, ONE.product_id, ONE.license_server_id, issue, month, months
        )


def test_a_product_id_that_no_parity_fits():
    unreachable = 0
    for serial in range(5_000):
        try:
            assert product_id.parse(product_id.make(1, serial)) == product_id.ProductID(1, serial)
        except ParityUnreachable:
            unreachable += 1
    assert 0 < unreachable < 20


def test_product_ids_of_a_family():
    assert product_id.parse(product_id.random(random.Random(1), family=42)).family == 42


def test_license_server_id_says_what_it_was_made_of():
    made = license_server_id.make(SECRET, ONE.product_id, 0, b"key")
    said = license_server_id.parse(made)
    assert said.last_issue == 0
    assert said.key_hash == license_server_id.key_hash(b"key")
    assert len(LICENSE_SERVER_ID.data(made)) == 24
    with pytest.raises(InvalidField):
        license_server_id.assemble(SECRET, ONE.product_id, 0, "123")


# The product key.


@given(seeds, st.binary(min_size=15, max_size=15))
def test_a_product_key_is_read_as_people_type_it(seed: int, entropy: bytes):
    product = product_id.random(random.Random(seed))
    key = product_key.make(product, entropy)
    typed = product_key.format(key).lower().replace("0", "o").replace("1", "l").replace("-", " – ")
    assert product_key.validate(typed, product) == key
    assert product_key.is_valid(typed, product)
    assert product_key.secret(typed) == product_key.secret(key)


@given(seeds, st.integers(0, 24), st.integers(1, 31))
def test_one_wrong_character_is_caught(seed: int, place: int, by: int):
    drawn = family.draw(seed)
    key = drawn.product_key
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    sign = alphabet[(alphabet.index(key[place]) + by) % 32]
    with pytest.raises(WrongProduct, match="do not belong together"):
        product_key.validate(key[:place] + sign + key[place + 1 :], drawn.product_id)


def test_a_key_of_another_product_is_refused():
    products = [product_id.random(random.Random(seed)) for seed in range(2, 200)]
    passed = sum(product_key.is_valid(ONE.product_key, product) for product in products)
    assert passed < 20  # one in thirty-two
    assert passed < len(products)


def test_product_key_mistakes():
    with pytest.raises(InvalidCharacter, match="“U”") as caught:
        product_key.validate("ABCDE-FGHJU", ONE.product_id)
    assert caught.value.groups == (2,)
    with pytest.raises(InvalidLength, match="25 characters, but 5"):
        product_key.validate("ABCDE", ONE.product_id)
    with pytest.raises(InvalidField, match="15 bytes"):
        product_key.make(ONE.product_id, b"")
    assert product_key.compact("ABCDE") == "ABCDE"


# The secret.


def test_a_secret_shows_itself_nowhere():
    entropy = bytes(range(15))
    secret = Secret.derive(entropy)
    assert repr(secret) == str(secret) == f"{secret}" == "Secret(...)"
    assert secret == Secret.derive(entropy)
    assert hash(secret) == hash(Secret.derive(entropy))
    assert secret != Secret.derive(bytes(15))
    assert secret != entropy
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not to be stored"):
            leak(secret)
