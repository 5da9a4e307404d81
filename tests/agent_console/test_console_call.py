"""The whole way of a call through the console, and every act out of its turn."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from agent_console.tables import wrap_ups
from clearinghouse.model import Policy, Reason
from data_store import reading, transaction
from switchboard import calls, events, queues
from switchboard.events import EventKind, NewEvent
from switchboard.model import CallState
from tests.agent_console.console_house import LINE, Act, House, receipt_of_active_server

JSON = {"Accept": "application/json"}


def look(desk: FlaskClient):
    return desk.get("/console/desk.json").get_json()


def test_a_call_from_ringing_to_the_end_of_wrap_up(house: House, desk: FlaskClient, do: Act):
    call_id = house.ring()
    seen = look(desk)
    assert seen["representative"]["work_state"] == "ringing"
    assert {"answer", "decline"} <= set(seen["allowed"])
    assert seen["call"]["request"]["reason"] == "certificate_expired"

    seen = do("answer").get_json()
    assert house.telephony.done == [("connect", "CA1", f"call-{call_id}", "client:rep")]
    assert "verify" in seen["allowed"]
    assert "issue" not in seen["allowed"]
    seen = do("verify").get_json()
    assert "issue" in seen["allowed"]
    seen = do("issue").get_json()
    assert len(seen["call"]["new_id"]["groups"]) == 7
    assert seen["call"]["new_id"]["current"] == 1
    for group in range(1, 8):
        assert "ask-closing-code" not in seen["allowed"]
        seen = do("read").get_json()
        assert seen["call"]["new_id"]["read"] == group
    # What shows that it was heard right is the last group, keyed to the line.
    assert seen["call"]["request"]["state"] == "issued"
    assert "read" not in seen["allowed"]
    seen = do("ask-closing-code").get_json()
    assert house.telephony.done[-1] == ("ask", "CA1", "closing_code")
    assert seen["call"]["state"] == "keying"
    assert "return" in seen["allowed"]
    house.confirm(call_id)
    seen = look(desk)
    assert seen["call"]["request"]["state"] == "confirmed"
    assert not {"read", "back", "ask-closing-code"} & set(seen["allowed"])
    do("return")
    assert house.telephony.done[-1] == ("ask", "CA1", "conversation")
    seen = do("hang-up").get_json()
    assert house.telephony.done[-2:] == [("hang_up", "CA1"), ("end_conference", f"call-{call_id}")]
    assert seen["representative"]["work_state"] == "wrap_up"
    seen = do("finish", disposition="new_id_issued", note="All well.").get_json()
    assert seen["representative"]["work_state"] == "idle"
    assert seen["call"] is None
    with reading(house.engine) as conn:
        assert conn.execute(select(wrap_ups.c.disposition, wrap_ups.c.note)).one() == (
            "new_id_issued",
            "All well.",
        )
        ended = calls.get(conn, call_id)
        assert ended is not None
        assert (ended.state, ended.ended_by) == (CallState.ENDED, "representative")


def test_an_id_that_was_confirmed_before_is_read_out_again(house: House, do: Act):
    first = house.ring()
    for act in ("answer", "verify", "issue", *["read"] * 7, "ask-closing-code"):
        seen = do(act).get_json()
    groups = seen["call"]["new_id"]["groups"]
    house.confirm(first)
    do("hang-up")
    do("finish", disposition="new_id_issued")
    house.servers -= 1  # the same license server again
    house.ring(sid="CA2")
    seen = do("answer").get_json()
    assert seen["call"]["request"]["state"] == "confirmed"
    assert {"read", "ask-closing-code"} <= set(seen["allowed"])
    for _ in groups:
        seen = do("read").get_json()
    assert seen["call"]["new_id"]["groups"] == groups


def test_the_line_reads_the_id_and_the_desk_follows(house: House, desk: FlaskClient, do: Act):
    call_id = house.ring()
    for act in ("answer", "verify", "issue"):
        seen = do(act).get_json()
    assert "line-reads" in seen["allowed"]
    seen = do("line-reads").get_json()
    assert house.telephony.done[-1] == ("ask", "CA1", "reading")
    assert seen["call"]["state"] == "keying"
    assert "return" in seen["allowed"]
    assert not {"line-reads", "ask-closing-code"} & set(seen["allowed"])
    with transaction(house.engine) as conn:
        call = calls.get(conn, call_id)
        assert call is not None
        for group in (1, 2):
            read = {"group": group, "by": "line"}
            events.record(conn, call_id, call.case_number, EventKind.GROUP_READ, read, house.now())
    assert look(desk)["call"]["new_id"]["current"] == 3


def test_the_read_out_of_an_earlier_server_is_not_the_next_ones(
    house: House, desk: FlaskClient, do: Act
):
    call_id = house.ring()
    for act in ("answer", "verify", "issue", "read", "read"):
        do(act)
    with transaction(house.engine) as conn:
        events.record(conn, call_id, "123412341234", EventKind.CASE_OPENED, {}, house.now())
    assert look(desk)["call"]["new_id"]["read"] == 0


def test_wrap_up_is_about_the_server_that_was_served(house: House, desk: FlaskClient, do: Act):
    call_id = house.ring()
    do("answer")
    with transaction(house.engine) as conn:
        call = calls.get(conn, call_id)
        assert call is not None
        queues.let_go(conn, call, house.now())
        another = replace(call, request_id=None, case_number=None)
        calls.save(conn, another, events=[NewEvent(EventKind.PROMPT_SPOKEN, {})], now=house.now())
    seen = look(desk)
    assert seen["representative"]["work_state"] == "wrap_up"
    assert seen["call"]["request"]["reason"] == "certificate_expired"
    page = desk.get("/console/").text
    assert "The caller goes on with the line" in page
    assert do("finish", disposition="new_id_issued").get_json()["call"] is None


def test_the_caller_keys_the_answer_to_the_challenge(house: House, do: Act):
    house.ring(reason=Reason.PRIVATE_KEY_COMPROMISED)
    do("answer")
    seen = do("verify").get_json()
    assert {"challenge", "key-answer"} <= set(seen["allowed"])
    do("key-answer")
    assert house.telephony.done[-1] == ("ask", "CA1", "challenge")


def test_no_digits_of_an_id_get_into_the_event_log(house: House, do: Act):
    call_id = house.ring()
    for act in ("answer", "verify", "issue", "read"):
        groups = do(act).get_json()["call"]["new_id"]["groups"]
    with reading(house.engine) as conn:
        logged = repr([event.data for event in events.of_call(conn, call_id)])
    assert not any(group in logged for group in groups)


@pytest.mark.parametrize("act", ["issue", "read", "back", "ask-closing-code", "finish", "answer"])
def test_an_act_before_its_time_is_refused_and_changes_nothing(
    house: House, desk: FlaskClient, do: Act, act: str
):
    house.ring()
    do("answer")
    before = look(desk)
    refused = do(act, disposition="other")
    assert refused.status_code == 409
    after = refused.get_json()
    assert after["notice"]["code"] == "not_now"
    assert after["call"] == before["call"]
    assert after["allowed"] == before["allowed"]


def test_issuing_twice_gives_the_same_id_and_one_event(house: House, do: Act):
    call_id = house.ring()
    do("answer")
    do("verify")
    first = do("issue").get_json()["call"]["new_id"]["groups"]
    again = do("issue")
    assert again.status_code == 409
    assert again.get_json()["call"]["new_id"]["groups"] == first
    with reading(house.engine) as conn:
        kinds = [event.kind for event in events.of_call(conn, call_id)]
    assert kinds.count(events.EventKind.ID_ISSUED) == 1


def test_back_lights_the_group_before_and_keeps_what_was_marked_as_read(house: House, do: Act):
    house.ring()
    for act in ("answer", "verify", "issue", *["read"] * 7):
        do(act)
    seen = do("back").get_json()
    assert seen["call"]["new_id"]["current"] == 7
    seen = do("back").get_json()
    assert seen["call"]["new_id"] | {"groups": []} == {"groups": [], "read": 5, "current": 6}
    do("read")
    assert do("read").get_json()["call"]["new_id"]["current"] is None


def test_what_the_register_refuses_is_told_with_the_sentence_to_say(
    house: House, desk: FlaskClient, do: Act
):
    house.ring(complete=False)
    do("answer")
    refused = do("identify", product_id=house.product, license_server_id=house.wrong_server_id())
    assert refused.status_code == 409
    notice = refused.get_json()["notice"]
    assert notice["code"] == "proof_wrong"
    assert notice["say"]
    page = desk.get("/console/").get_data(as_text=True)
    assert "These two IDs don&#39;t belong together" in page


def test_incomplete_ids_are_entered_and_open_the_request(house: House, do: Act):
    house.ring(complete=False)
    seen = do("answer").get_json()
    assert "identify" in seen["allowed"]
    assert seen["call"]["keyed"][0]["groups"][0]["digits"] == house.product[:5]
    wrong = do("identify", product_id="12345", license_server_id="1")
    assert wrong.get_json()["notice"]["code"] == "invalid_length"
    seen = do(
        "identify", product_id=house.product, license_server_id=house.new_server_id()
    ).get_json()
    assert seen["call"]["request"]["state"] == "opened"
    seen = do("reason", reason="server_redeployed").get_json()
    assert seen["call"]["request"]["reason"] == "server_redeployed"
    assert "verify" in seen["allowed"]
    assert do("reason", reason="because").get_json()["notice"]["code"] == "reason_unknown"


def test_ids_that_were_keyed_for_another_server_are_corrected_until_it_is_verified(
    house: House, do: Act
):
    call_id = house.ring()
    do("answer")
    right = house.new_server_id()
    seen = do("identify", product_id=house.product, license_server_id=right).get_json()
    keyed = "".join(group["digits"] for group in seen["call"]["keyed"][1]["groups"])
    assert keyed == right
    assert [old["state"] for old in seen["call"]["history"]] == ["abandoned"]
    again = do("identify", product_id=house.product, license_server_id=right).get_json()
    assert again["call"]["case_number"] == seen["call"]["case_number"]
    do("reason", reason="server_upgraded")
    assert "identify" not in do("verify").get_json()["allowed"]
    with reading(house.engine) as conn:
        kinds = [event.kind for event in events.of_call(conn, call_id)]
    assert kinds.count(events.EventKind.CASE_OPENED) == 2


def test_a_server_that_lost_everything_goes_on_in_the_place_that_is_chosen(
    house: House, desk: FlaskClient, do: Act
):
    with transaction(house.engine) as conn:
        register, policy = house.services.clearinghouse, Policy(max_servers=1)
        register.set_policy(conn, house.product, policy, LINE, house.now())
    receipt_of_active_server(house)  # the place is taken
    house.ring(reason=Reason.SERVER_REDEPLOYED)
    do("answer")
    seen = do("verify").get_json()
    assert seen["notice"]["code"] == "servers_limit"
    assert seen["call"]["servers"] == [{"issue": 1, "state": "pending"}]
    assert "Server of issue 1, not confirmed yet" in desk.get("/console/").text
    assert do("replace", replaces="first").get_json()["notice"]["code"] == "server_unknown"
    assert do("replace", replaces="9").get_json()["notice"]["code"] == "issue_unknown"
    seen = do("replace", replaces="1").get_json()
    assert seen["call"]["standing"]["refusal"] is None
    do("replace", replaces="")
    assert do("verify").get_json()["notice"]["code"] == "servers_limit"
    do("replace", replaces="1")
    do("verify")
    seen = do("issue").get_json()
    assert seen["call"]["request"]["issue"] == 2
    assert seen["call"]["servers"] == []


def test_refusing_keeps_why_and_leaves_only_hanging_up(house: House, do: Act):
    house.ring()
    do("answer")
    assert do("refuse", why=" ").get_json()["notice"]["code"] == "why_missing"
    done = do("refuse", why="not the owner")
    assert done.status_code == 200
    seen = done.get_json()
    assert seen["call"]["request"]["state"] == "denied"
    assert seen["notice"]["say"]
    assert set(seen["allowed"]) == {"hang-up", "break", "offline"}


def test_a_compromised_key_needs_the_challenge_first(house: House, do: Act):
    house.ring(reason=Reason.PRIVATE_KEY_COMPROMISED)
    do("answer")
    seen = do("verify").get_json()
    assert "challenge" in seen["allowed"]
    assert "issue" not in seen["allowed"]
    seen = do("challenge").get_json()
    assert seen["notice"]["code"] == "challenge"
    wrong = do("answer-challenge", answer="000 000")
    assert wrong.status_code == 409
    assert "issue" not in wrong.get_json()["allowed"]


def test_a_network_that_fails_at_answering_puts_the_caller_first_again(house: House, do: Act):
    call_id = house.ring()
    house.telephony.is_down = True
    refused = do("answer")
    assert refused.status_code == 409
    assert "first in the queue" in refused.get_json()["notice"]["text"]
    with reading(house.engine) as conn:
        call = calls.get(conn, call_id)
        kinds = [event.kind for event in events.of_call(conn, call_id)]
    assert call is not None
    assert call.state in {CallState.QUEUED, CallState.RINGING}
    assert events.EventKind.TELEPHONY_FAILED in kinds


def test_a_network_that_fails_at_asking_leaves_everything_as_it_was(house: House, do: Act):
    house.ring()
    for act in ("answer", "verify", "issue", *["read"] * 7):
        do(act)
    house.telephony.is_down = True
    refused = do("ask-closing-code").get_json()
    assert refused["notice"]["code"] == "telephony_failed"
    assert refused["call"]["state"] == "talking"
    assert "ask-closing-code" in refused["allowed"]


def test_hanging_up_with_a_dead_network_still_ends_the_call(house: House, do: Act):
    house.ring()
    do("answer")
    house.telephony.is_down = True
    seen = do("hang-up").get_json()
    assert seen["notice"]["code"] == "telephony_failed"
    assert seen["representative"]["work_state"] == "wrap_up"
    assert do("finish", disposition="?").get_json()["notice"]["code"] == "disposition_unknown"


def test_declining_offers_the_call_to_another_representative(
    house: House, desk: FlaskClient, do: Act
):
    other = house.log_in("other")
    house.ring()
    assert look(desk)["representative"]["work_state"] == "ringing"
    other.post("/console/presence", data={"presence": "available"})
    do("decline")
    assert look(desk)["call"] is None
    assert look(other)["representative"]["work_state"] == "ringing"


def test_a_call_of_another_representative_cannot_be_touched(
    house: House, desk: FlaskClient, do: Act
):
    call_id = house.ring()
    do("answer")
    other = house.log_in("other")
    refused = other.post(f"/console/calls/{call_id}/verify", headers=JSON)
    assert refused.status_code == 409
    assert look(desk)["call"]["request"]["state"] == "opened"


def test_plain_forms_go_back_to_the_desk_and_tell_there_what_was_wrong(
    house: House, desk: FlaskClient
):
    call_id = house.ring()
    answered = desk.post(f"/console/calls/{call_id}/answer")
    assert (answered.status_code, answered.location) == (303, "/console/")
    desk.post(f"/console/calls/{call_id}/issue")
    assert "can&#39;t be done now" in desk.get("/console/").get_data(as_text=True)
    desk.post(f"/console/calls/{call_id}/verify")
    assert "can&#39;t be done now" not in desk.get("/console/").get_data(as_text=True)


def test_htmx_gets_the_desk_alone(house: House, desk: FlaskClient):
    call_id = house.ring()
    swapped = desk.post(f"/console/calls/{call_id}/answer", headers={"HX-Request": "true"})
    assert swapped.status_code == 200
    assert swapped.get_data(as_text=True).lstrip().startswith('<main id="desk"')


def test_no_digit_of_an_id_stands_in_the_event_log(house: House, desk: FlaskClient, do: Act):
    call_id = house.ring(reason=None, complete=False)
    server_id = house.new_server_id()
    do("answer")
    do("identify", product_id=house.product, license_server_id=server_id)
    do("reason", reason="certificate_expired")
    for act in ("verify", "issue", *["read"] * 7, "back", "read", "ask-closing-code", "hang-up"):
        do(act)
    do("finish", disposition="new_id_issued")
    with reading(house.engine) as conn:
        happened = events.of_call(conn, call_id)
        request = house.services.clearinghouse.requests_of_product(conn, house.product, 1)[0]
    assert {"id.issued", "group.read", "call.ended"} <= {event.kind.value for event in happened}
    # What pages on other machines are woken by.
    assert happened[-1].kind is events.EventKind.CALL_WRAPPED_UP
    written = str([event.data for event in happened])
    for whole in (house.product, server_id, str(request.new_license_server_id)):
        for place in range(0, len(whole), 5):
            assert whole[place : place + 5] not in written
