"""Deactivation, and what a server may license as it stands."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from codes import deactivation_confirmation, deactivation_receipt, product_key
from license_server import activation, deactivation, event_log, health
from license_server import state as states
from license_server.errors import (
    ConfirmationRefusedError,
    NoDeactivationError,
    NotActivatedError,
)
from license_server.event_log import Kind
from license_server.model import CertificateState, DeactivationCause, Licensing, Reason, WizardPage

Contents = Callable[[Path], dict[str, bytes]]
EXPIRED = DeactivationCause.CERTIFICATE_EXPIRED


def confirmation(licence: SimpleNamespace, receipt: str) -> str:
    secret = product_key.secret(licence.product_key)
    return deactivation_confirmation.make(secret, licence.product_id, receipt)


def kinds(data: Path) -> list[str]:
    return [entry["kind"] for entry in event_log.entries(data)]


def test_the_receipt_ends_new_licences_at_once_and_stays_the_same(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    assert health.status(activated, later).may_license is Licensing.ALL
    receipt = deactivation.begin(activated, EXPIRED, later)
    held = states.load(activated).held
    assert held is not None
    secret = product_key.secret(licence.product_key)
    current = held.new_license_server_id
    assert deactivation_receipt.verify(secret, licence.product_id, current, receipt).issue == 1
    found = health.status(activated, later)
    assert (found.is_deactivated, found.may_license) == (True, "none")
    again = deactivation.begin(activated, DeactivationCause.SERVER_REDEPLOYED, later)
    assert again == receipt
    assert states.load(activated).deactivation == deactivation.Deactivation(receipt, EXPIRED, later)


def test_a_confirmation_is_taken_and_only_an_activation_ends_it(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    receipt = deactivation.begin(activated, EXPIRED, later)
    typed = deactivation_confirmation.format(confirmation(licence, receipt))
    confirmed = deactivation.confirm(activated, typed, later)
    assert confirmed.confirmed_at == later
    assert deactivation.confirm(activated, typed, later + timedelta(days=1)) == confirmed
    deactivation.close(activated)
    found = health.status(activated, later)
    assert (found.may_license, found.proposed_reason) == ("none", Reason.FIRST_ACTIVATION)
    asked = activation.request(activated, later)
    assert (asked.last_issue, asked.reason) == (1, Reason.FIRST_ACTIVATION)
    activation.accept(activated, licence.issue(asked.license_server_id, 2), later)
    found = health.status(activated, later)
    assert (found.is_deactivated, found.may_license) == (False, "all")
    assert deactivation.status(activated) is None
    assert kinds(activated).count(Kind.DEACTIVATION_CONFIRMED) == 1


def test_each_wrong_confirmation_has_its_own_message_and_changes_nothing(
    activated: Path,
    licence: SimpleNamespace,
    other_licence: SimpleNamespace,
    now: datetime,
    contents: Contents,
) -> None:
    later = now + timedelta(hours=1)
    receipt = deactivation.begin(activated, EXPIRED, later)
    good = confirmation(licence, receipt)
    asked = activation.request(activated, later).license_server_id
    wrong = f"{good[:7]}{(int(good[7]) + 1) % 10}{good[8:]}"
    typed = {
        "": "empty",
        good[:-1]: "invalid_length",
        "O" + good[1:]: "letter_for_digit",
        wrong: "invalid_groups",
        receipt: "displayed_receipt",
        confirmation(other_licence, receipt): "not_authentic",
        asked: "other_kind",
        licence.product_id: "other_kind",
    }
    before = contents(activated)
    said = set()
    for text, why in typed.items():
        with pytest.raises(ConfirmationRefusedError) as caught:
            deactivation.confirm(activated, text, later)
        assert caught.value.why == why, text
        said.add(str(caught.value))
    assert len(said) == len(typed)
    assert contents(activated) == before


def test_what_was_never_activated_is_not_deactivated(
    data: Path, licence: SimpleNamespace, now: datetime
) -> None:
    with pytest.raises(NotActivatedError):
        deactivation.begin(data, EXPIRED, now)
    with pytest.raises(NoDeactivationError):
        deactivation.confirm(data, "", now)
    assert health.status(data, now).may_license is Licensing.TEMPORARY


def test_a_deactivation_code_is_told_from_a_new_license_server_id(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    receipt = deactivation.begin(activated, EXPIRED, later)
    activation.request(activated, later)
    for code in (receipt, confirmation(licence, receipt)):
        with pytest.raises(activation.IDRefusedError) as caught:
            activation.accept(activated, code, later)
        assert caught.value.why == "other_kind"
        assert "deactivation" in str(caught.value)


def test_before_it_is_confirmed_the_cause_proposes_the_reason(
    activated: Path, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    deactivation.begin(activated, DeactivationCause.CERTIFICATE_DAMAGED, later)
    assert health.status(activated, later).proposed_reason is Reason.CERTIFICATE_CORRUPTED


def test_an_expiring_certificate_is_logged_once_and_then_its_grace_counts_down(
    activated: Path, now: datetime
) -> None:
    until = health.status(activated, now).valid_until
    assert until is not None
    health.note(activated, until - timedelta(days=31))
    assert Kind.CERTIFICATE_EXPIRING not in kinds(activated)
    for days in (29, 28):
        found = health.note(activated, until - timedelta(days=days))
        assert (found.is_expiring, found.grace_ends, found.may_license) == (True, None, "all")
    assert kinds(activated).count(Kind.CERTIFICATE_EXPIRING) == 1
    for hours in (1, 2, 30, 60, 71):
        found = health.note(activated, until + timedelta(hours=hours))
        assert found.state is CertificateState.EXPIRED
        assert found.grace_ends == until + timedelta(hours=72)
        assert found.may_license is Licensing.ALL
    left = [
        entry["hours_left"] for entry in event_log.entries(activated) if entry["kind"] == Kind.GRACE
    ]
    assert left == [71, 42, 12]
    for hours in (73, 74):
        over = health.note(activated, until + timedelta(hours=hours))
        assert over.may_license is Licensing.NONE
    assert kinds(activated).count(Kind.GRACE_ENDED) == 1


@pytest.mark.parametrize(
    ("moved", "licensing"), [(timedelta(minutes=-30), "all"), (timedelta(days=-365), "none")]
)
def test_a_clock_set_back_licenses_nobody_but_a_correction_does(
    activated: Path, now: datetime, moved: timedelta, licensing: str
) -> None:
    assert health.status(activated, now + moved).may_license == licensing


def test_a_damaged_certificate_leaves_temporary_licences(activated: Path, now: datetime) -> None:
    held = states.load(activated).held
    assert held is not None
    (activated / held.certificate_file).write_bytes(b"damaged")
    found = health.status(activated, now + timedelta(hours=1))
    assert (found.may_license, found.proposed_cause) == (
        "temporary",
        DeactivationCause.CERTIFICATE_DAMAGED,
    )


def test_a_state_of_format_1_is_read_and_written_anew(activated: Path, now: datetime) -> None:
    activation.request(activated, now + timedelta(hours=1))
    stored = states.load(activated)
    document = json.loads((activated / states.FILE).read_text())
    new = ("page", "noted", "unconfirmed", "deactivation", "asked_cause", "revocation_files")
    for name in new:
        del document[name]
    del document["properties"]["phone"]
    del document["held"]["chain_file"]
    document |= {"format": 1, "is_on_telephone_page": True}
    (activated / states.FILE).write_text(json.dumps(document))
    read = states.load(activated)
    assert read.page is WizardPage.NEW_ID
    assert (read.held, read.request) == (stored.held, stored.request)
    states.save(activated, read)
    assert json.loads((activated / states.FILE).read_text())["format"] == states.FORMAT
