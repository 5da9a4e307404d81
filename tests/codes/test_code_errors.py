"""Every mistake that people make with codes is caught, and said where it is."""

import random
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from codes import (
    case_number,
    challenge,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    family,
    license_server_id,
    line_code,
    new_license_server_id,
    product_id,
)
from codes.errors import (
    CodeError,
    InvalidCharacter,
    InvalidGroups,
    InvalidLength,
    InvalidParity,
    LetterForDigit,
    OtherKind,
)
from codes.groups import PRODUCT_ID, SHAPES, Shape

KINDS = {
    "product_id": product_id,
    "license_server_id": license_server_id,
    "new_license_server_id": new_license_server_id,
    "deactivation_receipt": deactivation_receipt,
    "deactivation_confirmation": deactivation_confirmation,
    "case_number": case_number,
}
WITH_PARITY = [kind for kind in KINDS if SHAPES[kind].has_parity]
FAMILIES = [family.draw(seed) for seed in range(12)]

codes = st.tuples(
    st.sampled_from(WITH_PARITY), st.sampled_from(FAMILIES).map(lambda drawn: drawn)
).map(lambda pair: (SHAPES[pair[0]], getattr(pair[1], pair[0])))
places = st.integers(0, 34)
numbers = st.integers(1, 7)


def error_of(shape: Shape, text: str) -> CodeError:
    assert not KINDS[shape.kind].is_valid(text)
    with pytest.raises(CodeError) as caught:
        KINDS[shape.kind].validate(text)
    return caught.value


def groups_at(shape: Shape, *where: int) -> tuple[int, ...]:
    return tuple(sorted({place // shape.width + 1 for place in where}))


def exchange(code: str, first: int, second: int) -> str:
    signs = list(code)
    signs[first], signs[second] = signs[second], signs[first]
    return "".join(signs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_made_code_is_valid_in_every_spelling(kind: str):
    module = KINDS[kind]
    for drawn in FAMILIES:
        code = getattr(drawn, kind)
        assert module.validate(code) == code
        shown = module.format(code)
        assert shown == "-".join(module.split(code))
        for typed in (code, shown, shown.replace("-", " – "), f"\t{shown}\n"):
            assert module.validate(typed) == code
            assert module.is_valid(typed)


@given(codes, places, st.integers(1, 9))
def test_one_wrong_digit_is_named(made: tuple[Shape, str], place: int, by: int):
    shape, code = made
    place %= len(code)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    error = error_of(shape, wrong)
    assert isinstance(error, InvalidGroups)
    assert error.groups == groups_at(shape, place)
    assert str(error.groups[0]) in str(error)


@given(codes, places)
def test_swapped_neighbours_are_named(made: tuple[Shape, str], place: int):
    shape, code = made
    place %= len(code) - 1
    assume(code[place] != code[place + 1])
    error = error_of(shape, exchange(code, place, place + 1))
    assert isinstance(error, InvalidGroups)
    assert error.groups == groups_at(shape, place, place + 1)


@given(codes, places)
def test_a_jump_swap_is_caught(made: tuple[Shape, str], place: int):
    shape, code = made
    place %= len(code) - 2
    assume(code[place] != code[place + 2])
    error = error_of(shape, exchange(code, place, place + 2))
    assert set(error.groups) <= set(groups_at(shape, place, place + 2))
    assert error.groups or isinstance(error, InvalidParity)


@given(codes, places, st.integers(1, 9))
def test_a_twin_error_is_caught(made: tuple[Shape, str], place: int, by: int):
    shape, code = made
    twins = [n for n in range(len(code) - 1) if code[n] == code[n + 1]]
    assume(twins)
    place = twins[place % len(twins)]
    digit = str((int(code[place]) + by) % 10)
    error_of(shape, code[:place] + digit * 2 + code[place + 2 :])


@given(codes, places, st.booleans())
def test_thirteen_for_thirty_is_caught(made: tuple[Shape, str], place: int, up: bool):  # noqa: FBT001 -- Hypothesis hands it in
    shape, code = made
    found = [
        n
        for n in range(len(code) - 1)
        if (code[n] == "1" and code[n + 1] not in "01")
        or (code[n + 1] == "0" and code[n] not in "01")
    ]
    assume(found)
    place = found[place % len(found)]
    pair = code[place : place + 2]
    heard = f"{pair[1]}0" if pair[0] == "1" and (up or pair[1] != "0") else f"1{pair[0]}"
    assume(heard != pair)
    error_of(shape, code[:place] + heard + code[place + 2 :])


@given(codes, numbers, numbers)
def test_groups_that_changed_places_are_named(made: tuple[Shape, str], one: int, other: int):
    shape, code = made
    first, second = sorted(((one - 1) % shape.count + 1, (other - 1) % shape.count + 1))
    assume(first != second)
    groups = exchange_groups(shape.split(code), first, second)
    error = error_of(shape, "-".join(groups))
    assert isinstance(error, InvalidGroups)
    assert error.groups == (first, second)
    assert "changed places" in str(error)


def exchange_groups(groups: tuple[str, ...], first: int, second: int) -> list[str]:
    there = list(groups)
    there[first - 1], there[second - 1] = there[second - 1], there[first - 1]
    return there


@given(codes, numbers, numbers)
def test_a_group_copied_to_another_place_is_named(made: tuple[Shape, str], one: int, other: int):
    shape, code = made
    source, target = (one - 1) % shape.count, (other - 1) % shape.count
    assume(source != target)
    groups = list(shape.split(code))
    groups[target] = groups[source]
    error = error_of(shape, "-".join(groups))
    assert isinstance(error, InvalidGroups)
    assert error.groups == (target + 1,)


@given(codes, places)
def test_a_dropped_digit_is_caught_and_its_group_named(made: tuple[Shape, str], place: int):
    shape, code = made
    place %= len(code)
    error = error_of(shape, code[:place] + code[place + 1 :])
    assert isinstance(error, InvalidLength)
    # Where neighbours are alike at a border, either group may be the one.
    (named,) = error.groups
    assert abs(named - groups_at(shape, place)[0]) <= 1
    assert "missing" in str(error)


@given(codes, places)
def test_a_doubled_digit_is_caught_and_its_group_named(made: tuple[Shape, str], place: int):
    shape, code = made
    place %= len(code)
    error = error_of(shape, code[: place + 1] + code[place:])
    assert isinstance(error, InvalidLength)
    (named,) = error.groups
    assert abs(named - groups_at(shape, place)[0]) <= 1
    assert "too many" in str(error)


@given(codes, places, places, st.integers(1, 9))
def test_one_wrong_digit_in_each_of_two_groups(
    made: tuple[Shape, str], one: int, other: int, by: int
):
    shape, code = made
    wrong = groups_at(shape, one % len(code), other % len(code))
    assume(len(wrong) == 2)
    signs = list(code)
    for place in (one % len(code), other % len(code)):
        signs[place] = str((int(signs[place]) + by) % 10)
    error = error_of(shape, "".join(signs))
    assert error.groups == wrong


@given(codes, numbers, st.integers(1, 9_999))
def test_any_other_data_in_one_group_is_caught(made: tuple[Shape, str], number: int, by: int):
    shape, code = made
    number = (number - 1) % shape.count + 1
    groups = list(shape.split(code))
    data = (int(groups[number - 1][:-1]) + by) % 10_000
    groups[number - 1] = shape.assemble_group(number, data)
    error = error_of(shape, "".join(groups))
    assert isinstance(error, InvalidParity)
    assert error.groups == ()


@pytest.mark.parametrize("kind", WITH_PARITY)
def test_garbled_pairs_of_groups_and_random_codes_do_not_pass(kind: str):
    shape, module = SHAPES[kind], KINDS[kind]
    rng = random.Random(3)
    for drawn in FAMILIES:
        for _ in range(250):
            groups = list(shape.split(getattr(drawn, kind)))
            for number in rng.sample(range(shape.count), 2):
                groups[number] = f"{rng.randrange(100_000):05}"
            assert not module.is_valid("".join(groups))
            assert not module.is_valid(f"{rng.randrange(10**shape.length):0{shape.length}}")


@given(st.text(max_size=50))
def test_no_text_makes_a_module_do_anything_but_refuse(text: str):
    for module in KINDS.values():
        if module.is_valid(text):
            assert module.is_valid(module.validate(text))
            continue
        with pytest.raises(CodeError, match=r"\.$"):
            module.validate(text)


HYPHENS = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Pd"]
ZEROS = [
    chr(n)
    for n in range(0x110000)
    if unicodedata.decimal(chr(n), None) == 0 and unicodedata.decimal(chr(n + 9), None) == 9
]


@pytest.mark.parametrize(
    "hyphen", [*HYPHENS, "−", "\N{SOFT HYPHEN}", "\N{NO-BREAK SPACE}", "\u3000"]
)
def test_every_hyphen_and_space(hyphen: str):
    code = FAMILIES[0].product_id
    assert product_id.validate(product_id.format(code).replace("-", hyphen)) == code


@pytest.mark.parametrize("zero", ZEROS, ids=lambda zero: unicodedata.name(zero, "zero"))
def test_the_digits_of_every_script(zero: str):
    code = FAMILIES[0].license_server_id
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code)
    assert license_server_id.validate(typed) == code
    assert license_server_id.is_valid(typed)


def test_there_are_many_hyphens_and_scripts():
    assert len(HYPHENS) > 20
    assert len(ZEROS) > 50
    assert {"0", "٠", "۰", "०", "\N{FULLWIDTH DIGIT ZERO}"} <= set(ZEROS)


@pytest.mark.parametrize(
    ("letter", "digit"),
    [
        ("O", "0"),
        ("o", "0"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER O}", "0"),
        ("l", "1"),
        ("L", "1"),
        ("I", "1"),
    ],
)
def test_letters_for_digits_have_their_own_message(letter: str, digit: str):
    code = FAMILIES[0].product_id
    error = error_of(PRODUCT_ID, code[:7] + letter + code[8:])
    assert isinstance(error, LetterForDigit)
    assert error.code == "letter_for_digit"
    assert error.groups == (2,)
    assert f"type the digit {digit}" in str(error)


@pytest.mark.parametrize("sign", ["A", ".", "²", "½", "\x00", "①", "\U0001f600"])
def test_other_signs_are_refused(sign: str):
    code = FAMILIES[0].product_id
    error = error_of(PRODUCT_ID, code[:4] + sign + code[5:])
    assert type(error) is InvalidCharacter
    assert error.groups == (1,)


def test_another_kind_is_recognised():
    drawn = FAMILIES[0]
    error = error_of(PRODUCT_ID, drawn.license_server_id)
    assert isinstance(error, OtherKind)
    assert "it is a license server ID" in str(error)
    assert isinstance(error_of(SHAPES["license_server_id"], drawn.product_id), OtherKind)


def test_too_little_names_the_groups_that_are_missing():
    error = error_of(PRODUCT_ID, FAMILIES[0].product_id[:12])
    assert isinstance(error, InvalidLength)
    assert error.groups == (3, 4)
    assert "20 digits, but 12" in str(error)


def test_a_key_dropped_in_a_case_number():
    code = FAMILIES[0].case_number
    error = error_of(SHAPES["case_number"], code[:1] + code[2:])
    assert isinstance(error, InvalidLength)
    assert error.groups == (1,)


def test_case_numbers_name_their_wrong_group():
    code = FAMILIES[0].case_number
    wrong = code[:5] + str((int(code[5]) + 1) % 10) + code[6:]
    error = error_of(SHAPES["case_number"], wrong)
    assert error.groups == (2,)


@pytest.mark.parametrize("module", [line_code, closing_code, challenge])
def test_short_codes(module):
    assert module.validate(" 07-14 ") == "0714"
    assert module.format("٠٧١٤") == "0714"
    assert module.split("0714") == ("0714",)
    assert module.is_valid("0714")
    assert not module.is_valid("714")
    assert not module.is_valid("O714")
    with pytest.raises(InvalidLength, match="4 digits, but 3"):
        module.validate("714")
    with pytest.raises(LetterForDigit):
        module.validate("O714")
