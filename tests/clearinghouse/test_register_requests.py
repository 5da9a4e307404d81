"""The life of a request, as callers, representatives and administrators see it."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from clearinghouse import (
    Actor,
    Channel,
    Clearinghouse,
    Policy,
    Reason,
    Refusal,
    RefusalCode,
    RegisterError,
    RequestState,
    audit,
)
from clearinghouse.tables import products
from codes import line_code, new_license_server_id, product_key
from codes.errors import CodeError
from data_store import Cipher, reading, transaction
from tests.clearinghouse.desk import ANNA, DAY, LINE, START, Desk

ADMINISTRATOR = Actor("administrator", "root")


def refusal(act: Callable[..., Any], *args: object, **kwargs: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    assert str(caught.value).endswith(".")
    return caught.value


def new_id(request: Any) -> str:
    assert request.new_license_server_id is not None
    return str(request.new_license_server_id)


def test_the_whole_way_of_a_first_activation(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server)
    assert request.state is RequestState.OPENED
    assert request.reason is Reason.FIRST_ACTIVATION
    secret = product_key.secret(desk.keys[desk.product_id])
    assert line_code.verify(secret, desk.product_id, server.shown, request.line_code)
    assert len(request.case_number) == 12
    assert desk.check(request).state is RequestState.CHECKED
    issued = desk.issue(request)
    assert (issued.state, issued.issue, issued.issued_at) == (RequestState.ISSUED, 1, START)
    said = new_license_server_id.verify(secret, desk.product_id, server.shown, new_id(issued))
    assert (said.issue, said.first_day, said.months) == (1, date(2026, 3, 1), 12)
    read = desk.do(desk.house.mark_read, request.id, ANNA, desk.now)
    assert (read.state, read.read_at) == (RequestState.READ, START)
    desk.now += timedelta(minutes=3)
    confirmed = desk.confirm(request, server.accept(new_id(issued)))
    assert (confirmed.state, confirmed.confirmed_at) == (RequestState.CONFIRMED, desk.now)
    assert desk.permission_states() == {1: "current"}
    assert desk.actions(request) == [
        "request.opened",
        "request.checked",
        "id.issued",
        "id.read",
        "id.confirmed",
    ]
    assert desk.read(audit.verify) is None


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.FIRST_ACTIVATION])
def test_every_reason_ends_with_a_new_number_that_the_server_accepts(
    desk: Desk, reason: Reason
) -> None:
    server = desk.activated()
    request = desk.open(server)
    assert request.reason is None
    desk.reason(request, reason)
    desk.check(request)
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        digits = desk.do(desk.house.challenge, request.id, ANNA, desk.now)
        answer = server.answer(digits)
        desk.do(desk.house.answer_challenge, request.id, answer, ANNA, desk.now)
    issued = desk.issue(request)
    confirmed = desk.confirm(request, server.accept(new_id(issued)))
    assert (confirmed.issue, confirmed.reason) == (2, reason)
    older = "revoked" if reason is Reason.PRIVATE_KEY_COMPROMISED else "superseded"
    assert desk.permission_states() == {1: older, 2: "current"}


def test_the_old_number_is_valid_until_the_new_one_is_confirmed(desk: Desk) -> None:
    server = desk.activated()
    request = desk.issued(server)
    assert desk.permission_states() == {1: "current", 2: "pending"}
    desk.confirm(request, server.accept(new_id(request)))
    assert desk.permission_states() == {1: "superseded", 2: "current"}


def test_the_same_request_gets_the_same_id_from_whatever_channel(desk: Desk) -> None:
    server = desk.activated()
    first = desk.issued(server)
    desk.now += 13 * DAY + timedelta(hours=23)  # another month, still inside the window
    again = desk.open(server, channel=Channel.WEB, caller=None)
    assert (again.id, again.case_number) == (first.id, first.case_number)
    assert desk.check(again) == first
    assert new_id(desk.issue(again)) == new_id(first)
    assert desk.permission_states() == {1: "current", 2: "pending"}
    desk.confirm(again, server.accept(new_id(first)))
    assert new_id(desk.open(server, shown=first.license_server_id)) == new_id(first)


def test_after_the_window_the_same_request_gets_a_new_number(desk: Desk) -> None:
    server = desk.activated()
    first = desk.issued(server)
    desk.now += 14 * DAY
    second = desk.issued(server)
    assert second.id != first.id
    assert (first.issue, second.issue) == (2, 3)
    assert desk.read(desk.house.request, first.id).state is RequestState.LAPSED


def test_a_lapsed_request_is_confirmed_by_a_late_closing_code(desk: Desk) -> None:
    server = desk.activated()
    request = desk.issued(server)
    desk.now += 20 * DAY
    # The request of the first activation runs out as well; it was confirmed and stays so.
    assert desk.do(desk.house.lapse, desk.now) == 2
    assert desk.do(desk.house.lapse, desk.now) == 0
    assert desk.read(desk.house.request, request.id).state is RequestState.LAPSED
    confirmed = desk.confirm(request, server.accept(new_id(request)))
    assert confirmed.state is RequestState.CONFIRMED
    assert confirmed.read_at == desk.now
    assert desk.permission_states() == {1: "superseded", 2: "current"}


def test_what_was_never_issued_is_abandoned_when_it_runs_out(desk: Desk) -> None:
    request = desk.open(desk.server())
    desk.now += 14 * DAY
    assert desk.do(desk.house.lapse, desk.now) == 1
    assert desk.read(desk.house.request, request.id).state is RequestState.ABANDONED


def test_the_next_request_shows_what_was_accepted(desk: Desk) -> None:
    server = desk.activated()
    request = desk.issued(server)
    server.accept(new_id(request))  # and the caller hangs up
    server.start_wizard()
    desk.open(server)
    found = desk.read(desk.house.request, request.id)
    assert found.state is RequestState.CONFIRMED
    assert desk.permission_states() == {1: "superseded", 2: "current"}
    assert desk.read(audit.of_request, request.id)[-1].data == {"shown_by": "next request"}


def test_a_lower_number_that_is_confirmed_late_does_not_come_back_to_life(desk: Desk) -> None:
    server = desk.activated()
    lower = desk.issued(server)
    code = server.accept(new_id(lower))
    desk.now += 15 * DAY
    server.last_issue = 1  # restored from a backup of before
    server.start_wizard()
    higher = desk.issued(server)
    desk.confirm(higher, server.accept(new_id(higher)))
    assert desk.confirm(lower, code).state is RequestState.CONFIRMED
    assert desk.permission_states() == {1: "superseded", 2: "superseded", 3: "current"}


def test_acts_at_the_wrong_time_are_refused_and_change_nothing(desk: Desk) -> None:
    server = desk.activated()
    request = desk.open(server)
    house, now = desk.house, desk.now
    assert refusal(desk.issue, request).code is RefusalCode.WRONG_STATE
    assert refusal(desk.do, house.mark_read, request.id, ANNA, now).code is RefusalCode.WRONG_STATE
    assert refusal(desk.confirm, request, "0000").code is RefusalCode.WRONG_STATE
    desk.check(request)
    assert "reason" in str(refusal(desk.issue, request))
    desk.reason(request, Reason.SERVER_UPGRADED)
    issued = desk.issue(request)
    late = refusal(desk.do, house.deny, request.id, "too late", ANNA, now)
    assert late.code is RefusalCode.WRONG_STATE
    assert refusal(desk.reason, request, Reason.SERVER_REDEPLOYED).code is RefusalCode.WRONG_STATE
    assert desk.read(house.request, request.id) == issued
    first = refusal(
        desk.reason, desk.open(desk.activated(desk.add_product())), Reason("first_activation")
    )
    assert "first activation" in str(first)


def test_an_abandoned_request_makes_room_and_an_issued_one_stays(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server)
    abandoned = desk.do(desk.house.abandon, request.id, LINE, desk.now)
    assert abandoned.state is RequestState.ABANDONED
    issued = desk.issued(server)
    assert issued.id != request.id
    assert desk.do(desk.house.abandon, issued.id, LINE, desk.now) == issued
    assert new_id(desk.open(server)) == new_id(issued)


def test_a_denied_request_says_why_and_stays_denied(desk: Desk) -> None:
    request = desk.open(desk.server())
    denied = desk.do(desk.house.deny, request.id, "The licence was sold.", ANNA, desk.now)
    assert (denied.state, denied.denied_because) == (RequestState.DENIED, "The licence was sold.")
    assert refusal(desk.check, request).code is RefusalCode.WRONG_STATE
    assert desk.do(desk.house.abandon, request.id, LINE, desk.now) == denied
    assert desk.open(desk.server()).id != request.id


def test_closing_codes_are_tried_so_often_and_no_more(desk: Desk) -> None:
    server = desk.server()
    request = desk.issued(server)
    right = server.accept(new_id(request))
    wrong = f"{(int(right) + 1) % 10000:04}"
    for left in range(9, -1, -1):
        said = refusal(desk.confirm, request, wrong)
        assert (said.code, said.left) == (RefusalCode.CLOSING_CODE_WRONG, left)
    said = refusal(desk.confirm, request, right)
    assert (said.code, said.next_date) == (RefusalCode.TOO_MANY_WRONG_PROOFS, START.date())
    desk.now += timedelta(hours=1)
    confirmed = desk.confirm(request, right)
    assert confirmed.state is RequestState.CONFIRMED
    assert desk.confirm(request, right) == confirmed


def test_an_unknown_product_counts_against_its_caller(desk: Desk) -> None:
    stranger = desk.stranger()
    assert not desk.read(desk.house.product_exists, stranger.product_id)
    assert desk.read(desk.house.product_exists, desk.product_id)
    for _ in range(10):
        assert refusal(desk.open, stranger).code is RefusalCode.PRODUCT_UNKNOWN
    assert refusal(desk.open, stranger).code is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert refusal(desk.open, stranger, caller=None).code is RefusalCode.PRODUCT_UNKNOWN


def test_a_malformed_code_is_told_from_a_wrong_one(desk: Desk) -> None:
    with pytest.raises(CodeError):
        desk.open(desk.server(), shown="1" * 35)


def test_a_license_server_id_of_another_product(desk: Desk) -> None:
    other = desk.server(desk.add_product())
    said = refusal(desk.open, desk.server(), shown=other.shown)
    assert said.code is RefusalCode.PROOF_WRONG
    assert desk.read(desk.house.requests_of_product, desk.product_id) == []


def test_a_caller_with_too_many_wrong_proofs_is_refused_for_a_while(desk: Desk) -> None:
    other = desk.server(desk.add_product())
    server = desk.server()
    for _ in range(10):
        assert (
            refusal(desk.open, server, shown=other.start_wizard()).code is RefusalCode.PROOF_WRONG
        )
    said = refusal(desk.open, server)
    assert said.code is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert said.next_date == START.date()
    assert desk.open(server, caller="+12025550199").state is RequestState.OPENED
    desk.now += timedelta(hours=1)
    server.start_wizard()
    assert desk.open(server).state is RequestState.OPENED


def test_wrong_proofs_cost_a_product_nothing_but_a_wait(desk: Desk) -> None:
    server = desk.activated()
    standing = desk.issued(server)
    before = desk.permission_states(), len(desk.read(audit.of_product, desk.product_id, 999))
    other = desk.server(desk.add_product())
    for number in range(30):
        said = refusal(
            desk.open, server, shown=other.start_wizard(), caller=f"+120255501{number:02}"
        )
        assert said.code is RefusalCode.PROOF_WRONG
    said = refusal(desk.open, server, shown=other.start_wizard(), caller=None)
    assert said.code is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert desk.open(server).id == standing.id  # its proof held before
    server.start_wizard()
    assert refusal(desk.open, server).code is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert desk.open(server, actor=ANNA).state is RequestState.OPENED
    after = desk.permission_states(), len(desk.read(audit.of_product, desk.product_id, 999))
    assert after == (before[0], before[1] + 1)
    desk.now += DAY
    desk.do(desk.house.lapse, desk.now)
    assert desk.open(desk.server(other.product_id)).state is RequestState.OPENED


def test_a_blocked_product(desk: Desk) -> None:
    server = desk.activated()
    request = desk.issued(server)
    checked = desk.check(desk.open(desk.activated(desk.add_product())))
    for product_id in desk.keys:
        desk.do(desk.house.set_blocked, product_id, blocked=True, actor=ADMINISTRATOR, now=desk.now)
    assert refusal(desk.open, server).code is RefusalCode.PRODUCT_BLOCKED
    server.start_wizard()
    assert refusal(desk.open, server).code is RefusalCode.PRODUCT_BLOCKED
    desk.reason(checked, Reason.SERVER_UPGRADED)
    assert refusal(desk.issue, checked).code is RefusalCode.PRODUCT_BLOCKED
    # What was issued may still be accepted.
    server.shown = request.license_server_id
    code = server.accept(new_id(request))
    assert desk.confirm(request, code).state is RequestState.CONFIRMED
    desk.do(
        desk.house.set_blocked, desk.product_id, blocked=False, actor=ADMINISTRATOR, now=desk.now
    )
    server.start_wizard()
    assert desk.open(server).state is RequestState.OPENED


def test_a_number_that_was_never_issued(desk: Desk) -> None:
    server = desk.activated()
    server.last_issue = 7
    server.start_wizard()
    request = desk.open(server)
    assert desk.read(desk.house.standing, request.id, desk.now).server_known is False
    assert refusal(desk.check, request).code is RefusalCode.ISSUE_UNKNOWN


def test_a_second_server_needs_a_place(desk: Desk) -> None:
    desk.activated()
    second = desk.server()
    request = desk.open(second)
    assert request.reason is None
    standing = desk.read(desk.house.standing, request.id, desk.now)
    assert (standing.servers, standing.max_servers, standing.server_known) == (1, 1, False)
    assert (standing.refusal, standing.replaces) == (RefusalCode.SERVERS_LIMIT, None)
    said = refusal(desk.check, request)
    assert (said.code, said.left) == (RefusalCode.SERVERS_LIMIT, 0)
    desk.set_policy(max_servers=2)
    desk.reason(request, Reason.FIRST_ACTIVATION)
    desk.check(request)
    assert desk.issue(request).issue == 2
    assert desk.permission_states() == {1: "current", 2: "pending"}


def test_a_first_activation_that_was_never_finished_gives_its_place_back(desk: Desk) -> None:
    server = desk.server()
    desk.issued(server)
    server.start_wizard()
    assert refusal(desk.check, desk.open(server)).code is RefusalCode.SERVERS_LIMIT
    desk.now += 14 * DAY
    server.start_wizard()
    assert desk.issued(server).issue == 2


def test_reactivations_are_limited_with_the_count_left_and_the_next_date(desk: Desk) -> None:
    desk.set_policy(reactivations=2, period_days=30)
    server = desk.activated()
    for left in (2, 1):
        request = desk.open(server)
        standing = desk.read(desk.house.standing, request.id, desk.now)
        assert (standing.left, standing.next_date, standing.replaces) == (
            left,
            None,
            server.last_issue,
        )
        issued = desk.issued(server)
        server.accept(new_id(issued))
        server.start_wizard()
        desk.now += 10 * DAY
    request = desk.open(server)
    said = refusal(desk.check, request)
    assert (said.code, said.left, said.next_date) == (
        RefusalCode.LIMIT_REACHED,
        0,
        date(2026, 4, 2),
    )
    standing = desk.read(desk.house.standing, request.id, desk.now)
    assert (standing.left, standing.next_date) == (0, said.next_date)
    desk.now = desk.now.replace(month=4, day=2, hour=0)
    assert desk.check(desk.open(server)).state is RequestState.CHECKED


def test_a_policy_without_reactivations_has_no_next_date(desk: Desk) -> None:
    desk.set_policy(reactivations=0)
    said = refusal(desk.check, desk.open(desk.activated()))
    assert (said.code, said.left, said.next_date) == (RefusalCode.LIMIT_REACHED, 0, None)


def test_issue_numbers_end_at_999(desk: Desk) -> None:
    with transaction(desk.engine) as connection:
        connection.execute(update(products).values(last_issue=998))
    server = desk.activated()
    assert server.last_issue == 999
    request = desk.open(server)
    desk.reason(request, Reason.SERVER_UPGRADED)
    desk.check(request)
    assert refusal(desk.issue, request).code is RefusalCode.LIMIT_REACHED


def test_a_compromised_key_needs_the_answer_of_the_wizard(desk: Desk) -> None:
    server = desk.activated()
    request = desk.open(server)
    house, now = desk.house, desk.now
    assert refusal(desk.do, house.challenge, request.id, ANNA, now).code is RefusalCode.WRONG_STATE
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    desk.check(request)
    assert refusal(desk.issue, request).code is RefusalCode.CHALLENGE_NEEDED
    early = refusal(desk.do, house.answer_challenge, request.id, "000000", ANNA, now)
    assert early.code is RefusalCode.CHALLENGE_NEEDED
    digits = desk.do(house.challenge, request.id, ANNA, now)
    assert desk.do(house.challenge, request.id, ANNA, now) == digits
    right = server.answer(digits)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    said = refusal(desk.do, house.answer_challenge, request.id, wrong, ANNA, now)
    assert (said.code, said.left) == (RefusalCode.CHALLENGE_NEEDED, 4)
    assert refusal(desk.issue, request).code is RefusalCode.CHALLENGE_NEEDED
    assert desk.permission_states() == {1: "current"}  # nothing is revoked before the answer
    answered = desk.do(house.answer_challenge, request.id, right, ANNA, now)
    assert answered.challenge_answered_at == now
    assert desk.do(house.answer_challenge, request.id, wrong, ANNA, now) == answered
    desk.issue(request)
    assert desk.permission_states() == {1: "revoked", 2: "pending"}


def test_answers_to_a_challenge_are_tried_so_often_and_no_more(desk: Desk) -> None:
    request = desk.open(server := desk.activated())
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    right = server.answer(desk.do(desk.house.challenge, request.id, ANNA, desk.now))
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        refusal(desk.do, desk.house.answer_challenge, request.id, wrong, ANNA, desk.now)
    said = refusal(desk.do, desk.house.answer_challenge, request.id, right, ANNA, desk.now)
    assert said.code is RefusalCode.TOO_MANY_WRONG_PROOFS


def test_a_reason_that_rises_to_compromised_keeps_the_id_and_revokes_the_old_number(
    desk: Desk,
) -> None:
    server = desk.activated()
    request = desk.issued(server, Reason.CERTIFICATE_CORRUPTED)
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    assert desk.permission_states() == {1: "current", 2: "pending"}
    answer = server.answer(desk.do(desk.house.challenge, request.id, ANNA, desk.now))
    desk.do(desk.house.answer_challenge, request.id, answer, ANNA, desk.now)
    assert desk.permission_states() == {1: "revoked", 2: "pending"}
    assert new_id(desk.issue(request)) == new_id(request)


def test_a_reason_that_comes_back_to_compromised_revokes_with_the_old_answer(desk: Desk) -> None:
    server = desk.activated()
    request = desk.open(server)
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    answer = server.answer(desk.do(desk.house.challenge, request.id, ANNA, desk.now))
    desk.do(desk.house.answer_challenge, request.id, answer, ANNA, desk.now)
    desk.reason(request, Reason.SERVER_UPGRADED)
    desk.check(request)
    desk.issue(request)
    assert desk.permission_states() == {1: "current", 2: "pending"}
    risen = desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    assert desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED) == risen
    assert desk.permission_states() == {1: "revoked", 2: "pending"}


def test_a_case_number_in_use_is_drawn_again(desk: Desk) -> None:
    first = desk.open(desk.server())
    house = desk.house
    desk.house = Clearinghouse(house._cipher, random.Random(7))  # draws what the desk drew
    second = desk.open(desk.server())
    assert second.case_number != first.case_number


def test_a_web_request_leaves_no_number_and_reading_twice_counts_once(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server, channel=Channel.WEB, caller=None)
    assert desk.open(server, caller=None).id == request.id
    assert desk.read(desk.house.callers, request.id) == []
    desk.check(request)
    desk.issue(request)
    read = desk.do(desk.house.mark_read, request.id, ANNA, desk.now)
    desk.now += DAY
    assert desk.do(desk.house.mark_read, request.id, ANNA, desk.now) == read
    assert desk.actions(request).count("id.read") == 1


def test_a_revoked_number_is_known_only_until_its_successor_was_accepted(desk: Desk) -> None:
    server = desk.activated()
    request = desk.open(server)
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    desk.check(request)
    answer = server.answer(desk.do(desk.house.challenge, request.id, ANNA, desk.now))
    desk.do(desk.house.answer_challenge, request.id, answer, ANNA, desk.now)
    issued = desk.issue(request)
    # The call breaks off, the administrator cancels the wizard and starts another.
    first_shown, second_shown = server.shown, server.start_wizard()
    assert desk.check(desk.open(server)).state is RequestState.CHECKED
    server.shown = first_shown
    desk.confirm(request, server.accept(new_id(issued)))
    server.last_issue = 1
    assert server.start_wizard() != second_shown
    assert refusal(desk.check, desk.open(server)).code is RefusalCode.ISSUE_UNKNOWN


def test_requests_are_found_by_case_and_by_product(desk: Desk) -> None:
    server = desk.activated()
    request = desk.open(server)
    assert desk.read(desk.house.request_by_case, request.case_number) == request
    assert desk.read(desk.house.request_by_case, "0" * 12) is None
    newest_first = [r.id for r in desk.read(desk.house.requests_of_product, desk.product_id)]
    assert newest_first == sorted(newest_first, reverse=True)
    assert newest_first[0] == request.id
    assert len(desk.read(desk.house.requests_of_product, desk.product_id, 1)) == 1
    with pytest.raises(LookupError):
        desk.read(desk.house.request, 999)


def test_products_are_listed_without_their_keys_and_added_once(desk: Desk) -> None:
    (product,) = desk.read(desk.house.products)
    assert product == desk.read(desk.house.product, desk.product_id)
    assert product.policy == Policy()
    key = desk.keys[desk.product_id]
    assert key not in repr(product) + repr(desk.house) + repr(desk.house.__dict__)

    def add(product_id: str, product_key: str) -> None:
        desk.do(
            desk.house.add_product,
            product_id=product_id,
            product_key=product_key,
            name="Again",
            policy=Policy(),
            actor=ADMINISTRATOR,
            now=desk.now,
        )

    with pytest.raises(RegisterError, match="already"):
        add(desk.product_id, key)
    other = desk.add_product()
    with pytest.raises(CodeError):
        add(desk.product_id, desk.keys[other])
    with pytest.raises(RegisterError, match="doesn't know"):
        desk.do(desk.house.set_policy, "0" * 20, Policy(), ADMINISTRATOR, desk.now)


def test_product_keys_are_encrypted_anew_after_a_rotation(desk: Desk) -> None:
    old, new = bytes(32), bytes(range(32))  # the first is the desk's
    rotated = Clearinghouse(Cipher([new, old]))
    assert desk.do(rotated.renew_encryption, ADMINISTRATOR, desk.now) == 1
    assert desk.do(rotated.renew_encryption, ADMINISTRATOR, desk.now) == 0
    desk.house = Clearinghouse(Cipher([new]))
    assert desk.issued(desk.server()).issue == 1
    assert desk.read(audit.verify) is None


def test_the_product_key_is_nowhere_in_the_store_and_the_audit_hides_the_new_id(
    desk: Desk,
) -> None:
    request = desk.issued(desk.activated())
    key = desk.keys[desk.product_id].encode()
    with reading(desk.engine) as connection:
        bodies = "".join(str(entry) for entry in audit.entries(connection))
        stored = connection.exec_driver_sql("SELECT product_key FROM products").scalar()
    assert key not in bytes(stored)
    assert key.decode() not in bodies
    assert new_id(request) not in bodies


@pytest.mark.parametrize(
    "figures",
    [
        {"validity_months": 0},
        {"validity_months": 100},
        {"window_days": 0},
        {"period_days": 0},
        {"reactivations": -1},
        {"max_servers": -1},
    ],
)
def test_policies_that_can_not_be(figures: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"have to|has to|can't"):
        Policy(**figures)
