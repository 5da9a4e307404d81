"""What a representative does with the request of the call in hand, each in one transaction.

Every act holds the call, then looks whether the desk allows it, inside its own transaction: two
tabs or two presses can't do a thing twice, and a turn of the line that comes at the same moment
is neither overwritten nor overwrites. What the register refuses is kept (wrong proofs are counted)
and told as a notice; what the desk doesn't allow raises `ActRefusedError`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from agent_console import desk, wording
from agent_console.desk import Glance
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from clearinghouse import Clearinghouse
from clearinghouse.model import Actor, Channel, Reason, Refusal, RefusalCode, Request
from codes import license_server_id, product_id
from codes.errors import CodeError
from data_store import mark_durable
from switchboard import calls, events
from switchboard.events import EventKind, NewEvent
from switchboard.model import Call

LONGEST_WHY: Final = 200
ISSUE_DIGITS: Final = 3


class ActRefusedError(Exception):
    """An act that can't be done now; `notice` says why and what to do."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.text)
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Turn:
    """One act's surroundings: the transaction, who acts, on which call, and when."""

    conn: Connection
    services: ConsoleServices
    actor: Actor
    seen: Glance
    call: Call
    fields: Mapping[str, str]
    now: datetime

    @property
    def register(self) -> Clearinghouse:
        """The register."""
        return self.services.clearinghouse

    def record(self, kind: EventKind, **data: object) -> None:
        """Note in the event log what happened in the call."""
        events.record(self.conn, self.call.id, self.call.case_number, kind, data, self.now)


def begin(
    conn: Connection,
    services: ConsoleServices,
    session: Session,
    call_id: int,
    act: str,
    fields: Mapping[str, str],
) -> Turn:
    """Hold the call and look at the desk. Raises `ActRefusedError` for what isn't open."""
    # Held before the look, so what the desk shows of it is what a turn before has left.
    calls.hold(conn, call_id)
    seen = desk.glance(conn, services, session.account.login)
    if seen.call is None or seen.call.id != call_id or act not in seen.allowed:
        raise ActRefusedError(
            Notice(
                "not_now",
                f"“{wording.ACTS.get(act, act)}” can't be done now: the call has moved on, or "
                "another page was quicker. This page shows where it stands.",
            )
        )
    actor = Actor("representative", session.account.login)
    return Turn(conn, services, actor, seen, seen.call, fields, services.clock())


def perform(act: str, turn: Turn) -> Notice | None:
    """Do one of `ACTS`; give what there is to tell. A refusal of the register is a notice."""
    try:
        return ACTS[act](turn)
    except Refusal as refusal:
        turn.record(EventKind.REQUEST_REFUSED, code=refusal.code.value)
        return wording.refusal_notice(refusal)


def identify(turn: Turn) -> Notice | None:
    """Open the request for both IDs as the representative has them from the caller."""
    try:
        product = product_id.validate(turn.fields.get("product_id", ""))
        server = license_server_id.validate(turn.fields.get("license_server_id", ""))
    except CodeError as error:
        raise ActRefusedError(Notice(error.code, str(error))) from error
    before = turn.seen.request
    request = turn.register.open_request(
        turn.conn,
        product_id=product,
        license_server_id=server,
        channel=Channel.TELEPHONE,
        caller=turn.call.caller,
        actor=turn.actor,
        now=turn.now,
    )
    if before is not None and before.id != request.id:
        turn.register.abandon(turn.conn, before.id, turn.actor, turn.now)
    elif before is not None:
        return None
    calls.save(
        turn.conn,
        replace(turn.call, request_id=request.id, case_number=request.case_number),
        events=[NewEvent(EventKind.CASE_OPENED, {"by": turn.actor.name})],
        now=turn.now,
    )
    return None


def set_reason(turn: Turn) -> Notice | None:
    """Note why the license server is activated again."""
    try:
        reason = Reason(turn.fields.get("reason", ""))
    except ValueError as error:
        raise ActRefusedError(
            Notice("reason_unknown", "Choose one of the reasons in the list.")
        ) from error
    turn.register.set_reason(turn.conn, _request(turn).id, reason, turn.actor, turn.now)
    turn.record(EventKind.REASON_CHOSEN, reason=reason.value)
    return None


def choose_replaced(turn: Turn) -> Notice | None:
    """Say which server goes on with the new ID; an empty choice makes it a new one."""
    chosen = turn.fields.get("replaces", "")
    if chosen and not (chosen.isdecimal() and len(chosen) <= ISSUE_DIGITS):
        raise ActRefusedError(Notice("server_unknown", "Choose one of the servers in the list."))
    issue = int(chosen) if chosen else None
    turn.register.choose_replaced(turn.conn, _request(turn).id, issue, turn.actor, turn.now)
    return None


def verify(turn: Turn) -> Notice | None:
    """Have the register check the request."""
    turn.register.check(turn.conn, _request(turn).id, turn.actor, turn.now)
    turn.record(EventKind.REQUEST_CHECKED)
    return None


def challenge(turn: Turn) -> Notice | None:
    """Give the four digits that the wizard has to answer; the same ones until they are."""
    digits = turn.register.challenge(turn.conn, _request(turn).id, turn.actor, turn.now)
    spaced = " ".join(digits)
    return Notice(
        "challenge",
        f"The challenge is {spaced}. The wizard answers with six digits.",
        f"Please enter {spaced} as the challenge, and read me the six digits of the answer.",
        is_trouble=False,
    )


def answer_challenge(turn: Turn) -> Notice | None:
    """Check the six digits with which the wizard answers."""
    answer = "".join(sign for sign in turn.fields.get("answer", "") if sign.isdecimal())
    turn.register.answer_challenge(turn.conn, _request(turn).id, answer, turn.actor, turn.now)
    return None


def issue(turn: Turn) -> Notice | None:
    """Have the new license server ID issued; asked again, the register gives the same one."""
    mark_durable(turn.conn)
    turn.register.issue(turn.conn, _request(turn).id, turn.actor, turn.now)
    turn.record(EventKind.ID_ISSUED)
    return None


def read(turn: Turn) -> Notice | None:
    """Note that the lit group was read; the caller proves the last one by keying it."""
    turn.record(EventKind.GROUP_READ, group=turn.seen.readout.read + 1)
    return None


def back(turn: Turn) -> Notice | None:
    """Light the group before, to be read once more."""
    turn.record(EventKind.GROUP_READ, group=turn.seen.readout.read, back=True)
    return None


def refuse(turn: Turn) -> Notice | None:
    """Deny the request, with the reason that the register keeps."""
    why = " ".join(turn.fields.get("why", "").split())[:LONGEST_WHY]
    if not why:
        raise ActRefusedError(Notice("why_missing", "Write why the request is refused."))
    mark_durable(turn.conn)
    turn.register.deny(turn.conn, _request(turn).id, why, turn.actor, turn.now)
    turn.record(EventKind.REQUEST_REFUSED, code=RefusalCode.REFUSED_BY_REPRESENTATIVE.value)
    notice = wording.refusal_notice(Refusal(RefusalCode.REFUSED_BY_REPRESENTATIVE))
    return Notice(notice.code, notice.text, notice.say, is_trouble=False)


def _request(turn: Turn) -> Request:
    if turn.seen.request is None:
        raise ActRefusedError(Notice("no_request", "Enter both IDs first: no request is open."))
    return turn.seen.request


ACTS: Final[Mapping[str, Callable[[Turn], Notice | None]]] = {
    "identify": identify,
    "reason": set_reason,
    "replace": choose_replaced,
    "verify": verify,
    "challenge": challenge,
    "answer-challenge": answer_challenge,
    "issue": issue,
    "read": read,
    "back": back,
    "refuse": refuse,
}
