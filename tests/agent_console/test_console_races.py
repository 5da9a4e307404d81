"""The console and the line at the same moment, in real parallel transactions."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from data_store import reading, transaction
from switchboard import calls, events, queues, representatives
from switchboard.model import Call, CallState, WorkState
from switchboard.telephony import TelephonyError
from tests.agent_console.console_house import PATIENCE, Act, House, build_house, let_wait

JSON = {"Accept": "application/json"}


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """A console once on SQLite and once on PostgreSQL."""
    return build_house(tmp_path, engine=engine)


class Pressed(threading.Thread):
    """A press that another browser makes meanwhile; `answer` waits for the page."""

    def __init__(self, press: Callable[[], TestResponse]) -> None:
        super().__init__(daemon=True)
        self._press = press
        self._answer: TestResponse | None = None
        self.start()

    def run(self) -> None:
        self._answer = self._press()

    @property
    def answer(self) -> TestResponse:
        self.join(PATIENCE)
        assert self._answer is not None
        return self._answer


def get(house: House, call_id: int) -> Call:
    with reading(house.engine) as conn:
        call = calls.get(conn, call_id)
    assert call is not None
    return call


def kinds(house: House, call_id: int) -> list[str]:
    with reading(house.engine) as conn:
        return [event.kind.value for event in events.of_call(conn, call_id)]


def lead_to(act: str, house: House, do: Act) -> tuple[int, dict[str, str]]:
    """Bring a call to where the act is open; its id, and the fields of the act."""
    if act == "identify":
        call_id = house.ring(reason=None, complete=False)
        do("answer")
        ids = {"product_id": house.product, "license_server_id": house.new_server_id()}
        return call_id, ids
    call_id = house.ring()
    for before in ("answer", "verify", "issue", *["read"] * 7):
        do(before)
    if act == "return":
        do("ask-closing-code")
    return call_id, {}


@pytest.mark.parametrize("act", ["ask-closing-code", "return", "identify", "hang-up"])
def test_a_turn_of_the_line_at_the_same_moment_is_kept(
    house: House, desk: FlaskClient, do: Act, act: str
) -> None:
    call_id, fields = lead_to(act, house, do)
    with transaction(house.engine) as conn:
        call = calls.load(conn, "CA1")
        assert call is not None
        turned = replace(call, snapshot="turned", shared='{"product_id": []}')
        calls.save(conn, turned, events=(), now=house.now())
        path = f"/console/calls/{call_id}/{act}"
        pressed = Pressed(lambda: desk.post(path, data=fields, headers=JSON))
        let_wait(house.engine, pressed)
    assert pressed.answer.get_json()["notice"] is None
    left = get(house, call_id)
    assert (left.snapshot, left.shared) == ("turned", '{"product_id": []}')
    expected = {
        "ask-closing-code": CallState.KEYING,
        "return": CallState.TALKING,
        "identify": CallState.TALKING,
        "hang-up": CallState.ENDED,
    }
    assert left.state is expected[act]
    assert (left.case_number is not None) or act != "identify"


def test_a_caller_who_hangs_up_at_that_moment_stays_gone(
    house: House, desk: FlaskClient, do: Act
) -> None:
    call_id, _ = lead_to("ask-closing-code", house, do)
    with transaction(house.engine) as conn:
        calls.end(conn, call_id, "caller", house.now())
        path = f"/console/calls/{call_id}/ask-closing-code"
        pressed = Pressed(lambda: desk.post(path, headers=JSON))
        let_wait(house.engine, pressed)
    seen = pressed.answer.get_json()
    assert seen["notice"]["code"] == "not_now"
    assert seen["representative"]["work_state"] == "wrap_up"
    assert get(house, call_id).state is CallState.ENDED
    assert ("ask", "CA1", "closing_code") not in house.telephony.done


def test_two_pages_that_press_at_once_act_once(house: House, desk: FlaskClient, do: Act) -> None:
    call_id = house.ring()
    do("answer")
    do("verify")
    other = house.log_in()
    path = f"/console/calls/{call_id}/issue"
    with transaction(house.engine) as conn:
        calls.hold(conn, call_id)
        one = Pressed(lambda: desk.post(path, headers=JSON))
        two = Pressed(lambda: other.post(path, headers=JSON))
        let_wait(house.engine, one, two)
    notices = [pressed.answer.get_json()["notice"] for pressed in (one, two)]
    assert sorted(notice is None for notice in notices) == [False, True]
    assert kinds(house, call_id).count("id.issued") == 1


def test_two_pages_that_say_ready_at_once(house: House, desk: FlaskClient, do: Act) -> None:
    house.ring()
    do("decline")
    with transaction(house.engine) as conn:
        representatives.clear_not_responding(conn, "rep", house.now())
        pressed = Pressed(lambda: desk.post("/console/ready", headers=JSON))
        let_wait(house.engine, pressed)
    assert pressed.answer.status_code == 200


def test_a_failed_move_takes_nobody_out_of_the_queue(
    house: House, do: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network doesn't answer, and says meanwhile that the representative's leg is over."""
    call_id, _ = lead_to("return", house, do)

    def lose(_call_sid: str, _what: str) -> None:
        with transaction(house.engine) as conn:
            call = queues.requeue(conn, "rep", call_id, house.now())
            assert call is not None
            queues.enqueue(conn, call, house.now(), first=True)
        raise TelephonyError("no answer from the network")

    monkeypatch.setattr(house.telephony, "ask", lose)
    assert do("return").get_json()["notice"]["code"] == "telephony_failed"
    assert get(house, call_id).state in {CallState.QUEUED, CallState.RINGING}
    with reading(house.engine) as conn:
        who = representatives.get(conn, "rep")
    assert who is not None
    assert who.work_state is WorkState.NOT_RESPONDING
