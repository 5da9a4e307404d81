"""A population: nearly all are done, soon, and nobody is asked for a group twice without cause."""

from dataclasses import replace

import pytest

from scripted_calls import population
from scripted_calls.population import figures, run, shortcomings
from tests.profiles import IS_NIGHTLY

CALLERS = 10_000 if IS_NIGHTLY else 150


@pytest.mark.timeout(4 * 3600 if IS_NIGHTLY else 300)
def test_nearly_all_end_confirmed_within_five_minutes_and_no_group_is_asked_twice() -> None:
    lives = run(CALLERS, 1, jobs=2 if IS_NIGHTLY else 1)
    found = figures(lives, 1)
    assert shortcomings(found) == (), [life for life in lives if life.twice]
    # The troubles that are asked for did come.
    assert found.dropped > CALLERS / 200
    assert found.with_wrong_keys > CALLERS / 4
    assert found.by_line > CALLERS / 10
    assert all(life.calls == life.drops + 1 for life in lives if life.is_confirmed)


def test_what_is_missed_is_said() -> None:
    lives = run(2, 1)
    found = figures(lives, 1)
    assert shortcomings(found) == ()
    bad = replace(found, callers=3, median_seconds=300.0, asked_twice=1)
    assert shortcomings(bad) == (
        "Only 66.67% ended confirmed, not 99%.",
        "The median takes 300 s, not under 300.",
        "1 were asked for a group twice without cause.",
    )


def test_a_caller_is_the_same_alone_and_among_others() -> None:
    assert population.ring([1], 7) == population.ring([1], 7)
