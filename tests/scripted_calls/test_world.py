"""Whole calls in one process: what was keyed, what the register holds, what a drop costs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from clearinghouse import Reason, RequestState
from clearinghouse.model import Channel
from phone_network.speech import Rate
from scripted_calls.caller import Caller, Stage
from scripted_calls.calling import Heard
from scripted_calls.hand import Pressed
from scripted_calls.population import after_drop
from scripted_calls.screen import Screen
from scripted_calls.world import Called, Manner, StuckError, World
from switchboard.events import EventKind

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
NUMBER = "+12025550177"
Call = Callable[..., Called]


@pytest.fixture
def world() -> Iterator[World]:
    made = World(MONDAY, voice=Rate(characters=40.0))
    made.keep(is_open=True)
    yield made
    made.close()


def ring(world: World, screen: Screen, script: Caller, **how: object) -> Called:
    arguments = {"number": world.number("US"), "caller": NUMBER, **how}
    going: Awaitable[Called] = world.call(screen, script, **arguments)  # type: ignore[arg-type]

    async def go() -> Called:
        return await going

    return asyncio.run(go())


def keys(called: Called) -> list[str]:
    return [each.keys for each in called.history if isinstance(each, Pressed)]


def heard(called: Called) -> list[str]:
    return [each.prompt for each in called.history if isinstance(each, Heard)]


def confirmed(called: Called) -> bool:
    return called.request is not None and called.request.state is RequestState.CONFIRMED


def digits(called: Called) -> int:
    return sum(
        int(event.data["digits"]) for event in called.events if event.kind is EventKind.DIGITS_KEYED
    )


def test_a_straight_call_with_a_representative(world: World) -> None:
    screen = world.server(Random(1), "2")
    called = ring(world, screen, Caller(screen.facts))
    assert confirmed(called)
    assert called.request is not None
    assert called.request.reason is Reason.CERTIFICATE_CORRUPTED
    assert called.request.channel is Channel.TELEPHONE
    assert digits(called) == 64  # as through real processes
    assert "representative_greeting" in heard(called)
    assert not called.by_line


def test_out_of_hours_the_line_issues(world: World) -> None:
    shut = World(MONDAY, voice=Rate(characters=40.0))
    shut.keep(is_open=False)
    screen = shut.server(Random(1), "1")
    called = ring(shut, screen, Caller(screen.facts))
    shut.close()
    assert confirmed(called)
    assert called.by_line
    assert "representative_greeting" not in heard(called)


def test_a_key_was_compromised(world: World) -> None:
    screen = world.server(Random(1), "5")
    called = ring(world, screen, Caller(screen.facts))
    assert confirmed(called)
    assert called.request is not None
    assert called.request.challenge_answered_at is not None


def test_a_call_that_breaks_off_goes_on_for_two_digits(world: World) -> None:
    screen = world.server(Random(1), "1")
    first = ring(world, screen, Caller(screen.facts), manner=Manner(drop_after=70.0))
    assert first.is_cut
    assert not confirmed(first)
    again = ring(world, screen, after_drop(first.script, is_known=True))
    assert confirmed(again)
    assert digits(first) + digits(again) == 64 + 2


def test_who_withholds_the_number_keys_the_case_number(world: World) -> None:
    screen = world.server(Random(1), "1")
    how = {"caller": "anonymous"}
    first = ring(world, screen, Caller(screen.facts), manner=Manner(drop_after=70.0), **how)
    again = ring(world, screen, after_drop(first.script, is_known=False), **how)
    assert confirmed(again)
    assert digits(first) + digits(again) == 64 + 12 + 2


def test_the_wizard_marks_a_group_that_was_heard_wrong(world: World) -> None:
    shut = World(MONDAY, voice=Rate(characters=40.0))
    shut.keep(is_open=False)
    screen = shut.server(Random(1), "1")
    called = ring(shut, screen, Caller(screen.facts, misheard=3))
    shut.close()
    assert confirmed(called)
    assert heard(called).count("new_id_group") == 7 + 5
    assert [key for key in keys(called) if key in {"*", "3"}] == ["*", "3"]


def test_keys_stop_when_the_line_speaks(world: World) -> None:
    """A hash hit by mistake ends the breath; the caller hears the line and keys on from there."""
    screen = world.server(Random(1), "1")

    class Hashing:
        def __init__(self) -> None:
            self.breaths = 0

        def keys(self, wanted: str) -> str:
            self.breaths += 1
            return wanted[:12] + "#" + wanted[13:] if self.breaths == 1 else wanted

        def types(self, wanted: str) -> str:
            return wanted

    called = ring(world, screen, Caller(screen.facts), hand=Hashing())
    assert confirmed(called)
    assert keys(called)[0] == screen.product_id[:12] + "#"
    assert keys(called)[1] == screen.product_id[10:] + "#"


def test_a_representative_who_can_not_help_ends_the_call(world: World) -> None:
    """Four times the wrong group: a person takes over, for whom nothing is open to verify."""
    screen = world.server(Random(1), "1")
    lost = replace(screen.facts, product_id="1" * 20)
    called = ring(world, screen, Caller(lost))
    assert not confirmed(called)
    assert called.request is None
    # Whoever served it is free for the next.
    screen = world.server(Random(2), "1")
    assert confirmed(ring(world, screen, Caller(screen.facts)))


def test_a_caller_may_be_told_to_hang_up(world: World) -> None:
    screen = world.server(Random(1), "1")
    called = ring(world, screen, Caller(screen.facts, hang_up_at=Stage.REASON))
    assert called.script.hung_up == "told to hang up at reason"
    assert not called.is_cut


def test_a_call_that_never_ends_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripted_calls.world.LONGEST_CALL", 30.0)
    screen = world.server(Random(1), "1")
    with pytest.raises(StuckError, match="did not end"):
        ring(world, screen, Caller(screen.facts))


def test_the_same_seed_draws_the_same_call() -> None:
    told: list[list[tuple[str, str]]] = []
    for _ in range(2):
        world = World(MONDAY, seed=5)
        world.keep(is_open=True)
        screen = world.server(Random(1), "1")
        lines: list[tuple[str, str]] = []
        ring(
            world,
            screen,
            Caller(screen.facts),
            tell=lambda at, _who, words, lines=lines: lines.append((at.isoformat(), words)),
        )
        world.close()
        told.append(lines)
    assert told[0] == told[1]
