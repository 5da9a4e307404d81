"""One process keeps house, and when it ends another does."""

import subprocess
import sys

import pytest
from sqlalchemy import Engine, text

from activation_line.leadership import leadership
from data_store import open_engine

OTHER = """
import sys
from activation_line.leadership import leadership
from data_store import open_engine
print(leadership(open_engine(sys.argv[1])).holds(), flush=True)
sys.stdin.read()
"""


def test_it_is_held_by_one_and_goes_on_to_the_next(engine: Engine, store_url: str) -> None:
    mine = leadership(engine)
    other_engine = open_engine(store_url)
    theirs = leadership(other_engine)
    assert (mine.holds(), theirs.holds(), mine.holds()) == (True, False, True)
    mine.resign()
    assert (theirs.holds(), mine.holds()) == (True, False)
    theirs.resign()
    other_engine.dispose()


def test_a_process_that_is_killed_holds_nothing(engine: Engine, store_url: str) -> None:
    mine = leadership(engine)
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, store_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert not mine.holds()
        process.kill()
        process.wait()
    for _ in range(200):  # PostgreSQL notices after a moment
        if mine.holds():
            break
        with engine.connect() as connection:
            wait = "SELECT pg_sleep(0.05)" if "postgresql" in store_url else "SELECT 1"
            connection.execute(text(wait))
    assert mine.holds()
    mine.resign()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_drops_is_no_lock(engine: Engine) -> None:
    mine = leadership(engine)
    assert mine.holds()
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    assert [mine.holds(), mine.holds()] == [False, True]
    mine.resign()
