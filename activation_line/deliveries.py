"""Webhooks delivered: what stands in the outbox is posted, with patience and without trust.

Addresses are an administrator's, so any is allowed; but redirects are not followed, the answer's
body is not read, and nobody may keep the sender waiting.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import requests
from sqlalchemy.exc import SQLAlchemyError

from activation_line.clock import system_clock
from activation_line.register_access import Register
from clearinghouse import outbox, webhooks
from clearinghouse.outbox import Message
from data_store import StoreError, reading, transaction

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = (5.0, 10.0)  # to connect, and until the answer's first line
AT_ONCE = 100
TICK_SECONDS = 5.0
KEPT_FOR = timedelta(days=30)
USER_AGENT = "activation-line-webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went."""

    message: Message
    delivered: bool
    says: str


def deliver(register: Register, now: datetime) -> list[Outcome]:
    """Deliver what is due. Where a webhook fails its other messages wait for the next round."""
    with reading(register.engine) as connection:
        due = outbox.due(connection, now, AT_ONCE)
    outcomes: list[Outcome] = []
    failing: set[int] = set()
    with requests.Session() as session:
        for message in due:
            if message.webhook_id in failing:
                continue
            outcome = _attempt(session, register, message, now)
            if outcome is not None:
                outcomes.append(outcome)
                if not outcome.delivered:
                    failing.add(message.webhook_id)
    return outcomes


def deliver_one(register: Register, message_id: int, now: datetime) -> list[Outcome]:
    """Deliver one message, by its id in the outbox, whatever else waits."""
    with reading(register.engine) as connection:
        message = outbox.by_id(connection, message_id)
    with requests.Session() as session:
        outcome = _attempt(session, register, message, now)
    return [] if outcome is None else [outcome]


def _attempt(
    session: requests.Session, register: Register, message: Message, now: datetime
) -> Outcome | None:
    """Try one message; None where another process was first."""
    with transaction(register.engine) as connection:
        if not outbox.claim(connection, message, now):
            return None
    # Posted outside of any transaction: whoever receives it may be slow.
    delivered, says = _post(session, register, message)
    with transaction(register.engine) as connection:
        outbox.settle(connection, message, delivered=delivered, outcome=says, now=now)
    if not delivered:
        log.warning("webhook %d: %s", message.webhook_id, says)
    return Outcome(message, delivered, says)


def _post(session: requests.Session, register: Register, message: Message) -> tuple[bool, str]:
    secret = register.cipher.decrypt(message.secret, webhooks.context(message.webhook_id))
    # Receivers compare the signature's moment with their own clock, so it is the machine's.
    signed = webhooks.headers(secret, message.message_id, message.body, system_clock())
    try:
        answer = session.post(
            message.url,
            data=message.body.encode(),
            headers={**signed, "user-agent": USER_AGENT},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
            auth=_no_netrc,
        )
    except (requests.RequestException, UnicodeError) as error:
        return False, f"not reached ({type(error).__name__})"
    with answer:
        return answer.status_code // 100 == 2, f"answered {answer.status_code}"  # noqa: PLR2004 -- the class of answers that is a yes


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no password that a netrc file may hold for the address."""
    return request


class Deliveries:
    """A thread that delivers while a web process serves; a context manager.

    It is not the one that keeps house: a slow receiver must not hold up ring time-outs.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="deliveries", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=sum(TIMEOUT_SECONDS))

    def _keep(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            try:
                self.tick()
            except (SQLAlchemyError, StoreError, OSError):
                log.exception("webhooks weren't delivered; it is tried again")

    def tick(self) -> None:
        """One round: deliver what is due, forget what is long done."""
        now = self._register.clock()
        deliver(self._register, now)
        with reading(self._register.engine) as connection:
            is_old = outbox.has_done_before(connection, now - KEPT_FOR)
        if is_old:
            with transaction(self._register.engine) as connection:
                outbox.forget(connection, now - KEPT_FOR)
