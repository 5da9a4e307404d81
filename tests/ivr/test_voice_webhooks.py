"""The webhooks, signed as the network signs them, on both databases."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from clearinghouse import Actor, RequestState, audit
from clearinghouse.tables import requests
from codes import (
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    family,
    product_key,
)
from data_store import reading, transaction
from switchboard import calls, events, queues, representatives
from switchboard.events import EventKind
from switchboard.model import Call, CallState, WorkState

REP = Actor("representative", "rep")
HINTS = ("hint_left", "case_number_use")


def call_of(house, telephone) -> Call:
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
    assert call is not None
    return call


def kinds(house, telephone) -> list[EventKind]:
    with reading(house.engine) as conn:
        return [event.kind for event in events.of_call(conn, call_of(house, telephone).id)]


def digits_of(telephone) -> str:
    """What is read back, as figures: the language has a word for each."""
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    said = " ".join(str(say.text) for say in telephone.tree.iter("Say"))
    return "".join(str(words.index(word)) for word in re.findall(r"[a-z]+", said) if word in words)


def state_of(house) -> RequestState:
    with reading(house.engine) as conn:
        return RequestState(conn.execute(select(requests.c.state)).scalar_one())


def to_queue(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id).keys("1")


def answered(house, telephone) -> Call:
    """The representative answers; the caller is brought into the conference."""
    to_queue(house, telephone)
    waiting = call_of(house, telephone).id
    with transaction(house.engine) as conn:
        queues.offer(conn, house.time())
        call = queues.answer(conn, "rep", waiting, house.time())
    telephone.redirected("conversation")
    return call


def issued(house, telephone) -> tuple[Call, str]:
    """The representative checks, issues and reads; the closing code that the wizard would show."""
    call = answered(house, telephone)
    register = house.services.clearinghouse
    with transaction(house.engine) as conn:
        register.check(conn, call.request_id, REP, house.time())
        request = register.issue(conn, call.request_id, REP, house.time())
        register.mark_read(conn, call.request_id, REP, house.time())
    secret = product_key.secret(house.family.product_key)
    code = closing_code.make(secret, house.family.product_id, str(request.new_license_server_id))
    return call, code


def test_a_straight_call_ends_confirmed(house, telephone) -> None:
    telephone.rings()
    assert telephone.verbs == ["Gather"]
    assert telephone.heard == ["welcome", "offer_language", "ask_product_id", "access"]
    telephone.keys(house.family.product_id)
    assert telephone.heard == ["ask_license_server_id"]
    telephone.keys(house.server_id)
    assert telephone.heard == ["line_code", "case_number", "ask_reason", *HINTS]
    telephone.keys("1")
    assert telephone.heard == ["connecting"]
    assert telephone.verbs == ["Say", "Enqueue"]
    assert telephone.post("/voice/wait") == 200
    assert telephone.heard == ["queue_position", "waiting_keys"]
    call, code = issued(house, telephone)
    assert telephone.tree.findtext("Dial/Conference") == call.conference
    telephone.redirected("closing_code")
    assert telephone.heard == ["ask_closing_code"]
    telephone.keys(code)
    assert telephone.heard == ["confirmed", "ask_another"]
    assert call_of(house, telephone).representative is None
    assert state_of(house) is RequestState.CONFIRMED
    assert telephone.post("/voice/status", CallStatus="completed") == 204
    assert call_of(house, telephone).ended_by == "caller"
    assert ("end_conference", call.conference) in house.telephony.told
    happened = kinds(house, telephone)
    for kind in (
        EventKind.CALL_STARTED,
        EventKind.CASE_OPENED,
        EventKind.REASON_CHOSEN,
        EventKind.CALL_QUEUED,
        EventKind.REP_ASSIGNED,
        EventKind.CALLER_CONNECTED,
        EventKind.CLOSING_CODE_ASKED,
        EventKind.ID_CONFIRMED,
        EventKind.CALL_ENDED,
    ):
        assert happened.count(kind) == 1, kind


def test_a_license_server_is_deactivated_by_its_receipt(house, telephone, another) -> None:
    _, code = issued(house, telephone)
    with transaction(house.engine) as conn:
        register = house.services.clearinghouse
        request = register.requests_of_product(conn, house.family.product_id, 1)[0]
        register.confirm(conn, request.id, code, REP, house.time())
    new_id = str(request.new_license_server_id)
    secret = product_key.secret(house.family.product_key)
    receipt = deactivation_receipt.make(secret, house.family.product_id, new_id)
    second = another(2)
    second.rings().keys(house.family.product_id).keys(receipt)
    assert second.heard == ["ask_deactivation"]
    second.keys("2")
    assert second.heard == [
        "deactivation_done",
        *["read_back_group"] * 3,
        "ask_confirmation_typed",
    ]
    confirmation = deactivation_confirmation.make(secret, house.family.product_id, receipt)
    assert confirmation in "".join(filter(str.isdigit, digits_of(second)))
    first_time = second.document
    second.keys("*")
    assert second.document == first_time
    second.keys("1")
    assert second.heard == ["deactivation_typed", "ask_another"]
    with reading(house.engine) as conn:
        entries = audit.of_product(conn, house.family.product_id, 50)
    ended = [entry.data for entry in entries if entry.action == "server.deactivated"]
    assert [said["cause"] for said in ended] == ["certificate_damaged"]
    assert kinds(house, second).count(EventKind.SERVER_DEACTIVATED) == 1


def test_a_receipt_of_another_product_is_keyed_again(house, telephone) -> None:
    other = family.draw(8).deactivation_receipt
    telephone.rings().keys(house.family.product_id).keys(other).keys("1")
    assert telephone.heard == ["refused_receipt_wrong", "ask_license_server_id"]


def test_no_digit_of_an_id_stands_in_the_event_log(house, telephone) -> None:
    _, code = issued(house, telephone)
    telephone.redirected("closing_code").keys(code)
    with reading(house.engine) as conn:
        written = str(events.of_call(conn, call_of(house, telephone).id))
    for whole in (house.family.product_id, house.server_id):
        for place in range(0, len(whole), 5):
            assert f"'{whole[place : place + 5]}'" not in written
        assert whole not in written


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/turn", "/voice/status"])
def test_an_unsigned_request_is_forbidden_without_a_word(house, path: str) -> None:
    answer = house.client.post(path, data={"CallSid": "CA1"})
    assert answer.status_code == 403
    for word in ("ignature", "token", "Twilio"):
        assert word not in answer.text
    wrong = {"X-Twilio-Signature": "AAAA"}
    assert house.client.post(path, data={"CallSid": "CA1"}, headers=wrong).status_code == 403


def test_the_signature_is_over_the_raw_request_target(house) -> None:
    target = "/voice/status?a=%2Fb%7E"
    form = {"CallSid": "CA1", "CallStatus": "completed"}
    signed = RequestValidator("12345").compute_signature("https://line.example" + target, form)
    answer = house.client.post(
        "/voice/status",
        query_string="a=%2Fb%7E",
        data=form,
        headers={"X-Twilio-Signature": signed},
        environ_overrides={"REQUEST_URI": target},
    )
    assert answer.status_code == 204


@pytest.mark.parametrize(("port", "status"), [("", 204), (":443", 204), (":444", 403)])
def test_the_network_may_sign_the_address_with_its_port(house, port: str, status: int) -> None:
    form = {"CallSid": "CA1", "CallStatus": "completed"}
    signed = RequestValidator("12345").compute_signature(
        f"https://line.example{port}/voice/status", form
    )
    answer = house.client.post("/voice/status", data=form, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == status


def test_a_request_that_comes_twice_is_done_once_and_answered_alike(house, telephone) -> None:
    telephone.rings()
    fields = {"Digits": house.family.product_id[:5]}
    telephone.post("/voice/turn", token="once", **fields)
    first, happened = telephone.document, kinds(house, telephone)
    telephone.post("/voice/turn", token="once", **fields)
    assert telephone.document == first
    assert kinds(house, telephone) == happened


def test_a_call_that_is_announced_twice_is_begun_once(house, telephone) -> None:
    telephone.rings().rings()
    assert kinds(house, telephone).count(EventKind.CALL_STARTED) == 1


def test_a_call_without_a_row_begins_again(house, telephone) -> None:
    telephone.keys("12345")
    assert telephone.heard == ["start_again", "offer_language", "ask_product_id", "access"]


def test_a_late_keying_does_not_disturb_a_waiting_call(house, telephone) -> None:
    to_queue(house, telephone)
    telephone.keys("12345")
    assert telephone.verbs == ["Enqueue"]
    assert call_of(house, telephone).state is CallState.QUEUED


def test_a_closed_centre_is_said_first_and_an_open_one_helps(house, telephone) -> None:
    telephone.to = "+61270100145"
    telephone.rings()
    assert telephone.heard == ["welcome", "another_centre", "ask_product_id", "access"]
    assert call_of(house, telephone).centre == "americas"


@pytest.mark.parametrize(
    ("to", "word"), [("+493023125146", "Willkommen"), ("+13055550147", "Bienvenido")]
)
def test_the_line_speaks_the_language_of_its_number(house, telephone, to: str, word: str) -> None:
    telephone.to = to
    telephone.rings()
    assert word in telephone.document


def test_hanging_up_early_abandons_the_request(house, telephone) -> None:
    to_queue(house, telephone)
    for _ in range(2):
        telephone.post("/voice/status", CallStatus="completed")
    assert state_of(house) is RequestState.ABANDONED
    call = call_of(house, telephone)
    assert (call.state, call.ended_by) == (CallState.ENDED, "caller")
    assert kinds(house, telephone).count(EventKind.CALL_ENDED) == 1


def test_hanging_up_after_issue_keeps_the_id_for_the_next_call(house, telephone, another) -> None:
    call, _ = issued(house, telephone)
    register = house.services.clearinghouse
    with reading(house.engine) as conn:
        first = register.request(conn, call.request_id)
    telephone.post("/voice/status", CallStatus="completed")
    with transaction(house.engine) as conn:
        representatives.finish_wrap_up(conn, "rep", house.time())
    elsewhere = another(2)
    elsewhere.from_ = "anonymous"
    again = answered(house, elsewhere)
    assert (again.request_id, again.case_number) == (call.request_id, call.case_number)
    with transaction(house.engine) as conn:
        second = register.issue(conn, again.request_id, REP, house.time())
    assert second.new_license_server_id == first.new_license_server_id


def test_a_representative_whose_leg_ends_leaves_the_caller_first_in_line(house, telephone) -> None:
    call = answered(house, telephone)
    path = f"/voice/representative-status?call={telephone.sid}&endpoint=client%3Arep"
    assert telephone.post(path, CallStatus="completed") == 204
    assert ("ask", telephone.sid, "queue") in house.telephony.told
    with reading(house.engine) as conn:
        who = representatives.get(conn, "rep")
        assert who is not None
        assert who.work_state is WorkState.NOT_RESPONDING
        assert queues.position(conn, call.id, house.time()).place == 1
    telephone.redirected("queue")
    assert telephone.heard == ["representative_lost"]
    assert call_of(house, telephone).state is CallState.QUEUED


def test_a_late_word_of_somebody_elses_leg_changes_nothing(house, telephone) -> None:
    answered(house, telephone)
    path = f"/voice/representative-status?call={telephone.sid}&endpoint=client%3Aother"
    telephone.post(path, CallStatus="completed")
    assert call_of(house, telephone).state is CallState.TALKING


def test_a_wrong_closing_code_is_asked_again(house, telephone) -> None:
    _, code = issued(house, telephone)
    wrong = str((int(code) + 1) % 10000).zfill(4)
    telephone.redirected("closing_code").keys(wrong)
    assert telephone.heard == ["closing_code_wrong", "ask_closing_code"]
    telephone.keys(code)
    assert telephone.heard == ["confirmed", "ask_another"]


def test_a_closing_code_before_anything_is_issued_brings_the_person_back(house, telephone) -> None:
    answered(house, telephone)
    telephone.redirected("closing_code").keys("1234")
    assert telephone.verbs == ["Dial"]


def test_what_was_keyed_is_shared_with_whoever_answers(house, telephone) -> None:
    spoilt = house.family.product_id[:5] + "00000" + house.family.product_id[10:]
    telephone.rings().keys(spoilt).keys("11111").keys("22222")
    shared = call_of(house, telephone).shared
    assert shared is not None
    assert house.family.product_id[:5] in shared


def test_the_fallback_apologises_without_a_database(house, telephone) -> None:
    house.engine.dispose()
    assert telephone.post("/voice/fallback", ErrorCode="11200") == 200
    assert telephone.heard == ["technical_fault"]
    assert telephone.verbs == ["Say", "Hangup"]


def test_many_calls_at_once_stay_apart(house, another: Callable[[int], object]) -> None:
    phones = [another(number).rings() for number in range(2, 8)]
    for phone in phones:
        phone.keys(house.family.product_id)
    assert all(phone.heard == ["ask_license_server_id"] for phone in phones)
