"""The benchmark of a turn leaves no step of the flow out, and reaches the steps that it names."""

from pathlib import Path

import pytest

from bench import flow
from bench.steps import Steps
from bench.ways import KEYS, LISTENING, REACHED, every
from ivr.events import KeysPressed, NothingPressed
from ivr.session import Step
from ivr.transitions import TRANSITIONS

# Left within the turn that comes to them: the register answers at once.
PASSED_THROUGH = {
    Step.LOOKING_UP,
    Step.OPENING,
    Step.DEACTIVATING,
    Step.CONFIRMING,
    Step.ISSUING,
}


def test_every_step_at_which_a_request_can_come_is_measured() -> None:
    assert set(REACHED) == set(Step) - PASSED_THROUGH
    assert {way.step for way in every()} == set(REACHED)
    # Who waits in the queue keys to the waiting loop, and is measured there.
    keyed = {step for step, events in TRANSITIONS.items() if KeysPressed in events}
    assert set(KEYS) == keyed - {Step.QUEUED}
    silent = {step for step, events in TRANSITIONS.items() if NothingPressed in events}
    assert set(LISTENING) == silent


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    measured = Steps(Path(tmp_path_factory.mktemp("steps")))
    yield measured
    measured.engine.dispose()


@pytest.mark.parametrize("step", REACHED)
def test_a_way_leads_to_its_step_and_is_answered(steps, step) -> None:
    for way in (way for way in every() if way.step is step):
        line, bare = steps.measure(way, "de", callers=1)
        assert min(line, bare) > 0


@pytest.mark.parametrize("call", flow.CALLS)
def test_the_calls_of_the_flow_end(call) -> None:
    assert flow.take(call).step is Step.ENDED
