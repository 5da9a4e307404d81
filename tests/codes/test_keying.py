"""Keying on a telephone: what was good stays, and only what is missing is asked for."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from codes import case_number, keying, license_server_id, product_id, product_key
from codes.groups import SHAPES
from codes.slips import Slip, SlipKind, explains

PRODUCT = "00298772766931009389"
DIGITS = "0123456789"
WIDTH = 5


def make_code(kind: str, seed: int) -> str:
    rng = random.Random(seed)
    if kind == "case_number":
        return case_number.make(rng)
    product = product_id.random(rng)
    if kind == "product_id":
        return product
    secret = product_key.secret(product_key.make(product, rng.randbytes(15)))
    return license_server_id.make(secret, product, rng.randrange(1000), rng.randbytes(91))


@st.composite
def grouped(draw, kinds=("product_id", "license_server_id")) -> tuple[str, str]:
    kind = draw(st.sampled_from(kinds))
    return kind, make_code(kind, draw(st.integers(0, 10**6)))


def groups_of(kind: str, code: str) -> tuple[str, ...]:
    return SHAPES[kind].split(code)


def count(taken: keying.Taken) -> int:
    return sum(verdict.digits for verdict in taken.verdicts) + taken.surplus


def changed(code: str, place: int, by: int) -> str:
    digit = str((int(code[place]) + by) % 10)
    return code[:place] + digit + code[place + 1 :]


def finish(keyed: keying.Keyed, code: str) -> int:
    """Key what is asked, and mark what is wrong when all is read back; give the digits keyed."""
    true = groups_of(keyed.kind, code)
    keys = 0
    while not keyed.complete:
        assert keys < 3 * len(code)
        if keyed.next_wanted is not None:
            group = true[keyed.next_wanted - 1]
            keyed, keys = keying.take(keyed, group).keyed, keys + len(group)
        else:
            false = next(n for n, group in enumerate(keyed.groups, 1) if group != true[n - 1])
            keyed = keying.without(keyed, false)
    assert keyed.digits == code
    return keys


@given(grouped(("product_id", "license_server_id", "case_number")))
def test_a_whole_code_is_taken_at_once(made: tuple[str, str]):
    kind, code = made
    taken = keying.take(keying.start(kind), code)
    assert taken.keyed.complete
    assert taken.keyed.digits == code
    assert all(verdict.ok for verdict in taken.verdicts)
    assert (taken.slip, taken.parity_wrong, taken.surplus) == (None, False, 0)


@given(grouped(), st.integers(0, 34), st.integers(1, 9))
def test_one_wrong_digit_costs_five_more(made: tuple[str, str], place: int, by: int):
    kind, code = made
    place %= len(code)
    wrong = place // WIDTH + 1
    taken = keying.take(keying.start(kind), changed(code, place, by))
    whole = groups_of(kind, code)
    assert taken.keyed.missing == (wrong,)
    assert taken.keyed.groups == (*whole[: wrong - 1], None, *whole[wrong:])
    assert taken.keyed.pending == ""
    assert taken.slip is None
    again = keying.take(taken.keyed, whole[wrong - 1])
    assert again.keyed.digits == code
    assert count(taken) + count(again) == len(code) + WIDTH


def test_one_wrong_digit_is_likelier_than_a_dropped_key_and_one_too_many():
    # Moved on by one digit, the last group would be good, and the parity would give the group
    # before it from what was keyed.
    begun = keying.start("license_server_id")
    taken = keying.take(begun, "00190455683131515185909992690519774")
    assert taken.slip is None
    assert taken.keyed.groups == ("00190", "45568", "31315", "15185", "90999", "26905", None)


@given(grouped(), st.integers(0, 34), st.integers(1, 9))
def test_one_wrong_digit_keyed_group_by_group(made: tuple[str, str], place: int, by: int):
    kind, code = made
    place %= len(code)
    wrong = place // WIDTH
    keyed = keying.start(kind)
    keys = 0
    failed = False
    while not keyed.complete:
        assert keys <= len(code) + WIDTH
        wanted = keyed.next_wanted
        assert wanted is not None
        group = groups_of(kind, code)[wanted - 1]
        if wanted - 1 == wrong and not failed:
            group, failed = changed(group, place % WIDTH, by), True
        keys += len(group)
        keyed = keying.take(keyed, group).keyed
    assert keyed.digits == code
    assert keys == len(code) + WIDTH


@given(grouped(), st.data())
def test_pieces_may_end_anywhere(made: tuple[str, str], data: st.DataObject):
    kind, code = made
    cuts = sorted(data.draw(st.sets(st.integers(1, len(code) - 1), max_size=12)))
    keyed = keying.start(kind)
    sure: set[int] = set()
    for begin, end in zip([0, *cuts], [*cuts, len(code)], strict=True):
        taken = keying.take(keyed, code[begin:end])
        keyed = taken.keyed
        assert count(taken) == end - begin
        assert sure.isdisjoint(keyed.missing)
        sure = set(range(1, len(keyed.groups) + 1)) - set(keyed.missing)
    # Where pieces begin and end inside groups, five digits can, seldom, look like a group that they
    # are not. The parity tells; the groups are read back, and the caller marks what is wrong.
    finish(keyed, code)


@given(grouped(), st.data())
def test_pieces_of_whole_groups_are_all_kept(made: tuple[str, str], data: st.DataObject):
    kind, code = made
    last = len(code) // WIDTH
    cuts = sorted(data.draw(st.sets(st.integers(1, last - 1))))
    keyed = keying.start(kind)
    for begin, end in zip([0, *cuts], [*cuts, last], strict=True):
        taken = keying.take(keyed, code[begin * WIDTH : end * WIDTH])
        keyed = taken.keyed
        assert [verdict.ok for verdict in taken.verdicts] == [True] * (end - begin)
        assert keyed.next_wanted == (end + 1 if end < last else None)
    assert keyed.digits == code


@given(grouped(), st.integers(0, 34), st.booleans())
def test_a_slip_leaves_nothing_false(made: tuple[str, str], place: int, doubled: bool):  # noqa: FBT001 -- Hypothesis hands it in
    kind, code = made
    place %= len(code)
    typed = code[:place] + code[place] * 2 * doubled + code[place + 1 :]
    taken = keying.take(keying.start(kind), typed)
    assert count(taken) == len(typed)
    true = groups_of(kind, code)
    assert all(group in (None, true[n]) for n, group in enumerate(taken.keyed.groups))
    if taken.slip is not None:
        assert taken.slip.kind is (SlipKind.DOUBLED if doubled else SlipKind.DROPPED)
        assert taken.keyed.missing == (taken.slip.group,)
        assert finish(taken.keyed, code) == WIDTH
    elif taken.keyed.complete:  # the very last digit doubled: what is too much follows the code
        assert taken.surplus == 1
    else:  # two places explain it, and the parity stands behind both: once in thousands
        assert len(taken.keyed.missing) <= 3


@pytest.mark.parametrize("kind", ["product_id", "license_server_id"])
@pytest.mark.parametrize("doubled", [False, True])
def test_a_slip_in_any_place_costs_one_group(kind: str, *, doubled: bool):
    for seed in range(25):
        code = make_code(kind, seed)
        for place in range(len(code) - doubled):
            typed = code[:place] + code[place] * 2 * doubled + code[place + 1 :]
            taken = keying.take(keying.start(kind), typed)
            if taken.keyed.complete:  # it ends with twins, and one of them was doubled
                assert taken.surplus == 1
                continue
            assert taken.slip is not None
            assert abs(taken.slip.group - (place // WIDTH + 1)) <= 1
            assert finish(taken.keyed, code) == WIDTH


@pytest.mark.parametrize("cut", [4, 9, 13, 14])
def test_one_pause_inside_a_group_costs_nothing(cut: int):
    """Even where the first part could be read as one with a key dropped (once in ten at 9)."""
    for seed in range(150):
        code = make_code("product_id", seed)
        paused = keying.take(keying.start("product_id"), code[:cut]).keyed
        assert keying.take(paused, code[cut:]).keyed.digits == code


@pytest.mark.parametrize("doubled", [False, True])
def test_a_slip_in_a_part_of_a_code(*, doubled: bool):
    """Of a part there is no parity yet, and chance makes one group in ten look good."""
    missed = false = 0
    for seed in range(300):
        code = make_code("product_id", seed)
        true = groups_of("product_id", code)
        place = seed % 10
        part = code[:place] + code[place] * 2 * doubled + code[place + 1 : 15]
        taken = keying.take(keying.start("product_id"), part)
        if taken.slip is not None:
            assert taken.keyed.missing == (taken.slip.group, 4)
        missed += taken.slip is None
        false += any(group not in (None, true[n]) for n, group in enumerate(taken.keyed.groups))
        finish(taken.keyed, code)
    assert 0 < missed < 75
    assert false < 6


@given(grouped(), st.text(DIGITS, min_size=1, max_size=4), st.integers(0, 5), st.integers(1, 4))
def test_whole_groups_count_whatever_was_left_unfinished(
    made: tuple[str, str], pending: str, there: int, more: int
):
    kind, code = made
    true = groups_of(kind, code)
    there %= len(true)
    keyed = keying.Keyed(kind, (*true[:there], *[None] * (len(true) - there)), pending)
    piece = true[there : there + more]
    taken = keying.take(keyed, "".join(piece))
    assert taken.keyed.groups[: there + len(piece)] == true[: there + len(piece)]


@given(st.sampled_from(sorted(SHAPES)), st.lists(st.text(DIGITS, max_size=40), max_size=6))
def test_nothing_that_is_keyed_raises_or_loses_a_good_group(kind: str, pieces: list[str]):
    keyed = keying.start(kind)
    for piece in pieces:
        before = keyed
        taken = keying.take(keyed, piece)
        keyed = taken.keyed
        assert count(taken) == len(piece)
        assert set(keyed.missing) <= set(before.missing)
        assert taken.parity_wrong == keyed.parity_wrong
        for number, group in enumerate(keyed.groups, 1):
            assert group is None or SHAPES[kind].is_good(number, group)
        assert len(keyed.pending) <= SHAPES[kind].length


@given(grouped(), st.text(DIGITS, max_size=40), st.data())
def test_noise_keeps_the_groups_that_are_there(
    made: tuple[str, str], noise: str, data: st.DataObject
):
    kind, code = made
    true = groups_of(kind, code)
    there = data.draw(st.sets(st.integers(1, len(true)), max_size=len(true) - 1))
    groups = tuple(group if n in there else None for n, group in enumerate(true, 1))
    taken = keying.take(keying.Keyed(kind, groups), noise)
    for number in there:
        assert taken.keyed.groups[number - 1] == true[number - 1] or taken.keyed.complete


@given(grouped(), st.data())
def test_only_missing_or_all_that_follows_or_everything(made: tuple[str, str], data: st.DataObject):
    kind, code = made
    true = groups_of(kind, code)
    missing = data.draw(st.sets(st.integers(1, len(true)), min_size=1))
    keyed = keying.Keyed(
        kind, tuple(None if n in missing else group for n, group in enumerate(true, 1))
    )
    first = min(missing)
    for piece in (
        "".join(true[number - 1] for number in sorted(missing)),
        "".join(true[first - 1 :]),
        code,
    ):
        taken = keying.take(keyed, piece)
        assert taken.keyed.digits == code
        assert all(verdict.ok for verdict in taken.verdicts)


@given(grouped(), st.integers(0, 6), st.integers(1, 9999))
def test_parity_alone_wrong(made: tuple[str, str], group: int, other: int):
    kind, code = made
    true = groups_of(kind, code)
    number = group % len(true) + 1
    shape = SHAPES[kind]
    false = shape.assemble_group(number, (int(true[number - 1][:4]) + other) % 10_000)
    assume(false != true[number - 1])
    wrong = (*true[: number - 1], false, *true[number:])
    taken = keying.take(keying.start(kind), "".join(wrong))
    assert taken.parity_wrong
    assert taken.keyed.parity_wrong
    assert not taken.keyed.complete
    assert taken.keyed.next_wanted is None
    with pytest.raises(ValueError, match="not complete"):
        _ = taken.keyed.digits
    marked = keying.without(taken.keyed, number)
    assert keying.take(marked, true[number - 1]).keyed.digits == code
    # The caller who just keys the right group, or all of them, is understood as well.
    assert keying.take(taken.keyed, true[number - 1]).keyed.digits == code
    assert keying.take(taken.keyed, code).keyed.digits == code


def test_a_group_keyed_wrongly_and_well_formed_is_replaced_once_the_whole_is_faultless():
    shape = SHAPES["product_id"]
    keyed = keying.take(keying.start("product_id"), shape.assemble_group(1, 4711)).keyed
    taken = keying.take(keyed, PRODUCT)
    assert taken.keyed.digits == PRODUCT


@given(grouped(("product_id",)), grouped(("license_server_id",)))
def test_the_next_code_keyed_at_once_is_surplus(made: tuple[str, str], following: tuple[str, str]):
    taken = keying.take(keying.start("product_id"), made[1] + following[1])
    assert taken.keyed.digits == made[1]
    assert taken.surplus == len(following[1])


@given(grouped(), st.integers(0, 34), st.integers(1, 9), st.integers(0, 34), st.integers(1, 9))
def test_two_wrong_digits_cost_ten_at_most(
    made: tuple[str, str], one: int, one_by: int, other: int, other_by: int
):
    kind, code = made
    one, other = one % len(code), other % len(code)
    assume(one // WIDTH != other // WIDTH)
    taken = keying.take(keying.start(kind), changed(changed(code, one, one_by), other, other_by))
    assert taken.keyed.missing == tuple(sorted((one // WIDTH + 1, other // WIDTH + 1)))
    true = groups_of(kind, code)
    both = "".join(true[number - 1] for number in taken.keyed.missing)
    assert keying.take(taken.keyed, both).keyed.digits == code


@given(grouped(), st.integers(0, 34), st.integers(1, 9), st.integers(0, 34), st.booleans())
def test_a_wrong_digit_and_a_slip_leave_no_false_whole(
    made: tuple[str, str],
    wrong: int,
    by: int,
    place: int,
    doubled: bool,  # noqa: FBT001 -- Hypothesis hands it in
):
    kind, code = made
    spoilt = changed(code, wrong % len(code), by)
    place %= len(code)
    again = spoilt[place] * 2 if doubled else ""
    slipped = spoilt[:place] + again + spoilt[place + 1 :]
    taken = keying.take(keying.start(kind), slipped)
    assert not taken.keyed.complete or taken.keyed.digits == code


def test_back_forgets_the_last_good_group():
    keyed = keying.take(keying.start("product_id"), PRODUCT[:10]).keyed
    assert keying.back(keyed).groups == (PRODUCT[:5], None, None, None)
    assert keying.back(keying.back(keyed)).groups == (None,) * 4
    assert keying.back(keying.start("product_id")) == keying.start("product_id")
    whole = keying.take(keying.start("product_id"), PRODUCT).keyed
    assert keying.back(whole).missing == (4,)


def test_back_forgets_half_a_group_first():
    keyed = keying.take(keying.start("product_id"), PRODUCT[:8]).keyed
    assert keyed.pending == PRODUCT[5:8]
    assert keying.back(keyed) == keying.Keyed("product_id", (PRODUCT[:5], None, None, None))


def test_half_a_group_is_finished_or_keyed_anew():
    keyed = keying.take(keying.start("product_id"), PRODUCT[:8]).keyed
    assert keying.take(keyed, PRODUCT[8:]).keyed.digits == PRODUCT
    assert keying.take(keyed, PRODUCT[5:]).keyed.digits == PRODUCT
    assert keying.take(keyed, "") == keying.Taken(keyed, (), None, False, 0)  # noqa: FBT003 -- fields in order


def test_a_doubled_key_in_the_one_group_that_is_asked():
    keyed = keying.Keyed("product_id", (PRODUCT[:5], None, PRODUCT[10:15], PRODUCT[15:]))
    taken = keying.take(keyed, "772276")
    assert taken.slip == Slip(2, SlipKind.DOUBLED)
    assert taken.keyed == keyed


@given(st.text(DIGITS, min_size=5, max_size=5), st.integers(0, 4))
def test_a_slip_explains_what_it_makes(group: str, place: int):
    assert explains(Slip(1, SlipKind.DROPPED), group[:place] + group[place + 1 :], group)
    assert explains(Slip(1, SlipKind.DOUBLED), group[: place + 1] + group[place:], group)
