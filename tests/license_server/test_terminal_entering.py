"""Whatever is typed at the terminal, the entry of a code goes on and ends with the right one."""

import io
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from codes.groups import NEW_LICENSE_SERVER_ID as SHAPE
from codes.restoring import restore
from license_server.terminal.console import Console, InputEndedError
from license_server.terminal.entering import Entry, Move

CODE = SHAPE.assemble("000102030405060708090011")
GROUPS = SHAPE.split(CODE)
digits = st.text("0123456789", max_size=80)
typed = st.one_of(
    digits,
    st.text(max_size=40).map(lambda text: text.replace("\n", " ").replace("\r", " ")),
    st.sampled_from([*GROUPS, CODE, CODE[:20], CODE[1:], f"{CODE}0", "?", "3:", "9:1", "y", "n"]),
    st.builds(lambda number, text: f"{number}:{text}", st.integers(0, 9), digits),
)


def entry_of(lines: Sequence[str], kept: list[tuple[str, ...]]) -> tuple[Entry, io.StringIO]:
    shown = io.StringIO()

    def whole(groups: Sequence[str | None]) -> str:
        return restore(SHAPE, groups, lambda code: code == CODE, "test")

    source = io.StringIO("".join(f"{line}\n" for line in lines))
    console = Console(source, shown)
    return Entry(console, SHAPE, kept.append, whole, "test", [""] * SHAPE.count), shown


@settings(deadline=None)
@given(lines=st.lists(typed, max_size=12))
def test_nothing_that_is_typed_stops_it(lines: list[str]) -> None:
    kept: list[tuple[str, ...]] = []
    entry, shown = entry_of(lines, kept)
    try:
        move = entry.ask()
    except InputEndedError:
        move = None
    assert all(len(groups) == SHAPE.count for groups in kept)
    if move is Move.NEXT:
        assert not SHAPE.wrong_groups("".join(entry.groups))
    assert all(number in range(1, 8) for number, _ in enumerate(entry.groups, 1))
    assert "Group" in shown.getvalue()


@settings(deadline=None)
@given(lines=st.lists(digits.filter(bool), max_size=6))
def test_the_right_id_typed_whole_always_ends_it(lines: list[str]) -> None:
    entry, shown = entry_of([*lines, "n", "n", CODE], [])
    # A line of digits may have filled all groups already; then it is not the code.
    assert entry.ask() is Move.NEXT
    if "".join(entry.groups) != CODE:
        assert not SHAPE.wrong_groups("".join(entry.groups))
    assert "[ok]" in shown.getvalue()


def test_several_groups_on_a_line_fill_the_following_ones() -> None:
    entry, shown = entry_of(["-".join(GROUPS[:3]), " ".join(GROUPS[3:5]), *GROUPS[5:]], [])
    assert entry.ask() is Move.NEXT
    assert tuple(entry.groups) == GROUPS
    assert shown.getvalue().count("[ok]") == 7


def test_a_group_is_put_right_by_its_number() -> None:
    other = SHAPE.assemble_group(1, 77)
    entry, shown = entry_of([other, f"1: {GROUPS[0]}", "8:12345", *GROUPS[1:]], [])
    assert entry.ask() is Move.NEXT
    assert tuple(entry.groups) == GROUPS
    assert "There is no group 8." in shown.getvalue()
