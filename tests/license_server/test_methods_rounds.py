import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from license_server import event_log, link, progress, rounds
from license_server import state as states
from license_server.event_log import Kind
from license_server.model import Method
from license_server.state import Properties


def chain_file(data: Path) -> str | None:
    held = states.load(data).held
    assert held is not None
    return held.chain_file


@pytest.mark.parametrize("method", list(Method))
def test_only_the_automatic_method_touches_the_network(
    activated: Path, internet: Any, now: datetime, method: Method
) -> None:
    link.store(activated, internet.link)
    progress.keep_properties(activated, Properties(method=method))
    rounds.once(activated, now + timedelta(hours=1))
    is_automatic = method is Method.AUTOMATIC
    assert (chain_file(activated) is not None, bool(internet.asked)) == (is_automatic,) * 2


def test_time_is_noted_without_anybody_looking(activated: Path, now: datetime) -> None:
    rounds.once(activated, now + timedelta(days=380))
    kinds = {entry["kind"] for entry in event_log.entries(activated)}
    assert Kind.CERTIFICATE_EXPIRING in kinds


def test_they_go_on_after_a_fault_and_end_with_the_server(tmp_path: Path, now: datetime) -> None:
    walked = threading.Semaphore(0)

    def clock() -> datetime:
        walked.release()
        return now

    (tmp_path / "server").write_text("a file")
    with rounds.running(tmp_path / "server", clock, every=0.01):
        for _ in range(3):
            assert walked.acquire(timeout=10)
        (thread,) = [each for each in threading.enumerate() if each.name == "rounds"]
    thread.join(timeout=10)
    assert not thread.is_alive()
