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
def grouped(draw, kinds=("product_id", "license_server_id")) -> tuple[str, str]:  # noqa: ANN001 -- Hypothesis hands in its own function
    kind = draw(st.sampled_from(kinds))
    return kind, make_code(kind, draw(st.integers(0, 10**6)))


def groups_of(kind: str, code: str) -> tuple[str, ...]:
    return SHAPES[kind].split(code)


def count(taken: keying.Taken) -> int:
    return sum(verdict.digits for verdict in taken.verdicts) + taken.surplus


def changed(code: str, place: int, by: int) -> str:
    digit = str((int(code[place]) + by) % 10)
    return code[:place] + digit + code[place + 1 :]


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


@given(grouped(), st.integers(0, 34), st.integers(1, 9))
def test_one_wrong_digit_keyed_group_by_group(made: tuple[str, str], place: int, by: int):
    kind, code = made
    place %= len(code)
    wrong = place // WIDTH
    keyed = keying.start(kind)
    keys = 0
    failed = False
    while not keyed.complete:
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
    true = groups_of(kind, code)
    while not keyed.complete:
        if keyed.next_wanted is not None:
            keyed = keying.take(keyed, true[keyed.next_wanted - 1]).keyed
        else:
            false = next(n for n, group in enumerate(keyed.groups, 1) if group != true[n - 1])
            keyed = keying.without(keyed, false)
    assert keyed.digits == code


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


@given(grouped(), st.integers(0, 34))
def test_a_dropped_key_is_found_and_one_group_asked(made: tuple[str, str], place: int):
    kind, code = made
    place %= len(code)
    taken = keying.take(keying.start(kind), code[:place] + code[place + 1 :])
    assert taken.slip is not None
    assert taken.slip.kind is SlipKind.DROPPED
    assert taken.keyed.missing == (taken.slip.group,)
    assert count(taken) == len(code) - 1
    again = keying.take(taken.keyed, groups_of(kind, code)[taken.slip.group - 1])
    assert again.keyed.digits == code


@given(grouped(), st.integers(0, 34))
def test_a_doubled_key_is_found_and_one_group_asked(made: tuple[str, str], place: int):
    kind, code = made
    place %= len(code)
    taken = keying.take(keying.start(kind), code[: place + 1] + code[place:])
    assert count(taken) == len(code) + 1
    if taken.keyed.complete:  # the very last digit doubled: what is too much follows the code
        assert taken.surplus == 1
        assert taken.keyed.digits == code
        return
    assert taken.slip is not None
    assert taken.slip.kind is SlipKind.DOUBLED
    assert taken.keyed.missing == (taken.slip.group,)
    again = keying.take(taken.keyed, groups_of(kind, code)[taken.slip.group - 1])
    assert again.keyed.digits == code


@given(grouped(("license_server_id",)), st.integers(0, 33), st.integers(2, 6), st.booleans())
def test_a_slip_in_a_part_never_leaves_a_false_group(
    made: tuple[str, str],
    place: int,
    last: int,
    doubled: bool,  # noqa: FBT001 -- Hypothesis hands it in
):
    kind, code = made
    part = code[: last * WIDTH]
    place %= len(part)
    keyed_part = part[: place + 1] + part[place:] if doubled else part[:place] + part[place + 1 :]
    taken = keying.take(keying.start(kind), keyed_part)
    true = groups_of(kind, code)
    slipped = place // WIDTH + 1
    if taken.slip is not None and slipped < last:
        assert {taken.slip.group} == set(taken.keyed.missing) - set(range(last + 1, 8))
        assert all(group in (None, true[n]) for n, group in enumerate(taken.keyed.groups))


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
