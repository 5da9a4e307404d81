"""Who hung up to be called back: the place is kept, the attempts are counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard import call_backs, calls, queues, representatives
from switchboard.call_backs import MOST_ATTEMPTS, MOST_IN_A_DAY, PAUSES
from switchboard.model import Call, CallState, Position, WorkState
from switchboard.queues import PROMISED
from tests.switchboard.switch_board import Board


def test_the_place_and_the_moment_of_queueing_are_kept(board: Board) -> None:
    first = board.queued()
    queued_at = board.of(first).queued_at
    later = board.queued()
    asked = board.do(call_backs.ask, board.of(first), board.later())
    assert (asked.state, asked.queued_at) == (CallState.CALL_BACK, queued_at)
    assert board.do(queues.position, first, board.now) == Position(1, 2)
    assert board.do(queues.position, later, board.now) == Position(2, 2)
    assert board.do(queues.waiting, board.now, "north") == 2
    board.person("anna")
    assert board.offer() == [(first, "anna")]


def test_who_never_waited_takes_a_place(board: Board) -> None:
    call_id = board.call()
    asked = board.do(call_backs.ask, board.of(call_id), board.later())
    assert (asked.state, asked.queued_at) == (CallState.CALL_BACK, board.now)


def test_it_rings_at_somebody_like_any_call_and_goes_back_like_any(board: Board) -> None:
    call_id = board.call_back()
    board.person("anna")
    board.offer()
    assert board.of(call_id).is_call_back
    board.do(queues.decline, "anna", call_id, board.later())
    assert board.of(call_id).state is CallState.CALL_BACK
    board.person("bert")
    board.offer()
    board.do(queues.expire_offers, board.later(30), 20)
    assert board.of(call_id).state is CallState.CALL_BACK


def test_who_asks_while_it_rings_sets_the_representative_free(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    board.do(call_backs.ask, board.of(call_id), board.later())
    assert board.who("anna").work_state is WorkState.IDLE
    assert board.offer() == [(call_id, "anna")]


def test_who_was_answered_meanwhile_or_has_gone_is_not_called_back(board: Board) -> None:
    talking, gone = board.talking(), board.queued()
    board.do(calls.end, gone, "caller", board.later())
    for call_id, state in ((talking, CallState.TALKING), (gone, CallState.ENDED)):
        assert board.do(call_backs.ask, board.of(call_id), board.later()).state is state


def test_answered_it_is_being_called_and_the_representative_waits(board: Board) -> None:
    call_id = board.calling("anna")
    call = board.of(call_id)
    assert (call.state, call.attempts, call.is_accompanied) == (CallState.CALLING, 1, True)
    assert call.call_back_entry == f"called-back/{call_id}/1"
    assert board.who("anna").work_state is WorkState.TALKING


def test_the_networks_new_name_is_taken_for_the_attempt_under_way_only(board: Board) -> None:
    call_id = board.calling()
    old = board.of(call_id).call_sid
    assert board.do(call_backs.placed, call_id, 2, "CA-late", board.later()).call_sid == old
    assert board.do(call_backs.placed, call_id, 1, "CA-new", board.later()).call_sid == "CA-new"
    board.do(call_backs.placed, call_id, 1, "CA-new", board.later())
    assert board.kinds(call_id).count("call_back.placed") == 1
    board.do(call_backs.missed, call_id, board.later())
    assert board.do(call_backs.placed, call_id, 1, "CA-3", board.later()).call_sid == "CA-new"


def test_not_reached_frees_the_representative_and_waits_some_minutes(board: Board) -> None:
    call_id = board.calling("anna")
    missed = board.do(call_backs.missed, call_id, board.later())
    assert (missed.state, missed.not_before) == (CallState.CALL_BACK, board.now + PAUSES[0])
    assert board.who("anna").work_state is WorkState.IDLE
    assert board.do(call_backs.missed, call_id, board.now) == missed, "once is enough"
    assert board.do(queues.waiting, board.now) == 0, "in nobody's way until then"
    assert board.offer() == []
    board.later(PAUSES[0].total_seconds())
    assert board.offer() == [(call_id, "anna")]


def test_a_promised_time_is_kept_and_goes_first_then(board: Board) -> None:
    opens = board.now + timedelta(hours=8)
    promised = board.call_back(opens)
    waiting = board.queued()
    assert board.of(promised).priority == PROMISED
    assert board.do(queues.position, waiting, board.now) == Position(1, 1)
    board.person("anna")
    board.do(calls.end, waiting, "caller", board.later())
    assert board.offer() == []
    board.later(8 * 3600)
    board.queued()
    assert board.offer() == [(promised, "anna")]


def test_another_centre_may_be_the_one_that_calls(board: Board) -> None:
    call_id = board.call()
    opens = board.now + timedelta(hours=1)
    board.do(call_backs.ask, board.of(call_id), board.later(), opens=opens, by=("south", "de"))
    board.person("cleo", ("south",), ("de",))
    board.later(3600)
    assert board.offer() == [(call_id, "cleo")]


def test_a_representative_lost_meanwhile_does_not_stop_the_calling(board: Board) -> None:
    call_id = board.calling("anna")
    requeued = board.do(queues.requeue, "anna", call_id, board.later())
    assert (requeued.state, requeued.representative) == (CallState.CALLING, None)
    # Whoever answers and presses the key is first in line, as any caller who lost somebody.
    board.enqueue(call_id, first=True)
    call = board.of(call_id)
    assert (call.state, call.is_call_back) == (CallState.QUEUED, False)


def test_a_number_is_pending_once_whatever_calls_it_comes_with(board: Board) -> None:
    call_id = board.call_back()
    number = board.of(call_id).caller
    other = board.do(
        calls.start,
        call_sid="CA-again",
        line="line",
        region="GB",
        centre="north",
        language="en",
        caller=number,
        snapshot="{}",
        now=board.later(),
    )
    assert board.do(call_backs.is_pending, other, board.now)
    assert not board.do(call_backs.is_pending, board.of(call_id), board.now)
    board.do(calls.end, call_id, "caller", board.later())
    assert not board.do(call_backs.is_pending, other, board.now)


def test_a_number_has_had_enough_for_a_day(board: Board) -> None:
    board.person("anna")
    call_id = board.call_back()
    for _ in range(MOST_IN_A_DAY):
        assert not board.do(call_backs.has_had_enough, board.of(call_id), board.now)
        board.offer()
        board.do(queues.answer, "anna", call_id, board.later())
        board.do(call_backs.missed, call_id, board.later())
        board.later(PAUSES[-1].total_seconds())
    assert board.do(call_backs.has_had_enough, board.of(call_id), board.now)
    board.later(24 * 3600)
    assert not board.do(call_backs.has_had_enough, board.of(call_id), board.now)


def test_as_many_attempts_fit_into_a_day_as_one_call_takes() -> None:
    assert MOST_ATTEMPTS <= MOST_IN_A_DAY


def test_a_call_that_is_not_there_is_said(board: Board) -> None:
    with pytest.raises(LookupError, match="no call 77"):
        board.do(call_backs.missed, 77, board.now)


def test_nobody_is_lost_from_wrap_up_by_a_late_miss(board: Board) -> None:
    call_id = board.calling("anna")
    board.do(calls.end, call_id, "representative", board.later())
    board.do(call_backs.missed, call_id, board.later())
    assert board.of(call_id).state is CallState.ENDED
    assert board.who("anna").work_state is WorkState.WRAP_UP
    board.do(representatives.finish_wrap_up, "anna", board.later())


def of_request(board: Board, call_id: int, request: int = 7) -> Call:
    """Let a call be one of this request."""
    call = replace(board.of(call_id), request_id=request)
    board.do(lambda conn: calls.save(conn, call, events=(), now=board.later()))
    return board.of(call_id)


def test_who_rings_again_for_the_same_request_takes_the_kept_place(board: Board) -> None:
    kept = of_request(board, board.call_back())
    other = board.queued()
    again = of_request(board, board.queued())
    board.do(call_backs.withdraw, again, board.later())
    old = board.of(kept.id)
    assert (old.state, old.ended_by) == (CallState.ENDED, "called_again")
    assert board.of(again.id).queued_at == kept.queued_at
    assert board.do(queues.position, other, board.now) == Position(2, 2)


def test_what_is_done_without_waiting_needs_no_call_back_either(board: Board) -> None:
    kept = of_request(board, board.call_back())
    done = of_request(board, board.call())
    board.do(call_backs.withdraw, done, board.later())
    assert board.of(kept.id).state is CallState.ENDED
    assert board.of(done.id).queued_at is None


def test_another_request_or_none_withdraws_nothing(board: Board) -> None:
    kept = of_request(board, board.call_back())
    board.do(call_backs.withdraw, of_request(board, board.queued(), 8), board.later())
    board.do(call_backs.withdraw, board.of(board.queued()), board.later())
    assert board.of(kept.id).state is CallState.CALL_BACK


def test_nobody_waits_for_a_call_back_that_another_holds(board: Board) -> None:
    kept = of_request(board, board.call_back())
    again = of_request(board, board.queued())
    if board.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with board.turn() as conn:
        calls.hold(conn, kept.id)
        board.do(call_backs.withdraw, again, board.later())
    assert board.of(kept.id).state is CallState.CALL_BACK
