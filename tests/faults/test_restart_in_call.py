"""A process that is killed and started again between two turns: the same call goes on to its end.

Web processes keep no state, so a caller should not notice that another one answers; the wizard
keeps its own in its data directory.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from activation_line.house import House, Plan
from activation_line.once import Variation, play
from activation_line.wiring import bootstrap
from clearinghouse import audit
from clearinghouse.tables import permissions
from data_store import reading

# What is said before the process is killed, while nobody is waiting for its answer.
MOMENTS = [
    ("line", "Now key the license server ID"),
    ("line", "I need a new license server ID"),
    ("line", "Group 3 of the new ID"),
    ("line", "We wait. Key the four digits"),
    ("license-server", "Group 3 of the new ID"),
    ("license-server", "It then shows a closing code"),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    start = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    with House(Plan(tmp_path / "demo", start=start), print) as built:
        yield built


def replacing(house: House, victim: str, words: str, done: list[int]) -> Callable[[str], None]:
    """A listener that kills the process when the words are told, and starts it again at once."""

    def told(line: str) -> None:
        print(line)
        if words in line and not done:
            done.append(house.running[victim].pid)
            house.running[victim].process.kill()
            house.running[victim].process.wait()
            house.revive()

    return told


@pytest.mark.parametrize(("victim", "words"), MOMENTS)
def test_the_call_goes_on_after_a_restart(house: House, victim: str, words: str) -> None:
    done: list[int] = []
    evidence = asyncio.run(play(house, Variation(), replacing(house, victim, words, done)))
    assert done
    assert done != [house.running[victim].pid]
    assert evidence.faults == ()
    line = bootstrap(house.settings)
    with reading(line.engine) as conn:
        assert audit.verify(conn) is None
        assert conn.execute(select(func.count()).select_from(permissions)).scalar_one() == 2
    line.close()
