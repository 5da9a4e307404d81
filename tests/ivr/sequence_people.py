"""The switchboard in memory: rows of calls, the queue, and representatives at their desks."""

from contextlib import suppress
from dataclasses import dataclass, field

from ivr.session import Session
from switchboard.call_backs import MOST_ATTEMPTS
from switchboard.model import CALL_BACKS, WAITING, CallState, WorkState
from switchboard.states import WrongWorkStateError, follow

SECONDS_BETWEEN_ATTEMPTS = 600


@dataclass(slots=True, eq=False)
class ModelCall:
    """A call's row; moments are seconds since the sequence began."""

    id: int
    sid: str
    caller: str
    state: CallState = CallState.IN_LINE
    session: Session = field(default_factory=Session)
    representative: str | None = None
    request_id: int | None = None
    case_number: str | None = None
    first: bool = False
    not_before: float | None = None
    attempts: int = 0
    ended_at: float = 0
    ended_by: str = ""
    token: str = ""
    answer: tuple[str, ...] | None = None

    @property
    def is_call_back(self) -> bool:
        """As in `switchboard.model.Call`."""
        return self.not_before is not None and self.state in CALL_BACKS

    @property
    def is_accompanied(self) -> bool:
        """As in `switchboard.model.Call`."""
        return self.representative is not None and self.state not in WAITING


@dataclass(slots=True)
class Person:
    """A representative at a desk."""

    work: WorkState = WorkState.IDLE
    call: ModelCall | None = None

    def move(self, what: str, call: ModelCall | None = None) -> None:
        """Raises `WrongWorkStateError`."""
        self.work = follow(self.work, what)
        if self.work is WorkState.IDLE or call is not None:
            self.call = call

    def release(self, call: ModelCall) -> None:
        """The call is over for whoever has it."""
        if self.call is call and self.work in {WorkState.RINGING, WorkState.TALKING}:
            self.move("caller gone")


class Switchboard:
    """Calls in the order in which they came; `now` in seconds since the first."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []
        self.people = {"ada": Person(), "ben": Person()}
        self.now = 0.0

    # Of the caller

    def place_of(self, call: ModelCall) -> int:
        """The place in the queue, from 1; 0 where the call doesn't wait."""
        waiting = [each for each in self.calls if each.state in WAITING]
        return waiting.index(call) + 1 if call in waiting else 0

    def enqueue(self, call: ModelCall, *, first: bool = False) -> None:
        """Take a place, or keep it."""
        if call.state is CallState.ENDED:
            return
        if call.state not in WAITING:
            self.let_go(call)
            call.state, call.not_before = CallState.QUEUED, None
        call.first |= first

    def let_go(self, call: ModelCall) -> None:
        """The caller has no representative any more, who wraps up."""
        if call.representative is not None:
            self.people[call.representative].release(call)
        call.representative = None

    def ask_call_back(self, call: ModelCall) -> bool:
        """Keep the place for a caller who hangs up, unless somebody has answered meanwhile."""
        if call.is_accompanied:
            return False
        self.let_go(call)
        call.state, call.not_before = CallState.CALL_BACK, self.now
        return True

    def call_later(self, call: ModelCall) -> bool:
        """The caller was not reached; whether there will be another attempt."""
        if call.state is CallState.CALLING:
            if call.representative is not None:
                self.people[call.representative].move("not reached")
            call.representative, call.state = None, CallState.CALL_BACK
            call.not_before = self.now + SECONDS_BETWEEN_ATTEMPTS
        return call.attempts < MOST_ATTEMPTS

    def end(self, call: ModelCall, by: str) -> None:
        """End a call, once."""
        if call.state is CallState.ENDED:
            return
        if call.representative is not None:
            self.people[call.representative].release(call)
        call.state, call.ended_at, call.ended_by = CallState.ENDED, self.now, by

    # Of the representatives

    def offer(self) -> None:
        """Let waiting calls ring at idle people."""
        waiting = [
            call
            for call in self.calls
            if call.state is CallState.QUEUED
            or (call.state is CallState.CALL_BACK and (call.not_before or 0) <= self.now)
        ]
        waiting.sort(key=lambda call: not call.first)
        for call in waiting:
            for name, person in self.people.items():
                if person.work is WorkState.IDLE:
                    person.move("offered", call)
                    call.state, call.representative = CallState.RINGING, name
                    break

    def answer(self, call: ModelCall) -> None:
        """Take what rings."""
        if call.state is not CallState.RINGING:
            return
        self.people[str(call.representative)].move("answered", call)
        if call.is_call_back:
            call.state = CallState.CALLING
            call.attempts += 1
        else:
            call.state = CallState.TALKING

    def miss(self, call: ModelCall) -> None:
        """Decline what rings, or let it ring too long."""
        if call.state is not CallState.RINGING:
            return
        self.people[str(call.representative)].move("missed")
        call.state = CallState.CALL_BACK if call.is_call_back else CallState.QUEUED
        call.representative = None

    def lose(self, call: ModelCall) -> None:
        """The representative's leg is over; the caller's is not."""
        if call.representative is None or call.state is CallState.ENDED:
            return
        try:
            self.people[call.representative].move("lost")
        except WrongWorkStateError:
            return
        if call.state in {CallState.KEYING, CallState.CALLING}:
            call.representative = None
        else:
            self.enqueue(call, first=True)

    def back_at_desk(self) -> None:
        """Whoever wrapped up or did not answer is there again."""
        for person in self.people.values():
            for move in ("back", "finished"):
                with suppress(WrongWorkStateError):
                    person.move(move)
