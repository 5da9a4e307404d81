"""A switchboard in an empty store, with a clock that is moved by hand."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, text

from data_store import transaction
from switchboard import call_backs, calls, events, queues, representatives
from switchboard.model import Call, Overflow, Presence, Representative

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_BLOCKED = text(
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)
PATIENCE = 20.0


class Board:
    """The rows and the clock; every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = START
        self._numbers = count(1)

    def later(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        with transaction(self.engine) as conn:
            yield conn

    def do(self, act: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        with self.turn() as conn:
            return act(conn, *arguments, **options)

    def person(
        self,
        name: str,
        centres: tuple[str, ...] = ("north",),
        languages: tuple[str, ...] = ("en",),
        presence: Presence = Presence.AVAILABLE,
    ) -> str:
        now = self.later()
        with self.turn() as conn:
            representatives.add(
                conn,
                name=name,
                display_name=name.title(),
                centres=centres,
                languages=languages,
                now=now,
            )
            representatives.set_presence(conn, name, presence, now)
        return name

    def call(self, centre: str = "north", language: str = "en") -> int:
        number = next(self._numbers)
        started: Call = self.do(
            calls.start,
            call_sid=f"CA{number:04}",
            line="line",
            region="GB",
            centre=centre,
            language=language,
            caller=f"+1202555{number:04}",
            snapshot="{}",
            now=self.later(),
        )
        return started.id

    def queued(self, centre: str = "north", language: str = "en") -> int:
        call_id = self.call(centre, language)
        self.enqueue(call_id)
        return call_id

    def enqueue(self, call_id: int, *, first: bool = False) -> Call:
        queued: Call = self.do(queues.enqueue, self.of(call_id), self.later(), first=first)
        return queued

    def call_back(self, opens: datetime | None = None) -> int:
        """A call whose caller waited and has hung up to be called back."""
        call_id = self.queued()
        self.do(call_backs.ask, self.of(call_id), self.later(), opens=opens)
        return call_id

    def calling(self, name: str = "anna") -> int:
        """A call-back that somebody new has answered: its caller's telephone rings."""
        self.person(name)
        call_id = self.call_back()
        assert self.offer() == [(call_id, name)]
        self.do(queues.answer, name, call_id, self.later())
        return call_id

    def offer(self, overflow: Overflow | None = None) -> list[tuple[int, str]]:
        made = self.do(queues.offer, self.later(), overflow)
        return [(offer.call_id, offer.representative) for offer in made]

    def talking(self, name: str = "anna") -> int:
        """A call in conversation with somebody new."""
        self.person(name)
        call_id = self.queued()
        assert self.offer() == [(call_id, name)]
        self.do(queues.answer, name, call_id, self.later())
        return call_id

    def of(self, call_id: int) -> Call:
        found: Call | None = self.do(calls.get, call_id)
        assert found is not None
        return found

    def who(self, name: str) -> Representative:
        found: Representative | None = self.do(representatives.get, name)
        assert found is not None
        return found

    def kinds(self, call_id: int) -> list[str]:
        return [event.kind.value for event in self.do(events.of_call, call_id)]

    def meanwhile(self, conn: Connection, act: Callable[..., Any], *arguments: Any) -> "Waiting":
        """Begin an act on another connection and let it come as far as `conn`'s locks."""
        waiting = Waiting(self, act, arguments)
        if self.engine.dialect.name == "postgresql":
            deadline = time.monotonic() + PATIENCE
            while waiting.runs and not conn.execute(_BLOCKED).scalar_one():
                assert time.monotonic() < deadline
        return waiting


class Waiting(threading.Thread):
    """An act in a transaction and a thread of its own; `result` waits for it."""

    def __init__(self, board: Board, act: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        super().__init__(daemon=True)
        self._board, self._act, self._arguments = board, act, arguments
        self._result: Any = None
        self._error: BaseException | None = None
        self.start()

    @property
    def runs(self) -> bool:
        return self.is_alive()

    def run(self) -> None:
        try:
            self._result = self._board.do(self._act, *self._arguments)
        except Exception as error:  # noqa: BLE001 -- raised again where it is waited for
            self._error = error

    def result(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive()
        if self._error is not None:
            raise self._error
        return self._result
