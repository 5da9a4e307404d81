"""The line as several workers: a call outlives any of them, and a stop lets its turn finish."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import Connection, create_engine, func, select, text
from twilio.request_validator import RequestValidator

from activation_line import processes
from activation_line.house import House, Plan
from activation_line.once import Variation, play
from activation_line.wiring import bootstrap
from clearinghouse import audit
from clearinghouse.tables import permissions
from data_store import reading
from switchboard.tables import calls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and needs POSIX")

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
# What is said before a worker is killed, while nobody is waiting for an answer.
MOMENTS = ("Now key the license server ID", "Group 3 of the new ID")
TOKEN = "12345"
BASE = "https://line.example"
SID = "CA" + "0" * 31 + "1"


def workers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def test_a_call_outlives_every_worker_that_it_began_with(
    tmp_path: Path, empty_postgresql_url: str
) -> None:
    plan = Plan(tmp_path / "demo", start=START, database_url=empty_postgresql_url, workers=2)
    with House(plan, print) as house:
        pid = house.web.pid
        wait_until(lambda: len(workers_of(pid)) == 2)
        first = workers_of(pid)
        left = list(first)
        moments = list(MOMENTS)

        def told(line: str) -> None:
            print(line)
            if moments and moments[0] in line:
                moments.pop(0)
                victim = left.pop()
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda: victim not in workers_of(pid))

        evidence = asyncio.run(play(house, Variation(), told))
        assert (moments, left) == ([], [])
        assert evidence.faults == ()
        wait_until(lambda: len(workers_of(pid)) == 2)
        assert not set(first) & set(workers_of(pid))
        line = bootstrap(house.settings)
        with reading(line.engine) as conn:
            assert audit.verify(conn) is None
            # The demo's own, and this call's.
            assert conn.execute(select(func.count()).select_from(permissions)).scalar_one() == 2
        line.close()


@contextmanager
def served(tmp_path: Path, url: str, workers: int) -> Iterator[processes.Running]:
    running = processes.start(
        "line",
        ["activation_line", "serve", "--json"],
        tmp_path / "logs",
        {
            "ACTIVATION_LINE_DATA_DIR": str(tmp_path / "line"),
            "ACTIVATION_LINE_DATABASE_URL": url,
            "ACTIVATION_LINE_PUBLIC_BASE_URL": BASE,
            "ACTIVATION_LINE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "ACTIVATION_LINE_TWILIO_AUTH_TOKEN": TOKEN,
            # Nobody listens there: the line must not ask the real network.
            "ACTIVATION_LINE_TWILIO_API_URL": "http://127.0.0.1:1",
            "ACTIVATION_LINE_PORT": "0",
            "ACTIVATION_LINE_WORKERS": str(workers),
            "ACTIVATION_LINE_METRICS_TOKEN": "figures",
            "ACTIVATION_LINE_LOG_FORMAT": "json",
        },
    )
    try:
        yield running
    finally:
        running.stop()


def post(address: str, path: str, sid: str = SID, **fields: str) -> requests.Response:
    form = {"CallSid": sid, "To": "+12025550142", "From": "+12025550199", **fields}
    signature = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    headers = {"X-Twilio-Signature": signature}
    return requests.post(address + path, form, headers=headers, timeout=30)


def is_waited_for(connection: Connection) -> bool:
    """Whether a turn waits for the row that this connection has locked."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return bool(connection.execute(waiting).scalar_one())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_lets_the_turn_under_way_finish(
    tmp_path: Path, empty_postgresql_url: str, workers: int
) -> None:
    engine = create_engine(empty_postgresql_url)
    with served(tmp_path, empty_postgresql_url, workers) as running, ThreadPoolExecutor() as pool:
        address = running.facts["url"]
        post(address, "/voice/incoming", CallStatus="ringing").raise_for_status()
        with engine.begin() as holder:
            holder.execute(select(calls.c.id).where(calls.c.call_sid == SID).with_for_update())
            under_way = pool.submit(post, address, "/voice/turn", Digits="12345")
            wait_until(lambda: is_waited_for(holder))
            running.process.terminate()
            time.sleep(1)  # time enough to end for a process that would not wait
            assert running.process.poll() is None
        answer = under_way.result()
        assert answer.status_code == 200
        assert "<Gather" in answer.text
        assert running.process.wait(30) == 0
    engine.dispose()
    lines = [json.loads(line) for line in running.log.read_text("utf-8").splitlines()]
    begun = [line for line in lines if line["event"] == "turn" and line["step"] == "arriving"]
    assert [line["call"] for line in begun] == [SID]
    assert begun[0]["request"]
    assert "12345" not in running.log.read_text("utf-8")


def test_any_worker_tells_the_figures_of_all(tmp_path: Path, empty_postgresql_url: str) -> None:
    with served(tmp_path, empty_postgresql_url, 2) as running:
        address = running.facts["url"]
        for number in range(12):
            post(address, "/voice/incoming", f"CA{number:032d}").raise_for_status()
        pages = [
            requests.get(
                f"{address}/metrics", headers={"Authorization": "Bearer figures"}, timeout=10
            ).text
            for _ in range(6)
        ]
    for page in pages:
        assert "\nactivation_line_turn_seconds_count 12.0\n" in page
