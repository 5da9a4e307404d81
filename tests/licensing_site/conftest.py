"""The website on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_store import open_engine
from license_server import installation
from tests.licensing_site.website import Visitor, Website


@pytest.fixture
def website(tmp_path: Path) -> Iterator[Website]:
    engine = open_engine(f"sqlite:///{tmp_path}/register.db")
    yield Website(engine)
    engine.dispose()


@pytest.fixture
def visitor(website: Website) -> Visitor:
    return website.browser()


@pytest.fixture
def data(tmp_path: Path, website: Website) -> Path:
    """A license server's data directory, for the register's product."""
    data = tmp_path / "server"
    installation.install(
        data,
        product_id=website.desk.product_id,
        product_key=website.desk.keys[website.desk.product_id],
        server_name="LICENSE-01",
        password="correct horse battery",
        now=website.desk.now,
    )
    return data
