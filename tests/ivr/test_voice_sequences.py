"""Whatever comes, in whatever order: no fault, no contradiction, nothing without its proof.

Requests of the network, acts of a representative and lost lines follow one another as they please,
some of them twice. After each, the rows of the call, of the representative and of the request must
agree with one another.
"""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import update

from clearinghouse import Actor, LineIssues, Policy, Refusal, RequestState, audit
from codes import closing_code, family, license_server_id, product_key
from codes.family import Family
from data_store import reading, transaction
from switchboard import calls, queues, representatives, tables
from switchboard.model import CallState, WorkState
from switchboard.states import WrongWorkStateError

REP = Actor("representative", "rep")
BUSY = {WorkState.RINGING, WorkState.TALKING}


@dataclass
class Story:
    """One call, told act by act."""

    house: object
    phone: object
    family: Family
    server_id: str
    rule: LineIssues
    posts: int = 0
    last: tuple[str, dict[str, str]] = ("/voice/incoming", {})
    call_id: int | None = None
    proven: bool = False
    confirmed: bool = False

    def post(self, path: str, **fields: str) -> None:
        self.posts += 1
        self.last = (path, fields)
        self._send(path, fields)

    def again(self) -> None:
        """The network sends its last request once more, as the same request."""
        self._send(*self.last)

    def _send(self, path: str, fields: dict[str, str]) -> None:
        status = self.phone.post(path, token=f"{self.phone.sid}-{self.posts}", **fields)
        assert status in {200, 204}
        assert "went wrong" not in self.phone.document

    def key(self, what: str) -> None:
        self.post("/voice/turn", Digits=self.digits(what))

    def digits(self, what: str) -> str:
        return {
            "product ID": self.family.product_id,
            "half of it": self.family.product_id[:10],
            "license server ID": self.server_id,
            "right code": self.code(),
            "last group": (self.issued or "0" * 35)[-5:],
            "wrong code": str((int(self.code()) + 1) % 10000).zfill(4),
        }.get(what, what)

    @property
    def issued(self) -> str | None:
        """The ID, whoever issued it."""
        register = self.house.services.clearinghouse
        with reading(self.house.engine) as conn:
            asked = register.requests_of_product(conn, self.family.product_id, 1)
        return asked[0].new_license_server_id if asked else None

    def code(self) -> str:
        if self.issued is None:
            return "0000"
        secret = product_key.secret(self.family.product_key)
        return closing_code.make(secret, self.family.product_id, self.issued)

    def offer(self) -> None:
        with transaction(self.house.engine) as conn:
            queues.offer(conn, self.house.time())

    def answer(self) -> None:
        with suppress(queues.NotOffered), transaction(self.house.engine) as conn:
            queues.answer(conn, "rep", self.call.id, self.house.time())

    def decline(self) -> None:
        with suppress(queues.NotOffered), transaction(self.house.engine) as conn:
            queues.decline(conn, "rep", self.call.id, self.house.time())

    def clear(self) -> None:
        """Nothing is left of an earlier story: no live call, nobody with one."""
        with transaction(self.house.engine) as conn:
            for call in calls.live(conn):
                calls.end(conn, call.id, "test", self.house.time())
            conn.execute(
                update(tables.representatives).values(work_state=WorkState.IDLE, call_id=None)
            )

    def back_at_desk(self) -> None:
        for move in (representatives.clear_not_responding, representatives.finish_wrap_up):
            with suppress(WrongWorkStateError), transaction(self.house.engine) as conn:
                move(conn, "rep", self.house.time())

    def let_it_ring(self) -> None:
        with transaction(self.house.engine) as conn:
            queues.expire_offers(conn, self.house.time(), 0)

    def close(self) -> None:
        """The representative ends the call; the network hears of it later."""
        if self.call.is_accompanied:
            with transaction(self.house.engine) as conn:
                calls.end(conn, self.call.id, "representative", self.house.time())

    def called_back(self, what: str) -> None:
        """The network calls the caller, and tells how it went."""
        call = self.call
        if call.state is not CallState.CALLING:
            return
        # What the network calls it from now on.
        self.phone.sid = f"CA{call.id:026}{call.attempts:06}"
        if what == "answered":
            self.post(f"/voice/{call.call_back_entry}", CallStatus="in-progress")
        else:
            self.post(f"/voice/{call.call_back_entry}/status", CallStatus=what)

    def minutes_pass(self) -> None:
        self.house.time.pass_(20 * 60)

    def issue(self) -> None:
        call, register = self.call, self.house.services.clearinghouse
        if call.request_id is None or call.representative is None:
            return
        with suppress(Refusal), transaction(self.house.engine) as conn:
            with suppress(Refusal):
                register.check(conn, call.request_id, REP, self.house.time())
            register.issue(conn, call.request_id, REP, self.house.time())

    def representative_lost(self) -> None:
        path = f"/voice/representative-status?call={self.phone.sid}&endpoint=client%3Arep"
        self.post(path, CallStatus="completed")

    def act(self, what: str) -> None:
        kind, _, detail = what.partition(": ")
        match kind:
            case "key":
                may_confirm = detail == "right code" and self.issued is not None
                may_prove = detail == "last group" and self.issued is not None
                self.key(detail)
                self.proven |= may_prove
                self.confirmed |= may_confirm
            case "redirected":
                self.post(f"/voice/redirected/{detail}")
            case "left queue":
                self.post("/voice/left-queue", QueueResult=detail)
            case "wait":
                self.post("/voice/wait", **({"Digits": detail} if detail else {}))
            case "called back":
                self.called_back(detail)
            case "arrive":
                self.post("/voice/incoming", CallStatus="ringing")
            case "hang up":
                self.post("/voice/status", CallStatus="completed")
            case _:
                getattr(self, kind.replace(" ", "_"))()

    @property
    def call(self) -> calls.Call:
        """The one call of this story, whatever the network calls it by now."""
        with reading(self.house.engine) as conn:
            if self.call_id is None:
                found = calls.load(conn, self.phone.sid)
                assert found is not None
                self.call_id = found.id
            call = calls.get(conn, self.call_id)
        assert call is not None
        return call

    def check(self) -> None:
        call = self.call
        with reading(self.house.engine) as conn:
            who = representatives.get(conn, "rep")
            held = None if who.call_id is None else calls.get(conn, who.call_id)
            request = (
                None
                if call.request_id is None
                else self.house.services.clearinghouse.request(conn, call.request_id)
            )
        if who.work_state in BUSY:
            assert held is not None
            assert (held.representative, held.state is CallState.ENDED) == ("rep", False)
        if call.state is CallState.RINGING:
            assert (who.work_state, who.call_id) == (WorkState.RINGING, call.id)
        if call.state is CallState.TALKING:
            assert (who.work_state, who.call_id) == (WorkState.TALKING, call.id)
        if call.state in {CallState.QUEUED, CallState.CALL_BACK}:
            assert call.representative is None
        if request is not None and request.state is RequestState.CONFIRMED:
            assert self.confirmed
        if request is not None and request.state is RequestState.READ:
            assert self.proven
        self.check_issues()

    def check_issues(self) -> None:
        """No request is issued twice, and none without a person where the policy says never."""
        with reading(self.house.engine) as conn:
            entries = audit.of_product(conn, self.family.product_id, 200)
        issued = [entry for entry in entries if entry.action == "id.issued"]
        assert len({entry.request_id for entry in issued}) == len(issued)
        if self.rule == LineIssues.NEVER:
            assert all(entry.actor == REP for entry in issued)


ACTS = st.sampled_from(
    [
        "key: product ID",
        "key: half of it",
        "key: license server ID",
        "key: right code",
        "key: wrong code",
        "key: last group",
        *(f"key: {keys}" for keys in ("1", "0", "*", "**", "12345", "")),
        *("wait", "wait: 1", "wait: 2", "wait: 3"),
        *(f"called back: {how}" for how in ("answered", "no-answer", "completed")),
        "minutes pass",
        *(
            f"redirected: {what}"
            for what in ("conversation", "closing_code", "queue", "reading", "challenge")
        ),
        *(f"left queue: {why}" for why in ("redirected", "error", "hangup")),
        "again",
        "arrive",
        "hang up",
        *("offer", "answer", "decline", "back at desk", "issue", "representative lost"),
        *("let it ring", "close"),
    ]
)
UP_TO_QUEUE = ["key: product ID", "key: license server ID", "key: 1"]
UP_TO_TALK = [*UP_TO_QUEUE, "offer", "answer", "redirected: conversation"]
UP_TO_PROOF = [*UP_TO_TALK, "issue", "redirected: closing_code"]
UP_TO_CODE = [*UP_TO_PROOF, "key: last group"]
UP_TO_READING = [*UP_TO_TALK, "issue", "redirected: reading"]
UP_TO_CONFIRMED = [*UP_TO_CODE, "key: right code"]
UP_TO_PROMISE = [*UP_TO_QUEUE, "wait", "wait: 1", "key: 1"]
UP_TO_CALLING = [*UP_TO_PROMISE, "hang up", "offer", "answer"]
UP_TO_CALLED = [*UP_TO_CALLING, "called back: answered"]
BEGINNINGS = st.sampled_from(
    [
        [],
        UP_TO_QUEUE,
        UP_TO_TALK,
        UP_TO_PROOF,
        UP_TO_CODE,
        UP_TO_READING,
        UP_TO_CONFIRMED,
        UP_TO_PROMISE,
        UP_TO_CALLING,
        UP_TO_CALLED,
    ]
)

numbers = iter(range(100, 1_000_000))


def begin(house, another, number: int, rule: LineIssues) -> Story:
    """A story with a product of its own: what came of it before must not be in the way."""
    own = family.draw(number)
    with transaction(house.engine) as conn:
        house.services.clearinghouse.add_product(
            conn,
            product_id=own.product_id,
            product_key=own.product_key,
            name="Product",
            policy=Policy(issue_by_line=rule.value),
            actor=Actor("administrator", "test"),
            now=house.time(),
        )
    secret = product_key.secret(own.product_key)
    server_id = license_server_id.assemble(secret, own.product_id, 0, "0" * 16)
    phone = another(number)
    # A number of its own as well: no number is called back any often in a day.
    phone.from_ = f"+1202{2_000_000 + number}"
    return Story(house, phone, own, server_id, rule)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rule=st.sampled_from(LineIssues), begins=BEGINNINGS, acts=st.lists(ACTS, max_size=12))
def test_any_order_of_events_leaves_rows_that_agree(house, another, rule, begins, acts) -> None:
    story = begin(house, another, next(numbers), rule)
    story.clear()
    story.act("arrive")
    for act in [*begins, *acts, "hang up"]:
        note(act)
        story.act(act)
        story.check()
    # Whoever has hung up to be called back still waits, and nobody with them.
    if story.call.state is not CallState.ENDED:
        assert story.call.is_call_back
