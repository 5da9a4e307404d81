"""Waiting as the network meets it: what is measured is said, and a key works meanwhile."""

from datetime import timedelta

import pytest

from data_store import reading, transaction
from ivr.forecasts import KEPT_FOR
from switchboard import calls, overrides, queues, representatives
from switchboard.events import EventKind, record
from switchboard.model import CallState, Presence
from switchboard.queues import URGENT
from switchboard.waiting_times import FEWEST_MEASURED
from tests.ivr.conftest import House, Telephone
from tests.ivr.test_voice_webhooks import call_of, to_queue


def waits(house: House, telephone: Telephone) -> Telephone:
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    return telephone


def handled(house: House, telephone: Telephone, seconds: float) -> None:
    """One call, answered and wrapped up after so many seconds."""
    to_queue(house, telephone)
    call = call_of(house, telephone)
    with transaction(house.engine) as conn:
        queues.offer(conn, house.time())
        queues.answer(conn, "rep", call.id, house.time())
    house.time.pass_(seconds)
    with transaction(house.engine) as conn:
        calls.end(conn, call.id, "caller", house.time())
        representatives.finish_wrap_up(conn, "rep", house.time())
        record(conn, call.id, None, EventKind.CALL_WRAPPED_UP, {"by": "rep"}, house.time())


def presence(house: House, chosen: Presence) -> None:
    with transaction(house.engine) as conn:
        representatives.set_presence(conn, "rep", chosen, house.time())


def test_a_time_is_said_once_enough_calls_were_measured(house, telephone, another) -> None:
    early = another(50)
    early.from_ = "+12025551999"
    assert "expected_wait" not in waits(house, early).heard
    early.post("/voice/status", CallStatus="completed")
    for number in range(FEWEST_MEASURED):
        phone = another(100 + number)
        phone.from_ = f"+1202555{2000 + number}"
        handled(house, phone, 230)
    waits(house, telephone)
    assert telephone.heard[:2] == ["queue_position", "expected_wait"]
    assert "about 4 minutes" in telephone.document


def test_who_is_at_work_is_looked_at_again_after_some_seconds(house, telephone, another) -> None:
    presence(house, Presence.BREAK)
    assert "nobody_at_work" in waits(house, telephone).heard
    presence(house, Presence.AVAILABLE)
    house.time.pass_(KEPT_FOR.total_seconds())
    assert "nobody_at_work" not in waits(house, another(2)).heard


def test_an_empty_centre_can_be_left_for_one_where_somebody_is_at_work(house, telephone) -> None:
    presence(house, Presence.BREAK)
    # The first centre of the overflow list is open, and somebody there speaks the language.
    other = house.services.routing.centres["americas"].overflow[0]
    now = house.time()
    with transaction(house.engine) as conn:
        for name in {other, "pacific"}:
            overrides.add(conn, name, start=now, end=now + timedelta(days=1), is_open=True)
        representatives.add(
            conn, name="far", display_name="Far", centres=[other], languages=["en"], now=now
        )
        representatives.set_presence(conn, "far", Presence.AVAILABLE, now)
    assert waits(house, telephone).heard == [
        "queue_position",
        "nobody_at_work",
        "waiting_keys",
        "waiting_elsewhere",
    ]
    telephone.post("/voice/wait", Digits="3")
    assert telephone.heard[0] == "queue_position"
    assert "nobody_at_work" not in telephone.heard
    call = call_of(house, telephone)
    assert (call.centre, call.state) == (other, CallState.QUEUED)


def test_three_keeps_waiting_where_nobody_else_is_at_work(house, telephone) -> None:
    waits(house, telephone).post("/voice/wait", Digits="3")
    assert telephone.heard[0] == "queue_position"
    assert call_of(house, telephone).centre == "americas"


def test_two_says_place_and_case_number_again(house, telephone) -> None:
    waits(house, telephone).post("/voice/wait", Digits="2")
    assert telephone.heard == ["queue_position", "case_number_kept", "waiting_keys"]
    assert telephone.verbs == ["Gather"]


@pytest.mark.parametrize(("key", "priority"), [("1", 0), ("5", URGENT)])
def test_a_compromised_key_goes_before_those_who_only_wait(
    house, telephone, key: str, priority: int
) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id).keys(key)
    with reading(house.engine) as conn:
        call = calls.get(conn, call_of(house, telephone).id)
    assert call is not None
    assert call.priority == priority
