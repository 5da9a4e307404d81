"""The website on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_store import open_engine
from tests.licensing_site.website import Visitor, Website


@pytest.fixture
def website(tmp_path: Path) -> Iterator[Website]:
    engine = open_engine(f"sqlite:///{tmp_path}/register.db")
    yield Website(engine)
    engine.dispose()


@pytest.fixture
def visitor(website: Website) -> Visitor:
    return website.browser()
