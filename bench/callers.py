"""Callers who go the ways of `bench.ways`, each with a product, a license server and a number."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import update

from bench import lines
from bench.lines import NOW, ROOT, Line
from bench.posts import Post, post, send
from bench.register import Asking
from clearinghouse import Actor, Reason
from clearinghouse.model import Request
from clearinghouse.packs import PackKind
from codes import challenge, closing_code, deactivation_receipt
from codes.proofs import Secret
from data_store import reading, transaction
from ivr.session import Step, restore
from switchboard import calls, queues, representatives
from switchboard.model import Call, Presence, WorkState
from switchboard.tables import calls as call_rows
from switchboard.tables import representatives as people

PEOPLE: Final = 32
HASH: Final = "0123456789012345"


@dataclass
class Town:
    """The line, its representatives, and who rings; everybody has a number of their own."""

    line: Line
    rng: random.Random
    count: int = 0

    def __post_init__(self) -> None:
        """Seat the representatives."""
        tongues = list(self.line.services.prompts.languages)
        with transaction(self.line.engine) as conn:
            for number in range(PEOPLE):
                name = f"rep{number}"
                representatives.add(
                    conn,
                    name=name,
                    display_name=name,
                    centres=list(self.line.services.routing.centres),
                    languages=tongues,
                    now=NOW,
                )
                representatives.set_presence(conn, name, Presence.AVAILABLE, NOW)

    def caller(self) -> "Caller":
        """Somebody who has not rung yet, with a pack to install."""
        self.count += 1
        own = lines.product(self.line, self.rng)
        abroad = lines.product(self.line, self.rng, is_abroad=True)
        with transaction(self.line.engine) as conn:
            pack = self.line.register.add_pack(
                conn,
                version=3,
                kind=PackKind.PER_DEVICE,
                quantity=25,
                customer="",
                actor=ROOT,
                now=NOW,
            )
        number = f"+1202{2_000_000 + self.count}"
        return Caller(self.line, own, abroad, pack.license_code, number, f"CA{self.count:032x}")

    def clear(self) -> None:
        """No call is left, and everybody is idle again."""
        with transaction(self.line.engine) as conn:
            for call in calls.live(conn):
                calls.end(conn, call.id, "bench", NOW)
            conn.execute(update(people).values(work_state=WorkState.IDLE, call_id=None))


@dataclass
class Caller:
    """One caller; `sid` is the call in hand."""

    line: Line
    own: Asking
    abroad: Asking
    pack: str
    number: str
    sid: str

    @property
    def server_id(self) -> str:
        """What the wizard shows."""
        return self.own.shown(0, HASH)

    @property
    def call(self) -> Call:
        """The call's row."""
        with reading(self.line.engine) as conn:
            call = calls.load(conn, self.sid)
        if call is None:
            raise AssertionError(f"There is no call {self.sid}.")
        return call

    @property
    def request(self) -> Request:
        """The newest request of the caller's product."""
        with reading(self.line.engine) as conn:
            return self.line.register.requests_of_product(conn, self.own.product_id, 1)[0]

    @property
    def new_id(self) -> str:
        """The new license server ID."""
        return str(self.request.new_license_server_id)

    @property
    def secret(self) -> Secret:
        """What proofs are made with."""
        return self.own.secret

    def go(self, acts: tuple[str, ...]) -> None:
        """Do all of them."""
        for act in acts:
            kind, _, detail = act.partition(" ")
            if kind == "person":
                self._person(detail)
            elif kind == "ring":
                self.sid = f"CB{self.sid[2:]}"
            else:
                send(self.line.app, self.posts(act))

    def posts(self, act: str) -> Post:
        """The request of one act."""
        kind, _, detail = act.partition(" ")
        if kind == "keys":
            meant = NAMED.get(detail)
            keys = detail if meant is None else meant(self)
            return post("/voice/turn", self.sid, caller=self.number, **_digits(keys))
        path, _, keys = detail.partition(" ")
        if detail.startswith("called back"):
            call = self.call
            entry = f"/voice/{call.call_back_entry}{detail.removeprefix('called back')}"
            self.sid = f"CD{self.sid[2:]}"
            status = "no-answer" if detail.endswith("status") else "in-progress"
            return post(entry, self.sid, caller=self.number, CallStatus=status)
        over = {"CallStatus": "completed"} if path == "status" else {}
        return post(f"/voice/{path}", self.sid, caller=self.number, **_digits(keys), **over)

    def stand_at(self, step: Step) -> None:
        """Raise `AssertionError` where the call is at another step than this one."""
        reached = restore(self.call.snapshot).step
        if reached is not step:
            raise AssertionError(f"This way was to lead to {step}, but led to {reached}.")

    def speak(self, language: str) -> None:
        """Let the call be in this language from now on."""
        with transaction(self.line.engine) as conn:
            of_call = call_rows.c.call_sid == self.sid
            conn.execute(update(call_rows).where(of_call).values(language=language))

    def _person(self, what: str) -> None:
        call = self.call
        with transaction(self.line.engine) as conn:
            match what:
                case "offer":
                    queues.offer(conn, NOW)
                case "answer":
                    queues.answer(conn, str(call.representative), call.id, NOW)
                case "lost":
                    queues.requeue(conn, str(call.representative), call.id, NOW)
                case "issue":
                    actor = Actor("representative", str(call.representative))
                    register, case = self.line.register, call.request_id or 0
                    register.set_reason(conn, case, Reason.SERVER_UPGRADED, actor, NOW)
                    register.check(conn, case, actor, NOW)
                    register.issue(conn, case, actor, NOW)


def _digits(keys: str) -> dict[str, str]:
    return {"Digits": keys} if keys else {}


def _groups_of_two(caller: Caller) -> str:
    """Groups that hold by themselves, and not together: the third is another server's."""
    own, other = caller.server_id, caller.own.shown(0, HASH[::-1])
    return own[:10] + other[10:15] + own[15:]


def _proof(caller: Caller) -> str:
    """Two digits of the group that the line names."""
    session = restore(caller.call.snapshot)
    code = caller.server_id if session.proof_code == "license_server_id" else caller.own.product_id
    return code[5 * (session.proof_group - 1) :][:2]


def _answer(caller: Caller) -> str:
    """The wizard's answer to the challenge."""
    asked = caller.request
    actor = Actor("representative", "bench")
    with transaction(caller.line.engine) as conn:
        given = caller.line.register.challenge(conn, asked.id, actor, NOW)
    return challenge.answer(caller.secret, caller.own.product_id, caller.server_id, given)


def _closing_code(caller: Caller) -> str:
    return closing_code.make(caller.secret, caller.own.product_id, caller.new_id)


def _receipt(caller: Caller) -> str:
    return deactivation_receipt.make(caller.secret, caller.own.product_id, caller.new_id)


NAMED: Final[dict[str, Callable[[Caller], str]]] = {
    "product": lambda caller: caller.own.product_id,
    "product abroad": lambda caller: caller.abroad.product_id,
    "group": lambda caller: caller.own.product_id[:5],
    "server": lambda caller: caller.server_id,
    "group of the server": lambda caller: caller.server_id[:5],
    "half of the server": lambda caller: caller.server_id[:15],
    "groups of two": _groups_of_two,
    "case number": lambda _caller: "123412341234",
    "last group": lambda caller: caller.new_id[-5:],
    "closing code": _closing_code,
    "receipt": _receipt,
    "pack": lambda caller: caller.pack,
    "proof": _proof,
    "answer": _answer,
}
