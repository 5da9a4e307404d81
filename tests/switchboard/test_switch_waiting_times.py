"""What a caller is told of the time to wait: measured, and nothing where too little is known."""

import heapq
from random import Random
from statistics import fmean

import pytest

from switchboard import calls, queues, representatives, waiting_times
from switchboard.events import EventKind, record
from switchboard.model import Presence
from switchboard.waiting_times import (
    FEWEST_MEASURED,
    LONGEST_HANDLING,
    MOST_MEASURED,
    SPOKEN_MINUTES,
    Measured,
)
from tests.switchboard.switch_board import Board

FIVE = (240.0,) * FEWEST_MEASURED


def handled(board: Board, seconds: float, name: str = "anna") -> None:
    """One call, answered and wrapped up after so many seconds."""
    call_id = board.queued()
    board.offer()
    board.do(queues.answer, name, call_id, board.later())
    board.do(calls.end, call_id, "caller", board.later(seconds / 2))
    now = board.later(seconds / 2)
    with board.turn() as conn:
        representatives.finish_wrap_up(conn, name, now)
        record(conn, call_id, None, EventKind.CALL_WRAPPED_UP, {"by": name}, now)


def test_a_call_is_measured_from_answering_to_the_end_of_wrap_up(board: Board) -> None:
    board.person("anna")
    for seconds in (100, 200):
        handled(board, seconds)
    board.queued()  # which is not over, and counts for nothing
    measured = board.do(waiting_times.measure, ["north"], "en")
    assert sorted(measured.handling) == [100, 200]
    assert board.do(waiting_times.measure, ["south"], "en").handling == ()


def test_only_the_last_calls_count(board: Board) -> None:
    board.person("anna")
    handled(board, 900)
    for _ in range(MOST_MEASURED):
        handled(board, 60)
    assert set(board.do(waiting_times.measure, ["north"], "en").handling) == {60}


def test_at_work_is_whoever_answers_calls_now_free_or_not(board: Board) -> None:
    board.person("anna")
    board.person("bert")
    board.person("away", presence=Presence.BREAK)
    board.person("cleo", ("south",))
    board.person("doro", languages=("de",))
    handled_by = board.queued()
    assert board.offer() == [(handled_by, "anna")]
    assert _names(board, "north") == ["anna", "bert"]
    board.do(representatives.set_presence, "anna", Presence.BREAK, board.later())
    assert _names(board, "north") == ["bert"], "anna goes to a break after the call"
    assert _names(board, "north", "south") == ["bert", "cleo"]


def _names(board: Board, *centres: str) -> list[str]:
    return [who.name for who in board.do(waiting_times.at_work, centres, "en")]


@pytest.mark.parametrize("measured", [Measured(FIVE, 0), Measured(FIVE[1:], 3), Measured((), 0)])
def test_nothing_is_promised_where_too_little_is_known(measured: Measured) -> None:
    assert waiting_times.expected(measured, 1) is None


def test_a_place_costs_the_mean_shared_by_those_at_work() -> None:
    assert waiting_times.expected(Measured(FIVE, 2), 1) == pytest.approx(120)
    assert waiting_times.expected(Measured(FIVE, 2), 5) == pytest.approx(600)


def test_a_wrap_up_left_open_counts_as_an_hour() -> None:
    measured = Measured((*FIVE, 10 * LONGEST_HANDLING), 1)
    assert waiting_times.expected(measured, 1) == pytest.approx((5 * 240 + LONGEST_HANDLING) / 6)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(1, 1), (60, 1), (61, 2), (301, 7), (900, 15), (901, 20), (3600, 60), (3601, None)],
)
def test_minutes_are_rounded_up_to_what_is_said(seconds: float, minutes: int | None) -> None:
    assert waiting_times.spoken_minutes(seconds) == minutes
    assert minutes is None or minutes in SPOKEN_MINUTES


@pytest.mark.parametrize("people", [1, 3, 8])
@pytest.mark.parametrize("place", [1, 4, 12])
def test_the_expectation_is_the_mean_of_what_callers_then_wait(people: int, place: int) -> None:
    """Callers before a busy desk, handling times as scattered as those of telephone calls are."""
    rng = Random(people * 100 + place)
    times = tuple(rng.expovariate(1 / 300) for _ in range(2000))
    waits = []
    for _ in range(2000):
        # Everybody is in a call that has as long to go as any, since it has no memory.
        free = [rng.expovariate(1 / 300) for _ in range(people)]
        heapq.heapify(free)
        for _ in range(place - 1):
            heapq.heappush(free, heapq.heappop(free) + rng.expovariate(1 / 300))
        waits.append(free[0])
    told = waiting_times.expected(Measured(times, people), place)
    assert told == pytest.approx(fmean(waits), rel=0.1)
