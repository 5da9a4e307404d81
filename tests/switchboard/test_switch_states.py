"""Presence and work state: every step of the table, every other, and when a choice takes effect."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from switchboard import representatives
from switchboard.diagram import draw
from switchboard.model import Presence, WorkState
from switchboard.states import TRANSITIONS, WrongWorkStateError

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "switchboard.md"
HAPPENINGS = sorted({what for steps in TRANSITIONS.values() for what in steps})
BUSY = {WorkState.RINGING, WorkState.TALKING, WorkState.WRAP_UP}
# The shortest way from idle to each work state.
WAYS: dict[WorkState, tuple[str, ...]] = {
    WorkState.IDLE: (),
    WorkState.RINGING: ("offered",),
    WorkState.TALKING: ("offered", "answered"),
    WorkState.WRAP_UP: ("offered", "answered", "hung up"),
    WorkState.NOT_RESPONDING: ("offered", "missed"),
}


def lead(board: Any, state: WorkState) -> int:
    """Bring a new representative, Anna, into a work state, by a call that is hers then."""
    board.person("anna")
    call_id: int = board.call()
    for what in WAYS[state]:
        board.do(representatives.move, "anna", what, board.later(), call_id=call_id)
    assert board.who("anna").work_state is state
    return call_id


@pytest.mark.parametrize(("state", "what"), list(product(WorkState, HAPPENINGS)))
def test_what_is_in_the_table_happens_and_nothing_else(
    board: Any, state: WorkState, what: str
) -> None:
    call_id = lead(board, state)
    before, now = board.who("anna"), board.later()
    if what not in TRANSITIONS[state]:
        with pytest.raises(WrongWorkStateError, match=what):
            board.do(representatives.move, "anna", what, now, call_id=call_id)
        assert board.who("anna") == before
        return
    board.do(representatives.move, "anna", what, now, call_id=call_id)
    after = board.who("anna")
    assert (after.work_state, after.since) == (TRANSITIONS[state][what], now)
    assert after.call_id == (call_id if after.work_state in BUSY else None)
    assert after.presence is Presence.AVAILABLE


@pytest.mark.parametrize("state", WorkState)
def test_a_presence_takes_effect_at_once_or_after_the_call(board: Any, state: WorkState) -> None:
    lead(board, state)
    board.do(representatives.set_presence, "anna", Presence.BREAK, board.later())
    anna = board.who("anna")
    chosen = (anna.presence, anna.next_presence)
    if state in BUSY:
        assert chosen == (Presence.AVAILABLE, Presence.BREAK)
    else:
        assert chosen == (Presence.BREAK, None)
    assert anna.work_state is state


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (WorkState.RINGING, "caller gone"),
        (WorkState.RINGING, "missed"),
        (WorkState.TALKING, "lost"),
        (WorkState.WRAP_UP, "finished"),
    ],
)
def test_a_choice_that_waited_takes_effect_with_rest(
    board: Any, state: WorkState, what: str
) -> None:
    lead(board, state)
    board.do(representatives.set_presence, "anna", Presence.OFFLINE, board.later())
    board.do(representatives.move, "anna", what, board.later())
    anna = board.who("anna")
    assert (anna.presence, anna.next_presence, anna.call_id) == (Presence.OFFLINE, None, None)


def test_a_choice_can_be_taken_back_during_the_call(board: Any) -> None:
    lead(board, WorkState.TALKING)
    for presence in (Presence.BREAK, Presence.TRAINING, Presence.AVAILABLE):
        board.do(representatives.set_presence, "anna", presence, board.later())
    assert board.who("anna").next_presence is None
    board.do(representatives.start_wrap_up, "anna", board.later())
    board.do(representatives.finish_wrap_up, "anna", board.later())
    assert board.who("anna").presence is Presence.AVAILABLE


def test_choosing_the_same_presence_again_costs_no_place(board: Any) -> None:
    board.person("anna")
    board.person("bert")
    board.do(representatives.set_presence, "anna", Presence.AVAILABLE, board.later())
    call_id = board.queued()
    assert board.offer() == [(call_id, "anna")]


def test_another_calls_end_frees_nobody(board: Any) -> None:
    lead(board, WorkState.TALKING)
    other = board.call()
    assert board.do(representatives.release, "anna", other, board.later()) is False
    assert board.who("anna").work_state is WorkState.TALKING


def test_somebody_unknown_is_named(board: Any) -> None:
    assert board.do(representatives.get, "nobody") is None
    with pytest.raises(LookupError, match="nobody"):
        board.do(representatives.set_presence, "nobody", Presence.BREAK, board.later())


def test_everybody_is_listed_by_log_in(board: Any) -> None:
    board.person("bert", languages=("en", "de"))
    board.person("anna")
    everybody = board.do(representatives.all)
    assert [who.name for who in everybody] == ["anna", "bert"]
    assert everybody[1].languages == ("en", "de")
    assert everybody[1].endpoint == "client:bert"


def test_every_work_state_can_be_reached_and_left() -> None:
    assert TRANSITIONS.keys() == set(WorkState)
    reached = {state for steps in TRANSITIONS.values() for state in steps.values()}
    assert reached == set(WorkState)
    for state, steps in TRANSITIONS.items():
        assert set(steps.values()) - {state}, state


def test_the_documented_diagram_is_current() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == draw(), "put the output of switchboard.diagram.draw() there"
