"""How the line is, known without asking the database: probed every second by a thread.

A web process keeps the last answer in memory. Where the database gives none, or doesn't answer in
time, the document says so, and a caller hears it before any digit.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flask import Blueprint, Response, jsonify
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from clearinghouse import Clearinghouse
from data_store import StoreError, reading
from region_routing import RoutingTable, is_open
from switchboard import overrides, queues
from switchboard.queues import Waiting

log = logging.getLogger(__name__)

PROBE_SECONDS = 1.0
# A probe that has not ended by then will not: an answer that late helps no caller.
PATIENCE_SECONDS = 5.0
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Status:
    """What is known at `at`. `open_centres` and `waiting` are by support centre."""

    is_up: bool
    at: datetime | None = None
    open_centres: frozenset[str] = frozenset()
    waiting: Mapping[str, Waiting] = field(default_factory=dict)

    def wait_minutes(self, centre: str) -> int:
        """How long the longest waiting caller of a centre has waited, in begun minutes."""
        found = self.waiting.get(centre)
        if found is None or self.at is None:
            return 0
        return -(-int((self.at - found.since).total_seconds()) // MINUTE)


class StatusSource(Protocol):
    """Where the status is read."""

    def read(self) -> Status:
        """The status now, at once."""


class AlwaysUp:
    """A status for whoever needs no probe."""

    def read(self) -> Status:
        """All is well, and nobody waits."""
        return Status(is_up=True)


class ProbedStatus:
    """Probes the database of one web process, from the first time that somebody reads."""

    def __init__(
        self,
        engine: Engine,
        clearinghouse: Clearinghouse,
        routing: RoutingTable,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._clearinghouse = clearinghouse
        self._routing = routing
        self._clock = clock
        self._lock = threading.Lock()
        self._process: int | None = None
        self._status: Status | None = None
        self._began: float | None = None
        self._first = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self) -> Status:
        """The last probe's answer; down where a probe hangs."""
        if self._process != os.getpid():
            self._start()
        if self._status is None:
            self._first.wait(PROBE_SECONDS)
        began = self._began
        if began is not None and time.monotonic() - began > PATIENCE_SECONDS:
            return Status(is_up=False)
        return self._status or Status(is_up=True)

    def close(self) -> None:
        """Probe no more, and wait for a probe under way: the engine can then be let go."""
        self._closed.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join(PATIENCE_SECONDS)

    def probe(self) -> Status:
        """Ask the database now."""
        return self._probe(self._clock())

    def _probe(self, now: datetime) -> Status:
        try:
            with reading(self._engine) as conn:
                self._clearinghouse.product_exists(conn, "")
                dated = overrides.near(conn, now)
                waiting = queues.waiting_by_centre(conn, now)
        except (SQLAlchemyError, StoreError, OSError):
            return Status(is_up=False)
        centres = self._routing.centres.values()
        opened = frozenset(centre.id for centre in centres if is_open(centre, now, dated))
        return Status(is_up=True, at=now, open_centres=opened, waiting=waiting)

    def _start(self) -> None:
        """One thread for each process: a forked one has none of its parent's."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._process, self._began = os.getpid(), None
            self._thread = threading.Thread(target=self._keep, name="status", daemon=True)
            self._thread.start()

    def _keep(self) -> None:
        failed = False
        while not self._closed.is_set():
            try:
                now = self._clock()  # not the database's, and not in its time
                self._began = time.monotonic()
                self._status = self._probe(now)
                failed = False
            except Exception:  # the thread has to outlive whatever comes; what was known stays
                if not failed:  # said when it begins, not every second
                    log.exception("the line's status could not be probed")
                failed = True
            self._began = None
            self._first.set()
            self._closed.wait(PROBE_SECONDS)


def create_status_blueprint(source: StatusSource, routing: RoutingTable) -> Blueprint:
    """The public status document at `/status.json`: no names, no numbers, no database."""
    blueprint = Blueprint("status", __name__)

    @blueprint.get("/status.json")
    def document() -> Response:
        status = source.read()
        centres = {
            centre.id: {
                "name": centre.name,
                "open": centre.id in status.open_centres,
                "waiting": status.waiting[centre.id].count if centre.id in status.waiting else 0,
                "longest_wait_minutes": status.wait_minutes(centre.id),
            }
            for centre in routing.centres.values()
        }
        at = None if status.at is None else status.at.isoformat(timespec="seconds")
        answer = jsonify({"up": status.is_up, "at": at, "centres": centres if at else {}})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return blueprint
