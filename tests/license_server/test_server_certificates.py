import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from license_certificates import authority, keys, profile
from license_server import activation, health, installation
from license_server import state as states
from license_server.model import CertificateState, Reason


def own_paths(data: Path) -> tuple[Path, Path]:
    root, own = health.certificate_paths(data)
    assert own is not None
    return root, own


def state_of(data: Path, at: datetime) -> CertificateState:
    return health.status(data, at).state


def edit(data: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = data / states.FILE
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_accepts_the_certificate(activated: Path, tmp_path: Path, now: datetime) -> None:
    exported = tmp_path / "root.pem"
    exported.write_bytes(installation.root_pem(activated))
    leaf = own_paths(activated)[1]
    at = str(int((now + timedelta(days=1)).timestamp()))
    good = ["openssl", "verify", "-x509_strict", "-attime", at, "-CAfile", exported, leaf]
    assert subprocess.run(good, capture_output=True, check=False).returncode == 0
    late = str(int(datetime(2027, 4, 1, tzinfo=UTC).timestamp()))
    done = subprocess.run(
        ["openssl", "verify", "-attime", late, "-CAfile", exported, leaf],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "expired" in done.stderr


def test_the_certificate_bears_the_id(activated: Path) -> None:
    held = states.load(activated).held
    assert held is not None
    certificate = x509.load_pem_x509_certificate(own_paths(activated)[1].read_bytes())
    assert certificate.serial_number == int(held.new_license_server_id)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    assert uris == [profile.URI_PREFIX + held.new_license_server_id]
    extension = certificate.extensions.get_extension_for_oid(profile.ID_EXTENSION)
    assert not extension.critical
    assert held.new_license_server_id.encode() in extension.value.public_bytes()
    assert certificate.not_valid_after_utc == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)


def test_valid_to_the_very_last_second(activated: Path) -> None:
    last = datetime(2027, 3, 31, 23, 59, 59, 900000, tzinfo=UTC)
    assert state_of(activated, last) is CertificateState.VALID
    assert state_of(activated, last + timedelta(seconds=1)) is CertificateState.EXPIRED
    assert health.status(activated, last + timedelta(1)).proposed_reason is (
        Reason.CERTIFICATE_EXPIRED
    )


def test_before_the_certificate_begins_the_clock_is_wrong(activated: Path) -> None:
    found = health.status(activated, datetime(2026, 2, 28, tzinfo=UTC))
    assert (found.state, found.proposed_reason) == (CertificateState.CLOCK_WRONG, None)
    assert found.is_clock_set_back


@pytest.mark.parametrize("which", ["certificate", "key", "root"])
@pytest.mark.parametrize("damage", ["missing", "empty", "noise", "cut"])
def test_damaged_files_are_recognised(
    activated: Path, now: datetime, which: str, damage: str
) -> None:
    held = states.load(activated).held
    assert held is not None
    root, own = own_paths(activated)
    path = {"certificate": own, "key": activated / held.key_file, "root": root}[which]
    whole = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "noise":
            path.write_bytes(bytes(range(256)))
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
    found = health.status(activated, now + timedelta(1))
    assert found.state is CertificateState.CORRUPTED
    assert found.proposed_reason is Reason.CERTIFICATE_CORRUPTED


def test_a_key_that_does_not_belong_counts_as_corrupted(activated: Path, now: datetime) -> None:
    held = states.load(activated).held
    assert held is not None
    other = keys.key_pem(keys.make_key())
    (activated / held.key_file).write_bytes(other)
    assert state_of(activated, now + timedelta(1)) is CertificateState.CORRUPTED


def test_a_root_of_another_server_breaks_the_chain(activated: Path, now: datetime) -> None:
    other = authority.make_root(keys.make_key(), "LICENSE-01", now, path_length=0)
    own_paths(activated)[0].write_bytes(other)
    assert state_of(activated, now + timedelta(1)) is CertificateState.CORRUPTED


def test_another_machine_is_redeployed(activated: Path, now: datetime) -> None:
    edit(activated, lambda document: document["held"]["machine"].update(identity="another"))
    found = health.status(activated, now + timedelta(1))
    assert (found.state, found.proposed_reason) == (
        CertificateState.REDEPLOYED,
        Reason.SERVER_REDEPLOYED,
    )


def test_another_system_on_the_same_machine_is_upgraded(activated: Path, now: datetime) -> None:
    edit(activated, lambda document: document["held"]["machine"].update(system="older 1"))
    found = health.status(activated, now + timedelta(1))
    assert (found.state, found.proposed_reason) == (
        CertificateState.UPGRADED,
        Reason.SERVER_UPGRADED,
    )


def test_the_first_fault_in_order_is_told(activated: Path) -> None:
    held = states.load(activated).held
    assert held is not None
    late = datetime(2028, 1, 1, tzinfo=UTC)
    edit(activated, lambda document: document["held"]["machine"].update(identity="another"))
    (activated / held.key_file).unlink()
    assert state_of(activated, late) is CertificateState.EXPIRED
    assert state_of(activated, late - timedelta(400)) is CertificateState.CORRUPTED
    own_paths(activated)[1].write_bytes(b"")
    assert state_of(activated, late) is CertificateState.CORRUPTED


def test_reactivation_ends_every_state(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    edit(activated, lambda document: document["held"]["machine"].update(identity="another"))
    later = now + timedelta(1)
    asked = activation.request(activated, later)
    assert asked.reason is Reason.SERVER_REDEPLOYED
    activation.accept(activated, licence.issue(asked.license_server_id, 2), later)
    assert state_of(activated, later) is CertificateState.VALID


@given(place=st.integers(0), add=st.integers(1, 255))
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_no_damaged_byte_leaves_another_certificate_valid(
    activated: Path, now: datetime, place: int, add: int
) -> None:
    path = own_paths(activated)[1]
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[place % len(whole)] = (broken[place % len(whole)] + add) % 256
    path.write_bytes(broken)
    try:
        if state_of(activated, now + timedelta(1)) is CertificateState.VALID:
            # Only what changes nothing in the certificate itself may pass, such as a line's end.
            assert x509.load_pem_x509_certificate(bytes(broken)) == x509.load_pem_x509_certificate(
                whole
            )
    finally:
        path.write_bytes(whole)


def test_a_change_of_state_is_logged_once(activated: Path) -> None:
    late = datetime(2028, 1, 1, tzinfo=UTC)
    for _ in range(3):
        health.note(activated, late)
    found = [
        entry
        for entry in health.event_log.entries(activated)
        if entry["kind"] == "certificate.state"
    ]
    assert [(entry["before"], entry["after"]) for entry in found] == [
        ("not_activated", "valid"),
        ("valid", "expired"),
    ]
