"""Calls that broke off: found by case number or by the caller's own, and taken up by a proof.

The source is the earlier call's own row. Which group is asked for follows from that call's name on
the network, which nobody chooses: whoever rings again and again is asked for the same one.
"""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from clearinghouse import Refusal, RefusalCode, Request, RequestState
from ivr import circumstances
from ivr.actions import FindEarlierCall, ProveEarlierCall
from ivr.events import CallArrived, Earlier, EarlierFound, NothingEarlier, Resumed
from ivr.reading import GROUPS
from ivr.session import Session, SnapshotError, Step, restore
from spoken_prompts.choosing import Choice, choose
from switchboard import calls, events
from switchboard.events import EventKind
from switchboard.model import Call

if TYPE_CHECKING:
    from ivr.commands import Turn

# A number that was withheld, or is no number, names nobody.
OWN_NUMBER = re.compile(r"\+[0-9]{7,15}")
CUT_OFF = frozenset({"caller", "network"})
OVER = frozenset({RequestState.CONFIRMED, RequestState.DENIED, RequestState.LAPSED})
WITH_A_PERSON = frozenset({Step.TALKING, Step.CHALLENGE})
NOTHING_KEYED = frozenset({Step.ARRIVING, Step.RESUMING})
MOST_LOOKED_AT: Final = 5


def arrive(turn: "Turn", choice: Choice, *, again: bool) -> CallArrived:
    """What the flow has to know of a new call: how things stand, and whether one broke off."""
    earlier = of_caller(turn)
    region = turn.call.region
    if earlier is not None:
        # Asked in the language of the call that broke off.
        before = calls.get(turn.conn, earlier.call)
        if before is not None:
            choice = _choice(turn, before.language)
    standing = circumstances.look(turn, region, choice)
    circumstances.settle(turn, region, standing)
    return CallArrived(standing.outlook, earlier, again)


def of_caller(turn: "Turn") -> Earlier | None:
    """The newest call from this number, if it broke off with something keyed.

    Calls that brought nothing are passed over.
    """
    caller = turn.call.caller
    if OWN_NUMBER.fullmatch(caller) is None:
        return None
    ended = calls.ended_of_caller(turn.conn, caller, _since(turn), MOST_LOOKED_AT)
    for call in ended:
        session = _session_of(call)
        if session.case is None and not session.has_keyed:
            continue
        return _resumable(turn, call, session) if _may_try(turn, caller) else None
    return None


def find(turn: "Turn", command: FindEarlierCall) -> EarlierFound | NothingEarlier:
    """Carry out a search by case number."""
    call = calls.ended_of_case(turn.conn, command.case_number, _since(turn))
    earlier = None if call is None else _resumable(turn, call, _session_of(call))
    if earlier is None:
        return NothingEarlier(command.case_number)
    return EarlierFound(earlier)


def prove(turn: "Turn", command: ProveEarlierCall) -> Resumed:
    """Carry out the comparison; where it holds, this call takes the earlier one's place.

    Refuses PROOF_WRONG, TOO_MANY_WRONG_PROOFS, WRONG_STATE.
    """
    services, conn = turn.services, turn.conn
    call = calls.get(conn, command.call)
    if call is None:
        raise Refusal(RefusalCode.PROOF_WRONG)
    session = _session_of(call)
    group = _groups(session, command.code)[command.group - 1] or ""
    caller = turn.call.caller if OWN_NUMBER.fullmatch(turn.call.caller) else None
    services.clearinghouse.prove_resumption(
        conn,
        subject=call.call_sid,
        caller=caller,
        holds=group[: len(command.digits)] == command.digits != "",
        now=turn.now,
    )
    standing = circumstances.look(turn, call.region, _choice(turn, call.language))
    circumstances.settle(turn, call.region, standing)
    if session.case is None:
        return Resumed(session, standing.outlook)
    house = services.clearinghouse
    request = house.resume(conn, session.case, turn.caller, turn.now)
    by_line = standing.outlook.helped_by == "line"
    session = replace(
        session,
        case=request.id,
        broke_at=_broke_at(session, request).value,
        group=session.group or _group_in_hand(turn, call),
        issues=house.line_issues(conn, request.product_id, out_of_hours=by_line),
    )
    turn.take_request(request.id, request.case_number)
    return Resumed(session, standing.outlook, request.line_code, request.case_number)


def _broke_at(session: Session, request: Request) -> Step:
    """The step to go back to: what a representative was reading out, the line reads on."""
    step = Step(session.broke_at) if session.broke_at else session.step
    is_issued = request.new_license_server_id is not None
    return Step.READING if is_issued and step in WITH_A_PERSON else step


def _group_in_hand(turn: "Turn", call: Call) -> int:
    """The group of the new ID that a representative was reading, told from the event log."""
    group = 1
    for event in events.of_call(turn.conn, call.id):
        match event.kind:
            case EventKind.CASE_OPENED:
                group = 1
            case EventKind.GROUP_READ:
                read = int(event.data["group"])
                group = read if event.data.get("back") else min(read + 1, GROUPS)
            case _:
                pass
    return group


def _resumable(turn: "Turn", call: Call, session: Session) -> Earlier | None:
    """The proof to ask for, if the call broke off and its request is not over."""
    step = Step(session.broke_at) if session.broke_at else session.step
    if call.ended_by not in CUT_OFF or step in NOTHING_KEYED or step is Step.ENDED:
        return None
    if session.case is not None and _request(turn, session.case).state in OVER:
        return None
    code = "license_server_id" if any(session.license_server_id.groups) else "product_id"
    good = [number for number, group in enumerate(_groups(session, code), 1) if group]
    if not good:
        return None
    drawn = hashlib.sha256(call.call_sid.encode()).digest()[0]
    return Earlier(call.id, code, good[drawn % len(good)])


def _choice(turn: "Turn", language: str) -> Choice:
    services = turn.services
    return choose(services.prompts, (language,), production=services.production)


def _may_try(turn: "Turn", caller: str) -> bool:
    return turn.services.clearinghouse.may_prove_resumption(turn.conn, caller, turn.now)


def _request(turn: "Turn", case: int) -> Request:
    return turn.services.clearinghouse.request(turn.conn, case)


def _groups(session: Session, code: str) -> tuple[str | None, ...]:
    keyed = session.product_id if code == "product_id" else session.license_server_id
    return keyed.groups


def _session_of(call: Call) -> Session:
    """What was kept of a call; nothing where another version kept it."""
    try:
        return restore(call.snapshot)
    except SnapshotError:
        return Session()


def _since(turn: "Turn") -> datetime:
    return turn.now - turn.services.resume_window
