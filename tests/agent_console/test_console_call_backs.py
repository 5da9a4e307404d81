"""A call-back at the desk: what rings, who is called, and what happens if nobody answers."""

from datetime import timedelta

from flask.testing import FlaskClient

from agent_console import dispatch
from data_store import reading, transaction
from switchboard import calls, events, overflow, representatives
from switchboard.call_backs import PAUSES
from switchboard.model import Call, CallState, Presence
from tests.agent_console.console_house import CALLER, Act, House


def look(desk: FlaskClient):
    return desk.get("/console/desk.json").get_json()


def of(house: House, call_id: int) -> Call:
    with reading(house.engine) as conn:
        call = calls.get(conn, call_id)
    assert call is not None
    return call


def test_a_call_back_rings_as_one_with_the_time_since_when_it_waits(
    house: House, desk: FlaskClient
):
    call_id = house.call_back()
    seen = look(desk)["call"]
    assert (seen["id"], seen["is_call_back"], seen["state"]) == (call_id, True, "ringing")
    assert seen["queued_at"] == house.now().isoformat()
    page = desk.get("/console/").text
    assert "Call-back" in page
    assert "Call back" in page
    assert "+44 7700 900123" in page


def test_it_is_counted_among_those_who_wait(house: House):
    client = house.log_in()
    call_id = house.call_back()
    house.ring(sid="CA2")
    waiting = look(client)["waiting"]
    assert (waiting["calls"], of(house, call_id).state) == (2, CallState.CALL_BACK)


def test_answering_rings_the_representative_then_the_caller(house: House, desk, do: Act):
    call_id = house.call_back()
    seen = do("answer").get_json()
    assert seen["call"]["state"] == "calling"
    assert seen["allowed"] == sorted({"break", "offline", "stop-calling"})
    assert house.telephony.done == [
        ("ring", "CA1", f"call-{call_id}", "client:rep"),
        ("call_back", CALLER, f"called-back/{call_id}/1"),
    ]
    assert of(house, call_id).call_sid == f"CA-called-back/{call_id}/1"
    page = desk.get("/console/").text
    assert "Calling back" in page
    assert "call 1 of 3" in page


def test_stop_calling_frees_the_desk_and_the_place_is_kept(house: House, desk, do: Act):
    call_id = house.call_back()
    do("answer")
    seen = do("stop-calling").get_json()
    assert seen["representative"]["work_state"] == "idle"
    assert house.telephony.done[-2:] == [
        ("hang_up", f"CA-called-back/{call_id}/1"),
        ("end_conference", f"call-{call_id}"),
    ]
    assert of(house, call_id).state is CallState.CALL_BACK
    house.pass_time(seconds=PAUSES[0].total_seconds())
    dispatch.tick(house.services)
    assert look(desk)["call"]["id"] == call_id


def test_a_network_that_does_not_call_frees_the_desk_and_says_so(house: House, desk, do: Act):
    call_id = house.call_back()
    house.telephony.is_down = True
    refused = do("answer")
    assert refused.status_code == 409
    assert "tried again in some minutes" in refused.get_json()["notice"]["text"]
    assert look(desk)["representative"]["work_state"] == "idle"
    call = of(house, call_id)
    assert call.state is CallState.CALL_BACK
    with reading(house.engine) as conn:
        kinds = [event.kind.value for event in events.of_call(conn, call_id)]
    assert kinds[-1] == "telephony.failed"


def test_a_promised_call_back_is_not_counted_before_its_time(house: House):
    client = house.log_in()
    house.call_back(opens=house.now() + timedelta(hours=1))
    assert look(client)["waiting"] == {"calls": 0, "since": None}
    house.pass_time(hours=1)
    assert look(client)["waiting"]["calls"] == 1


def test_a_call_overflows_by_the_tables_after_its_wait(house: House):
    with transaction(house.engine) as conn:
        first = overflow.helping(house.services.routing, conn, house.now())["northern-europe"][0]
        representatives.add(
            conn,
            name="far",
            display_name="Far away",
            centres=(first.centre,),
            languages=("en",),
            now=house.now(),
        )
        representatives.set_presence(conn, "far", Presence.AVAILABLE, house.now())
    call_id = house.ring()
    for seconds, who in ((first.after - 1, None), (1, "far")):
        house.pass_time(seconds=seconds)
        dispatch.tick(house.services)
        assert of(house, call_id).representative == who
