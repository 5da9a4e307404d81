"""The register's face: products, requests and everything that may happen to them."""

import random
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clearinghouse import assessment, audit, catalogue, compromise, contacts, docket, wrong_tries
from clearinghouse.acceptance import confirm, mark_read
from clearinghouse.compromise import revoke_older
from clearinghouse.issuing import issue
from clearinghouse.model import (
    Actor,
    Channel,
    Policy,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    Request,
    Standing,
)
from clearinghouse.opening import Opening, open_request
from clearinghouse.steps import run_out, tell
from clearinghouse.transitions import REASON_IS_FREE, REASON_MAY_RISE, Act, follow
from codes.proofs import Secret
from data_store import Cipher

_BATCH: Final = 500
_CLOCK: Final = Actor("line", "clock")


class Clearinghouse:
    """Keeps the register. It holds no state of its own: every method works on the connection.

    Each method runs inside the caller's transaction, writes its audit entry there and makes the
    transaction durable. Each raises Refusal where the register says no; catch it inside the
    transaction and let that commit, since wrong codes are counted. Unknown ids raise LookupError,
    malformed codes CodeError.
    """

    def __init__(self, cipher: Cipher, rng: random.Random | None = None) -> None:
        self._cipher = cipher
        self._rng = rng or random.SystemRandom()

    # Products

    def add_product(
        self,
        connection: Connection,
        *,
        product_id: str,
        product_key: str,
        name: str,
        policy: Policy,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Register a product. Raises RegisterError where it is registered already."""
        audit.lock(connection)
        product_id = catalogue.add(
            connection,
            self._cipher,
            product_id=product_id,
            product_key=product_key,
            name=name,
            policy=policy,
            now=now,
        )
        data = {"name": name, **asdict(policy)}
        audit.append(
            connection, "product.added", actor=actor, now=now, product_id=product_id, data=data
        )

    def set_policy(
        self, connection: Connection, product_id: str, policy: Policy, actor: Actor, now: datetime
    ) -> None:
        """Change what a product allows, from now on."""
        audit.lock(connection)
        data = catalogue.set_policy(connection, product_id, policy)
        audit.append(
            connection, "product.policy", actor=actor, now=now, product_id=product_id, data=data
        )

    def set_blocked(
        self, connection: Connection, product_id: str, *, blocked: bool, actor: Actor, now: datetime
    ) -> None:
        """Block a product: nothing more is opened, checked or issued for it. Or unblock it."""
        audit.lock(connection)
        catalogue.set_blocked(connection, product_id, blocked=blocked)
        action = "product.blocked" if blocked else "product.unblocked"
        audit.append(connection, action, actor=actor, now=now, product_id=product_id)

    def renew_encryption(self, connection: Connection, actor: Actor, now: datetime) -> int:
        """Encrypt every product key with the cipher's first key; gives how many were due."""
        audit.lock(connection)
        renewed = catalogue.renew(connection, self._cipher)
        if renewed:
            data = {"products": renewed}
            audit.append(connection, "encryption.renewed", actor=actor, now=now, data=data)
        return renewed

    def product_exists(self, connection: Connection, product_id: str) -> bool:
        """Say whether a compact product ID is registered; cheap enough for every key press."""
        return catalogue.exists(connection, product_id)

    def product(self, connection: Connection, product_id: str) -> Product | None:
        """Read a product, without its key."""
        return catalogue.find(connection, product_id)

    def products(self, connection: Connection) -> list[Product]:
        """Read all products, by name."""
        return catalogue.every(connection)

    def products_page(self, connection: Connection, after: str, limit: int) -> list[Product]:
        """Read some products by ID; `after`: the ID of the last one seen, empty at first."""
        return catalogue.page(connection, after, limit)

    # Requests: to be read

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

    # Requests: their life

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
        """State why. Once the ID is issued the reason may only rise to the compromised key."""
        audit.lock(connection)
        request = docket.by_id(connection, request_id)
        if reason is request.reason:
            return request
        rises = reason is Reason.PRIVATE_KEY_COMPROMISED and request.state in REASON_MAY_RISE
        if request.state not in REASON_IS_FREE and not rises:
            raise Refusal(
                RefusalCode.WRONG_STATE,
                f"The request is {request.state.value}: its reason can't change any more.",
            )
        if reason is Reason.FIRST_ACTIVATION and request.last_issue:
            raise Refusal(
                RefusalCode.WRONG_STATE,
                "This license server was activated before, so it isn't its first activation.",
            )
        docket.change(connection, request_id, reason=reason.value)
        tell(connection, "request.reason", request, actor, now, reason=reason.value)
        if rises and request.challenge_answered_at is not None:
            revoke_older(connection, request, actor, now)
        return docket.by_id(connection, request_id)

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
        assessment.enforce(assessment.assess(connection, product, request, now))
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

    # A compromised private key

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

    # Personal data

    def callers(self, connection: Connection, request_id: int) -> list[str]:
        """Read the numbers that called about a request."""
        return contacts.of_request(connection, request_id)

    def erase_caller(self, connection: Connection, number: str, actor: Actor, now: datetime) -> int:
        """Erase a number from the register; the audit stays whole. Gives how many contacts went."""
        audit.lock(connection)
        erased = contacts.erase(connection, number)
        data = {"contacts": erased}
        audit.append(connection, "caller.erased", actor=actor, now=now, data=data)
        return erased

    def erase_callers_before(
        self, connection: Connection, before: datetime, actor: Actor, now: datetime
    ) -> int:
        """Erase the numbers of calls from before a moment; gives how many contacts went."""
        audit.lock(connection)
        erased = contacts.erase_before(connection, before)
        if erased:
            data = {"contacts": erased, "before": before.isoformat()}
            audit.append(connection, "callers.erased", actor=actor, now=now, data=data)
        return erased

    # What several methods share

    def _product(self, connection: Connection, request: Request) -> tuple[Product, Secret]:
        found = catalogue.find_with_secret(connection, self._cipher, request.product_id)
        if found is None:  # a foreign key forbids it
            raise LookupError(f"There is no product {request.product_id}.")
        return found

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
