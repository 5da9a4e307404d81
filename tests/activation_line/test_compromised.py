"""What a reactivation for a compromised key has to leave behind at the license server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activation_line import compromised
from license_server import activation, installation
from license_server import state as states
from license_server.model import Reason
from tests.license_server.conftest import Licence, licence_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def licence() -> Licence:
    return licence_of(1)


def reactivate(data: Path, licence: Licence, number: int, reason: Reason) -> None:
    now = NOW + timedelta(days=number)
    asked = activation.request(data, now, reason=reason)
    activation.accept(data, licence.issue(asked.license_server_id, number, at=now), now)
    activation.finish(data)


@pytest.fixture
def data(tmp_path: Path, licence: Licence) -> Path:
    installation.install(
        tmp_path / "server",
        product_id=licence.product_id,
        product_key=licence.product_key,
        server_name="LICENSE-01",
        now=NOW,
        password="long enough",
    )
    return tmp_path / "server"


def test_the_old_certificate_has_to_be_in_the_list_of_the_old_root(
    data: Path, licence: Licence
) -> None:
    with pytest.raises(ValueError, match="activated"):
        compromised.note(data)
    reactivate(data, licence, 1, Reason.FIRST_ACTIVATION)
    before = compromised.note(data)
    reactivate(data, licence, 2, Reason.SERVER_UPGRADED)
    assert compromised.faults(before, data) == [
        "the local root is the one that may be in other hands"
    ]
    before = compromised.note(data)
    reactivate(data, licence, 3, Reason.PRIVATE_KEY_COMPROMISED)
    assert compromised.faults(before, data) == []
    later = compromised.note(data)
    reactivate(data, licence, 4, Reason.PRIVATE_KEY_COMPROMISED)
    assert compromised.faults(later, data) == []
    (data / states.load(data).revocation_files[-1]).unlink()
    assert compromised.faults(later, data) == [
        "no revocation list of the old local root names the old certificate"
    ]
