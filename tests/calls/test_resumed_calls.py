"""Calls that are cut off and go on in another: real processes, the simulated phone network."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activation_line.evidence import Evidence, collect
from activation_line.house import House, Plan
from activation_line.once import Variation, converse
from scripted_calls.caller import (
    Stage,
)
from scripted_calls.playing import CallerPlayer

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LICENSE_SERVER_ID, LAST_GROUP, CLOSING_CODE = 35, 5, 4
PATIENCE = 90
# What is still to be keyed where the call broke, in a straight call.
LEFT = {
    Stage.LICENSE_SERVER_ID: LICENSE_SERVER_ID + LAST_GROUP + CLOSING_CODE,
    Stage.REASON: LAST_GROUP + CLOSING_CODE,
    Stage.READ_OUT: LAST_GROUP + CLOSING_CODE,
    Stage.CLOSING_CODE: CLOSING_CODE,
}


def call(house: House, variation: Variation) -> tuple[CallerPlayer, Evidence]:
    """Play one call, and collect what it left behind."""

    async def play() -> CallerPlayer:
        async with asyncio.timeout(PATIENCE):
            return await converse(house, variation, print)

    player = asyncio.run(play())
    hung_up = player.script.hung_up
    found = collect(
        house, player.call_sid, player.began, player.ended, hung_up, reason=variation.reason
    )
    return player, found


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("stage", "by", "cost"),
    [
        (Stage.LICENSE_SERVER_ID, "number", 2),
        (Stage.REASON, "number", 2),
        (Stage.REASON, "case number", 14),
        (Stage.READ_OUT, "number", 2),
        (Stage.CLOSING_CODE, "case number", 14),
    ],
)
def test_a_call_that_is_cut_off_costs_two_digits_or_fourteen(
    tmp_path: Path, stage: Stage, by: str, cost: int
) -> None:
    plan = Plan(tmp_path / "demo", start=START, age=Variation().age)
    with House(plan, print) as house:
        first = Variation(hang_up_at=stage)
        broken, left = call(house, first)
        assert broken.script.hung_up is not None
        second = replace(first, hang_up_at=None, told=broken.script.told)
        if by == "case number":
            assert left.request is not None
            # From a telephone whose number says nothing.
            second = replace(second, case_number=left.request.case_number, is_withheld=True)
        _, done = call(house, second)
    assert done.well, done.faults
    assert done.digits_keyed == cost + LEFT[stage]
