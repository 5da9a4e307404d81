"""Call-backs: as the flow decides, and as the network meets them."""

from datetime import timedelta

import pytest

import region_routing
from clearinghouse import RequestState
from data_store import reading, transaction
from ivr import calling_back
from ivr.actions import (
    AskCallBack,
    CallLater,
    CheckCallBack,
    EndCall,
    FindRepresentative,
    HangUp,
    Say,
)
from ivr.events import (
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    HungUp,
    KeysPressed,
    NothingPressed,
    NotReached,
    PlaceKept,
    StillWaiting,
)
from ivr.flow import advance, resume
from ivr.session import Session, Step
from switchboard import calls, events, queues, representatives
from switchboard.call_backs import MOST_ATTEMPTS
from switchboard.model import Call, CallState, Presence, WorkState
from tests.ivr.conftest import House, Telephone
from tests.ivr.test_ivr_flow import said
from tests.ivr.test_voice_webhooks import call_of, kinds, to_queue

WAITING = Session(step=Step.QUEUED, case=7, place=2)
OFFERED = calling_back.offer(WAITING)[0]


# --- the flow ---------------------------------------------------------------------------------


@pytest.mark.parametrize("session", [WAITING, Session(step=Step.REASON, case=7), Session()])
def test_it_is_offered_at_any_step_after_what_is_said_first(session: Session) -> None:
    after, actions = calling_back.offer(session, Say("closed_now"))
    assert after.step is Step.CALL_BACK
    assert actions == (Say("closed_now"), CheckCallBack())


def test_the_number_is_confirmed_by_its_ending() -> None:
    _, actions = advance(OFFERED, CallBackPossible("77"))
    assert said(actions) == ["ask_call_back"]
    assert actions[0].says[0].values == (("digits", "77"),)
    _, actions = advance(OFFERED, CallBackPossible("77", "Monday at 9"))
    assert said(actions) == ["centre_opens", "ask_call_back"]


def test_one_is_yes_and_the_line_hangs_up() -> None:
    session, actions = advance(OFFERED, KeysPressed("1"))
    assert actions == (AskCallBack(),)
    session, actions = advance(session, PlaceKept())
    assert session.step is Step.AWAITING_CALL
    assert said(actions) == ["call_back_promised", "goodbye"]
    assert actions[-1] == HangUp()
    after, actions = advance(session, HungUp())
    assert (after, actions) == (session, ())


@pytest.mark.parametrize("keys", [("2",), ("7", "8", "9"), ("", "", "")])
def test_no_and_no_answer_go_on_waiting(keys: tuple[str, ...]) -> None:
    session = OFFERED
    for key in keys:
        session, actions = advance(session, KeysPressed(key) if key else NothingPressed())
    assert session.step is Step.QUEUED
    assert said(actions) == ["waiting_goes_on"]
    assert session.place == WAITING.place


def test_no_outside_of_the_queue_ends_the_call() -> None:
    session, _ = calling_back.offer(Session(case=7))
    session, actions = advance(session, KeysPressed("2"))
    assert session.step is Step.ENDED
    assert said(actions) == ["call_again_later", "goodbye"]


@pytest.mark.parametrize(
    "why", ["withheld", "abroad", "costly", "pending", "too_often", "no_opening"]
)
def test_a_refusal_is_a_sentence_and_the_wait_goes_on(why: str) -> None:
    session, actions = advance(OFFERED, CallBackRefused(why))
    assert session.step is Step.QUEUED
    assert said(actions) == [f"call_back_{why}"]


def test_a_refusal_by_a_closed_centre_says_when_it_opens() -> None:
    session, _ = calling_back.offer(Session(case=7))
    session, actions = advance(session, CallBackRefused("withheld", "Monday at 9"))
    assert session.step is Step.ENDED
    assert said(actions) == ["call_back_withheld", "centre_opens", "goodbye"]


def test_who_is_answered_while_asked_waits_for_it() -> None:
    session, actions = advance(OFFERED, StillWaiting(0))
    assert session.step is Step.QUEUED
    assert said(actions) == []


AWAITING = Session(step=Step.AWAITING_CALL, case=7)


def test_the_line_proves_itself_before_it_asks_for_a_key() -> None:
    session, actions = advance(AWAITING, CalledBack("1234"))
    assert session.step is Step.CALLED_BACK
    assert said(actions) == ["call_back_hello", "line_code", "ask_connect"]
    assert said(advance(AWAITING, CalledBack())[1]) == ["call_back_hello", "ask_connect"]
    assert advance(session, KeysPressed("1"))[1] == (FindRepresentative(),)
    assert said(advance(session, KeysPressed("5"))[1]) == ["ask_connect"]


def test_nine_wants_no_call() -> None:
    session, _ = advance(AWAITING, CalledBack("1234"))
    session, actions = advance(session, KeysPressed("9"))
    assert session.step is Step.ENDED
    assert actions[0] == EndCall("line", 7)


def test_a_machine_presses_nothing_and_is_called_again_later() -> None:
    session, _ = advance(AWAITING, CalledBack("1234"))
    for _ in range(3):
        session, actions = advance(session, NothingPressed())
    assert session.step is Step.AWAITING_CALL
    assert actions == (Say("call_back_again"), CallLater(), HangUp())


@pytest.mark.parametrize("step", [Step.AWAITING_CALL, Step.CALLED_BACK])
def test_whoever_is_not_reached_is_tried_again_until_it_is_given_up(step: Step) -> None:
    session, actions = advance(Session(step=step, case=7), NotReached())
    assert actions == (CallLater(),)
    assert advance(session, CallBackMissed(again=True))[0].step is Step.AWAITING_CALL
    session, actions = advance(session, CallBackMissed(again=False))
    assert session.step is Step.ENDED
    assert actions[-1] == EndCall("line", 7)


def test_a_late_webhook_hears_the_same_question_again() -> None:
    assert resume(OFFERED)[1] == (CheckCallBack(),)
    called = Session(step=Step.CALLED_BACK)
    assert said(resume(called)[1]) == ["call_back_hello", "ask_connect"]
    assert resume(AWAITING)[1] == (HangUp(),)


# --- the webhooks -----------------------------------------------------------------------------


def kept(house: House, telephone: Telephone) -> Call:
    """Waits, presses one twice, and hangs up."""
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    telephone.post("/voice/wait", Digits="1")
    assert telephone.heard == ["ask_call_back"]
    telephone.keys("1")
    assert telephone.heard == ["call_back_promised", "goodbye"]
    assert telephone.verbs[-1] == "Hangup"
    telephone.post("/voice/status", CallStatus="completed")
    return call_of(house, telephone)


def called(house: House, call: Call) -> tuple[Call, Telephone]:
    """The representative is offered the call-back and answers; the caller's telephone rings."""
    with transaction(house.engine) as conn:
        queues.offer(conn, house.time())
        call = queues.answer(conn, "rep", call.id, house.time())
    return call, Telephone(
        house.client, sid=f"CA{call.id:030}{call.attempts:02}", to=call.caller, from_="+12025550142"
    )


def of(house: House, call: Call) -> Call:
    with reading(house.engine) as conn:
        found = calls.get(conn, call.id)
    assert found is not None
    return found


def work_state(house: House) -> WorkState:
    with reading(house.engine) as conn:
        who = representatives.get(conn, "rep")
    assert who is not None
    return who.work_state


def test_the_place_is_kept_and_the_request_stays_open(house, telephone, another) -> None:
    call = kept(house, telephone)
    assert (call.state, call.is_call_back) == (CallState.CALL_BACK, True)
    late = another(2)
    late.rings()
    for _ in range(3):
        late.keys("12345")
    with reading(house.engine) as conn:
        assert queues.position(conn, call.id, house.time()).place == 1
        assert queues.position(conn, call_of(house, late).id, house.time()).place == 2
        request = house.services.clearinghouse.request(conn, call.request_id)
    assert request.state is RequestState.OPENED


def test_who_presses_one_when_called_talks_to_the_representative(house, telephone) -> None:
    call, phone = called(house, kept(house, telephone))
    assert (call.state, call.attempts) == (CallState.CALLING, 1)
    assert phone.post(f"/voice/{call.call_back_entry}", CallStatus="in-progress") == 200
    assert phone.heard == ["call_back_hello", "line_code", "ask_connect"]
    phone.keys("1")
    assert phone.tree.findtext("Dial/Conference") == call.conference
    talking = of(house, call)
    assert (talking.state, talking.call_sid, talking.representative) == (
        CallState.TALKING,
        phone.sid,
        "rep",
    )
    # The first leg's end, told late, is nobody's end.
    telephone.post("/voice/status", CallStatus="completed")
    assert of(house, call).state is CallState.TALKING
    phone.post(f"/voice/{call.call_back_entry}/status", CallStatus="completed")
    assert of(house, call).state is CallState.ENDED
    assert work_state(house) is WorkState.WRAP_UP


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_who_is_not_reached_is_tried_again_after_minutes(house, telephone, status: str) -> None:
    call, phone = called(house, kept(house, telephone))
    phone.post(f"/voice/{call.call_back_entry}/status", CallStatus=status)
    missed = of(house, call)
    assert (missed.state, missed.representative) == (CallState.CALL_BACK, None)
    assert work_state(house) is WorkState.IDLE
    assert ("end_conference", call.conference) in house.telephony.told
    with transaction(house.engine) as conn:
        assert queues.offer(conn, house.time()) == []
    house.time.pass_(5 * 60)
    again, _ = called(house, missed)
    assert again.attempts == 2
    # Told twice, or late, it is not counted again.
    phone.post(f"/voice/{call.call_back_entry}/status", CallStatus=status)
    assert of(house, call).state is CallState.CALLING


def test_after_the_last_attempt_it_is_given_up(house, telephone) -> None:
    call = kept(house, telephone)
    for _ in range(MOST_ATTEMPTS):
        call, phone = called(house, call)
        phone.post(f"/voice/{call.call_back_entry}/status", CallStatus="no-answer")
        house.time.pass_(15 * 60)
    assert of(house, call).state is CallState.ENDED
    assert work_state(house) is WorkState.IDLE
    with reading(house.engine) as conn:
        log = [event.kind.value for event in events.of_call(conn, call.id)]
    assert log.count("call_back.missed") == MOST_ATTEMPTS
    assert "call_back.given_up" in log


def test_a_machine_is_not_put_through(house, telephone) -> None:
    call, phone = called(house, kept(house, telephone))
    phone.post(f"/voice/{call.call_back_entry}", CallStatus="in-progress")
    for _ in range(3):
        phone.post("/voice/turn")
    assert phone.verbs == ["Say", "Hangup"]
    assert of(house, call).state is CallState.CALL_BACK
    phone.post(f"/voice/{call.call_back_entry}/status", CallStatus="completed")
    assert of(house, call).state is CallState.CALL_BACK


def test_a_representative_lost_while_it_rings_leaves_the_caller_first_in_line(
    house, telephone
) -> None:
    call, phone = called(house, kept(house, telephone))
    phone.post(f"/voice/{call.call_back_entry}", CallStatus="in-progress")
    with transaction(house.engine) as conn:
        queues.requeue(conn, "rep", call.id, house.time())
    phone.keys("1")
    assert phone.heard == ["representative_lost"]
    assert phone.verbs[-1] == "Enqueue"
    assert of(house, call).state is CallState.QUEUED


def test_an_address_that_nobody_was_given_ends_the_call(house, telephone) -> None:
    call = kept(house, telephone)
    for path in (f"/voice/called-back/{call.id}/1", "/voice/called-back/999999/1"):
        telephone.post(path, CallStatus="in-progress")
        assert telephone.verbs == []
        assert telephone.post(f"{path}/status", CallStatus="completed") == 204
    assert of(house, call).state is CallState.CALL_BACK


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        ("anonymous", "withheld"),
        ("+266696687", "withheld"),
        ("+19005550177", "costly"),
        ("+493023125177", "abroad"),
    ],
)
def test_only_a_callers_own_ordinary_number_is_called(house, telephone, caller, why) -> None:
    telephone.from_ = caller
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    telephone.post("/voice/wait", Digits="1")
    assert telephone.heard == [f"call_back_{why}"]
    assert telephone.verbs == ["Gather"]
    assert call_of(house, telephone).state is CallState.QUEUED
    assert "call_back.refused" in kinds(house, telephone)


def test_a_number_is_to_be_called_back_once_at_a_time(house, telephone, another) -> None:
    kept(house, telephone)
    again = another(2)
    again.rings()
    for _ in range(3):
        again.keys("12345")
    assert call_of(house, again).state is CallState.QUEUED, "with nothing that names the request"
    again.post("/voice/wait")
    again.post("/voice/wait", Digits="1")
    assert again.heard == ["call_back_pending"]


def test_who_rings_again_for_the_same_request_takes_the_kept_place(
    house, telephone, another
) -> None:
    call, again = kept(house, telephone), another(2)
    to_queue(house, again)
    old = of(house, call)
    assert (old.state, old.ended_by) == (CallState.ENDED, "called_again")
    assert call_of(house, again).queued_at == call.queued_at
    # And may ask to be called back once more.
    again.post("/voice/wait")
    again.post("/voice/wait", Digits="1")
    assert again.heard == ["ask_call_back"]


def test_a_number_is_left_in_peace_for_the_rest_of_the_day(house, telephone, another) -> None:
    for number in (2, 3):
        call = kept(house, another(number))
        for _ in range(MOST_ATTEMPTS):
            call, phone = called(house, call)
            phone.post(f"/voice/{call.call_back_entry}/status", CallStatus="no-answer")
            house.time.pass_(15 * 60)
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    telephone.post("/voice/wait", Digits="1")
    assert telephone.heard == ["call_back_too_often"]


def test_who_is_answered_at_that_moment_is_not_called_back(house, telephone) -> None:
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    telephone.post("/voice/wait", Digits="1")
    called(house, call_of(house, telephone))
    telephone.keys("1")
    assert telephone.verbs == ["Gather"]
    assert telephone.heard == []
    assert call_of(house, telephone).state is CallState.TALKING


def test_a_closed_centre_calls_when_it_opens(house, telephone) -> None:
    to_queue(house, telephone)
    telephone.post("/voice/wait")
    house.time.pass_(timedelta(days=5).total_seconds())  # a Saturday, before anybody comes
    house.time.now = house.time.now.replace(hour=3)
    telephone.post("/voice/wait", Digits="1")
    assert telephone.heard == ["centre_opens", "ask_call_back"]
    telephone.keys("1")
    assert telephone.heard == ["call_back_promised_later", "goodbye"]
    call = call_of(house, telephone)
    assert call.not_before is not None
    assert call.not_before > house.time.now
    opening = house.services.routing.centres[call.centre]
    assert region_routing.is_open(opening, call.not_before)
    with transaction(house.engine) as conn:
        representatives.add(
            conn,
            name="early",
            display_name="Early",
            centres=[opening.id],
            languages=[call.language],
            now=house.time(),
        )
        representatives.set_presence(conn, "early", Presence.AVAILABLE, house.time())
        assert queues.offer(conn, house.time()) == []
        made = queues.offer(conn, call.not_before)
    assert [offer.call_id for offer in made] == [call.id]
