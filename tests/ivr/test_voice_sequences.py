"""Whatever comes, in whatever order: no fault, no contradiction, nothing without its proof.

Requests of the network (late, and repeated), keys and silence of several calls, acts of
representatives and the clock follow one another as they please, from any step of the flow on. With
`NIGHTLY=1` there are 200,000 sequences in memory and 2,000 on each real store.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from ivr.actions import Ask, Deactivate, SetReason
from ivr.events import KeysPressed
from ivr.session import Step
from tests.ivr.sequence_acts import ACTS, RULES, rules, sequences
from tests.ivr.sequence_house import RealLine
from tests.ivr.sequence_line import ModelLine
from tests.ivr.sequence_play import play
from tests.ivr.sequence_register import Rules
from tests.ivr.test_ivr_flow import RECEIPT_KEYED, UP_TO_REASON, run
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
