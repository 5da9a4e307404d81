"""A call that broke off goes on where it broke, for two digits and at most a case number more."""

import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from clearinghouse import Actor
from clearinghouse.tables import requests, wrong_tries
from codes import product_key
from data_store import reading, transaction
from ivr.session import Step, restore
from switchboard import calls, events, queues, representatives
from switchboard.events import EventKind
from switchboard.model import CallState

CASE_DIGITS, PROOF_DIGITS = 12, 2
REP = Actor("representative", "rep")
HINTS = ("hint_left", "case_number_use")
ADMINISTRATOR = Actor("administrator", "test")


def call_of(house, telephone) -> calls.Call:
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
    assert call is not None
    return call


def step_of(house, telephone) -> Step:
    return restore(call_of(house, telephone).snapshot).step


def keyed(house, telephone) -> int:
    with reading(house.engine) as conn:
        happened = events.of_call(conn, call_of(house, telephone).id)
    return sum(e.data["digits"] for e in happened if e.kind is EventKind.DIGITS_KEYED)


def cut_off(telephone) -> None:
    assert telephone.post("/voice/status", CallStatus="completed") == 204


def proof(house, telephone, *, wrong: bool = False) -> str:
    """The two digits that the line asks for."""
    asked = re.search(
        r"digits of group (\d) of your (license server|product) ID", telephone.document
    )
    assert asked is not None, telephone.document
    code = house.server_id if asked[2] == "license server" else house.family.product_id
    start = (int(asked[1]) - 1) * 5
    digits = code[start : start + 2]
    return digits[0] + str((int(digits[1]) + 1) % 10) if wrong else digits


def to_reason(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id)


def to_queue(house, telephone) -> None:
    to_reason(house, telephone)
    telephone.keys("1")


def to_talk(house, telephone) -> None:
    to_queue(house, telephone)
    waiting = call_of(house, telephone).id
    with transaction(house.engine) as conn:
        queues.offer(conn, house.time())
        queues.answer(conn, "rep", waiting, house.time())
    telephone.redirected("conversation")


def to_closing_code(house, telephone) -> None:
    to_talk(house, telephone)
    case = call_of(house, telephone).request_id
    register = house.services.clearinghouse
    with transaction(house.engine) as conn:
        register.check(conn, case, REP, house.time())
        register.issue(conn, case, REP, house.time())
        register.mark_read(conn, case, REP, house.time())
    telephone.redirected("closing_code")


@pytest.mark.parametrize(
    ("way", "step", "heard"),
    [
        (to_reason, Step.REASON, "ask_reason"),
        (to_queue, Step.QUEUED, "connecting"),
        (to_talk, Step.QUEUED, "representative_lost"),
        (to_closing_code, Step.CLOSING_CODE, "ask_closing_code_alone"),
    ],
)
@pytest.mark.parametrize("by", ["number", "case number"])
def test_two_digits_lead_back_to_where_the_call_broke(
    house, telephone, another, way, step, heard, by
) -> None:
    way(house, telephone)
    before = call_of(house, telephone)
    cut_off(telephone)
    house.time.pass_(60)
    again = another(2)
    cost = PROOF_DIGITS
    if by == "number":
        again.rings()
    else:
        again.from_ = "anonymous"
        again.rings().keys(before.case_number)
        cost += CASE_DIGITS
    assert "resume_by_license_server_id" in again.heard
    again.keys(proof(house, again))
    assert again.heard[:2] == ["resumed", "line_code"]
    assert heard in again.heard
    assert step_of(house, again) is step
    after = call_of(house, again)
    assert (after.request_id, after.case_number) == (before.request_id, before.case_number)
    assert keyed(house, again) == cost
    with reading(house.engine) as conn:
        state = conn.execute(select(requests.c.state)).scalar_one()
    assert state == ("read" if way is to_closing_code else "opened")


def test_what_a_representative_was_reading_out_the_line_reads_on(house, telephone, another) -> None:
    to_talk(house, telephone)
    call, register = call_of(house, telephone), house.services.clearinghouse
    with transaction(house.engine) as conn:
        register.check(conn, call.request_id, REP, house.time())
        issued = register.issue(conn, call.request_id, REP, house.time())
        for group in (1, 2, 3):
            data = {"group": group}
            kind = EventKind.GROUP_READ
            events.record(conn, call.id, call.case_number, kind, data, house.time())
    cut_off(telephone)
    again = another(2).rings()
    again.keys(proof(house, again))
    assert again.heard == ["resumed", "line_code", "reading_keys", "new_id_group"]
    assert "group 4" in again.document
    digits = house.services.prompts.digits(str(issued.new_license_server_id)[15:20], "en")
    assert digits in again.document


def test_groups_keyed_before_there_was_a_case_come_back(house, telephone, another) -> None:
    server_id = house.server_id
    telephone.rings().keys(house.family.product_id).keys(
        server_id[:10] + "99999" + server_id[15:33]
    )
    cut_off(telephone)
    again = another(2).rings()
    assert again.heard[-1] == "resume_by_license_server_id"
    again.keys(proof(house, again))
    assert again.heard == ["resumed", "ask_group"]
    assert "only group 3" in again.document
    again.keys(server_id[10:15]).keys(server_id[30:])
    assert again.heard == ["line_code", "case_number", "ask_reason", *HINTS]


def test_half_a_product_id_is_enough_to_go_on(house, telephone, another) -> None:
    telephone.rings().keys(house.family.product_id[:10])
    cut_off(telephone)
    again = another(2).rings()
    assert again.heard[-1] == "resume_by_product_id"
    again.keys(proof(house, again)).keys(house.family.product_id[10:])
    assert again.heard == ["ask_license_server_id"]


def test_a_call_that_was_resumed_can_break_again(house, telephone, another) -> None:
    to_queue(house, telephone)
    cut_off(telephone)
    second = another(2).rings()
    second.keys(proof(house, second))
    cut_off(second)
    third = another(3).rings()
    cut_off(third)  # with nothing keyed: it is not in the way
    fourth = another(4).rings()
    fourth.keys(proof(house, fourth))
    assert step_of(house, fourth) is Step.QUEUED


@pytest.mark.parametrize("keys", ["*", ""])
def test_whoever_does_not_go_on_begins_anew(house, telephone, another, keys: str) -> None:
    to_reason(house, telephone)
    cut_off(telephone)
    again = another(2).rings()
    for _ in range(1 if keys else 2):
        again.keys(keys)
    assert again.heard == ["ask_product_id"]
    again.keys(house.family.product_id)
    assert again.heard == ["ask_license_server_id"]


def test_three_wrong_proofs_bring_a_person_and_nothing_else(house, telephone, another) -> None:
    to_reason(house, telephone)
    cut_off(telephone)
    again = another(2).rings()
    for _ in range(3):
        again.keys(proof(house, again, wrong=True))
    assert again.heard == ["too_many_wrong_digits", "connecting"]
    call = call_of(house, again)
    assert (call.state, call.request_id) == (CallState.QUEUED, None)
    with reading(house.engine) as conn:
        subjects = conn.execute(select(wrong_tries.c.kind, wrong_tries.c.subject)).all()
    assert len(subjects) == 6
    cut_off(again)
    later = another(3).rings()
    assert "resume_by_license_server_id" not in later.heard, "the tries of this number are used up"
    later.keys(str(call_of(house, telephone).case_number))
    later.keys(proof(house, later))
    assert later.heard == ["too_many_wrong_digits", "connecting"], "and so are those of the case"


def test_a_case_number_of_nothing_that_goes_on_is_part_of_a_product_id(house, telephone) -> None:
    house.time.pass_(1)
    telephone.rings().keys("347571227822")
    assert step_of(house, telephone) is Step.PRODUCT_ID
    assert telephone.heard[-1] in {"ask_group", "ask_groups_from", "ask_product_id"}


def test_the_window_passes(house, telephone, another) -> None:
    to_reason(house, telephone)
    case = str(call_of(house, telephone).case_number)
    cut_off(telephone)
    house.time.pass_(timedelta(hours=2, seconds=1).total_seconds())
    again = another(2).rings()
    assert again.heard[-1] == "access"
    again.keys(case)
    assert step_of(house, again) is Step.PRODUCT_ID


def test_a_withheld_number_is_nobodys(house, telephone, another) -> None:
    telephone.from_ = "anonymous"
    to_reason(house, telephone)
    cut_off(telephone)
    again = another(2)
    again.from_ = "anonymous"
    assert again.rings().heard[-1] == "access"


def test_what_the_line_or_a_representative_ended_is_over(house, telephone, another) -> None:
    to_talk(house, telephone)
    call = call_of(house, telephone)
    with transaction(house.engine) as conn:
        calls.end(conn, call.id, "representative", house.time())
        representatives.finish_wrap_up(conn, "rep", house.time())
    cut_off(telephone)
    assert another(2).rings().heard[-1] == "access"


def test_a_request_keyed_again_takes_the_old_ones_place(house, telephone, another) -> None:
    to_reason(house, telephone)
    cut_off(telephone)
    anew = another(2)
    anew.from_ = "anonymous"
    to_reason(house, anew)
    again = another(3).rings()
    again.keys(proof(house, again))
    assert call_of(house, again).request_id == call_of(house, anew).request_id


def test_a_product_key_that_was_replaced_leaves_no_way_back(house, telephone, another) -> None:
    to_reason(house, telephone)
    cut_off(telephone)
    register, own = house.services.clearinghouse, house.family.product_id
    with transaction(house.engine) as conn:
        new = product_key.make(own, random.Random(3).randbytes(15))
        register.replace_product_key(conn, own, new, ADMINISTRATOR, house.time())
    again = another(2).rings()
    again.keys(proof(house, again))
    assert again.heard == ["refused_wrong_state", "connecting"]
    assert call_of(house, again).request_id is None


def test_the_earlier_calls_language_is_spoken(house, telephone, another) -> None:
    telephone.to, telephone.from_ = "+493023125146", "+493023125177"
    telephone.rings().keys("*")
    assert call_of(house, telephone).language == "en"
    telephone.keys(house.family.product_id)
    cut_off(telephone)
    again = another(2)
    again.to, again.from_ = telephone.to, telephone.from_
    again.rings()
    assert call_of(house, again).language == "en"
    again.keys(proof(house, again))
    assert again.heard == ["resumed", "ask_license_server_id"]
