"""Two at the same moment: what real parallel transactions may and may not do."""

import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from switchboard import call_backs, calls, queues, representatives
from switchboard.model import CallState, Help, Presence, WorkState
from switchboard.queues import NotOffered
from tests.switchboard.switch_board import Board

WORKERS = 6
# An act of the switchboard and its arguments after the connection.
Job = tuple[Any, ...]


def at_once(board: Board, acts: list[Job]) -> list[Any]:
    """Do every act in a thread of its own, begun together; results or exceptions, in order."""
    ready = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def work(place: int, act: Job) -> None:
        ready.wait()
        try:
            results[place] = board.do(*act)
        except Exception as error:  # noqa: BLE001 -- looked at by the test
            results[place] = error

    threads = [threading.Thread(target=work, args=each, daemon=True) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_parallel_offers_double_nothing_and_lose_nobody(board: Board) -> None:
    people = [board.person(f"person-{number}") for number in range(4)]
    waiting = [board.queued() for _ in range(6)]
    now = board.later()
    made = [
        (offer.call_id, offer.representative)
        for offers in at_once(board, [(queues.offer, now)] * WORKERS)
        for offer in offers
    ]
    # Whoever was held by another at that moment is offered at the next look.
    made += board.offer()
    assert len({call_id for call_id, _ in made}) == len(made) == len(people)
    assert {name for _, name in made} == set(people)
    ringing = [call_id for call_id in waiting if board.of(call_id).state is CallState.RINGING]
    assert sorted(ringing) == sorted(call_id for call_id, _ in made)
    for call_id, name in made:
        assert board.who(name).call_id == call_id


def test_two_presses_of_answer_are_one_answer(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    results = at_once(board, [(queues.answer, "anna", call_id, board.later())] * 4)
    assert sum(isinstance(result, NotOffered) for result in results) == 3
    assert board.kinds(call_id).count("rep.assigned") == 1


def test_a_call_is_started_once_and_ended_once(board: Board) -> None:
    def start(conn: Connection, now: datetime) -> int:
        begun = calls.start(
            conn,
            call_sid="CA-twice",
            line="line",
            region="GB",
            centre="north",
            language="en",
            caller="+12025550100",
            snapshot="{}",
            now=now,
        )
        return begun.id

    now = board.later()
    ids = at_once(board, [(start, now)] * 4)
    assert len(set(ids)) == 1
    ends = at_once(board, [(calls.end, ids[0], "network", now)] * 4)
    assert sorted(ends) == [False, False, False, True]
    assert board.kinds(ids[0]) == ["call.started", "call.ended"]


def test_a_caller_who_hangs_up_while_being_offered_strands_nobody(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    now = board.later()
    with board.turn() as conn:
        queues.offer(conn, now)
        ending = board.meanwhile(conn, calls.end, call_id, "caller", now)
    assert ending.result()
    assert board.of(call_id).state is CallState.ENDED
    assert board.who("anna").work_state is WorkState.IDLE


def test_a_caller_who_hangs_up_while_being_answered_leaves_wrap_up(board: Board) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    now = board.later()
    with board.turn() as conn:
        queues.answer(conn, "anna", call_id, now)
        ending = board.meanwhile(conn, calls.end, call_id, "caller", now)
    assert ending.result()
    assert board.who("anna").work_state is WorkState.WRAP_UP


def test_a_call_that_ends_is_not_revived_by_a_lost_representative(board: Board) -> None:
    call_id = board.talking("anna")
    now = board.later()
    with board.turn() as conn:
        calls.end(conn, call_id, "caller", now)
        requeueing = board.meanwhile(conn, queues.requeue, "anna", call_id, now)
    assert requeueing.result() is None
    assert board.of(call_id).state is CallState.ENDED
    assert board.do(queues.waiting, board.now) == 0


def test_a_call_that_ends_is_not_revived_by_the_queue(board: Board) -> None:
    call_id = board.call()
    call, now = board.of(call_id), board.later()
    with board.turn() as conn:
        calls.end(conn, call_id, "caller", now)
        queueing = board.meanwhile(conn, queues.enqueue, call, now)
    assert queueing.result().state is CallState.ENDED
    assert board.of(call_id).state is CallState.ENDED


def test_parallel_offers_with_call_backs_and_overflow_double_nothing(board: Board) -> None:
    """Two centres help each other out, and each call could go to anybody of either."""
    people = [board.person(f"north-{number}") for number in range(2)]
    people += [board.person(f"south-{number}", ("south",)) for number in range(2)]
    waiting = [board.queued(centre) for centre in ("north", "south") for _ in range(2)]
    waiting += [board.call_back() for _ in range(2)]
    helping = {"north": (Help("south", 0),), "south": (Help("north", 0),)}
    now = board.later()
    made = [
        (offer.call_id, offer.representative)
        for offers in at_once(board, [(queues.offer, now, helping)] * WORKERS)
        for offer in offers
    ]
    made += board.offer(helping)
    assert {name for _, name in made} == set(people)
    assert len({call_id for call_id, _ in made}) == len(made) == len(people)
    for call_id, name in made:
        assert call_id in waiting
        assert (board.of(call_id).representative, board.who(name).call_id) == (name, call_id)


def test_two_presses_of_answer_call_back_once(board: Board) -> None:
    board.person("anna")
    call_id = board.call_back()
    board.offer()
    results = at_once(board, [(queues.answer, "anna", call_id, board.later())] * 4)
    assert sum(isinstance(result, NotOffered) for result in results) == 3
    assert (board.of(call_id).state, board.of(call_id).attempts) == (CallState.CALLING, 1)


def test_a_miss_told_by_several_is_one_miss(board: Board) -> None:
    call_id = board.calling("anna")
    at_once(board, [(call_backs.missed, call_id, board.later())] * 4)
    assert board.kinds(call_id).count("call_back.missed") == 1
    assert board.who("anna").work_state is WorkState.IDLE


@pytest.mark.parametrize("first", ["ask", "answer"])
def test_asked_for_or_answered_but_not_both(board: Board, first: str) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    call, now = board.of(call_id), board.later()
    acts: dict[str, Job] = {
        "ask": (call_backs.ask, call, now),
        "answer": (queues.answer, "anna", call_id, now),
    }
    other = "answer" if first == "ask" else "ask"
    with board.turn() as conn:
        act, *arguments = acts[first]
        act(conn, *arguments)
        waiting = board.meanwhile(conn, *acts[other])
    if first == "ask":
        with pytest.raises(NotOffered):
            waiting.result()
        assert board.of(call_id).state is CallState.CALL_BACK
        assert board.who("anna").work_state is WorkState.IDLE
    else:
        assert waiting.result().state is CallState.TALKING
        assert board.who("anna").work_state is WorkState.TALKING


def test_a_presence_chosen_while_it_begins_to_ring_waits(board: Board) -> None:
    board.person("anna")
    board.queued()
    now = board.later()
    with board.turn() as conn:
        queues.offer(conn, now)
        choosing = board.meanwhile(conn, representatives.set_presence, "anna", Presence.BREAK, now)
    choosing.result()
    anna = board.who("anna")
    assert (anna.presence, anna.next_presence) == (Presence.AVAILABLE, Presence.BREAK)


def test_a_held_call_is_read_as_the_turn_before_left_it(board: Board) -> None:
    call_id = board.call()
    sid, now = board.of(call_id).call_sid, board.later()

    def count_up(conn: Connection) -> None:
        call = calls.hold(conn, call_id)
        assert call is not None
        saved = replace(call, snapshot=call.snapshot + "+")
        calls.save(conn, saved, events=(), now=now)

    with board.turn() as conn:
        call = calls.load(conn, sid)
        assert call is not None
        calls.save(conn, replace(call, snapshot="1"), events=(), now=now)
        counting = board.meanwhile(conn, count_up)
    counting.result()
    assert board.of(call_id).snapshot == "1+"


@pytest.mark.parametrize("first", ["answer", "expire"])
def test_answered_at_the_last_moment_or_not_at_all(board: Board, first: str) -> None:
    board.person("anna")
    call_id = board.queued()
    board.offer()
    now = board.later(60)
    acts = {
        "answer": (queues.answer, "anna", call_id, now),
        "expire": (queues.expire_offers, now, 20),
    }
    order = [first, *(acts.keys() - {first})]
    with board.turn() as conn:
        act, *arguments = acts[order[0]]
        act(conn, *arguments)
        other = board.meanwhile(conn, *acts[order[1]])
    if first == "answer":
        assert other.result() == []
        assert board.who("anna").work_state is WorkState.TALKING
    else:
        with pytest.raises(NotOffered):
            other.result()
        assert board.who("anna").work_state is WorkState.NOT_RESPONDING
