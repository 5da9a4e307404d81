"""Carry out what the flow orders, in the turn's transaction; results go back as events."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from clearinghouse import Actor, Channel, DeactivationCause, Reason, Refusal, RefusalCode
from data_store import mark_durable
from ivr import circumstances, commands_issuing, earlier_calls, queue_commands
from ivr.actions import (
    AnswerChallenge,
    AskCallBack,
    AskStanding,
    CallLater,
    ChangeCentre,
    ChangeLanguage,
    CheckCallBack,
    Command,
    Confirm,
    Deactivate,
    EndCall,
    Enqueue,
    FindEarlierCall,
    FindRepresentative,
    GiveChallenge,
    GiveId,
    InstallPack,
    IssueByLine,
    LookAtQueue,
    LookUpProduct,
    MoveCall,
    OpenRequest,
    ProveEarlierCall,
    ProveHeard,
    Release,
    SetReason,
)
from ivr.events import (
    Confirmed,
    Deactivated,
    Event,
    PutThrough,
    Refused,
    RepresentativeLost,
    RequestOpened,
)
from ivr.services import Services
from ivr.session import Session, Step
from switchboard import call_backs, calls, queues
from switchboard.events import EventKind, NewEvent
from switchboard.model import Call, CallState

REASONS = dict(zip("12345", Reason, strict=False))
CAUSES = dict(zip("123", DeactivationCause, strict=True))


@dataclass(slots=True)
class Turn:
    """One turn under way: the transaction, the call as it changes, and what is to follow.

    `after_commit` holds acts on the telephone network, which must not happen for a turn that is
    rolled back. `step` is where the call stood, `to` where it stands now and `outcome` what became
    of the turn, as an observer is told.
    """

    services: Services
    conn: Connection
    call: Call
    now: datetime
    loaded: Call = field(init=False)
    notes: list[NewEvent] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    step: Step = Step.ARRIVING
    to: Step = Step.ARRIVING
    outcome: str = "taken"

    def __post_init__(self) -> None:
        """Remember the row as it is, so that what has not changed is not written."""
        self.loaded = self.call

    @property
    def caller(self) -> Actor:
        """The caller, as the register's audit names one: by the call, since numbers get erased."""
        return Actor("caller", f"call {self.call.id}")

    def share(self, session: Session) -> None:
        """Let whoever is to answer see what was keyed."""
        shared = {
            "product_id": session.product_id.groups,
            "license_server_id": session.license_server_id.groups,
        }
        self.call = replace(self.call, shared=json.dumps(shared))

    def note(self, kind: EventKind, **data: object) -> None:
        """A row for the event log, written with the turn."""
        self.notes.append(NewEvent(kind, data))

    def end_conference(self) -> None:
        """Once the turn is committed: nobody is left alone in the call's conference."""
        telephony, conference = self.services.telephony, self.call.conference
        self.after_commit.append(lambda: telephony.end_conference(conference))

    def spoken_date(self, day: date | None) -> str:
        """A day as the call's language says it; empty where there is none."""
        return "" if day is None else self.services.prompts.spoken_date(day, self.call.language)

    def take_request(self, request_id: int, case_number: str) -> None:
        """The call is about this request from now on."""
        self.call = replace(self.call, request_id=request_id, case_number=case_number)


def carry_out(turn: Turn, session: Session, command: Command) -> Event | None:
    """Carry out one command; the event that it brings, if any."""
    try:
        return _carry_out(turn, session, command)
    except Refusal as refusal:
        return Refused(refusal.code.value, refusal.left, turn.spoken_date(refusal.next_date))


def _carry_out(  # noqa: PLR0911 -- one way for each family of commands
    turn: Turn, session: Session, command: Command
) -> Event | None:
    match command:
        case Enqueue(first):
            _enqueue(turn, session, first=first)
        case FindRepresentative():
            if not turn.call.is_accompanied:
                return RepresentativeLost()
            turn.call = replace(turn.call, state=CallState.TALKING)
            return PutThrough(turn.call.conference, turn.services.records)
        case EndCall(by, case):
            _end(turn, by, case)
        case _ if type(command) in ELSEWHERE:
            return ELSEWHERE[type(command)](turn, command)
        case LookAtQueue() | ChangeCentre() | CheckCallBack() | AskCallBack() | CallLater():
            return queue_commands.carry_out(turn, session, command)
        case IssueByLine() | GiveId() | ProveHeard() | AskStanding():
            return commands_issuing.carry_out(turn, session, command)
        case OpenRequest():
            return _open(turn, session, command)
        case _:
            return _ask_register(turn, command)
    return None


def _ask_register(turn: Turn, command: Command) -> Event | None:
    house = turn.services.clearinghouse
    match command:
        case LookUpProduct(product_id):
            if not house.product_exists(turn.conn, product_id):
                raise Refusal(RefusalCode.PRODUCT_UNKNOWN)
            return circumstances.product_found(turn, product_id)
        case SetReason(case, key):
            # A request that is issued already keeps its reason; the caller is put through all
            # the same, since the same ID is read out again.
            with suppress(Refusal):
                house.set_reason(turn.conn, case, REASONS[key], turn.caller, turn.now)
        case Confirm(case, closing_code):
            house.confirm(turn.conn, case, closing_code, turn.caller, turn.now)
            mark_durable(turn.conn)
            turn.note(EventKind.ID_CONFIRMED)
            call_backs.withdraw(turn.conn, turn.call, turn.now)
            return Confirmed()
        case Deactivate():
            return _deactivate(turn, command)
    return None


def _open(turn: Turn, session: Session, command: OpenRequest) -> Event:
    house = turn.services.clearinghouse
    opened = house.open_request(
        turn.conn,
        product_id=command.product_id,
        license_server_id=command.license_server_id,
        channel=Channel.TELEPHONE,
        caller=turn.call.caller,
        actor=turn.caller,
        now=turn.now,
    )
    turn.take_request(opened.id, opened.case_number)
    issues = house.line_issues(turn.conn, command.product_id, out_of_hours=session.by_line)
    return RequestOpened(opened.id, opened.case_number, opened.line_code, issues)


def _deactivate(turn: Turn, command: Deactivate) -> Event:
    done = turn.services.clearinghouse.deactivate(
        turn.conn,
        product_id=command.product_id,
        receipt=command.receipt,
        cause=CAUSES[command.cause],
        channel=Channel.TELEPHONE,
        caller=turn.call.caller,
        actor=turn.caller,
        now=turn.now,
    )
    return Deactivated(done.confirmation)


def _enqueue(turn: Turn, session: Session, *, first: bool) -> None:
    """Let a representative see what was keyed, then take a place.

    Whose private key is compromised goes before those who only wait.
    """
    turn.share(session)
    house, case = turn.services.clearinghouse, session.case
    request = None if case is None else house.request(turn.conn, case)
    urgent = request is not None and request.reason is Reason.PRIVATE_KEY_COMPROMISED
    queued = queues.enqueue(turn.conn, turn.call, turn.now, first=first, urgent=urgent)
    turn.call = replace(turn.call, state=queued.state, representative=queued.representative)
    call_backs.withdraw(turn.conn, turn.call, turn.now)


def _release(turn: Turn, _command: Release) -> None:
    """The caller is done with the representative, but not with the line."""
    call = turn.call
    queues.let_go(turn.conn, call, turn.now)
    turn.call = replace(call, representative=None, state=CallState.IN_LINE)
    turn.end_conference()


def _end(turn: Turn, by: str, case: int | None) -> None:
    """Close the books: who ended it, a request without an ID, the conference that is left."""
    call = turn.call
    if case is not None:
        turn.services.clearinghouse.abandon(turn.conn, case, turn.caller, turn.now)
    calls.end(turn.conn, call.id, by, turn.now)
    turn.call = replace(call, state=CallState.ENDED)
    if call.representative is not None:
        turn.end_conference()


# Commands that a module of their own carries out, each the kinds of its key.
ELSEWHERE: dict[type[Command], Callable[[Turn, Any], Event | None]] = {
    InstallPack: commands_issuing.install_pack,
    ChangeLanguage: circumstances.change_language,
    MoveCall: circumstances.move,
    FindEarlierCall: earlier_calls.find,
    ProveEarlierCall: earlier_calls.prove,
    Release: _release,
    GiveChallenge: commands_issuing.challenge,
    AnswerChallenge: commands_issuing.challenge,
}
