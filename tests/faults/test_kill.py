"""SIGKILL of each process in the middle of a call: nothing is issued twice, and nobody is stuck.

The real processes play a scripted call on virtual time; one of them is killed when a certain line
of the conversation is told. Afterwards it is started again, and the caller calls once more.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientError
from sqlalchemy import func, select

from activation_line.house import House, Plan
from activation_line.housekeeping import sweep
from activation_line.once import Variation, converse, play
from activation_line.wiring import Line, bootstrap
from clearinghouse import RequestState, audit
from clearinghouse.tables import permissions
from data_store import reading, transaction
from license_server import activation
from phone_network.actor_client import ConnectionLost
from scripted_calls.console import ConsoleRefusedError
from scripted_calls.wizard import WizardError
from switchboard import calls, representatives
from switchboard.model import CallState, WorkState

BROKEN = (ClientError, ConnectionLost, ConsoleRefusedError, WizardError, OSError, TimeoutError)
# A phase of the call, and the line of the conversation that tells that it has begun.
PHASES = {
    "keying": "Now key the license server ID",
    "queue": "You are number 1 in line",
    "conversation": "I need a new license server ID",
    "read-out": "Group 3 of the new ID",
    "closing code": "It then shows a closing code",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    start = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    with House(Plan(tmp_path / "demo", start=start), print) as built:
        yield built


def break_off(house: House, victim: str, words: str) -> None:
    """Play a call until the words are told, and kill the process there."""
    killed: list[str] = []

    def told(line: str) -> None:
        print(line)
        if words in line and not killed:
            killed.append(line)
            house.running[victim].process.kill()
            house.running[victim].process.wait()

    async def call() -> None:
        async with asyncio.timeout(60):
            await converse(house, Variation(), told)

    try:
        asyncio.run(call())
    except BROKEN as error:
        print(f"the call broke: {error!r}")
    assert killed, "the phase was never reached"


def issued(line: Line) -> int:
    """How many IDs the register has ever issued."""
    with reading(line.engine) as conn:
        return int(conn.execute(select(func.count()).select_from(permissions)).scalar_one())


def settle(house: House, line: Line) -> None:
    """What housekeeping does in time, now; and the representative comes back to the desk."""
    sweep(line)
    with reading(line.engine) as conn:
        assert [call for call in calls.recent(conn, 5) if call.state is not CallState.ENDED] == []
        who = representatives.get(conn, house.demo.login)
        assert audit.verify(conn) is None
    assert who is not None
    with transaction(line.engine) as conn:
        if who.work_state is WorkState.WRAP_UP:
            representatives.finish_wrap_up(conn, who.name, line.clock())
        elif who.work_state is WorkState.NOT_RESPONDING:
            representatives.clear_not_responding(conn, who.name, line.clock())
        else:
            assert who.work_state is WorkState.IDLE


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("victim", ["phone-network", "line", "license-server"])
def test_after_a_kill_the_caller_calls_again_and_finishes(
    house: House, victim: str, phase: str
) -> None:
    break_off(house, victim, PHASES[phase])
    house.revive()
    line = bootstrap(house.settings)
    settle(house, line)
    before = issued(line)
    asked = activation.status(house.demo.license_server_dir, line.clock()).open_license_server_id
    evidence = asyncio.run(play(house, Variation(), print))
    assert evidence.faults == ()
    assert evidence.request is not None
    assert evidence.request.license_server_id == asked, "the wizard goes on where it was"
    # The demo's first activation, and one for this request, however often it was asked.
    assert issued(line) == 2
    # Without its license server the call goes on until the new ID is to be typed.
    was_issued = victim == "license-server" or phase in {"read-out", "closing code"}
    assert before == (2 if was_issued else 1)
    line.close()


@pytest.mark.parametrize("victim", ["phone-network", "line"])
def test_once_accepted_the_closing_code_is_keyed_in_another_call(house: House, victim: str) -> None:
    break_off(house, victim, "accepted; the closing code is")
    house.revive()
    line = bootstrap(house.settings)
    settle(house, line)
    held = activation.status(house.demo.license_server_dir, line.clock())
    assert held.open_license_server_id is None
    assert held.current_license_server_id is not None
    evidence = asyncio.run(play(house, Variation(), print))
    assert evidence.faults == ()
    assert evidence.request is not None
    assert evidence.request.new_license_server_id == held.current_license_server_id
    assert issued(line) == 2
    line.close()


def test_a_license_server_that_dies_once_it_accepted_stays_reactivated(house: House) -> None:
    break_off(house, "license-server", "accepted; the closing code is")
    house.revive()
    line = bootstrap(house.settings)
    settle(house, line)
    status = activation.status(house.demo.license_server_dir, line.clock())
    with reading(line.engine) as conn:
        asked = line.clearinghouse.requests_of_product(conn, house.demo.product_id, 1)[0]
    assert asked.state is RequestState.CONFIRMED
    assert asked.new_license_server_id == status.current_license_server_id
    assert issued(line) == 2
    line.close()
