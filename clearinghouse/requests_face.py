"""The register's face for requests: from opening to confirmation."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clearinghouse import (
    assessment,
    audit,
    catalogue,
    compromise,
    docket,
    plain,
    resumption,
    wrong_tries,
)
from clearinghouse.acceptance import confirm, mark_read
from clearinghouse.face import Face
from clearinghouse.issuing import issue
from clearinghouse.model import Actor, Channel, Reason, Request, Standing
from clearinghouse.opening import Opening, open_request
from clearinghouse.reasons import choose_replaced, set_reason
from clearinghouse.steps import run_out, tell
from clearinghouse.transitions import Act, follow

_BATCH: Final = 500
_CLOCK: Final = Actor("line", "clock")


class RequestsFace(Face):
    """Requests: read, and led through their life."""

    def request(self, connection: Connection, request_id: int) -> Request:
        """Read a request."""
        return docket.by_id(connection, request_id)

    def request_by_case(self, connection: Connection, case_number: str) -> Request | None:
        """Find a request by its compact case number."""
        return docket.by_case(connection, case_number)

    def requests_of_product(
        self,
        connection: Connection,
        product_id: str,
        limit: int = 50,
        before: int = docket.HIGHEST_ID,
    ) -> list[Request]:
        """Read a product's requests, newest first; `before`: the id of the last one seen."""
        return docket.of_product(connection, product_id, limit, before)

    def standing(self, connection: Connection, request_id: int, now: datetime) -> Standing:
        """Weigh a request against policy and register, without changing anything."""
        request = docket.by_id(connection, request_id)
        return assessment.assess(connection, self._product(connection, request)[0], request, now)

    def open_request(
        self,
        connection: Connection,
        *,
        product_id: str,
        license_server_id: str,
        channel: Channel,
        caller: str | None,
        actor: Actor,
        now: datetime,
    ) -> Request:
        """Open a request, or find the one that stands for this pair of IDs.

        Nothing is stored about the pair before its proof holds. A license server ID that names a
        number still unconfirmed shows that the server accepted it: that request is confirmed.
        Refuses PRODUCT_UNKNOWN, TOO_MANY_WRONG_PROOFS, PROOF_WRONG, PRODUCT_BLOCKED.
        """
        opening = Opening(product_id, license_server_id, channel, caller, actor, now)
        return open_request(connection, self._cipher, self._rng, opening)

    def set_reason(
        self, connection: Connection, request_id: int, reason: Reason, actor: Actor, now: datetime
    ) -> Request:
        """State why. Once the ID is issued the reason may only rise to the compromised key.

        Refuses WRONG_STATE, and DEACTIVATED where the server has to be activated again.
        """
        audit.lock(connection)
        return set_reason(connection, docket.by_id(connection, request_id), reason, actor, now)

    def choose_replaced(
        self,
        connection: Connection,
        request_id: int,
        issue: int | None,
        actor: Actor,
        now: datetime,
    ) -> Request:
        """Say which server goes on with the new number, where the asking one lost its own.

        `issue`: a number that this server held; None takes the choice back. Refuses WRONG_STATE
        once the ID is issued or where the license server names a number itself, ISSUE_UNKNOWN.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        return choose_replaced(connection, request, issue, actor, now)

    def check(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> Request:
        """Check a request against policy and register; one that has its ID stays as it is.

        Refuses WRONG_STATE, PRODUCT_BLOCKED, ISSUE_UNKNOWN, SERVERS_LIMIT, LIMIT_REACHED.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        state = follow(request.state, Act.CHECK)
        product, _ = self._product(connection, request)
        assessment.require(connection, product, request, now)
        if state is request.state:
            return request
        docket.change(connection, request_id, state=state.value)
        tell(connection, "request.checked", request, actor, now)
        return docket.by_id(connection, request_id)

    def issue(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> Request:
        """Issue the new license server ID; asked again, it gives the same one.

        Refuses as `check`, and CHALLENGE_NEEDED where the private key is compromised and the wizard
        hasn't answered the challenge.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        product, secret = self._product(connection, request)
        return issue(connection, product, secret, request, actor, now)

    def line_issues(self, connection: Connection, product_id: str, *, out_of_hours: bool) -> bool:
        """Whether the product's policy lets the line issue plain requests now; a cheap look."""
        product = catalogue.find(connection, product_id)
        return product is not None and plain.is_allowed(product, out_of_hours=out_of_hours)

    def line_may_issue(
        self, connection: Connection, request_id: int, now: datetime, *, out_of_hours: bool
    ) -> bool:
        """Whether the line may give this request its ID without a representative.

        That is for the product's policy to say, and for plain requests only: whatever needs a
        person's judgement, such as a compromised key, is left to one. What stands in the way of
        the issue itself, `check` and `issue` refuse.
        """
        request = docket.by_id(connection, request_id)
        product, _ = self._product(connection, request)
        return plain.line_may_issue(connection, product, request, now, out_of_hours=out_of_hours)

    def mark_read(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> Request:
        """Note that the new ID was read out to its end."""
        audit.lock(connection)
        return mark_read(connection, docket.by_id(connection, request_id), actor, now)

    def confirm(
        self,
        connection: Connection,
        request_id: int,
        closing_code: str,
        actor: Actor,
        now: datetime,
    ) -> Request:
        """Take the closing code: the server accepted its new ID. A late one counts as well.

        Refuses WRONG_STATE, CLOSING_CODE_WRONG (with the tries left), TOO_MANY_WRONG_PROOFS.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        _, secret = self._product(connection, request)
        return confirm(connection, secret, request, closing_code, actor, now)

    def deny(
        self, connection: Connection, request_id: int, why: str, actor: Actor, now: datetime
    ) -> Request:
        """Refuse a request for good, with a person's reason."""
        return self._close(connection, request_id, Act.DENY, actor, now, why)

    def abandon(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> Request:
        """Give a request up; once its ID is issued this changes nothing."""
        return self._close(connection, request_id, Act.ABANDON, actor, now)

    def may_prove_resumption(self, connection: Connection, caller: str, now: datetime) -> bool:
        """Say whether this caller may still try to go on with an earlier call."""
        return resumption.may_prove(connection, caller, now)

    def prove_resumption(
        self,
        connection: Connection,
        *,
        subject: str,
        caller: str | None,
        holds: bool,
        now: datetime,
    ) -> None:
        """Take the proof of whoever wants to go on with an earlier call, or count a wrong one.

        `subject` names the earlier call; `caller` is None where the number was withheld. Refuses
        PROOF_WRONG, and TOO_MANY_WRONG_PROOFS after three of either within a day.
        """
        resumption.prove(connection, subject=subject, caller=caller, holds=holds, now=now)

    def resume(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> Request:
        """Open a request again that was given up with the call; otherwise it stays as it is.

        Gives the one that stands for the same pair of IDs, where there is another by now. Refuses
        WRONG_STATE where the request is over, or the product key was replaced.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        _, secret = self._product(connection, request)
        return resumption.resume(connection, secret, request, actor, now)

    def lapse(self, connection: Connection, now: datetime) -> int:
        """Close what has run out: bookkeeping, at most 500 requests at a time; gives how many.

        What was issued and not confirmed lapses, what was never issued is abandoned. Wrong codes
        that no longer count are forgotten.
        """
        audit.lock(connection)
        wrong_tries.forget(connection, now)
        requests = docket.run_out(connection, now, _BATCH)
        for request in requests:
            run_out(connection, request, _CLOCK, now)
        return len(requests)

    def challenge(
        self, connection: Connection, request_id: int, actor: Actor, now: datetime
    ) -> str:
        """Give the four digits that the wizard has to answer; the same ones until they are."""
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        return compromise.challenge(connection, self._rng, request, actor, now)

    def answer_challenge(
        self, connection: Connection, request_id: int, answer: str, actor: Actor, now: datetime
    ) -> Request:
        """Take the wizard's six digits; where the ID is issued already, revoke the old number.

        Refuses CHALLENGE_NEEDED (with the tries left) for a wrong answer, TOO_MANY_WRONG_PROOFS.
        """
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        _, secret = self._product(connection, request)
        return compromise.answer(connection, secret, request, answer, actor, now)

    def _close(
        self,
        connection: Connection,
        request_id: int,
        act: Act,
        actor: Actor,
        now: datetime,
        why: str | None = None,
    ) -> Request:
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        state = follow(request.state, act)
        if state is request.state:
            return request
        docket.change(
            connection, request_id, state=state.value, is_standing=False, denied_because=why
        )
        tell(connection, f"request.{state.value}", request, actor, now, why=why)
        return docket.by_id(connection, request_id)
