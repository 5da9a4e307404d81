"""What a million past calls cost a turn: CPU time and plans, beside a thousand past calls.

Both stores are filled by SQL with copies of one call that went the whole way, with four events,
spread over two years and as many numbers. The same turns are taken on either in blocks that
alternate. Every statement of these turns, and of what the switchboard does beside them, is
explained by the database: none may read a table of calls or events from end to end.
"""

import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, Table, func, select, text

from bench import lines, postgresql
from bench.callers import Town
from bench.lines import NOW
from bench.postgresql import Backend
from bench.posts import cpu_of
from bench.turn import sqlite
from bench.ways import ANOTHER, ARRIVED, CLOSING, FOUND, OFFERED, OPENED, QUEUED
from data_store import open_engine, transaction
from switchboard import calls as switchboard_calls
from switchboard import queues, waiting_times
from switchboard.events import EventKind
from switchboard.tables import calls, events

SMALL: Final = 1_000
LARGE: Final = 1_000_000
BLOCKS: Final = 20
CALLERS: Final = 6
TWO_YEARS: Final = timedelta(days=730)
# What a turn does there may depend on what is kept of past calls.
TURNS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "arriving": ((), "post incoming"),
    "keyed": (ARRIVED, "keys group"),
    "product": (ARRIVED, "keys product"),
    "request": (FOUND, "keys server"),
    "case_number": (ARRIVED, "keys case number"),
    "queueing": (OPENED, "keys 0"),
    "waiting": (QUEUED, "post wait"),
    "call_back": (OFFERED, "keys 1"),
    "confirming": (CLOSING, "keys closing code"),
    "hanging_up": (OPENED, "post status"),
}
# What the switchboard does beside the turns, for desks and ringing.
BESIDE: Final[dict[str, Callable[[Connection], object]]] = {
    "offer": lambda conn: queues.offer(conn, NOW),
    "expire": lambda conn: queues.expire_offers(conn, NOW, 20),
    "waiting": lambda conn: queues.waiting_by_centre(conn, NOW),
    "live": switchboard_calls.live,
    "recent": lambda conn: switchboard_calls.recent(conn, 20),
    "handled": lambda conn: waiting_times.measure(conn, ("americas",), "en"),
}
# Events of a past call, of some twenty that it had.
KEPT: Final = (
    EventKind.CALL_STARTED,
    EventKind.CASE_OPENED,
    EventKind.CALL_QUEUED,
    EventKind.CALL_ENDED,
)
LITERAL: Final = re.compile(r"'[^']*'|\b\d+\b")
# A plan that reads a whole table, as either database says it.
WHOLE: Final = re.compile(r"(?:SCAN|Seq Scan on) (?:calls|events)(?! USING)\b")


class Stock:
    """A line with so many past calls."""

    def __init__(self, engine: Engine, count: int) -> None:
        rng = random.Random(7)
        self.engine = engine
        self.line = lines.line(engine, rng)
        self.town = Town(self.line, rng)
        past = self.town.caller()
        past.go((*ANOTHER, "post status"))
        begun = time.perf_counter()
        with transaction(engine) as conn:
            _copy(conn, past.call.id, count)
        if engine.dialect.name == "postgresql":  # which does so by itself, after a while
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.execute(text("VACUUM ANALYZE"))
        self.filled_in = time.perf_counter() - begun
        self._backend = None if engine.dialect.name == "sqlite" else Backend(engine)

    def turn(self, name: str) -> float:
        """CPU microseconds of one kind of turn, the database's own process included."""
        acts, measured = TURNS[name]
        callers = [self.town.caller() for _ in range(CALLERS)]
        for caller in callers:
            caller.go(acts)
        posts = [caller.posts(measured) for caller in callers]
        before = self._of_backend()
        taken = cpu_of(self.line.app, posts) + (self._of_backend() - before) / CALLERS
        self.town.clear()
        return taken

    def beside(self, name: str) -> float:
        """CPU microseconds of one act of the switchboard."""
        before, begun = self._of_backend(), time.process_time_ns()
        with transaction(self.engine) as conn:
            BESIDE[name](conn)
        return (time.process_time_ns() - begun) / 1e3 + self._of_backend() - before

    def _of_backend(self) -> float:
        return 0.0 if self._backend is None else self._backend.microseconds()

    def whole_reads(self) -> list[str]:
        """The statements of all these, in short, that read calls or events from end to end."""
        with _statements(self.engine) as seen:
            for name in TURNS:
                self.turn(name)
            for name in BESIDE:
                self.beside(name)
        found = []
        explain = "EXPLAIN QUERY PLAN " if self.engine.dialect.name == "sqlite" else "EXPLAIN "
        with self.engine.connect() as conn:
            for statement, values in seen.values():
                plan = conn.exec_driver_sql(explain + statement, values)
                if _reads_all(statement, "\n".join(str(row[-1]) for row in plan)):
                    found.append(" ".join(statement.split()))
        return found


def _reads_all(statement: str, plan: str) -> bool:
    """Whether a plan comes to whole tables; the newest few, read from the end, are not one."""
    is_few = " LIMIT " in statement and "TEMP B-TREE" not in plan and "Sort" not in plan
    return WHOLE.search(plan) is not None and not is_few


@contextmanager
def _statements(engine: Engine) -> Iterator[dict[str, tuple[str, Any]]]:
    """What the engine's one connection is told meanwhile, as the driver itself hears it.

    Each statement once, whatever its values, with one set of them.
    """
    seen: dict[str, tuple[str, Any]] = {}

    def note(statement: str, values: Any = None) -> None:  # noqa: ANN401 -- the driver's own
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            seen.setdefault(LITERAL.sub("?", statement), (statement, values))

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> "Noting":  # noqa: ANN401 -- as the driver has it
            note(str(query), params)
            super().execute(query, params, **how)
            return self

    with engine.connect() as conn:
        driver: Any = conn.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.set_trace_callback(note)
    else:
        driver.cursor_factory = Noting
    try:
        yield seen
    finally:
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(None)
        else:
            driver.cursor_factory = psycopg.Cursor


def _copy(conn: Connection, template: int, count: int) -> None:
    """Copy a call and its events so often, each with a name, a number and a time of its own."""
    is_sqlite = conn.dialect.name == "sqlite"
    first = 1 + int(conn.execute(select(func.max(calls.c.id))).scalar_one())
    apart = TWO_YEARS / count
    if is_sqlite:
        series = (
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL"  # noqa: S608 -- a figure
            f" SELECT i + 1 FROM n WHERE i < {count - 1}) "
        )
        source, text_of = "n", "printf('%012d', n.i)"
        ago = f"CAST(n.i * {apart.total_seconds() * 1e6} AS INTEGER)"
    else:
        series, source = "", f"generate_series(0, {count - 1}) AS n(i)"
        text_of = "lpad(n.i::text, 12, '0')"
        ago = f"n.i * interval '{apart.total_seconds()} seconds'"
    own = f"{first} + n.i"
    moments = ("started_at", "queued_at", "offered_at", "answered_at", "ended_at")
    changed: dict[str, str | None] = {
        "id": own,
        "call_sid": f"'past ' || {text_of}",
        "caller": f"'+1303' || substr({text_of}, 6)",
        "case_number": text_of,
        **{moment: f"t.{moment} - {ago}" for moment in moments},
    }
    _insert(conn, calls, series, f"{source}, calls t WHERE t.id = {template}", changed)
    changed = {"id": None, "call_id": own, "case_number": text_of, "at": f"t.at - {ago}"}
    kept = ", ".join(f"'{kind}'" for kind in KEPT)
    of_call = f"{source}, events t WHERE t.call_id = {template} AND t.kind IN ({kept})"
    _insert(conn, events, series, of_call, changed)
    if not is_sqlite:
        conn.execute(text("SELECT setval('calls_id_seq', (SELECT max(id) FROM calls))"))


def _insert(
    conn: Connection, table: Table, series: str, source: str, changed: dict[str, str | None]
) -> None:
    names = [c.name for c in table.columns if changed.get(c.name, "t") is not None]
    values = ", ".join(str(changed.get(name, f"t.{name}")) for name in names)
    into = ", ".join(names)
    statement = f"INSERT INTO {table.name} ({into}) {series}SELECT {values} FROM {source}"  # noqa: S608 -- names of the house's own tables
    conn.execute(text(statement.replace(":", "\\:")))


def compare(small: Stock, large: Stock, blocks: int = BLOCKS) -> dict[str, float]:
    """Medians of either, and the ratio of each kind of turn; of all the ratios the middle half."""
    figures: dict[str, float] = {"large.filled_in_seconds": large.filled_in}
    kinds = {**dict.fromkeys(TURNS, Stock.turn), **dict.fromkeys(BESIDE, Stock.beside)}
    for name, measure_one in kinds.items():
        pairs = [(measure_one(small, name), measure_one(large, name)) for _ in range(blocks)]
        low, middle, high = quantiles([many / few for few, many in pairs], n=4)
        figures |= {
            f"{name}.small_cpu_us": median(few for few, _ in pairs),
            f"{name}.large_cpu_us": median(many for _, many in pairs),
            f"{name}.cpu_ratio": middle,
            f"{name}.cpu_ratio_low": low,
            f"{name}.cpu_ratio_high": high,
        }
    ratios = [figures[f"{name}.cpu_ratio"] for name in kinds]
    figures["cpu_ratio"], figures["highest_cpu_ratio"] = median(ratios), max(ratios)
    read = large.whole_reads()
    figures["whole_reads"] = float(len(read))
    for statement in read:
        print(f"reads a whole table: {statement}")
    return figures


def measure(count: int = LARGE, blocks: int = BLOCKS) -> dict[str, float]:
    """Compare on SQLite, and on PostgreSQL where there is one."""
    figures: dict[str, float] = {"calls": float(count)}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engines: dict[str, tuple[Engine, Engine]] = {}
        for size in ("small", "large"):
            (directory / size).mkdir()
        on_sqlite = (sqlite(directory / size, "NORMAL") for size in ("small", "large"))
        engines["sqlite"] = (next(on_sqlite), next(on_sqlite))
        installed = postgresql.binaries()
        if installed is not None:
            urls = [stack.enter_context(postgresql.server(installed)) for _ in range(2)]
            engines["postgresql"] = (open_engine(urls[0]), open_engine(urls[1]))
        for name, (few, many) in engines.items():
            measured = compare(Stock(few, SMALL), Stock(many, count), blocks)
            figures |= {f"{name}.{figure}": value for figure, value in measured.items()}
            few.dispose()
            many.dispose()
    return figures
