"""The line in memory: the flow, carried out on a model of queue, people and register.

Takes the same requests as the webhooks and answers with what is said. It is an order of magnitude
faster than the real line, and stricter: what a command brings has to fit the step, and nothing may
be ordered of the register but for the IDs that this call has keyed.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from clearinghouse import Refusal, RequestState
from clearinghouse.transitions import Act
from ivr import actions, events
from ivr.actions import Ask, HangUp, JoinConference, Listen, Note, Spoken, WaitInQueue
from ivr.flow import FlowError, advance, resume
from ivr.render import prompts_in
from ivr.session import Session, Step, restore, snapshot
from ivr.transitions import TRANSITIONS
from ivr.turns import _state_at
from switchboard.model import WAITING, CallState, WorkState
from tests.ivr.sequence_codes import OURS, SERVERS, line_code_of
from tests.ivr.sequence_orders import IllegalTurnError, Orders
from tests.ivr.sequence_people import ModelCall, Switchboard
from tests.ivr.sequence_register import Case, Rules

LAST: Final = (Ask, Listen, WaitInQueue, JoinConference, HangUp)
SAID: Final = actions.OpenRequest(OURS.product_id, SERVERS[OURS.product_id][1])
SILENT: Final = (Step.AWAITING_CALL, Step.ENDED)

Make = Callable[["ModelCall"], events.Event | None]


class ModelLine:
    """One line of a sequence."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.board = Switchboard()
        self.orders = Orders(rules, self.board)

    # What comes in

    def post(self, sid: str, caller: str, path: str, token: str, **fields: str) -> tuple[str, ...]:
        """A request of the network; what is said to it, as prompts' ids."""
        self.orders.keyed = fields.get("Digits", "")
        if path == "incoming" and self._of(sid) is None:
            self.board.calls.append(ModelCall(len(self.board.calls), sid, caller))
        if path.startswith("called-back/"):
            _, number, attempt, *status = path.split("/")
            call = self.board.calls[int(number)]
            if status:
                return self._turn(call, "", self._call_back_over(int(attempt), sid))
            return self._turn(call, token, self._answered(int(attempt), sid))
        found = self._of(sid)
        if found is None or fields.get("QueueResult", "error") != "error":
            return ()
        make = MAKERS[path.removeprefix("redirected/")]
        return self._turn(found, "" if path == "status" else token, lambda at: make(self, at))

    def _of(self, sid: str) -> ModelCall | None:
        return next((call for call in self.board.calls if call.sid == sid), None)

    def _press(self, _call: ModelCall) -> events.Event:
        return (
            events.KeysPressed(self.orders.keyed) if self.orders.keyed else events.NothingPressed()
        )

    def _wait(self, call: ModelCall) -> events.Event:
        return (
            events.KeysPressed(self.orders.keyed) if self.orders.keyed else self.orders.look(call)
        )

    def _arrive(self, call: ModelCall) -> events.Event:
        outlook = events.Outlook(helped_by=self.rules.helped_by, other_language="de")
        return events.CallArrived(outlook, self.orders.earlier_of(call))

    def _answered(self, attempt: int, sid: str) -> Make:
        def answered(call: ModelCall) -> events.Event | None:
            if (call.state, call.attempts) != (CallState.CALLING, attempt):
                return None
            call.sid = sid
            case = call.request_id
            if case is None:
                return events.CalledBack()
            found = self.orders.register.cases[case]
            return events.CalledBack(line_code_of(found.product_id, found.license_server_id))

        return answered

    def _call_back_over(self, attempt: int, sid: str) -> Make:
        def over(call: ModelCall) -> events.Event | None:
            if (call.state, call.attempts) == (CallState.CALLING, attempt):
                return events.NotReached()
            is_same = (call.attempts, call.sid) == (attempt, sid)
            return events.HungUp() if is_same and call.state is not CallState.CALL_BACK else None

        return over

    def _put_through(self, call: ModelCall) -> events.Event:
        if call.is_accompanied:
            return events.PutThrough(f"call-{call.id}", self.rules.recorded)
        return events.RepresentativeLost()

    def _want_closing_code(self, call: ModelCall) -> events.Event:
        if call.state in WAITING:
            return events.RepresentativeLost()
        case = None if call.request_id is None else self.orders.register.cases[call.request_id]
        is_unproven = case is not None and case.state is RequestState.ISSUED
        return events.ClosingCodeWanted(is_unproven, call.request_id)

    def _want_reading(self, call: ModelCall) -> events.Event:
        if call.state in WAITING:
            return events.RepresentativeLost()
        return events.ReadingWanted(call.request_id)

    def _want_challenge(self, call: ModelCall) -> events.Event:
        if call.state in WAITING:
            return events.RepresentativeLost()
        return events.ChallengeWanted(call.request_id)

    # One turn

    def _turn(self, call: ModelCall, token: str, make: Make) -> tuple[str, ...]:
        if token and token == call.token and call.answer is not None:
            return call.answer
        event = make(call)
        if event is None:
            return ()
        if call.state is CallState.ENDED and not isinstance(event, events.HungUp):
            return ()
        session, spoken = self._advance(call, event)
        if restore(snapshot(session)) != session:
            raise IllegalTurnError(f"{session} is not what is kept of it.")
        self._check_ending(session, spoken)
        call.session = session
        if call.state is not CallState.ENDED:
            call.state = _state_at(session, call.state)
        call.token, call.answer = token, tuple(prompts_in(spoken)) if token else None
        return tuple(prompts_in(spoken))

    def _advance(self, call: ModelCall, event: events.Event) -> tuple[Session, tuple[Spoken, ...]]:
        spoken: tuple[Spoken, ...] = ()
        session, waiting, is_brought = call.session, [event], False
        while waiting:
            taken = waiting.pop(0)
            try:
                session, ordered = advance(session, taken)
            except FlowError as error:
                # What is brought has to fit, and what fits must lead where the table says.
                if is_brought or type(taken) in TRANSITIONS[session.step]:
                    raise IllegalTurnError(
                        f"A command brought what does not fit: {error}"
                    ) from None
                session, ordered = resume(session)
            is_brought = True
            for action in ordered:
                if isinstance(action, Note):
                    continue
                if isinstance(action, Spoken):
                    spoken += (action,)
                elif (brought := self.orders.carry_out(call, session, action)) is not None:
                    waiting.append(brought)
        return session, spoken

    @staticmethod
    def _check_ending(session: Session, spoken: tuple[Spoken, ...]) -> None:
        """A document ends with the one thing that keeps the call, or ends it; nothing follows."""
        if not spoken and session.step in SILENT:
            return
        *before, last = spoken or (None,)
        if not isinstance(last, LAST) or any(isinstance(each, LAST) for each in before):
            raise IllegalTurnError(f"At {session.step} nothing keeps the call: {spoken}")
        if isinstance(last, HangUp) != (session.step in SILENT):
            raise IllegalTurnError(f"At {session.step} the call ends wrongly: {spoken}")

    # What a sequence may look at and do

    def call(self, number: int) -> ModelCall:
        """How a call stands."""
        return self.board.calls[number]

    def case(self, number: int) -> Case:
        """How a request stands."""
        return self.orders.register.cases[number]

    def issued(self) -> list[tuple[int, str]]:
        """The case of every issue so far, and by whom."""
        return self.orders.register.issues

    def desks(self) -> Iterator[tuple[str, WorkState, int | None]]:
        """Name, work state and the id of the call in hand."""
        for name, person in self.board.people.items():
            yield name, person.work, None if person.call is None else person.call.id

    def act(self, what: str, call: ModelCall) -> None:
        """Something that a representative or a clock does, or that is decided of the rules."""
        kind, _, detail = what.partition(": ")
        if kind == "rules":
            self.rules.change(detail)
        elif kind in SECONDS:
            self.board.now += SECONDS[kind]
        else:
            ACTS[kind](self, call)

    def issue(self, call: ModelCall) -> None:
        """The representative checks and issues."""
        if call.request_id is not None and call.is_accompanied:
            with suppress(Refusal):
                self.orders.register.issue(
                    self.orders.register.cases[call.request_id], "representative"
                )

    def identify(self, call: ModelCall) -> None:
        """The representative opens the request for IDs that were said, another server's."""
        register = self.orders.register
        before = None if call.request_id is None else self.case(call.request_id)
        is_free = before is None or before.state is RequestState.OPENED
        if not call.is_accompanied or not is_free:
            return
        opened = register.open(SAID, by_line=False)
        if isinstance(opened, events.RequestOpened):
            if before is not None and before.id != opened.case:
                before.go(Act.ABANDON)
            call.request_id, call.case_number = opened.case, opened.case_number

    def deny(self, call: ModelCall) -> None:
        """The representative refuses for good."""
        if call.request_id is not None and call.is_accompanied:
            with suppress(Refusal):
                self.orders.register.cases[call.request_id].go(Act.DENY)

    def close(self, call: ModelCall) -> None:
        """The representative ends the call; the network hears of it later."""
        if call.is_accompanied:
            self.board.end(call, "representative")

    def lapse(self) -> None:
        """What has run out is closed."""
        for case in self.orders.register.cases:
            with suppress(Refusal):
                case.go(Act.LAPSE)


# Which event a request is, by its path.
MAKERS: Final[dict[str, Callable[[ModelLine, ModelCall], events.Event | None]]] = {
    "incoming": ModelLine._arrive,
    "turn": ModelLine._press,
    "wait": ModelLine._wait,
    "left-queue": ModelLine._put_through,
    "status": lambda _line, _call: events.HungUp(),
    "conversation": ModelLine._put_through,
    "queue": ModelLine._put_through,
    "closing_code": ModelLine._want_closing_code,
    "reading": ModelLine._want_reading,
    "challenge": ModelLine._want_challenge,
}
SECONDS: Final = {"minutes pass": 20 * 60, "hours pass": 3 * 3600}
ACTS: Final[dict[str, Callable[[ModelLine, ModelCall], None]]] = {
    "offer": lambda line, _call: line.board.offer(),
    "answer": lambda line, call: line.board.answer(call),
    "decline": lambda line, call: line.board.miss(call),
    "let it ring": lambda line, call: line.board.miss(call),
    "representative lost": lambda line, call: line.board.lose(call),
    "back at desk": lambda line, _call: line.board.back_at_desk(),
    "identify": ModelLine.identify,
    "issue": ModelLine.issue,
    "deny": ModelLine.deny,
    "close": ModelLine.close,
    "lapse": lambda line, _call: line.lapse(),
}
