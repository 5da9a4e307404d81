"""When the line may issue a request without a representative."""

from datetime import timedelta

import pytest

from clearinghouse import Actor, LineIssues, Policy, Reason, Request
from tests.clearinghouse.desk import ANNA, Desk

ROOT = Actor("administrator", "root")
ONLY_AT_NIGHT, ALWAYS, NEVER = LineIssues


def allow(desk: Desk, rule: LineIssues, **figures: int) -> None:
    policy = Policy(issue_by_line=rule.value, **figures)
    desk.do(desk.house.set_policy, desk.product_id, policy, ROOT, desk.now)


def may_issue(desk: Desk, request: Request, *, out_of_hours: bool = True) -> bool:
    return desk.read(desk.house.line_may_issue, request.id, desk.now, out_of_hours=out_of_hours)


@pytest.mark.parametrize(
    ("rule", "in_hours", "out_of_hours"),
    [(ONLY_AT_NIGHT, False, True), (ALWAYS, True, True), (NEVER, False, False)],
)
def test_the_policy_says_when(
    desk: Desk, rule: LineIssues, *, in_hours: bool, out_of_hours: bool
) -> None:
    allow(desk, rule)
    request = desk.open(desk.activated())
    desk.reason(request, Reason.CERTIFICATE_EXPIRED)
    for closed, expected in ((False, in_hours), (True, out_of_hours)):
        assert may_issue(desk, request, out_of_hours=closed) is expected
        issues = desk.read(desk.house.line_issues, desk.product_id, out_of_hours=closed)
        assert issues is expected


def test_a_first_server_and_a_known_one_are_plain(desk: Desk) -> None:
    assert may_issue(desk, desk.open(desk.server()))
    assert may_issue(desk, desk.open(desk.activated()))


def test_a_compromised_key_is_for_a_person(desk: Desk) -> None:
    request = desk.open(desk.activated())
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    assert not may_issue(desk, request)


def test_who_names_no_number_beside_other_servers_is_for_a_person(desk: Desk) -> None:
    allow(desk, ONLY_AT_NIGHT, max_servers=3)
    desk.activated()
    request = desk.open(desk.server())
    assert not may_issue(desk, request)
    desk.do(desk.house.choose_replaced, request.id, 1, ANNA, desk.now)
    assert may_issue(desk, request)


def test_what_has_its_id_is_given_again_whatever_the_reason(desk: Desk) -> None:
    request = desk.open(desk.server())
    desk.check(request)
    desk.issue(request)
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    assert may_issue(desk, request)
    assert not may_issue(desk, request, out_of_hours=False)


def test_an_unknown_rule_is_no_policy() -> None:
    with pytest.raises(ValueError, match="one of: out_of_hours, always, never"):
        Policy(issue_by_line="sometimes")


def test_a_place_that_was_given_back_makes_a_request_plain_again(desk: Desk) -> None:
    first = desk.open(desk.server())
    desk.check(first)
    desk.issue(first)
    second = desk.open(desk.server())
    assert not may_issue(desk, second)
    desk.now += timedelta(days=15)
    assert may_issue(desk, desk.open(desk.server()))
