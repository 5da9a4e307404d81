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
from switchboard import calls
from switchboard.model import CallState
from tests.agent_console.console_house import LINE, House, build_house, let_wait


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """A line's rows, once on SQLite and once on PostgreSQL."""
    return build_house(tmp_path, engine=engine)


def test_calls_that_are_gone_are_ended_while_one_of_them_takes_a_turn(house: House) -> None:
    first, second = house.ring(sid="CA1"), house.ring(sid="CA2")
    house.telephony.is_down = True  # so no call is live
    services = house.services
    line = cast(
        "Line",
        SimpleNamespace(
            engine=house.engine,
            telephony=house.telephony,
            clock=house.now,
            clearinghouse=services.clearinghouse,
            voice=services,
        ),
    )
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
