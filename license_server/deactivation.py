"""Deactivation: a receipt goes out, a confirmation comes in; in between nobody new is licensed.

The receipt says that this server has ended its licensing, so making it is what ends it.
"""

import dataclasses
from datetime import datetime
from pathlib import Path

from codes import deactivation_confirmation, deactivation_receipt
from codes.errors import CodeError, InvalidLength, NotAuthentic
from license_server import event_log, files, installation
from license_server import state as states
from license_server.errors import (
    ConfirmationRefusedError,
    NoDeactivationError,
    NotActivatedError,
)
from license_server.event_log import Kind
from license_server.model import DeactivationCause, Reason
from license_server.state import Deactivation

__all__ = ["Deactivation", "begin", "close", "confirm", "status"]


def status(data: Path) -> Deactivation | None:
    """Give the deactivation that stands, confirmed or not; None where the server is in use."""
    return states.load(data).deactivation


def begin(data: Path, cause: DeactivationCause, now: datetime) -> str:
    """End new licences at once and give the receipt; it stays the same until an activation.

    This cannot be taken back. Raises NotActivatedError where there is nothing to deactivate.
    """
    with files.locked(data):
        state = states.load(data)
        if state.deactivation is not None:
            return state.deactivation.receipt
        if state.held is None:
            raise NotActivatedError(
                "This server was never activated, so there is nothing to deactivate."
            )
        receipt = deactivation_receipt.make(
            installation.secret(data), state.product_id, state.held.new_license_server_id
        )
        begun = Deactivation(receipt, cause, now)
        fresh = dataclasses.replace(state, deactivation=begun, asked_cause=None, completed=None)
        states.save(data, fresh, now)
    facts = {"cause": cause.value, "issue": state.last_issue}
    event_log.record(data, Kind.DEACTIVATION_BEGAN, now, **facts)
    return receipt


def confirm(data: Path, text: str, now: datetime) -> Deactivation:
    """Take the confirmation that answers the receipt; raises ConfirmationRefusedError if none."""
    with files.locked(data):
        state = states.load(data)
        begun = state.deactivation
        if begun is None:
            raise NoDeactivationError(
                "This server shows no deactivation receipt: start the Deactivate Server Wizard "
                "first."
            )
        try:
            _require_confirmation(data, state.product_id, begun.receipt, text)
        except ConfirmationRefusedError as error:
            event_log.record(
                data, Kind.CONFIRMATION_REFUSED, now, why=error.why, groups=error.groups
            )
            raise
        if begun.confirmed_at is not None:
            return begun
        confirmed = dataclasses.replace(begun, confirmed_at=now, draft=())
        # What the clearinghouse has written off begins anew, whatever it was asked for before.
        asked = state.request and dataclasses.replace(state.request, reason=Reason.FIRST_ACTIVATION)
        fresh = dataclasses.replace(state, deactivation=confirmed, request=asked)
        states.save(data, fresh, now)
    event_log.record(data, Kind.DEACTIVATION_CONFIRMED, now, issue=state.last_issue)
    return confirmed


def close(data: Path) -> None:
    """Close the wizard's last page."""
    with files.locked(data):
        state = states.load(data)
        begun = state.deactivation
        if begun is not None and begun.confirmed_at is not None and not begun.is_closed:
            closed = dataclasses.replace(begun, is_closed=True)
            states.save(data, dataclasses.replace(state, deactivation=closed))


def _require_confirmation(data: Path, product_id: str, receipt: str, text: str) -> None:
    try:
        code = deactivation_confirmation.validate(text)
        if code == receipt:
            raise ConfirmationRefusedError(
                "displayed_receipt",
                "This is the deactivation receipt that this page shows. Type the deactivation "
                "confirmation, which answers it.",
            )
        deactivation_confirmation.verify(installation.secret(data), product_id, receipt, code)
    except InvalidLength as error:
        if not any(sign.isalnum() for sign in text):
            raise ConfirmationRefusedError(
                "empty", "Type the deactivation confirmation: three groups."
            ) from error
        raise ConfirmationRefusedError(error.code, str(error), error.groups) from error
    except NotAuthentic as error:
        raise ConfirmationRefusedError(
            error.code,
            "This confirmation does not answer this server's receipt: it belongs to another "
            "server, another product or an earlier deactivation. Make sure that product ID and "
            "receipt were keyed as this page shows them.",
        ) from error
    except CodeError as error:
        raise ConfirmationRefusedError(error.code, str(error), error.groups) from error
