"""One turn of a call: load, advance, carry out, one commit, then the document to speak.

`load -> advance -> commands -> save` happens in one transaction. What the network sends twice is
answered twice with the same document, and done once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from sqlalchemy import Connection

from data_store import ConnectionLostError, transaction
from ivr.actions import HangUp, Note, Spoken
from ivr.commands import Turn, carry_out
from ivr.events import Event, HungUp
from ivr.flow import FlowError, advance, resume
from ivr.render import Renderer, prompts_in
from ivr.services import Services
from ivr.session import Session, SnapshotError, Step, restore, snapshot
from switchboard import calls
from switchboard.events import EventKind, NewEvent
from switchboard.model import Call, CallState
from switchboard.telephony import TelephonyError

log = logging.getLogger(__name__)

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Where a caller is out of the conversation, if a representative waits meanwhile.
KEYING = frozenset(
    {
        Step.CLOSING_CODE,
        Step.CONFIRMING,
        Step.READING,
        Step.LAST_GROUP,
        Step.CHOOSING_GROUP,
        Step.CHALLENGE,
    }
)


def _state_at(session: Session, state: CallState) -> CallState:
    """The state that a step gives to a call; where it gives none, the call's own stays."""
    if session.step is Step.TALKING:
        return CallState.TALKING
    return CallState.KEYING if session.accompanied and session.step in KEYING else state


class UnknownCallError(LookupError):
    """The network speaks of a call that the line has no row for."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a call when it comes."""

    call_sid: str
    line: str
    region: str
    centre: str
    language: str
    caller: str


# An event may depend on the call: whether somebody is still there, which place it has.
EventMaker = Callable[[Turn, Session], Event | None]
# Finds the call's row in the turn's transaction, or makes it.
Find = Callable[[Connection], Call]


class Turns:
    """Takes turns of any call; keeps nothing between them but rendered documents."""

    def __init__(
        self, services: Services, tell: Callable[[Call], None] = lambda _call: None
    ) -> None:
        """`tell` hears of each call as its turn left it, once that is committed."""
        self._services = services
        self._tell = tell
        self._renderer = Renderer(services.prompts, services.refused_voices)
        self._watched_turn = services.observer.around("turn", self._turn)
        self._carry_out = services.observer.around("command", carry_out)

    def begin(self, arrival: Arrival, token: str | None, make: EventMaker) -> str:
        """The first turn of a call, whose row is made of what is known of it."""

        def start(conn: Connection) -> Call:
            return calls.start(
                conn,
                call_sid=arrival.call_sid,
                line=arrival.line,
                region=arrival.region,
                centre=arrival.centre,
                language=arrival.language,
                caller=arrival.caller,
                snapshot=snapshot(Session()),
                now=self._services.clock(),
            )

        return self._watched_turn(start, token, make)

    def take(self, call_sid: str, token: str | None, make: EventMaker) -> str:
        """A later turn. Raises `UnknownCallError` where there is no such call."""

        def load(conn: Connection) -> Call:
            call = calls.load(conn, call_sid)
            if call is None:
                raise UnknownCallError(call_sid)
            return call

        return self._watched_turn(load, token, make)

    def answer(self, call_id: int, token: str | None, make: EventMaker) -> str:
        """A turn of a call that the network may know by a new name: a call-back.

        Raises `UnknownCallError`.
        """

        def hold(conn: Connection) -> Call:
            call = calls.hold(conn, call_id)
            if call is None:
                raise UnknownCallError(str(call_id))
            return call

        return self._watched_turn(hold, token, make)

    def say_again(self, call_sid: str) -> str:
        """What the call stands at, said once more. Raises `UnknownCallError`."""
        began = perf_counter()
        with transaction(self._services.engine) as conn:
            call = calls.load(conn, call_sid)
            if call is None:
                raise UnknownCallError(call_sid)
            turn = Turn(self._services, conn, call, self._services.clock())
            session, spoken = self._advance(turn, self._restore(call), None)
            document = self._save(turn, session, spoken, None)
        self._follow(turn, perf_counter() - began)
        return document

    def end(self, call_sid: str) -> None:
        """The network says that the call is over; said twice, it is over once."""
        try:
            self.take(call_sid, None, lambda _turn, _session: HungUp())
        except UnknownCallError:
            log.info("a call ended that the line has no row for")

    def _turn(self, find: Find, token: str | None, make: EventMaker) -> str:
        """One turn; taken once more where the database went away in it and is there again.

        Had the first been committed after all, its token tells, and its answer is given again.
        """
        began = perf_counter()
        try:
            turn, document = self._once(find, token, make)
        except ConnectionLostError as error:
            log.warning("a turn is taken again: %s", error)
            turn, document = self._once(find, token, make)
        self._follow(turn, perf_counter() - began)
        return document

    def _once(self, find: Find, token: str | None, make: EventMaker) -> tuple[Turn, str]:
        with transaction(self._services.engine) as conn:
            turn = Turn(self._services, conn, find(conn), self._services.clock())
            return turn, self._take(turn, token, make)

    def _take(self, turn: Turn, token: str | None, make: EventMaker) -> str:
        call = turn.call
        if token is not None and token == call.last_token and call.last_answer is not None:
            turn.outcome = "repeated"
            return call.last_answer
        session = self._restore(call)
        turn.step = turn.to = session.step
        event = make(turn, session)
        if event is None:
            return EMPTY
        if call.state is CallState.ENDED and not isinstance(event, HungUp):
            # Whoever ended it here, the network has not heard of it yet.
            turn.outcome = "over"
            return self._renderer.document((HangUp(),), call.language, call.centre)
        session, spoken = self._advance(turn, session, event)
        turn.to = session.step
        return self._save(turn, session, spoken, token)

    def _advance(
        self, turn: Turn, session: Session, event: Event | None
    ) -> tuple[Session, tuple[Spoken, ...]]:
        """Advance until only spoken actions are left: results of commands are events again.

        Without an event, what the call stands at is said again.
        """
        spoken: tuple[Spoken, ...] = ()
        waiting: list[Event | None] = [event]
        while waiting:
            happened = waiting.pop(0)
            try:
                if happened is None:
                    session, actions = resume(session)
                else:
                    session, actions = advance(session, happened)
            except FlowError as error:
                # A webhook that came late or twice: say again what the call stands at.
                log.warning("call %s: %s", turn.call.call_sid, error)
                turn.outcome = "late"
                session, actions = resume(session)
            for action in actions:
                if isinstance(action, Note):
                    turn.notes.append(NewEvent(action.kind, dict(action.data)))
                elif isinstance(action, Spoken):
                    spoken += (action,)
                elif (brought := self._carry_out(turn, session, action)) is not None:
                    waiting.append(brought)
        return session, spoken

    def _save(
        self, turn: Turn, session: Session, spoken: tuple[Spoken, ...], token: str | None
    ) -> str:
        call = turn.call
        document = (
            self._renderer.document(spoken, call.language, call.centre, session.pace)
            if spoken
            else EMPTY
        )
        prompts = prompts_in(spoken)
        if prompts:
            turn.note(EventKind.PROMPT_SPOKEN, prompts=prompts)
        state = call.state
        if state is not CallState.ENDED:
            state = _state_at(session, state)
        kept = snapshot(session)
        answer = document if token is not None else None
        if call is turn.loaded and state is call.state:
            calls.keep(
                turn.conn,
                call,
                snapshot=kept,
                token=token,
                answer=answer,
                events=turn.notes,
                now=turn.now,
            )
            return document
        turn.call = replace(call, state=state, snapshot=kept, last_token=token, last_answer=answer)
        calls.save(turn.conn, turn.call, events=turn.notes, now=turn.now)
        return document

    def _follow(self, turn: Turn, seconds: float) -> None:
        """What comes after the commit: wake the pages, and tell the network."""
        self._tell(turn.call)
        self._services.observer.turn(turn.call, turn.step, turn.to, turn.outcome, seconds)
        self._services.live_feed.publish()
        for act in turn.after_commit:
            try:
                act()
            except TelephonyError as error:
                self._services.observer.telephony_failed()
                log.warning("call %s: %s", turn.call.call_sid, error)

    @staticmethod
    def _restore(call: Call) -> Session:
        """The session; one that this version can't read begins again, rather than fail a caller."""
        try:
            return restore(call.snapshot)
        except SnapshotError as error:
            log.warning("call %s: %s", call.call_sid, error)
            return Session()
