"""What the console says, and in which words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from agent_console import display, wording
from agent_console.steps import Progress, progress
from clearinghouse.model import (
    DeactivationCause,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    ServerState,
)
from switchboard.model import Presence, WorkState
from tests.agent_console.console_house import Act, House

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_a_meaning_and_a_sentence_to_say(code: RefusalCode):
    notice = wording.refusal_notice(Refusal(code))
    assert notice.text.endswith(".")
    assert notice.say
    assert notice.code == code.value


def test_a_refusal_names_what_is_left_and_when_it_may_be_tried_again():
    refusal = Refusal(RefusalCode.LIMIT_REACHED, left=0, next_date=date(2026, 4, 1))
    notice = wording.refusal_notice(refusal)
    assert "Left: 0." in notice.text
    assert "1 April 2026" in notice.text
    assert "1 April 2026" in (notice.say or "")


def test_every_state_and_reason_has_a_word():
    assert set(wording.REASONS) == set(Reason)
    assert set(wording.REQUEST_STATES) == set(RequestState)
    assert set(wording.SERVER_STATES) == set(ServerState)
    assert set(wording.DEACTIVATION_CAUSES) == set(DeactivationCause)
    assert set(wording.PRESENCES) == set(Presence)
    assert set(wording.WORK_STATES) == set(WorkState)


@pytest.mark.parametrize(
    ("tag", "name"), [("de", "German"), ("pt-BR", "Portuguese (Brazil)"), ("?", "?")]
)
def test_languages_are_named(tag: str, name: str):
    assert wording.language_name(tag) == name


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (75, "1:15"), (3675, "1:01:15"), (-5, "0:00")]
)
def test_times_are_minutes_and_seconds(seconds: int, text: str):
    assert display.elapsed(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [("+447700900123", "+44 7700 900123"), ("anonymous", "anonymous"), ("", "withheld")],
)
def test_numbers_are_written_as_they_are_read(number: str, text: str):
    assert display.phone_number(number) == text


def test_steps_of_a_call_that_ended_early_are_stopped():
    states = dict(progress(None, is_over=True))
    assert states["Verify"] is Progress.STOPPED
    assert states["Wrap-up"] is Progress.NOW


@pytest.mark.parametrize(
    ("acts", "suggested"),
    [
        (["answer"], "caller_calls_back"),
        (["answer", "refuse"], "refused"),
        (["answer", "verify", "issue"], "new_id_issued"),
    ],
)
def test_the_page_suggests_what_came_of_the_call(
    house: House, do: Act, desk: FlaskClient, acts: list[str], suggested: str
):
    house.ring()
    for act in acts:
        do(act, why="a reason")
    do("hang-up")
    page = desk.get("/console/").get_data(as_text=True)
    assert f'value="{suggested}" selected' in page
    assert "Wrap-up" in page
