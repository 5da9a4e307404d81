"""The desk: all that one representative's page shows now, read from the store in one look."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from agent_console import keyed, readout, steps, wording
from agent_console.readout import ReadOut
from agent_console.services import ConsoleServices
from agent_console.sessions import Notice, Session
from clearinghouse.model import Request, Server, Standing
from codes import case_number, new_license_server_id
from switchboard import calls, events, representatives
from switchboard.events import Event, EventKind
from switchboard.model import Call, CallState
from switchboard.representatives import Representative, WorkState

HISTORY = 8
# The events that tell how far the read-out is, and which of them count in wrap-up.
DECIDING = (
    EventKind.CASE_OPENED,
    EventKind.GROUP_READ,
    EventKind.CLOSING_CODE_ASKED,
    EventKind.REP_RELEASED,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Callers in the representative's queues, and since when the first of them waits."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class CallInHand:
    """The call at this desk, offered, in conversation or in wrap-up, with all that is known."""

    call: Call
    request: Request | None
    standing: Standing | None
    keyed: tuple[keyed.KeyedCode, ...]
    readout: ReadOut
    new_id: tuple[str, ...]
    history: tuple[Request, ...]
    region_name: str
    language_name: str
    wrong_groups: int
    servers: tuple[Server, ...] = ()
    """Those that the request may go on with, where it names none itself."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page and `desk.json` show. `last_event` is where the live stream goes on from."""

    now: datetime
    last_event: int
    account: str
    display_name: str
    role: str
    who: Representative | None
    waiting: Waiting
    hand: CallInHand | None
    allowed: frozenset[str]
    notice: Notice | None

    def as_json(self) -> dict[str, Any]:
        """Give the desk as plain values, for scripted representatives and a firm's own desk."""
        who, hand = self.who, self.hand
        return {
            "now": self.now.isoformat(),
            "last_event": self.last_event,
            "representative": {
                "login": self.account,
                "name": self.display_name,
                "role": self.role,
                "presence": who.presence.value if who else None,
                "next_presence": who.next_presence.value if who and who.next_presence else None,
                "work_state": who.work_state.value if who else None,
                "since": _moment(who.since if who else None),
            },
            "waiting": {"calls": self.waiting.count, "since": _moment(self.waiting.since)},
            "call": None if hand is None else _call_json(hand),
            "allowed": sorted(self.allowed),
            "notice": None if self.notice is None else asdict(self.notice),
        }

    def fingerprint(self) -> str:
        """Tell two looks apart that show something else; time alone makes no difference."""
        shown = (self.who, self.waiting, self.hand, sorted(self.allowed), self.notice)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Glance:
    """What decides which acts are open, and nothing that is only shown.

    `happened` are the events of the call in hand that count for it.
    """

    who: Representative | None
    call: Call | None
    request: Request | None
    readout: ReadOut
    happened: tuple[Event, ...]

    @property
    def allowed(self) -> frozenset[str]:
        """The acts that are open now."""
        return steps.allowed(self.who, self.call, self.request, self.readout)


def glance(
    conn: Connection,
    services: ConsoleServices,
    login: str,
    kinds: Collection[EventKind] | None = DECIDING,
) -> Glance:
    """Read what an act needs of one representative's desk; None for `kinds` is every event."""
    who = representatives.get(conn, login)
    call = _call_in_hand(conn, who)
    if call is None:
        return Glance(who, None, None, ReadOut(), ())
    everything = events.of_call(conn, call.id, kinds)
    happened = _witnessed(everything, who)
    case = call.case_number if happened == everything else happened[-1].case_number
    request = None if case is None else services.clearinghouse.request_by_case(conn, case)
    return Glance(who, call, request, readout.follow(happened), tuple(happened))


def look(conn: Connection, services: ConsoleServices, session: Session) -> Desk:
    """Read one representative's desk. Other accounts have a desk without calls."""
    account = session.account
    now = services.clock()
    seen = glance(conn, services, account.login, None)
    who = seen.who
    hand = None if seen.call is None else _hand(conn, services, seen.call, seen)
    return Desk(
        now=now,
        last_event=events.last_id(conn),
        account=account.login,
        display_name=account.display_name,
        role=account.role.value,
        who=who,
        waiting=_waiting(conn, who, now),
        hand=hand,
        allowed=seen.allowed,
        notice=session.notice,
    )


def _call_in_hand(conn: Connection, who: Representative | None) -> Call | None:
    if who is None or who.call_id is None:
        return None
    return calls.get(conn, who.call_id)


def _hand(conn: Connection, services: ConsoleServices, call: Call, seen: Glance) -> CallInHand:
    register = services.clearinghouse
    happened, request = seen.happened, seen.request
    standing: Standing | None = None
    history: tuple[Request, ...] = ()
    new_id: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    if request is not None:
        standing = register.standing(conn, request.id, services.clock())
        history = tuple(
            other
            for other in register.requests_of_product(conn, request.product_id, HISTORY + 1)
            if other.id != request.id
        )[:HISTORY]
        if request.new_license_server_id is None and not request.last_issue:
            servers = tuple(register.servers(conn, request.product_id))
        if request.new_license_server_id:
            new_id = new_license_server_id.split(request.new_license_server_id)
    entered = keyed.follow(happened, keyed.known_digits(call, request))
    return CallInHand(
        call=call,
        request=request,
        standing=standing,
        keyed=entered,
        readout=seen.readout,
        new_id=new_id,
        history=history,
        region_name=services.routing.region_name(call.region),
        language_name=wording.language_name(call.language),
        wrong_groups=sum(
            event.kind == events.EventKind.DIGITS_KEYED and not event.data.get("ok")
            for event in happened
        ),
        servers=servers,
    )


def _witnessed(happened: list[Event], who: Representative | None) -> list[Event]:
    """What happened up to wrap-up: the caller may have gone on to another server since then."""
    if who is None or who.work_state is not WorkState.WRAP_UP:
        return happened
    let_go = [
        place
        for place, event in enumerate(happened, 1)
        if event.kind is EventKind.REP_RELEASED and event.data["representative"] == who.name
    ]
    return happened[: let_go[-1]] if let_go else happened


def _waiting(conn: Connection, who: Representative | None, now: datetime) -> Waiting:
    waiting = [
        call.queued_at
        for call in calls.live(conn)
        if (call.state is CallState.QUEUED or _is_due(call, now))
        and call.queued_at is not None
        and (who is None or call.centre in who.centres)
    ]
    return Waiting(len(waiting), min(waiting, default=None))


def _is_due(call: Call, now: datetime) -> bool:
    return (
        call.state is CallState.CALL_BACK and call.not_before is not None and call.not_before <= now
    )


def _call_json(hand: CallInHand) -> dict[str, Any]:
    call, request, standing = hand.call, hand.request, hand.standing
    return {
        "id": call.id,
        "state": call.state.value,
        "region": call.region,
        "region_name": hand.region_name,
        "language": call.language,
        "caller": call.caller,
        "case_number": None if call.case_number is None else case_number.format(call.case_number),
        "is_call_back": call.is_call_back,
        "queued_at": _moment(call.queued_at),
        "answered_at": _moment(call.answered_at),
        "keyed": [asdict(code) for code in hand.keyed],
        "request": None if request is None else _request_json(request),
        "standing": None if standing is None else _plain(asdict(standing)),
        "new_id": {
            "groups": list(hand.new_id),
            "read": hand.readout.read,
            "current": hand.readout.current if hand.new_id else None,
        },
        "servers": [
            {"issue": server.issue, "state": server.state.value} for server in hand.servers
        ],
        "history": [_request_json(other) for other in hand.history],
    }


def _request_json(request: Request) -> dict[str, Any]:
    return {
        "case_number": case_number.format(request.case_number),
        "state": request.state.value,
        "reason": None if request.reason is None else request.reason.value,
        "challenge_answered": request.challenge_answered_at is not None,
        "channel": request.channel.value,
        "issue": request.issue,
        "opened_at": _moment(request.opened_at),
        "issued_at": _moment(request.issued_at),
        "confirmed_at": _moment(request.confirmed_at),
    }


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
