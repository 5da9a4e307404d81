"""Housekeeping beside a turn under way: neither waits for the other's lock with one of its own."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Engine

from activation_line.housekeeping import sweep
from activation_line.wiring import Line
from data_store import reading, transaction
from switchboard import calls, queues, representatives
from switchboard.model import CallState, Presence, WorkState
from tests.agent_console.console_house import LINE, House, build_house, let_wait


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """A line's rows, once on SQLite and once on PostgreSQL."""
    return build_house(tmp_path, engine=engine)


def line_of(house: House) -> Line:
    """As much of a line as a sweep looks at."""
    return cast(
        "Line",
        SimpleNamespace(
            engine=house.engine,
            telephony=house.telephony,
            clock=house.now,
            clearinghouse=house.services.clearinghouse,
            voice=house.services,
        ),
    )


def test_calls_that_are_gone_are_ended_while_one_of_them_takes_a_turn(house: House) -> None:
    first, second = house.ring(sid="CA1"), house.ring(sid="CA2")
    house.telephony.is_down = True  # so no call is live
    services = house.services
    line = line_of(house)
    failed: list[Any] = []

    def sweeping() -> None:
        try:
            sweep(line)
        except Exception as error:  # noqa: BLE001 -- looked at below
            failed.append(error)

    thread = threading.Thread(target=sweeping, daemon=True)
    with transaction(house.engine) as conn:
        turn = calls.hold(conn, second)
        assert turn is not None
        assert turn.request_id is not None
        thread.start()
        let_wait(house.engine, thread)
        # The register is locked by whoever changes it: the sweep must have let go of it.
        services.clearinghouse.abandon(conn, turn.request_id, LINE, house.now())
    thread.join(20)
    assert failed == []
    with reading(house.engine) as conn:
        left = [calls.get(conn, call_id) for call_id in (first, second)]
    assert [call and call.state for call in left] == [CallState.ENDED] * 2


def test_who_hung_up_to_be_called_back_is_not_swept_away(house: House) -> None:
    waits = house.call_back()
    house.telephony.is_down = True  # so no call is live
    sweep(line_of(house))
    with reading(house.engine) as conn:
        call = calls.get(conn, waits)
    assert call is not None
    assert call.state is CallState.CALL_BACK


def test_a_representative_waits_no_longer_for_a_caller_of_whom_nothing_is_told(
    house: House,
) -> None:
    call_id = house.call_back()
    with transaction(house.engine) as conn:
        representatives.set_presence(conn, "rep", Presence.AVAILABLE, house.now())
        queues.offer(conn, house.now())
        queues.answer(conn, "rep", call_id, house.now())
    house.telephony.is_down = True
    for seconds, state in ((0, CallState.CALLING), (120, CallState.CALL_BACK)):
        house.pass_time(seconds=seconds)
        sweep(line_of(house))
        with reading(house.engine) as conn:
            call, who = calls.get(conn, call_id), representatives.get(conn, "rep")
        assert call is not None
        assert who is not None
        assert call.state is state
    assert who.work_state is WorkState.IDLE
