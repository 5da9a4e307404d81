"""Any order of acts: never a second ID for a request, never an ID without its audit entry."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from clearinghouse import (
    Channel,
    Deactivation,
    DeactivationCause,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    ServerState,
    audit,
)
from clearinghouse.tables import audit_entries, permissions
from clearinghouse.transitions import TRANSITIONS
from data_store import open_engine, reading
from tests.clearinghouse.desk import ANNA, LINE, Desk

servers = st.integers(0, 1)
# What each act may refuse at any time.
POLICY = {
    RefusalCode.WRONG_STATE,
    RefusalCode.ISSUE_UNKNOWN,
    RefusalCode.LIMIT_REACHED,
    RefusalCode.SERVERS_LIMIT,
    RefusalCode.CHALLENGE_NEEDED,
    RefusalCode.CLOSING_CODE_WRONG,
    RefusalCode.TOO_MANY_WRONG_PROOFS,
    RefusalCode.DEACTIVATED,
    RefusalCode.NOT_CURRENT,
}


class RegisterMachine(RuleBasedStateMachine):
    """Two license servers of one product and whatever people do with their requests."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_engine("sqlite://")
        self.desk = Desk(self.engine)
        self.desk.set_policy(max_servers=2, reactivations=3, period_days=60)
        self.servers = [self.desk.server(), self.desk.server()]
        self.requests: dict[int, int] = {}  # server -> its newest request
        self.states: dict[int, RequestState] = {}
        self.ids: dict[int, str] = {}
        self.confirmations: dict[str, Deactivation] = {}

    def teardown(self) -> None:
        self.engine.dispose()

    def act(self, name: str, server: int, *arguments: object) -> None:
        request_id = self.requests.get(server)
        if request_id is None:
            return
        method = getattr(self.desk.house, name)
        self.attempt(method, request_id, *arguments, self.desk.now)

    def attempt(self, method: Callable[..., Any], *arguments: object) -> Any:
        """Do what may be refused; a refusal is one that the policy or the life cycle knows."""
        refused = None
        try:
            return self.desk.do(method, *arguments)
        except Refusal as refusal:
            refused = refusal.code
        assert refused in POLICY
        return None

    @rule(server=servers)
    def open(self, server: int) -> None:
        request = self.desk.open(self.servers[server])
        self.requests[server] = request.id

    @rule(server=servers, reason=st.sampled_from(Reason))
    def state_the_reason(self, server: int, reason: Reason) -> None:
        self.act("set_reason", server, reason, LINE)

    @rule(server=servers, name=st.sampled_from(["check", "issue", "mark_read", "abandon"]))
    def move_on(self, server: int, name: str) -> None:
        self.act(name, server, ANNA)

    @rule(server=servers, reason=st.sampled_from(Reason), read=st.booleans())
    def go_all_the_way_to_the_id(self, server: int, reason: Reason, *, read: bool) -> None:
        self.open(server)
        self.act("set_reason", server, reason, LINE)
        self.answer_the_challenge(server)
        self.act("check", server, ANNA)
        self.act("issue", server, ANNA)
        if read:
            self.act("mark_read", server, ANNA)

    @rule(server=servers)
    def deny(self, server: int) -> None:
        self.act("deny", server, "Not this one.", ANNA)

    @rule(server=servers, told=st.booleans())
    def accept(self, server: int, *, told: bool) -> None:
        """The server accepts what was issued to it; the caller keys the closing code, or not."""
        customer = self.servers[server]
        request_id = self.requests.get(server)
        if request_id is None:
            return
        request = self.desk.read(self.desk.house.request, request_id)
        fits = request.license_server_id == customer.shown
        if request.issue is None or request.issue <= customer.last_issue or not fits:
            return
        code = customer.accept(request.new_license_server_id)
        if told:
            self.act("confirm", server, code, LINE)
        customer.start_wizard()

    @rule(server=servers)
    def key_a_wrong_closing_code(self, server: int) -> None:
        self.act("confirm", server, "000", LINE)

    @rule(server=servers)
    def answer_the_challenge(self, server: int) -> None:
        request_id = self.requests.get(server)
        if request_id is None:
            return
        digits = self.attempt(self.desk.house.challenge, request_id, ANNA, self.desk.now)
        if digits is not None:
            self.act("answer_challenge", server, self.servers[server].answer(digits), ANNA)

    @rule(server=servers)
    def deactivate(self, server: int) -> None:
        customer = self.servers[server]
        if not customer.current_id:
            return
        act = partial(
            self.desk.house.deactivate,
            product_id=customer.product_id,
            receipt=customer.receipt(),
            cause=DeactivationCause.SERVER_REDEPLOYED,
            channel=Channel.TELEPHONE,
            actor=LINE,
            now=self.desk.now,
        )
        told = self.attempt(act)
        if told is not None:
            assert self.confirmations.setdefault(customer.current_id, told) == told

    @rule(server=servers)
    def lose_everything(self, server: int) -> None:
        self.servers[server].last_issue = 0
        self.servers[server].start_wizard()

    @rule(server=servers, issue=st.integers(1, 5))
    def choose_which_is_replaced(self, server: int, issue: int) -> None:
        self.act("choose_replaced", server, issue, ANNA)

    @rule(server=servers)
    def start_another_wizard(self, server: int) -> None:
        self.servers[server].start_wizard()

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.desk.now += timedelta(days=days)

    @rule()
    def run_out(self) -> None:
        self.desk.do(self.desk.house.lapse, self.desk.now)

    @invariant()
    def nothing_is_issued_twice_or_in_secret(self) -> None:
        with reading(self.engine) as connection:
            issued = connection.execute(select(permissions)).all()
            told = [e for e in audit.entries(connection) if e.action == "id.issued"]
        assert len({row.issue for row in issued}) == len(issued)
        assert sorted(row.request_id for row in issued) == sorted(
            entry.request_id or 0 for entry in told
        )
        for row in issued:
            assert self.ids.setdefault(row.request_id, row.new_license_server_id) == (
                row.new_license_server_id
            )

    @invariant()
    def a_server_has_one_accepted_number_at_most(self) -> None:
        with reading(self.engine) as connection:
            current = connection.execute(
                select(permissions.c.server_id).where(permissions.c.state == "current")
            ).scalars()
            found = list(current)
        assert len(found) == len(set(found))

    @invariant()
    def a_deactivated_server_has_no_valid_number_but_a_pending_one(self) -> None:
        found = self.desk.read(self.desk.house.servers, self.desk.product_id)
        valid = self.desk.permission_states()
        for server in found:
            if server.state is ServerState.DEACTIVATED:
                assert valid[server.issue] in {"deactivated", "revoked", "superseded"}
            if server.state is ServerState.ACTIVE:
                assert valid[server.issue] == "current"

    @invariant()
    def states_follow_the_table(self) -> None:
        requests = self.desk.read(self.desk.house.requests_of_product, self.desk.product_id, 1000)
        for request in requests:
            before = self.states.get(request.id, RequestState.OPENED)
            assert request.state in reachable(before), (before, request.state)
            self.states[request.id] = request.state
            assert (request.issue is not None) == (request.issued_at is not None)

    @invariant()
    def the_chain_holds(self) -> None:
        with reading(self.engine) as connection:
            assert audit.verify(connection) is None
            assert connection.execute(select(audit_entries.c.number)).first() is not None


def reachable(start: RequestState) -> set[RequestState]:
    """Every state that acts may lead to; a rule may do several."""
    found, fresh = {start}, [start]
    while fresh:
        for target in TRANSITIONS[fresh.pop()].values():
            if target not in found:
                found.add(target)
                fresh.append(target)
    return found


RegisterMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestRegister = RegisterMachine.TestCase
