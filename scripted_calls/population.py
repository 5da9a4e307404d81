"""Ten thousand callers, each careful and tired: how many are done, how soon, and who asked twice.

Every caller has a license server of its own and rings at whatever hour its turn comes; whoever is
cut off rings again. All of it is drawn from one seed, so a figure can be repeated, and any one
caller, too.
"""

import asyncio
import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median, quantiles
from typing import Final

from clearinghouse import Policy, RequestState
from clearinghouse.model import LineIssues
from phone_network.speaking import Speaker
from phone_network.speaking_clauses import ClauseVoice
from phone_network.speech import Voice
from scripted_calls.asking import Question, asked_twice
from scripted_calls.caller import Caller
from scripted_calls.calling import Heard
from scripted_calls.console import ConsoleRefusedError
from scripted_calls.hand import Hand, Pressed
from scripted_calls.world import Called, Manner, StuckError, World

log = logging.getLogger(__name__)

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
# From one caller to the next; no part of a day, so that they ring at all hours.
APART: Final = timedelta(seconds=607)
WRONG_KEYS: Final = 0.01
DROPS: Final = 0.02
KEY_SECONDS: Final = 1.0
# A call breaks at any moment of the time that a straight one takes.
DROP_WITHIN: Final = 240.0
# Until whoever was cut off has dialled again.
REDIAL_SECONDS: Final = 10.0
MOST_CALLS: Final = 5
# What is wanted.
LEAST_CONFIRMED: Final = 0.99
LONGEST_MEDIAN: Final = 300.0
CONFIRMED: Final = "confirmed"
STUCK: Final = "stuck"
PROMISED: Final = "promised a call-back"
WITHHELD: Final = "anonymous"
WITHHOLDING: Final = 0.05
REGION: Final = "US"
# Callers of one world: the line measures how long calls take, and says what it expects.
TOGETHER: Final = 500
# The share of products whose plain requests the line issues at any hour.
LINE_ISSUES: Final = 1 / 3
BY_LINE: Final = Policy(issue_by_line=LineIssues.ALWAYS.value)
# Which reason's key, out of so many callers.
REASONS: Final = {"1": 64, "2": 10, "3": 15, "4": 10, "5": 1}


@dataclass(frozen=True, slots=True)
class Life:
    """One caller and what became of it. `seconds` are from the first dialling to the last hang-up.

    `keyed` are all keys pressed, in menus too; `heard` all digits spoken to the caller.
    """

    number: int
    is_confirmed: bool
    calls: int
    drops: int
    seconds: float
    keyed: int
    heard: int
    by_line: bool
    wrong: int
    twice: tuple[Question, ...]
    ending: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a population comes to."""

    callers: int
    seed: int
    confirmed: int
    median_seconds: float
    percentile_95_seconds: float
    median_keyed: float
    dropped: int
    by_line: int
    with_wrong_keys: int
    asked_twice: int
    endings: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """The share of callers that ended confirmed."""
        return self.confirmed / self.callers


async def live(world: World, number: int, seed: int) -> Life:
    """Let one caller of the population ring until it is done, or gives up."""
    rng = Random(f"{seed}/{number}")
    world.chance.seed(f"{seed}/{number}/line")
    world.now = START + number * APART
    (reason,) = rng.choices(list(REASONS), list(REASONS.values()))
    screen = world.server(rng, reason, policy=BY_LINE if rng.random() < LINE_ISSUES else Policy())
    is_known = rng.random() >= WITHHOLDING
    caller = f"+1202555{number % 10_000:04}" if is_known else WITHHELD
    hand = Hand(rng, WRONG_KEYS)
    script = Caller(screen.facts)
    done: list[Called] = []
    ending = "gave up"
    drops = 0
    while len(done) < MOST_CALLS:
        manner = Manner(KEY_SECONDS, drop_after=_moment(rng))
        try:
            called = await world.call(
                screen,
                script,
                number=world.number(REGION),
                caller=caller,
                hand=hand,
                manner=manner,
            )
        except (StuckError, ConsoleRefusedError) as error:
            log.warning("caller %d: %s", number, error)
            ending = STUCK
            break
        done.append(called)
        script = called.script
        if called.request is not None and called.request.state is RequestState.CONFIRMED:
            ending = CONFIRMED
            break
        if not called.is_cut:
            ending = script.hung_up or (PROMISED if script.is_promised else "left")
            break
        drops += 1
        script = after_drop(script, is_known=is_known)
        world.now += timedelta(seconds=REDIAL_SECONDS)
    return _life(number, done, drops, ending, is_known=is_known)


def after_drop(script: Caller, *, is_known: bool) -> Caller:
    """The caller who rings again: with its notes, and the case number where it was said."""
    return Caller(
        script.facts,
        told=script.told,
        closing_code=script.closing_code,
        case_number=None if is_known else script.noted_case,
        noted_case=script.noted_case,
        seed=script.seed,
    )


def _moment(rng: Random) -> float | None:
    """When the call breaks off, if it does."""
    breaks, at = rng.random() < DROPS, rng.uniform(0, DROP_WITHIN)
    return at if breaks else None


def _life(number: int, done: list[Called], drops: int, ending: str, *, is_known: bool) -> Life:
    history = [each for called in done for each in called.history]
    pressed = [each for each in history if isinstance(each, Pressed)]
    return Life(
        number=number,
        is_confirmed=ending == CONFIRMED,
        calls=len(done),
        drops=drops,
        seconds=sum(called.seconds for called in done) + REDIAL_SECONDS * max(len(done) - 1, 0),
        keyed=sum(len(each.keys) for each in pressed),
        heard=sum(each.digits for each in history if isinstance(each, Heard)),
        by_line=any(called.by_line for called in done),
        wrong=sum(not each.wanted.startswith(each.keys) for each in pressed),
        twice=asked_twice(history, is_known=is_known),
        ending=ending,
    )


def run(
    callers: int, seed: int, *, jobs: int = 1, progress: Callable[[int], object] = lambda _: None
) -> tuple[Life, ...]:
    """Let so many callers ring, in worlds of `TOGETHER` each, shared out among `jobs` processes.

    How many processes there are makes no difference to any figure. `progress` hears how many
    callers are done.
    """
    worlds = [range(first, min(first + TOGETHER, callers)) for first in range(0, callers, TOGETHER)]
    lives: list[Life] = []
    if jobs == 1:
        for numbers in worlds:
            lives += ring(numbers, seed)
            progress(len(lives))
        return tuple(lives)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        for some in pool.map(ring, worlds, [seed] * len(worlds)):
            lives += some
            progress(len(lives))
    return tuple(lives)


def ring(numbers: Iterable[int], seed: int) -> list[Life]:
    """Let the callers of these numbers ring in one world, one after the other."""

    async def go(voice: Voice) -> list[Life]:
        lives: list[Life] = []
        world = World(START, voice=voice)
        try:
            for number in numbers:
                lives.append(await live(world, number, seed))
                # Whoever served a call that got stuck is still in it; whoever was promised a
                # call-back would be called while others ring.
                if lives[-1].ending in {STUCK, PROMISED}:
                    world.close()
                    world = World(START, voice=voice)
        finally:
            world.close()
        return lives

    with Speaker() as speaker:
        return asyncio.run(go(ClauseVoice(speaker)))


def figures(lives: tuple[Life, ...], seed: int) -> Figures:
    """Count a population; at least two callers."""
    confirmed = [life for life in lives if life.is_confirmed]
    seconds = [life.seconds for life in confirmed]
    return Figures(
        callers=len(lives),
        seed=seed,
        confirmed=len(confirmed),
        median_seconds=round(median(seconds), 1),
        percentile_95_seconds=round(quantiles(seconds, n=20)[-1], 1),
        median_keyed=median(life.keyed for life in confirmed),
        dropped=sum(life.drops > 0 for life in lives),
        by_line=sum(life.by_line for life in lives),
        with_wrong_keys=sum(life.wrong > 0 for life in lives),
        asked_twice=sum(bool(life.twice) for life in lives),
        endings=tuple(Counter(life.ending for life in lives).most_common()),
    )


def shortcomings(found: Figures) -> tuple[str, ...]:
    """What is wanted of a population and was missed, in sentences."""
    short: list[str] = []
    if found.share < LEAST_CONFIRMED:
        short.append(f"Only {found.share:.2%} ended confirmed, not {LEAST_CONFIRMED:.0%}.")
    if found.median_seconds >= LONGEST_MEDIAN:
        short.append(f"The median takes {found.median_seconds:g} s, not under {LONGEST_MEDIAN:g}.")
    if found.asked_twice:
        short.append(f"{found.asked_twice} were asked for a group twice without cause.")
    return tuple(short)
