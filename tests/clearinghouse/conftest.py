"""A register with one product, on either database."""

import pytest
from sqlalchemy import Engine, MetaData

from clearinghouse.tables import metadata
from tests.clearinghouse.desk import Desk


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    return (metadata,)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)
