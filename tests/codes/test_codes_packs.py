"""License codes and license pack IDs: told apart from license server IDs, by proof."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from codes import family, license_code, license_pack_id, new_license_server_id, product_key
from codes.cli import codes
from codes.errors import CodeError, InvalidField, NotAuthentic, OtherKind
from codes.groups import LICENSE_SERVER_ID, NEW_LICENSE_SERVER_ID
from codes.license_pack_id import PER_DEVICE, PER_USER, LicensePackID

ONE, OTHER = family.draw(1), family.draw(2)
SECRET = product_key.secret(ONE.product_key)
MINE = (SECRET, ONE.product_id, ONE.new_license_server_id, ONE.license_code)

packs = st.builds(
    LicensePackID,
    number=st.integers(1, 9999),
    version=st.integers(1, 99),
    kind=st.sampled_from([PER_DEVICE, PER_USER]),
    quantity=st.integers(1, 99_999),
)


@given(packs)
def test_a_pack_says_what_it_was_made_for(said: LicensePackID):
    code = license_pack_id.make(*MINE, said)
    assert license_pack_id.verify(*MINE, license_pack_id.format(code)) == said
    assert license_pack_id.is_marked(SECRET, ONE.product_id, code)


@pytest.mark.parametrize(
    ("typed", "error", "words"),
    [
        (ONE.new_license_server_id, OtherKind, "This is the current license server ID"),
        (ONE.license_server_id, OtherKind, "This is a license server ID, a request"),
        (OTHER.license_server_id, NotAuthentic, "no license pack ID of this product"),
        (OTHER.license_pack_id, NotAuthentic, "no license pack ID of this product"),
        (ONE.license_code, OtherKind, "it is a license code"),
        (ONE.product_id, OtherKind, "it is a product ID"),
    ],
)
def test_every_wrong_code_has_its_own_message(typed: str, error: type[CodeError], words: str):
    with pytest.raises(error, match=words):
        license_pack_id.verify(*MINE, typed)


def test_a_pack_is_for_one_server_and_one_license_code():
    said = license_pack_id.parse(ONE.license_pack_id)
    later = new_license_server_id.make(SECRET, ONE.product_id, ONE.license_server_id, 999, 74, 12)
    for current, bought in (
        (later, ONE.license_code),
        (ONE.new_license_server_id, OTHER.license_code),
    ):
        code = license_pack_id.make(SECRET, ONE.product_id, current, bought, said)
        with pytest.raises(NotAuthentic, match="another license server or another license code"):
            license_pack_id.verify(*MINE, code)


def test_a_pack_id_is_no_license_server_id():
    code = ONE.license_pack_id
    assert LICENSE_SERVER_ID.is_valid(code)
    assert NEW_LICENSE_SERVER_ID.is_valid(code)
    with pytest.raises(NotAuthentic):
        new_license_server_id.verify(SECRET, ONE.product_id, ONE.license_server_id, code)


@given(st.integers(0, 10**6))
def test_license_server_ids_are_hardly_ever_marked(seed: int):
    drawn = family.draw(seed)
    secret = product_key.secret(drawn.product_key)
    marked = [
        license_pack_id.is_marked(secret, drawn.product_id, code)
        for code in (drawn.license_server_id, drawn.new_license_server_id, "no code")
    ]
    assert sum(marked) <= 1
    assert not marked[-1]


@pytest.mark.parametrize(
    "said",
    [
        LicensePackID(0, 1, PER_DEVICE, 1),
        LicensePackID(1, 0, PER_DEVICE, 1),
        LicensePackID(1, 1, 3, 1),
        LicensePackID(1, 1, PER_USER, 0),
        LicensePackID(1, 1, PER_USER, 100_000),
    ],
)
def test_what_has_no_room_in_a_pack(said: LicensePackID):
    with pytest.raises(InvalidField):
        license_pack_id.make(*MINE, said)


def test_license_codes_are_read_as_people_type_them():
    code = license_code.make(42)
    assert license_code.parse(f" {license_code.format(code)} ").serial == 42
    assert license_code.is_valid(code)
    assert len(license_code.split(code)) == 5
    with pytest.raises(InvalidField):
        license_code.make(10**16)


def test_the_command_verifies_and_explains_a_pack():
    words = ["verify", "--product-key", ONE.product_key, "--product-id", ONE.product_id]
    words += ["--current-id", ONE.new_license_server_id, "--license-code", ONE.license_code]
    told = CliRunner().invoke(codes, [*words, ONE.license_pack_id])
    assert (told.exit_code, told.stdout) == (0, "Authentic: a license pack ID.\n")
    told = CliRunner().invoke(codes, ["explain", ONE.license_pack_id])
    assert "As a license pack ID it says: pack" in told.stdout
    told = CliRunner().invoke(codes, ["explain", ONE.license_code])
    assert "25 digits: a license code." in told.stdout
    told = CliRunner().invoke(codes, ["make", "license-pack-id", "--seed", "1"])
    assert told.stdout.strip() == ONE.format("license_pack_id")
