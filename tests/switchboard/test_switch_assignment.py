"""Who gets which call, and what becomes of it."""

import pytest

from switchboard import calls, queues, representatives
from switchboard.model import CallState, Position, Presence, WorkState
from switchboard.queues import NotOffered
from switchboard.states import TRANSITIONS, WrongWorkStateError, follow
from tests.switchboard.switch_board import Board


def test_the_longest_idle_representative_is_called_first(board: Board) -> None:
    board.person("cleo")
    board.person("anna")
    board.person("bert")
    first, second = board.queued(), board.queued()
    assert board.offer() == [(first, "cleo"), (second, "anna")]


def test_wrap_up_sends_a_representative_to_the_end_of_the_line(board: Board) -> None:
    done = board.talking("anna")
    board.person("bert")
    board.do(calls.end, done, "caller", board.later())
    board.do(representatives.finish_wrap_up, "anna", board.later())
    call_id = board.queued()
    assert board.offer() == [(call_id, "bert")]


def test_the_longest_waiting_call_comes_first(board: Board) -> None:
    early, late = board.queued(), board.queued()
    board.person("anna")
    assert board.offer() == [(early, "anna")]
    assert board.of(late).state is CallState.QUEUED


@pytest.mark.parametrize(
    ("centres", "languages"), [(("south",), ("en",)), (("north",), ("de", "es"))]
)
def test_centre_and_language_must_both_fit(
    board: Board, centres: tuple[str, ...], languages: tuple[str, ...]
) -> None:
    board.person("anna", centres, languages)
    board.queued("north", "en")
    assert board.offer() == []


def test_a_call_nobody_can_take_holds_up_no_other(board: Board) -> None:
    board.queued("north", "de")
    english = board.queued("north", "en")
    board.person("anna")
    assert board.offer() == [(english, "anna")]


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.BREAK, Presence.TRAINING])
def test_only_who_is_available_is_called(board: Board, presence: Presence) -> None:
    board.person("anna", presence=presence)
    board.queued()
    assert board.offer() == []


def test_ringing_too_long_keeps_the_callers_place(board: Board) -> None:
    early, late = board.queued(), board.queued()
    board.person("anna")
    board.offer()
    assert board.do(queues.expire_offers, board.later(5), 20) == []
    expired = board.do(queues.expire_offers, board.later(20), 20)
    assert [(offer.call_id, offer.representative) for offer in expired] == [(early, "anna")]
    assert board.do(queues.position, early, board.now) == Position(1, 2)
    assert board.who("anna").work_state is WorkState.NOT_RESPONDING
    assert board.kinds(early)[-2:] == ["rep.offered", "rep.not_responding"]
    assert board.offer() == []
    board.do(representatives.clear_not_responding, "anna", board.later())
    assert board.offer() == [(early, "anna")]
    assert board.do(queues.position, late, board.now) == Position(2, 2)


def test_declining_keeps_the_callers_place(board: Board) -> None:
    early = board.queued()
    board.queued()
    board.person("anna")
    board.person("bert")
    board.offer()
    board.do(queues.decline, "anna", early, board.later())
    assert board.of(early).state is CallState.QUEUED
    assert board.do(queues.position, early, board.now) == Position(1, 2)


def test_an_answered_call_is_one_conversation(board: Board) -> None:
    call_id = board.talking("anna")
    call, anna = board.of(call_id), board.who("anna")
    assert (call.state, call.representative) == (CallState.TALKING, "anna")
    assert (anna.work_state, anna.call_id) == (WorkState.TALKING, call_id)
    assert board.do(queues.position, call_id, board.now) == Position(0, 0)
    assert board.kinds(call_id) == ["call.started", "call.queued", "rep.offered", "rep.assigned"]


def test_only_the_one_it_rings_at_can_answer_and_once(board: Board) -> None:
    board.person("anna")
    board.person("bert")
    call_id = board.queued()
    board.offer()
    with pytest.raises(NotOffered):
        board.do(queues.answer, "bert", call_id, board.later())
    board.do(queues.answer, "anna", call_id, board.later())
    with pytest.raises(NotOffered):
        board.do(queues.answer, "anna", call_id, board.later())
    assert board.who("bert").work_state is WorkState.IDLE


def test_a_caller_who_hangs_up_while_it_rings_frees_the_representative(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    board.do(calls.end, call_id, "caller", board.later())
    anna = board.who("anna")
    assert (anna.work_state, anna.call_id) == (WorkState.IDLE, None)
    with pytest.raises(NotOffered, match="hung up"):
        board.do(queues.answer, "anna", call_id, board.later())


def test_the_end_of_a_conversation_is_wrap_up(board: Board) -> None:
    call_id = board.talking("anna")
    board.do(calls.end, call_id, "caller", board.later())
    anna = board.who("anna")
    assert (anna.work_state, anna.call_id) == (WorkState.WRAP_UP, call_id)
    assert board.kinds(call_id)[-2:] == ["rep.released", "call.ended"]


def test_a_lost_representative_puts_the_caller_first_in_line(board: Board) -> None:
    lost = board.talking("anna")
    other = board.queued()
    board.do(queues.requeue, "anna", lost, board.later())
    assert board.do(queues.position, lost, board.now) == Position(1, 2)
    assert board.who("anna").work_state is WorkState.NOT_RESPONDING
    board.person("bert")
    assert board.offer() == [(lost, "bert")]
    assert board.of(other).state is CallState.QUEUED


def test_a_presence_chosen_in_a_call_takes_effect_after_it(board: Board) -> None:
    call_id = board.talking("anna")
    board.do(representatives.set_presence, "anna", Presence.BREAK, board.later())
    assert board.who("anna").presence is Presence.AVAILABLE
    board.do(calls.end, call_id, "caller", board.later())
    assert board.who("anna").next_presence is Presence.BREAK
    board.do(representatives.finish_wrap_up, "anna", board.later())
    anna = board.who("anna")
    assert (anna.presence, anna.next_presence) == (Presence.BREAK, None)


def test_a_second_enqueue_keeps_the_place(board: Board) -> None:
    early, late = board.queued(), board.queued()
    board.enqueue(early)
    assert board.do(queues.position, early, board.now) == Position(1, 2)
    assert board.do(queues.position, late, board.now) == Position(2, 2)


def test_a_call_that_has_ended_is_not_queued_again(board: Board) -> None:
    call_id = board.queued()
    board.do(calls.end, call_id, "caller", board.later())
    assert board.enqueue(call_id, first=True).state is CallState.ENDED
    assert board.do(queues.waiting, board.now) == 0


def test_first_in_line_while_it_rings_strands_nobody(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    assert board.enqueue(call_id, first=True).state is CallState.RINGING
    board.do(queues.answer, "anna", call_id, board.later())
    assert board.who("anna").work_state is WorkState.TALKING


def test_queueing_out_of_a_conversation_frees_the_representative(board: Board) -> None:
    call_id = board.talking("anna")
    assert board.enqueue(call_id, first=True).state is CallState.QUEUED
    assert board.who("anna").work_state is WorkState.WRAP_UP


@pytest.mark.parametrize("state", WorkState)
def test_a_wrong_transition_raises_and_changes_nothing(state: WorkState) -> None:
    known = {what for steps in TRANSITIONS.values() for what in steps}
    for what in known - TRANSITIONS[state].keys():
        with pytest.raises(WrongWorkStateError, match=what):
            follow(state, what)


def test_a_refused_transition_leaves_the_row(board: Board) -> None:
    board.person("anna")
    before = board.who("anna")
    with pytest.raises(WrongWorkStateError):
        board.do(representatives.finish_wrap_up, "anna", board.later())
    assert board.who("anna") == before
