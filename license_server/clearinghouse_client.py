"""The automatic method: request, deactivation and confirmation over the internet.

What is asked for is on disk before it is sent and stays there until it is answered, so whatever is
interrupted is simply asked again: the clearinghouse gives the same answer.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server import deactivation, event_log, exchange, files
from license_server import state as states
from license_server.acceptance import Acceptance
from license_server.clearinghouse_api import (
    Api,
    ClearinghouseRefused,
    ClearinghouseUnreachable,
    api_of,
)
from license_server.errors import CodeRefusedError, NoDeactivationError
from license_server.event_log import Kind
from license_server.link import Link
from license_server.model import DeactivationCause, Reason
from license_server.state import Deactivation

_SIGNATURE_WRONG: Final = "signature_wrong"

__all__ = [
    "ClearinghouseRefused",
    "ClearinghouseUnreachable",
    "catch_up",
    "deactivate",
    "reactivate",
]


def reactivate(
    data: Path, link: Link | None, now: datetime, *, reason: Reason | None = None
) -> Acceptance:
    """Ask for a new license server ID and accept it, certificate included.

    Raises ClearinghouseUnreachable, ClearinghouseRefused, AnswerRefusedError or IDRefusedError; the
    request stays open. That the ID was accepted is told at once, or else at the next contact.
    """
    api = api_of(link)
    document = exchange.request_document(data, now, reason)
    with _noted(data, now):
        try:
            answer = api.permissions(document)
        except ClearinghouseRefused as error:
            if error.why != _SIGNATURE_WRONG or document["proof"]["by"] == "product_key":
                raise
            # The register may know less good of the previous key than this server does.
            document = exchange.request_document(data, now, is_by_product_key=True)
            answer = api.permissions(document)
    accepted = exchange.take_answer(data, answer, now)
    catch_up(data, link, now)
    return accepted


def deactivate(
    data: Path, link: Link | None, now: datetime, *, cause: DeactivationCause | None = None
) -> Deactivation:
    """End this server's licences and have it confirmed.

    A cause begins a deactivation, once the clearinghouse answers at all; without one the
    deactivation that began is sent. Raises as `reactivate` does, and NoDeactivationError.
    """
    api = api_of(link)
    if cause is not None and deactivation.status(data) is None:
        with _noted(data, now):
            api.require_reachable()
        deactivation.begin(data, cause, now)
    state = states.load(data)
    begun = state.deactivation
    if begun is None:
        raise NoDeactivationError("This server shows no deactivation receipt: begin with a cause.")
    document = {
        "product_id": state.product_id,
        "receipt": begun.receipt,
        "cause": begun.cause.value,
        "contact": exchange.contact(state.properties),
    }
    with _noted(data, now):
        answer = api.deactivations(document)
    return deactivation.confirm(data, str(answer.get("confirmation", "")), now)


def catch_up(data: Path, link: Link | None, now: datetime) -> None:
    """Tell the clearinghouse what it is still to be told, and fetch what it is still to sign.

    That is an acceptance, and its certificate in place of a local one. Nothing is raised: what does
    not work now is tried at the next contact, and logged.
    """
    if link is None or states.find(data) is None:
        return
    api = Api(link)
    try:
        with _noted(data, now):
            _confirm(data, api, now)
        document = exchange.replacement_document(data)
        if document is not None:
            with _noted(data, now):
                answer = api.certificates(document)
            exchange.take_answer(data, answer, now)
    except (ClearinghouseUnreachable, ClearinghouseRefused, CodeRefusedError):
        return


def _confirm(data: Path, api: Api, now: datetime) -> None:
    state = states.load(data)
    open_ = state.unconfirmed
    if open_ is None:
        return
    try:
        api.confirmation(open_.case_number, state.product_id, open_.closing_code)
    except ClearinghouseRefused as error:
        if error.retry_after is not None:
            raise
        # It will not be told otherwise: the next request says what was accepted.
        _forget(data, open_)
        raise
    _forget(data, open_)
    event_log.record(data, Kind.CONFIRMED, now, issue=state.last_issue)


def _forget(data: Path, told: states.Unconfirmed) -> None:
    with files.locked(data):
        state = states.load(data)
        if state.unconfirmed == told:
            states.save(data, dataclasses.replace(state, unconfirmed=None))


@contextmanager
def _noted(data: Path, now: datetime) -> Iterator[None]:
    """Log what the clearinghouse refuses, or that it is not there."""
    try:
        yield
    except ClearinghouseUnreachable:
        event_log.record(data, Kind.CLEARINGHOUSE_UNREACHABLE, now)
        raise
    except ClearinghouseRefused as error:
        event_log.record(data, Kind.CLEARINGHOUSE_REFUSED, now, why=error.why)
        raise
