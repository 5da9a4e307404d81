"""Commands around an ID that the line issues or reads out, carried out at the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearinghouse import Actor, Channel, Refusal
from codes import license_pack_id, new_license_server_id
from data_store import mark_durable
from ivr.actions import (
    AnswerChallenge,
    AskStanding,
    GiveChallenge,
    GiveId,
    InstallPack,
    IssueByLine,
    ProveHeard,
)
from ivr.events import (
    ChallengeAnswered,
    ChallengeGiven,
    Event,
    HeardProven,
    IdGiven,
    IssuedByLine,
    NeedsPerson,
    Refused,
    StandingTold,
)
from switchboard.events import EventKind

if TYPE_CHECKING:
    from ivr.commands import Turn
    from ivr.session import Session

LINE = Actor("line", "line")


def carry_out(
    turn: Turn, session: Session, command: IssueByLine | GiveId | ProveHeard | AskStanding
) -> Event:
    """Issue, give what is issued, check what was heard, or tell what is left."""
    house = turn.services.clearinghouse
    match command:
        case IssueByLine(case):
            return _issue(turn, case, out_of_hours=session.by_line)
        case GiveId(case, with_keys):
            issued = house.request(turn.conn, case).new_license_server_id
            if issued is None:
                return Refused("wrong_state")
            return IdGiven(tuple(new_license_server_id.split(issued)), with_keys)
        case ProveHeard(case, group):
            return _prove(turn, case, group)
        case AskStanding(case):
            return _standing(turn, case)


def challenge(turn: Turn, command: GiveChallenge | AnswerChallenge) -> Event:
    """Give the challenge, or check the wizard's answer; the caller has a representative."""
    house = turn.services.clearinghouse
    match command:
        case GiveChallenge(case):
            return ChallengeGiven(house.challenge(turn.conn, case, turn.caller, turn.now))
        case AnswerChallenge(case, answer):
            house.answer_challenge(turn.conn, case, answer, turn.caller, turn.now)
            mark_durable(turn.conn)
            return ChallengeAnswered()


def install_pack(turn: Turn, command: InstallPack) -> IdGiven:
    """Give the pack to the server; asked again, the register gives the same license pack ID."""
    given = turn.services.clearinghouse.install_pack(
        turn.conn,
        product_id=command.product_id,
        current_id=command.current_id,
        license_code=command.license_code,
        channel=Channel.TELEPHONE,
        actor=turn.caller,
        now=turn.now,
    )
    if command.with_keys:
        turn.note(EventKind.PACK_INSTALLED)
    groups = license_pack_id.split(given.license_pack_id)
    return IdGiven(tuple(groups), command.with_keys)


def _issue(turn: Turn, case: int, *, out_of_hours: bool) -> Event:
    """Check and issue in this turn's transaction; what is issued already is given again."""
    house, conn, now = turn.services.clearinghouse, turn.conn, turn.now
    if not house.line_may_issue(conn, case, now, out_of_hours=out_of_hours):
        return NeedsPerson()
    try:
        checked = house.check(conn, case, LINE, now)
        issued = house.issue(conn, case, LINE, now)
    except Refusal as refusal:
        told = _standing(turn, case)
        return Refused(refusal.code.value, told.left, told.date)
    mark_durable(conn)
    if checked.issue is None:
        turn.note(EventKind.ID_ISSUED, by="line")
    groups = new_license_server_id.split(issued.new_license_server_id or "")
    return IssuedByLine(tuple(groups), house.standing(conn, case, now).left)


def _prove(turn: Turn, case: int, group: str) -> Event:
    house = turn.services.clearinghouse
    issued = house.request(turn.conn, case).new_license_server_id
    if issued is None:
        return Refused("wrong_state")
    if new_license_server_id.split(issued)[-1] != group:
        return Refused("last_group_wrong")
    house.mark_read(turn.conn, case, turn.caller, turn.now)
    mark_durable(turn.conn)
    return HeardProven()


def _standing(turn: Turn, case: int) -> StandingTold:
    standing = turn.services.clearinghouse.standing(turn.conn, case, turn.now)
    return StandingTold(standing.left, turn.spoken_date(standing.next_date))
