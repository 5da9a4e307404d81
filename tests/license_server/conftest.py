"""A license server in a directory of its own, and the clearinghouse's part of the codes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from codes import new_license_server_id, product_id, product_key
from license_server import activation, installation, passwords

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PASSWORD = "long enough"


class Licence(SimpleNamespace):
    """What the customer bought, and what the clearinghouse would issue for it."""

    def issue(self, request: str, number: int = 1, *, at: datetime = NOW, months: int = 12) -> str:
        secret = product_key.secret(self.product_key)
        month = new_license_server_id.month_number(at)
        return new_license_server_id.make(secret, self.product_id, request, number, month, months)


def licence_of(seed: int) -> Licence:
    rng = Random(seed)
    number = product_id.random(rng)
    key = product_key.make(number, rng.randbytes(15))
    return Licence(product_id=number, product_key=key)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def licence() -> Licence:
    return licence_of(1)


@pytest.fixture
def other_licence() -> Licence:
    return licence_of(2)


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def data(tmp_path: Path, licence: Licence) -> Path:
    directory = tmp_path / "server"
    installation.install(
        directory,
        product_id=licence.product_id,
        product_key=licence.product_key,
        server_name="LICENSE-01",
        now=NOW,
        password=PASSWORD,
    )
    return directory


@pytest.fixture
def activated(data: Path, licence: Licence) -> Path:
    asked = activation.request(data, NOW)
    activation.accept(data, licence.issue(asked.license_server_id), NOW + timedelta(minutes=9))
    activation.finish(data)
    return data


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """What a directory holds, but for the event log and the lock."""

    def read(directory: Path) -> dict[str, bytes]:
        skipped = {"events.jsonl", "lock"}
        return {
            path.name: path.read_bytes() for path in directory.iterdir() if path.name not in skipped
        }

    return read
