"""What a turn of the line costs beside the same turn without state or commit.

Both are signed requests for a keyed group, answered with a Gather document, called as WSGI
applications in one process; blocks of both alternate, and CPU time is compared, so no server and
no neighbour on the machine flatters the ratio. The same over HTTP, in wall time, is beside it, and
on PostgreSQL the CPU time of the backend, which is another process.
"""

import random
import tempfile
import time
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from threading import Thread
from typing import Any, Final

from cheroot.wsgi import Server
from sqlalchemy import Engine, event

from bench import lines, postgresql
from bench.postgresql import Backend
from bench.posts import Application, Post, cpu_of, post
from data_store import open_engine

BLOCKS: Final = 24
CALLS: Final = 16
TURNS: Final = 3
"""Measured turns of a call: three groups of the product ID, after each the next is asked."""


class Keying:
    """One store, both applications, and a supply of fresh calls that key a product ID."""

    def __init__(self, engine: Engine) -> None:
        rng = random.Random(7)
        self.engine = engine
        self.line = lines.line(engine, rng)
        self.bare = lines.bare_app()
        self._product_id = lines.product(self.line, rng).product_id
        self._sids = lines.sids()

    def groups(self, calls: int) -> list[Post]:
        """The next groups of several fresh calls, in turn as they would come."""
        sids = [lines.arrive(self.line, next(self._sids)) for _ in range(calls)]
        keyed = [self._product_id[5 * n : 5 * n + 5] for n in range(TURNS)]
        return [post("/voice/turn", sid, Digits=digits) for digits in keyed for sid in sids]

    def block(self) -> tuple[float, float]:
        """CPU microseconds of a turn of the line and of a bare one, one after the other."""
        posts = self.groups(CALLS)
        return cpu_of(self.line.app, posts, b"<Gather"), cpu_of(self.bare, posts, b"<Gather")


def sqlite(directory: Path, synchronous: str) -> Engine:
    """An empty store on SQLite that flushes as told."""
    engine = open_engine(f"sqlite:///{directory}/{synchronous}.db")

    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    if synchronous != "NORMAL":  # which the store sets by itself
        event.listen(engine, "connect", settle)
        engine.dispose()
    return engine


def over_http(app: Application, posts: list[Post]) -> float:
    """Wall microseconds of one request through a server and one kept connection."""
    server = Server(("127.0.0.1", 0), app, numthreads=1)
    server.prepare()
    serving = Thread(target=server.serve, daemon=True)
    serving.start()
    connection = HTTPConnection("127.0.0.1", server.bind_addr[1])
    taken: list[float] = []
    try:
        for sent in posts:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": sent.signature,
                "I-Twilio-Idempotency-Token": sent.signature,
            }
            begun = time.perf_counter()
            connection.request("POST", sent.path, sent.body, headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status != HTTPStatus.OK:
                raise AssertionError(f"{sent.path}: {answer.status}")
    finally:
        connection.close()
        server.stop()
        serving.join()
    return median(taken) * 1e6


def compared(keying: Keying, blocks: int) -> dict[str, float]:
    """Both sides' CPU time and their ratio: the median of the blocks, and the middle half."""
    keying.block()  # what is made once is made here
    pairs = [keying.block() for _ in range(blocks)]
    ratios = [line / bare for line, bare in pairs]
    low, middle, high = quantiles(ratios, n=4)
    return {
        "line_cpu_us": median(line for line, _ in pairs),
        "bare_cpu_us": median(bare for _, bare in pairs),
        "cpu_ratio": middle,
        "cpu_ratio_low": low,
        "cpu_ratio_high": high,
    }


def on_postgresql(blocks: int) -> dict[str, float]:
    """The same on PostgreSQL, and its backend's CPU time of one turn; nothing where it isn't."""
    installed = postgresql.binaries()
    if installed is None:
        return {}
    with postgresql.server(installed) as url:
        engine = open_engine(url)
        keying = Keying(engine)
        figures = compared(keying, blocks)
        posts = keying.groups(CALLS * TURNS)
        backend = Backend(engine)
        before = backend.microseconds()
        cpu_of(keying.line.app, posts, b"<Gather")
        figures["backend_cpu_us"] = (backend.microseconds() - before) / len(posts)
        engine.dispose()
    return figures


def measure(blocks: int = BLOCKS) -> dict[str, float]:
    """Measure a keyed turn: microseconds of CPU of either side, and their ratio.

    `sqlite` is as the line runs (a killed process loses nothing); `sqlite_full` flushes every
    commit to the disk, as an issued ID is.
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        for name, synchronous in (("sqlite", "NORMAL"), ("sqlite_full", "FULL")):
            engine = sqlite(Path(directory), synchronous)
            keying = Keying(engine)
            measured = compared(keying, blocks)
            figures |= {f"{name}.{figure}": value for figure, value in measured.items()}
            if name == "sqlite":
                posts = keying.groups(CALLS * 2)
                figures["http.line_wall_us"] = over_http(keying.line.app, posts)
                figures["http.bare_wall_us"] = over_http(keying.bare, posts)
            engine.dispose()
    measured = on_postgresql(blocks)
    return figures | {f"postgresql.{figure}": value for figure, value in measured.items()}
