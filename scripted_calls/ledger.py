"""What a call costs its caller: digits keyed, digits heard, simulated seconds, trouble by trouble.

Each row is a call, or a call and its resumption, played in one process by the real flow, register
and switchboard on a network that throws away keys pressed before it listens. The voice's lengths
are those of the synthesised sound.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from clearinghouse import RequestState
from phone_network.speech import Voice
from scripted_calls.caller import Caller
from scripted_calls.calling import Heard
from scripted_calls.hand import Pressed
from scripted_calls.population import REDIAL_SECONDS, WITHHELD, after_drop
from scripted_calls.world import Called, Manner, World

START: Final = datetime(2026, 3, 2, 15, tzinfo=UTC)
SEED: Final = 1
CALLER: Final = "+12025550177"
REGION: Final = "US"
# When the connection breaks, in seconds from the start of the straight call.
IN_KEYING: Final = 36.0
IN_READING: Final = 150.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row: what happens, and how the caller and the world are for it.

    `beside` names the row that it is compared with, where that is not the straight call.
    """

    name: str
    title: str
    script: Mapping[str, Any] = field(default_factory=dict)
    drop_after: float | None = None
    is_open: bool = True
    is_known: bool = True
    reason_key: str = "1"
    country: str = ""
    beside: str = "straight"


STRAIGHT: Final = Trouble("straight", "straight call, with a representative")
CLOSED: Final = Trouble("closed", "closed centre: the line issues and reads out", is_open=False)
TROUBLES: Final = (
    STRAIGHT,
    Trouble("wrong-digit", "one wrong digit", {"wrong_digit": 7}),
    CLOSED,
    Trouble(
        "misheard",
        "one wrong group heard, closed centre",
        {"misheard": 3},
        is_open=False,
        beside="closed",
    ),
    Trouble("drop-keying", "drop in keying, in the second group of seven", drop_after=IN_KEYING),
    Trouble("drop-reading", "drop in reading out", drop_after=IN_READING),
    Trouble(
        "drop-withheld",
        "drop in reading out, number withheld",
        drop_after=IN_READING,
        is_known=False,
    ),
    Trouble("wrong-country", "wrong country: moved with all its data", country="GB"),
    Trouble("compromised", "compromised key: challenge and answer", reason_key="5"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one trouble came to.

    `keyed` are digits of codes, `menus` all other keys, the hash among them; `lost` of the digits
    keyed are those of a breath that the drop cut off, which no line can have received.
    """

    trouble: Trouble
    keyed: int
    menus: int
    lost: int
    heard: int
    seconds: float
    calls: int
    is_confirmed: bool


def rows(voice: Voice) -> tuple[Row, ...]:
    """Play every trouble in a world of its own; the same on every machine with the same voice."""
    return tuple(asyncio.run(_play(trouble, voice)) for trouble in TROUBLES)


async def _play(trouble: Trouble, voice: Voice) -> Row:
    world = World(START, voice=voice, seed=SEED)
    try:
        return await _in(world, trouble)
    finally:
        world.close()


async def _in(world: World, trouble: Trouble) -> Row:
    world.keep(is_open=trouble.is_open)
    screen = world.server(Random(SEED), trouble.reason_key, country=trouble.country)
    script = replace(Caller(screen.facts), **trouble.script)
    manner = Manner(drop_after=trouble.drop_after)
    number, caller = world.number(REGION), CALLER if trouble.is_known else WITHHELD
    done = [await world.call(screen, script, number=number, caller=caller, manner=manner)]
    if done[0].is_cut:
        script = after_drop(done[0].script, is_known=trouble.is_known)
        done.append(await world.call(screen, script, number=number, caller=caller))
    return _row(trouble, done)


def _row(trouble: Trouble, done: list[Called]) -> Row:
    history = [each for called in done for each in called.history]
    pressed = [each for each in history if isinstance(each, Pressed)]
    codes = [each for each in pressed if len(each.wanted) > 1]
    keyed = sum(map(_digits, codes))
    request = done[-1].request
    return Row(
        trouble,
        keyed=keyed,
        menus=sum(len(each.keys) for each in pressed) - keyed,
        lost=sum(_lost(called) for called in done if called.is_cut),
        heard=sum(each.digits for each in history if isinstance(each, Heard)),
        seconds=sum(called.seconds for called in done) + REDIAL_SECONDS * (len(done) - 1),
        calls=len(done),
        is_confirmed=request is not None and request.state is RequestState.CONFIRMED,
    )


def _digits(pressed: Pressed) -> int:
    return sum(key.isdigit() for key in pressed.keys)


def _lost(called: Called) -> int:
    """The digits under way when the connection broke."""
    last = called.history[-2] if len(called.history) > 1 else None
    return _digits(last) if isinstance(last, Pressed) else 0
