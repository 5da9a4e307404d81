"""What a waiting caller hears and may press, by the flow alone."""

import pytest

from ivr.actions import ChangeCentre, CheckCallBack, Enqueue, Listen, LookAtQueue, WaitInQueue
from ivr.events import (
    LONG,
    CallArrived,
    Event,
    KeysPressed,
    PutThrough,
    RepresentativeLost,
    StillWaiting,
)
from ivr.flow import advance
from ivr.session import Session, Step
from ivr.waiting import LOOKS_BEFORE_CASE, LOOKS_BETWEEN_MENUS

QUEUED = Session(step=Step.QUEUED, case=7)


def hears(*events: Event, session: Session = QUEUED) -> tuple[Session, list[list[str]]]:
    """The prompts after each event."""
    heard = []
    for event in events:
        session, actions = advance(session, event)
        heard.append(
            [say.prompt for action in actions if isinstance(action, Listen) for say in action.says]
        )
    return session, heard


def test_at_first_place_time_and_keys_are_said() -> None:
    _, (heard,) = hears(StillWaiting(2, 4, case_number="123412341234"))
    assert heard == ["queue_position", "expected_wait", "waiting_keys"]


def test_the_case_number_is_said_again_after_a_minute_in_case_the_call_drops() -> None:
    _, heard = hears(*[StillWaiting(2, case_number="123412341234")] * (LOOKS_BEFORE_CASE + 1))
    assert [name for prompts in heard for name in prompts].count("case_number_kept") == 1
    assert heard[LOOKS_BEFORE_CASE] == ["case_number_kept"]


@pytest.mark.parametrize(
    ("minutes", "prompt"),
    [(None, None), (1, "expected_wait_minute"), (7, "expected_wait"), (LONG, "expected_wait_long")],
)
def test_nothing_is_said_of_a_time_that_nobody_knows(
    minutes: int | None, prompt: str | None
) -> None:
    _, (heard,) = hears(StillWaiting(2, minutes))
    assert [name for name in heard if name.startswith("expected")] == ([prompt] if prompt else [])


def test_a_change_is_said_at_every_second_look_at_most_and_silence_is_kept_otherwise() -> None:
    _, heard = hears(*[StillWaiting(place, 4) for place in (3, 2, 2, 2, 1, 1)])
    assert heard[1:] == [
        [],
        ["queue_position", "expected_wait"],
        [],
        *[["queue_position", "expected_wait"], []],
    ]


def test_the_time_is_said_again_when_it_alone_has_changed() -> None:
    _, heard = hears(StillWaiting(2, 4), StillWaiting(2, 4), StillWaiting(2, 7))
    assert heard[1:] == [[], ["queue_position", "expected_wait"]]


def test_the_keys_are_named_again_seldom() -> None:
    _, heard = hears(*[StillWaiting(2)] * (LOOKS_BETWEEN_MENUS + 1))
    named = [number for number, prompts in enumerate(heard) if "waiting_keys" in prompts]
    assert named == [0, LOOKS_BETWEEN_MENUS]


def test_an_empty_centre_is_said_with_another_to_choose() -> None:
    _, (heard,) = hears(StillWaiting(1, is_staffed=False, elsewhere=True))
    assert heard == ["queue_position", "nobody_at_work", "waiting_keys", "waiting_elsewhere"]


@pytest.mark.parametrize(
    ("key", "command"),
    [("1", CheckCallBack()), ("2", LookAtQueue()), ("*", LookAtQueue()), ("3", ChangeCentre())],
)
def test_a_key_works_while_waiting(key: str, command: object) -> None:
    session, _ = hears(StillWaiting(2))
    _, actions = advance(session, KeysPressed(key))
    assert actions == (command,)


def test_other_keys_are_nothing() -> None:
    session, _ = hears(StillWaiting(2))
    after, actions = advance(session, KeysPressed("7"))
    assert after == session
    assert actions == (Listen((), 15),)


def test_hearing_it_again_says_all_of_it() -> None:
    session, _ = hears(StillWaiting(2, 4, case_number="123412341234"), StillWaiting(2, 4))
    session, _ = hears(KeysPressed("2"), session=session)
    _, (heard,) = hears(StillWaiting(2, 4, case_number="123412341234"), session=session)
    assert heard == ["queue_position", "expected_wait", "case_number_kept", "waiting_keys"]


def test_a_late_key_of_an_earlier_question_takes_nobody_out_of_the_queue() -> None:
    session, actions = advance(QUEUED, KeysPressed("1"))
    assert (session, actions) == (QUEUED, (WaitInQueue(),))


def test_who_is_answered_just_now_hears_no_place() -> None:
    _, heard = hears(StillWaiting(2), StillWaiting(0))
    assert heard[1] == []


def test_after_a_lost_representative_the_place_is_said_anew() -> None:
    session, _ = hears(StillWaiting(1), PutThrough("call-1"))
    session, actions = advance(session, RepresentativeLost())
    assert Enqueue(first=True) in actions
    _, (heard,) = hears(StillWaiting(1), session=session)
    assert heard[0] == "queue_position"


def test_nobody_waits_who_has_only_just_rung() -> None:
    session, _ = advance(Session(), CallArrived())
    assert not session.is_in_queue
