"""A register with one product, on either database."""

import pytest
from sqlalchemy import Engine

from tests.clearinghouse.desk import Desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)
