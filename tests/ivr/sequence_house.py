"""The real line for sequences: webhooks, flow, switchboard and register, on a real store."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask
from sqlalchemy import Connection, delete, text

import clearinghouse.tables
import switchboard.tables
from clearinghouse import (
    Actor,
    Channel,
    Clearinghouse,
    LineIssues,
    Policy,
    Reason,
    Refusal,
    RequestState,
    audit,
    docket,
)
from clearinghouse.audit import FIRST_HASH
from data_store import reading, transaction
from ivr.observer import Unobserved
from ivr.session import Session, restore
from ivr.webhooks import create_blueprint
from region_routing import OutOfHours
from switchboard import calls, events, overrides, queues, representatives
from switchboard.events import EventKind
from switchboard.model import Call, Presence, WorkState
from switchboard.states import WrongWorkStateError
from tests.ivr.conftest import NOW, House, Telephone
from tests.ivr.sequence_codes import OTHER, OURS, SERVERS
from tests.ivr.sequence_register import Case, Rules

ROOT: Final = Actor("administrator", "test")
PEOPLE: Final = ("ada", "ben")
DONE: Final = {200, 204}
ALL: Final = 10_000
SECONDS: Final = {"minutes pass": 20 * 60, "hours pass": 3 * 3600}


class Failures(Unobserved):
    """An observer that keeps what failed."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def failed(self, error: BaseException) -> None:
        """Keep it."""
        self.errors.append(error)


class RealCall:
    """A call's row, with the session that its snapshot holds."""

    def __init__(self, row: Call) -> None:
        self.row = row
        self.sid = row.call_sid
        self.session: Session = restore(row.snapshot)

    def __getattr__(self, name: str) -> Any:
        """Give what the row has."""
        return getattr(self.row, name)


class RealLine:
    """One line of a sequence, on the emptied store of a house."""

    def __init__(self, house: House, rules: Rules) -> None:
        self.house = house
        self.engine = house.engine
        self.register = house.services.clearinghouse
        self.rules = rules
        self.failures = Failures()
        self.ids: list[int] = []
        house.time.now = NOW
        services = replace(house.services, observer=self.failures, records=rules.recorded)
        app = Flask("sequence")
        app.register_blueprint(create_blueprint(services), url_prefix="/voice")
        self.client = app.test_client()
        self._empty()
        self._set_up()

    def _empty(self) -> None:
        with transaction(self.engine) as conn:
            conn.execute(text("UPDATE representatives SET call_id = NULL"))
            for tables in (clearinghouse.tables.metadata, switchboard.tables.metadata):
                for table in reversed(tables.sorted_tables):
                    if table.name != "audit_head":
                        conn.execute(delete(table))
            head = text("UPDATE audit_head SET number = 0, hash = :hash")
            conn.execute(head, {"hash": FIRST_HASH})

    def _set_up(self) -> None:
        now = self.house.time()
        issues = LineIssues.ALWAYS if self.rules.line_issues else LineIssues.NEVER
        policy = Policy(
            issue_by_line=issues.value,
            max_servers=0 if self.rules.refuses else 3,
        )
        with transaction(self.engine) as conn:
            for family in (OURS, OTHER):
                self.register.add_product(
                    conn,
                    product_id=family.product_id,
                    product_key=family.product_key,
                    name="Product",
                    policy=policy,
                    actor=ROOT,
                    now=now,
                )
            for name in PEOPLE:
                representatives.add(
                    conn,
                    name=name,
                    display_name=name,
                    centres=["americas"],
                    languages=["en", "es", "fr", "pt"],
                    now=now,
                )
                representatives.set_presence(conn, name, Presence.AVAILABLE, now)
            self._open(conn, self.rules.helped_by)

    def _open(self, conn: Connection, helped_by: str) -> None:
        rule = OutOfHours.LINE if helped_by == "line" else OutOfHours.CALL_BACK
        for centre in self.house.services.routing.centres:
            overrides.add(
                conn,
                centre,
                start=NOW - timedelta(days=1),
                end=NOW + timedelta(days=3),
                is_open=helped_by == "centre",
                out_of_hours=rule,
            )

    # What comes in

    def post(self, sid: str, caller: str, path: str, token: str, **fields: str) -> tuple[str, ...]:
        """A signed request; the prompts of its answer."""
        given = {"CallStatus": "completed"} if path == "status" else {}
        phone = Telephone(self.client, sid=sid, from_=caller)
        status = phone.post(f"/voice/{path}", token=token, **given, **fields)
        assert status in DONE, (status, path)
        assert not self.failures.errors, self.failures.errors
        if path == "incoming":
            with reading(self.engine) as conn:
                call = calls.load(conn, sid)
            assert call is not None
            if call.id not in self.ids:
                self.ids.append(call.id)
        return self._said()

    def _said(self) -> tuple[str, ...]:
        with reading(self.engine) as conn:
            spoken = [
                event
                for number in self.ids
                for event in events.of_call(conn, number)
                if event.kind is EventKind.PROMPT_SPOKEN
            ]
        newest = max(spoken, key=lambda event: event.id, default=None)
        return () if newest is None else tuple(newest.data["prompts"])

    # What a sequence may look at and do

    def call(self, number: int) -> RealCall:
        """How a call stands."""
        with reading(self.engine) as conn:
            call = calls.get(conn, self.ids[number])
        assert call is not None
        return RealCall(call)

    def case(self, number: int) -> Case:
        """How a request stands."""
        with reading(self.engine) as conn:
            found = self.register.request(conn, number)
            challenge = docket.challenge_of(conn, number)
        return Case(
            found.id,
            found.product_id,
            found.license_server_id,
            found.state,
            found.reason,
            found.new_license_server_id,
            challenge,
        )

    def issued(self) -> list[tuple[int, str]]:
        """The case of every issue so far, oldest first, and by whom."""
        with reading(self.engine) as conn:
            entries = [
                entry
                for family in (OURS, OTHER)
                for entry in audit.of_product(conn, family.product_id, ALL)
                if entry.action == "id.issued"
            ]
        entries.sort(key=lambda entry: entry.number)
        return [(int(entry.request_id or 0), entry.actor.kind) for entry in entries]

    def desks(self) -> Iterator[tuple[str, WorkState, int | None]]:
        """Name, work state and the id of the call in hand."""
        with reading(self.engine) as conn:
            found = [representatives.get(conn, name) for name in PEOPLE]
        for who in found:
            assert who is not None
            yield who.name, who.work_state, who.call_id

    def act(self, what: str, call: RealCall) -> None:
        """Something that a representative or a clock does."""
        now, who = self.house.time(), str(call.representative)
        if what in SECONDS:
            self.house.time.pass_(SECONDS[what])
        elif what == "representative lost":
            self._leg_over(call, who)
        else:
            # Who comes too late for something hears so, and nothing is done.
            with (
                suppress(queues.NotOffered, WrongWorkStateError, Refusal),
                transaction(self.engine) as conn,
            ):
                ACTS[what](self.register, conn, call, now)

    def _leg_over(self, call: RealCall, who: str) -> None:
        path = f"representative-status?call={call.sid}&endpoint=client%3A{who}"
        phone = Telephone(self.client, sid=call.sid, from_=call.caller)
        assert phone.post(f"/voice/{path}", CallStatus="completed") in DONE
        assert not self.failures.errors, self.failures.errors


def _issue(register: Clearinghouse, conn: Connection, call: RealCall, now: datetime) -> None:
    if call.request_id is not None and call.is_accompanied:
        actor = Actor("representative", str(call.representative))
        if register.request(conn, call.request_id).reason is None:
            register.set_reason(conn, call.request_id, Reason.SERVER_UPGRADED, actor, now)
        register.check(conn, call.request_id, actor, now)
        register.issue(conn, call.request_id, actor, now)


def _identify(register: Clearinghouse, conn: Connection, call: RealCall, now: datetime) -> None:
    before = None if call.request_id is None else register.request(conn, call.request_id)
    if not call.is_accompanied or (before and before.state is not RequestState.OPENED):
        return
    actor = Actor("representative", str(call.representative))
    opened = register.open_request(
        conn,
        product_id=OURS.product_id,
        license_server_id=SERVERS[OURS.product_id][1],
        channel=Channel.TELEPHONE,
        caller=call.caller,
        actor=actor,
        now=now,
    )
    if before and before.id != opened.id:
        register.abandon(conn, before.id, actor, now)
    held = replace(call.row, request_id=opened.id, case_number=opened.case_number)
    calls.save(conn, held, events=(), now=now)


def _deny(register: Clearinghouse, conn: Connection, call: RealCall, now: datetime) -> None:
    if call.request_id is not None and call.is_accompanied:
        actor = Actor("representative", str(call.representative))
        register.deny(conn, call.request_id, "because", actor, now)


def _close(_register: Clearinghouse, conn: Connection, call: RealCall, now: datetime) -> None:
    if call.is_accompanied:
        calls.end(conn, call.id, "representative", now)


def _back_at_desk(
    _register: Clearinghouse, conn: Connection, _call: RealCall, now: datetime
) -> None:
    for name in PEOPLE:
        for move in (representatives.clear_not_responding, representatives.finish_wrap_up):
            with suppress(WrongWorkStateError):
                move(conn, name, now)


Deed = Callable[[Clearinghouse, Connection, RealCall, datetime], object]
ACTS: Final[dict[str, Deed]] = {
    "offer": lambda _register, conn, _call, now: queues.offer(conn, now),
    "answer": lambda _register, conn, call, now: queues.answer(
        conn, str(call.representative), call.id, now
    ),
    "decline": lambda _register, conn, call, now: queues.decline(
        conn, str(call.representative), call.id, now
    ),
    "let it ring": lambda _register, conn, _call, now: queues.expire_offers(conn, now, 0),
    "back at desk": _back_at_desk,
    "identify": _identify,
    "issue": _issue,
    "deny": _deny,
    "close": _close,
    "lapse": lambda register, conn, _call, now: register.lapse(conn, now),
}
