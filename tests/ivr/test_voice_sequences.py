"""Whatever comes, in whatever order: no fault, no contradiction, nothing without its proof.

Requests of the network (late, and repeated), keys and silence of several calls, acts of
representatives and the clock follow one another as they please, from any step of the flow on. With
`NIGHTLY=1` there are 200,000 sequences in memory and 2,000 on each real store.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from clearinghouse import RequestState
from ivr.actions import Ask, Deactivate, Enqueue, SetReason
from ivr.events import (
    CallArrived,
    ClosingCodeWanted,
    KeysPressed,
    ProductFound,
    PutThrough,
    Refused,
)
from ivr.session import Step
from tests.ivr.sequence_acts import ACTS, RULES, rules, sequences
from tests.ivr.sequence_house import RealLine
from tests.ivr.sequence_line import ModelLine
from tests.ivr.sequence_play import play
from tests.ivr.sequence_register import Rules
from tests.ivr.test_ivr_flow import PRODUCT_ID, RECEIPT_KEYED, SERVER_ID, UP_TO_REASON, run, said
from tests.ivr.test_reading_out import GIVEN, UP_TO_LAST_GROUP
from tests.profiles import PARTS, thoroughly


@pytest.fixture
def real_line(house) -> Callable[[Rules], RealLine]:
    """A line on the emptied store, once for each sequence."""
    return lambda rules: RealLine(house, rules)


@pytest.mark.parametrize("_part", range(PARTS))
@thoroughly(300, nightly=200_000)
@given(rules=rules(), acts=sequences((*ACTS, *RULES)))
def test_any_sequence_leads_to_a_legal_state_in_memory(_part, rules, acts) -> None:
    play(ModelLine(rules), acts)


@pytest.mark.parametrize("_part", range(PARTS))
@settings(
    thoroughly(10, nightly=2_000), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=rules(), acts=sequences())
def test_any_sequence_leads_to_a_legal_state_on_the_real_line(
    real_line, _part, rules, acts
) -> None:
    play(real_line(rules), acts)


@pytest.mark.parametrize(
    ("before", "step"), [(UP_TO_REASON, Step.REASON), (RECEIPT_KEYED, Step.RECEIPT)]
)
def test_late_keys_of_another_question_choose_nothing_in_a_menu(before, step) -> None:
    session, actions = run(*before, KeysPressed("12"))
    assert session.step is step
    asked = actions[-1]
    assert isinstance(asked, Ask)
    assert not [action for action in actions if isinstance(action, SetReason | Deactivate)]


def test_a_last_group_keyed_too_short_three_times_brings_a_person() -> None:
    session, _ = run(*UP_TO_LAST_GROUP)
    for _ in range(2):
        session, _ = run(KeysPressed("12"), KeysPressed("7"), GIVEN, session=session)
        assert session.step is Step.LAST_GROUP
    session, actions = run(KeysPressed("12"), session=session)
    assert session.step is Step.QUEUED
    assert Enqueue() in actions


def test_a_closing_code_that_no_request_can_have_brings_a_person() -> None:
    wrong = [KeysPressed("11111")] * 3
    session, _ = run(CallArrived(), *wrong, PutThrough("call-1"), ClosingCodeWanted())
    alone = replace(session, accompanied=False)
    for keys in ("1234", "*"):
        after, actions = run(KeysPressed(keys), session=alone)
        assert after.step is Step.QUEUED
        assert Enqueue() in actions


@pytest.mark.parametrize(
    ("before", "keys", "code"),
    [
        ((CallArrived(),), PRODUCT_ID, "product_unknown"),
        ((CallArrived(), KeysPressed(PRODUCT_ID), ProductFound()), SERVER_ID, "proof_wrong"),
    ],
)
def test_a_code_that_the_register_refuses_three_times_brings_a_person(before, keys, code) -> None:
    refused = (KeysPressed(keys), Refused(code))
    session, actions = run(*before, *refused, *refused)
    assert said(actions)[-2] == code
    session, actions = run(*refused, session=session)
    assert session.step is Step.QUEUED
    assert said(actions) == ["too_many_tries", "connecting"]


def test_whoever_said_the_ids_keys_the_proof_like_anybody_else(house) -> None:
    line = RealLine(house, Rules(line_issues=False))
    sequence = play(
        line,
        [
            *("key: 0", "thrice: slip", "go on", "identify", "issue", "redirected: reading"),
            *("thrice: key: 1", "thrice: key: 1", "key: last group", "key: closing code"),
        ],
    )
    case = line.case(line.issued()[0][0])
    assert case.state is RequestState.CONFIRMED
    assert not case.is_keyed_in(sequence.call.session)
