"""Whom else a call is offered to, and when; and which calls go first."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

import region_routing
from region_routing import Override
from switchboard import overflow, overrides, queues
from switchboard.model import CallState, Help, Overflow
from switchboard.queues import FIRST_IN_LINE, URGENT
from tests.switchboard.switch_board import START, Board

ROUTING = region_routing.load()
HELP = {"north": (Help("south", 60), Help("west", 120))}


def test_after_a_while_the_next_centre_is_tried_as_well(board: Board) -> None:
    board.person("cleo", ("south",))
    board.person("dora", ("west",))
    call_id = board.queued()
    assert board.offer(HELP) == []
    board.later(60)
    assert board.offer(HELP) == [(call_id, "cleo")]
    board.do(queues.decline, "cleo", call_id, board.later())
    assert board.offer(HELP) == []
    board.later(60)
    assert board.offer(HELP) == [(call_id, "dora")]


def test_the_own_centre_goes_before_whoever_is_idle_longer_elsewhere(board: Board) -> None:
    board.person("cleo", ("south",))
    board.person("anna")
    call_id = board.queued()
    board.later(60)
    assert board.offer(HELP) == [(call_id, "anna")]


def test_who_helps_out_speaks_the_language(board: Board) -> None:
    board.person("cleo", ("south",), ("de",))
    board.queued()
    board.later(60)
    assert board.offer(HELP) == []


def test_a_call_that_somebody_else_could_take_holds_up_none_of_the_own(board: Board) -> None:
    board.person("cleo", ("south",))
    waiting = board.queued()
    own = board.queued("south")
    assert board.offer(HELP) == [(own, "cleo")]
    assert board.of(waiting).state is CallState.QUEUED


def test_a_call_back_overflows_like_any_call(board: Board) -> None:
    board.person("cleo", ("south",))
    call_id = board.call_back()
    board.later(60)
    assert board.offer(HELP) == [(call_id, "cleo")]


def test_who_lost_somebody_goes_first_then_the_urgent_then_by_time(board: Board) -> None:
    plain, urgent, lost = board.queued(), board.call(), board.queued()
    board.do(queues.enqueue, board.of(urgent), board.later(), urgent=True)
    board.enqueue(lost, first=True)
    assert [board.of(each).priority for each in (plain, urgent, lost)] == [0, URGENT, FIRST_IN_LINE]
    for name in ("anna", "bert", "cleo"):
        board.person(name)
    assert [call_id for call_id, _ in board.offer()] == [lost, urgent, plain]


def test_the_caller_may_choose_another_centre(board: Board) -> None:
    call_id = board.queued()
    board.person("cleo", ("south",))
    assert board.do(queues.move, call_id, "south", board.later()).centre == "south"
    assert board.kinds(call_id)[-1] == "call.moved"
    assert board.offer() == [(call_id, "cleo")]
    assert board.do(queues.move, call_id, "north", board.later()).centre == "south"
    with pytest.raises(LookupError, match="no call 77"):
        board.do(queues.move, 77, "south", board.now)


# --- by the tables ----------------------------------------------------------------------------


def helping(conn: Connection, now: datetime) -> Overflow:
    return overflow.helping(ROUTING, conn, now)


def test_only_open_centres_help_and_each_after_as_long_again(board: Board) -> None:
    centre = ROUTING.centres["iberia"]
    found = board.do(helping, START)
    open_now = [
        Help(other, centre.overflow_after * place)
        for place, other in enumerate(centre.overflow, 1)
        if region_routing.is_open(ROUTING.centres[other], START, [])
    ]
    assert list(found["iberia"]) == open_now
    assert open_now


def test_a_dated_exception_closes_a_helper(board: Board) -> None:
    other = board.do(helping, START)["iberia"][0].centre
    board.do(overrides.add, other, start=START, end=START + timedelta(days=1), is_open=False)
    assert other not in {each.centre for each in board.do(helping, START)["iberia"]}
    assert board.do(overrides.near, START) == [
        Override(other, START, START + timedelta(days=1), is_open=False)
    ]
    assert board.do(overrides.near, START + timedelta(days=1)) == []


def test_a_centre_reaches_itself_whether_open_or_not(board: Board) -> None:
    night = START.replace(hour=1)
    reached = board.do(lambda conn: overflow.reachable(ROUTING, conn, "iberia", night))
    assert reached[0] == "iberia"
    assert all(region_routing.is_open(ROUTING.centres[name], night, []) for name in reached[1:])
