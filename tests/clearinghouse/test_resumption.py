"""A request whose caller was cut off: opened again by few tries, or not at all."""

from datetime import timedelta

import pytest

from clearinghouse import Actor, RefusalCode, Request, RequestState
from tests.clearinghouse.desk import Desk
from tests.clearinghouse.test_register_requests import refusal

LINE = Actor("line", "line")
CALLER = "+12025550177"


def resumed(desk: Desk, request_id: int) -> Request:
    return desk.do(desk.house.resume, request_id, LINE, desk.now)


def prove(desk: Desk, subject: str, *, holds: bool, caller: str | None = CALLER) -> None:
    desk.do(desk.house.prove_resumption, subject=subject, caller=caller, holds=holds, now=desk.now)


def test_an_abandoned_request_is_opened_again_under_its_case_number(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server)
    desk.do(desk.house.abandon, request.id, LINE, desk.now)
    again = resumed(desk, request.id)
    assert again == request
    assert desk.open(server) == request, "it answers for its pair of IDs again"


def test_one_that_was_opened_meanwhile_goes_on_instead(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server)
    desk.do(desk.house.abandon, request.id, LINE, desk.now)
    newer = desk.open(server)
    assert resumed(desk, request.id) == newer


def test_what_is_under_way_or_issued_stays_as_it_is(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server)
    assert resumed(desk, request.id) == request
    issued = desk.issued(server)
    assert resumed(desk, issued.id) == issued


def test_a_denied_request_is_over(desk: Desk) -> None:
    request = desk.open(desk.server())
    desk.do(desk.house.deny, request.id, "The licence was sold.", LINE, desk.now)
    assert refusal(resumed, desk, request.id).code is RefusalCode.WRONG_STATE
    found = desk.do(desk.house.request, request.id)
    assert found.state is RequestState.DENIED


@pytest.mark.parametrize("same", ["call", "caller"])
def test_three_wrong_proofs_a_day_are_borne_of_a_call_and_of_a_caller(
    desk: Desk, same: str
) -> None:
    for number in range(3):
        subject = "call" if same == "call" else f"call {number}"
        caller = CALLER if same == "caller" else None
        wrong = refusal(prove, desk, subject, holds=False, caller=caller)
        assert wrong.code is RefusalCode.PROOF_WRONG
    subject = "call" if same == "call" else "call 4"
    spent = refusal(prove, desk, subject, holds=True)
    assert spent.code is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert desk.do(desk.house.may_prove_resumption, CALLER, desk.now) is (same == "call")
    desk.now += timedelta(days=1, seconds=1)
    prove(desk, subject, holds=True)
    assert desk.do(desk.house.may_prove_resumption, CALLER, desk.now)
