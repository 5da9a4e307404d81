"""The web-browser method with a real license server: what is typed here is accepted there."""

from datetime import timedelta
from pathlib import Path

import pytest

from codes import deactivation_confirmation
from license_server import activation, deactivation, health
from license_server.model import CertificateState, DeactivationCause, Reason
from tests.licensing_site.website import ANNA, Visitor, Website

WHY = [reason for reason in Reason if reason is not Reason.FIRST_ACTIVATION]


def walk(website: Website, visitor: Visitor, data: Path, reason: Reason) -> str:
    """Walk both sides, up to the closing code; gives the new license server ID."""
    now = website.desk.now
    opened = activation.request(data, now, reason=reason)
    visitor.choose("activate" if reason is Reason.FIRST_ACTIVATION else "reactivate")
    ids = {
        "product_id": website.desk.product_id,
        "license_server_id": opened.license_server_id,
    }
    visitor.send(**ids, reason=reason.value, **ANNA)
    visitor.send()
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        visitor.send(answer=activation.answer(data, visitor.code("challenge")))
    assert visitor.title == "New License Server ID", visitor.text
    assert visitor.code("line-code") == activation.line_code_of(data)
    new_id = visitor.code("new-license-server-id")
    accepted = activation.accept(data, new_id, now)
    visitor.send(f"{visitor.path.rpartition('/')[0]}/confirm", closing_code=accepted.closing_code)
    assert visitor.title == "Confirmed"
    activation.finish(data)
    assert health.status(data, now).state is CertificateState.VALID
    return new_id


@pytest.mark.parametrize("reason", WHY)
def test_activated_then_reactivated(
    website: Website, visitor: Visitor, data: Path, reason: Reason
) -> None:
    walk(website, visitor, data, Reason.FIRST_ACTIVATION)
    website.desk.now += timedelta(days=1)
    walk(website, visitor, data, reason)
    states = website.desk.permission_states()
    is_revoked = reason is Reason.PRIVATE_KEY_COMPROMISED
    assert states == {1: "revoked" if is_revoked else "superseded", 2: "current"}


def test_deactivated_and_activated_again(website: Website, visitor: Visitor, data: Path) -> None:
    walk(website, visitor, data, Reason.FIRST_ACTIVATION)
    now = website.desk.now
    receipt = deactivation.begin(data, DeactivationCause.SERVER_REDEPLOYED, now)
    visitor.choose("deactivate")
    visitor.send(
        product_id=website.desk.product_id,
        deactivation_receipt=receipt,
        cause="server_redeployed",
        **{**ANNA, "email": "anna@example.org"},
    )
    visitor.send()
    assert visitor.title == "Deactivation Confirmation"
    deactivation.confirm(data, deactivation_confirmation.format(visitor.code("confirmation")), now)
    assert health.status(data, now).is_deactivation_confirmed
    walk(website, visitor, data, Reason.FIRST_ACTIVATION)
