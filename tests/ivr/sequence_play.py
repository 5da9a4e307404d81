"""Acts of callers, network and representatives in any order, and what must hold after each.

The same acts are played on the line in memory and on the real one: `Line` is what both offer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from clearinghouse import RequestState
from ivr.session import Session, Step
from switchboard.model import CallState, WorkState
from tests.ivr.sequence_codes import closing_code_of, holds
from tests.ivr.sequence_keys import FITTING, NAMED, SLIPS, Situation
from tests.ivr.sequence_register import Case

HOME: Final = "+12025550199"
ELSEWHERE: Final = "+12025550123"
MOST_CALLS: Final = 4
BUSY: Final = {WorkState.RINGING, WorkState.TALKING}
WITHOUT_ANYBODY: Final = {CallState.QUEUED, CallState.CALL_BACK}
WITH_SOMEBODY: Final = {CallState.TALKING, CallState.CALLING, CallState.KEYING}
# States of the row that contradict the step of the flow.
IMPOSSIBLE: Final = {
    Step.ENDED: set(CallState) - {CallState.ENDED},
    Step.TALKING: {CallState.IN_LINE},
    Step.AWAITING_CALL: {CallState.IN_LINE, CallState.TALKING, CallState.KEYING},
}
# How a caller who has hung up may be left: gone, or to be called back.
LEFT: Final = {CallState.ENDED, CallState.CALL_BACK, CallState.RINGING, CallState.CALLING}
# What is said where the register has refused what was keyed.
FORGETTING: Final = {"product_unknown", "proof_wrong", "refused_receipt_wrong"}


class Seen(Protocol):
    """A call, as its row and its session tell."""

    id: Any
    sid: Any
    caller: Any
    state: Any
    session: Any
    representative: Any
    request_id: Any
    case_number: Any
    attempts: Any
    is_accompanied: Any


class Line(Protocol):
    """A line that can be played on; calls are numbered in the order in which they came."""

    def post(self, sid: str, caller: str, path: str, token: str, **fields: str) -> tuple[str, ...]:
        """A request of the network; the prompts of its answer."""

    def call(self, number: int) -> Seen:
        """How a call stands."""

    def case(self, number: int) -> Case:
        """How a request stands."""

    def issued(self) -> list[tuple[int, str]]:
        """The case of every issue so far, and by whom it was made."""

    def desks(self) -> Iterator[tuple[str, WorkState, Any]]:
        """Name, work state and the id of the call in hand of every representative."""

    def act(self, what: str, call: Seen) -> None:
        """Something that a representative or a clock does."""


@dataclass
class Play:
    """One sequence on one line.

    `at` is the call in hand; `proven` and `confirmed` name cases, `opened` those that
    each call had in hand, whether they were keyed or said to a representative.
    """

    line: Line
    sids: list[str] = field(default_factory=list)
    at: int = 0
    posts: int = 0
    last: dict[int, tuple[str, str, str, dict[str, str]]] = field(default_factory=dict)
    proven: set[int] = field(default_factory=set)
    confirmed: set[int] = field(default_factory=set)
    opened: set[tuple[int, int]] = field(default_factory=set)

    @property
    def call(self) -> Seen:
        """The call in hand."""
        return self.line.call(self.at)

    # Acts

    def act(self, what: str) -> None:
        """Do one act, and look whether all still agrees."""
        kind, _, detail = what.partition(": ")
        deed = DEEDS.get(kind)
        if deed is None:
            self.line.act(what, self.call)
        else:
            deed(self, detail)
        self.check()

    def thrice(self, what: str) -> None:
        """Do one act three times, as tries are counted."""
        for _ in range(3):
            self.act(what)

    def slip(self) -> None:
        """Key what does not fit here."""
        self.key(SLIPS.get(self.call.session.step, "8"))

    def next_call(self) -> None:
        """Go on with another call."""
        self.at = (self.at + 1) % len(self.sids)

    def go_on(self) -> None:
        """What brings this call nearer to its end, by whoever's turn it is."""
        call = self.call
        match call.session.step:
            case Step.ENDED:
                self.ring(HOME)
            case Step.AWAITING_CALL | Step.QUEUED:
                for what in ("back at desk", "offer", "answer"):
                    self.line.act(what, self.call)
                if self.call.state is CallState.CALLING:
                    self.called_back("answered")
                else:
                    self.post("redirected/conversation")
            case Step.TALKING:
                self.line.act("issue", call)
                self.post("redirected/closing_code")
            case step:
                self.key(FITTING.get(step, "1"))

    def key(self, what: str) -> None:
        """Key something, by name or as it is."""
        meant = NAMED.get(what)
        self.post("turn", Digits=what if meant is None else meant(self._situation()))

    def _situation(self) -> Situation:
        line, call = self.line, self.call
        case = None if call.request_id is None else line.case(call.request_id)
        calls = [line.call(number) for number in range(len(self.sids))]
        return Situation(call, case, calls, [line.case(number) for number, _ in line.issued()])

    def ring(self, caller: str) -> None:
        """Another call; it is the one in hand from now on."""
        if len(self.sids) == MOST_CALLS:
            self.next_call()
            return
        self.sids.append(f"CA{len(self.sids):032}")
        self.at = len(self.sids) - 1
        self._send(self.sids[-1], caller, "incoming", {})

    def called_back(self, how: str) -> None:
        """The network calls the caller, and tells how it went."""
        call = self.call
        if not call.attempts:
            return
        # What the network calls it from now on.
        sid = f"CB{call.id:026}{call.attempts:06}"
        entry = f"called-back/{call.id}/{call.attempts}"
        if how == "answered":
            self._send(sid, call.caller, entry, {"CallStatus": "in-progress"})
        else:
            self._send(sid, call.caller, f"{entry}/status", {"CallStatus": how})

    def post(self, path: str, **fields: str) -> None:
        """A request of the call in hand."""
        call = self.call
        self._send(call.sid, call.caller, path, fields)

    def _send(self, sid: str, caller: str, path: str, fields: dict[str, str]) -> None:
        self.posts += 1
        token = f"token-{self.posts}"
        self.last[self.at] = (sid, path, token, fields)
        number = self.at
        before = None if path == "incoming" else self.line.call(number).session
        case = None if before is None else before.case
        self._note(case, fields.get("Digits", ""))
        said = self.line.post(sid, caller, path, token, **fields)
        if before is not None:
            lost = self._lost(before, self.line.call(number).session, fields, set(said))
            assert not lost, f"{lost} got lost at {before.step} by {path} {fields}"

    def again(self) -> None:
        """The network sends the last request of this call once more, as the same request."""
        sid, path, token, fields = self.last[self.at]
        before = self.call
        self.line.post(sid, before.caller, path, token, **fields)
        if path in {"turn", "wait"}:
            assert self.call.session == before.session, f"{path} {fields} was taken twice"

    def _note(self, case: int | None, digits: str) -> None:
        if case is None:
            return
        new_id = self.line.case(case).new_id
        if new_id is not None and digits:
            if new_id[-5:] in digits:
                self.proven.add(case)
            if closing_code_of(self.line.case(case).product_id, new_id) in digits:
                self.confirmed.add(case)

    # What must hold

    def _lost(
        self, before: Session, after: Session, fields: dict[str, str], said: set[str]
    ) -> list[str]:
        """Good groups that are gone, though neither caller nor register has taken them back."""
        keys = fields.get("Digits", "")
        chose_anew = before.step in {Step.ANOTHER, Step.MARKING, Step.PACK} and keys
        if "*" in keys or chose_anew or said & FORGETTING or "resumed" in said:
            return []
        # What is keyed replaces where a whole code's parity was wrong, and where it is right then.
        codes = [
            (old, new)
            for old, new in (
                (before.product_id, after.product_id),
                (before.license_server_id, after.license_server_id),
            )
            if not (old.parity_wrong or new.complete)
        ]
        return [
            f"group {number} of the {old.kind}"
            for old, new in codes
            for number, (was, now) in enumerate(zip(old.groups, new.groups, strict=True), 1)
            if was is not None and was != now
        ]

    def check(self) -> None:
        """Rows, desks and register agree with one another."""
        calls = {each.id: each for each in map(self.line.call, range(len(self.sids)))}
        desks = {name: (work, held) for name, work, held in self.line.desks()}
        for work, held in desks.values():
            if work in BUSY:
                assert calls[held].state is not CallState.ENDED
                assert desks[calls[held].representative] == (work, held)
        for call in calls.values():
            self._check_call(call, desks)
        issued = [case for case, _ in self.line.issued()]
        assert len(set(issued)) == len(issued), "issued twice"
        for number in issued:
            case = self.line.case(number)
            assert holds(case.product_id, case.license_server_id), "issued unproven"

    def _check_call(self, call: Seen, desks: dict[str, tuple[WorkState, Any]]) -> None:
        session, state, who = call.session, call.state, call.representative
        if state in WITHOUT_ANYBODY:
            assert who is None
        if state is CallState.RINGING:
            assert desks[who] == (WorkState.RINGING, call.id)
        if state in WITH_SOMEBODY and who is not None:
            assert desks[who] == (WorkState.TALKING, call.id)
        if state is CallState.TALKING:
            assert who is not None
        assert state not in IMPOSSIBLE.get(session.step, ())
        if call.request_id is not None:
            self.opened.add((call.id, call.request_id))
        if session.case is not None:
            self._check_case(call, session)

    def _check_case(self, call: Seen, session: Session) -> None:
        case = self.line.case(session.case)
        assert case.is_keyed_in(session) or (call.id, session.case) in self.opened
        if case.state is RequestState.CONFIRMED:
            assert session.case in self.confirmed
        if case.state is RequestState.READ:
            assert session.case in self.proven


DEEDS: Final[dict[str, Callable[[Play, str], None]]] = {
    "go on": lambda at, _detail: at.go_on(),
    "key": Play.key,
    "slip": lambda at, _detail: at.slip(),
    "thrice": Play.thrice,
    "redirected": lambda at, where: at.post(f"redirected/{where}"),
    "wait": lambda at, keys: at.post("wait", **({"Digits": keys} if keys else {})),
    "left queue": lambda at, why: at.post("left-queue", QueueResult=why),
    "again": lambda at, _detail: at.again(),
    "arrive": lambda at, _detail: at.post("incoming"),
    "ring": lambda at, whence: at.ring(HOME if whence == "again" else ELSEWHERE),
    "other call": lambda at, _detail: at.next_call(),
    "hang up": lambda at, _detail: at.post("status"),
    "called back": Play.called_back,
}


def play(line: Line, acts: list[str]) -> Play:
    """A call comes, all acts follow, and every caller has hung up in the end."""
    sequence = Play(line)
    sequence.ring(HOME)
    for what in acts:
        sequence.act(what)
    for number in range(len(sequence.sids)):
        sequence.at = number
        sequence.act("hang up")
        assert sequence.call.state in LEFT
    return sequence
