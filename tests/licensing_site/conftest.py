"""The website on a database of its own."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData

import clearinghouse.tables
import licensing_site.tables
from license_server import installation
from tests.licensing_site.website import Visitor, Website


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    return (clearinghouse.tables.metadata, licensing_site.tables.metadata)


@pytest.fixture
def website(sqlite_engine: Engine) -> Website:
    return Website(sqlite_engine)


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
