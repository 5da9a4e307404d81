"""A switchboard for each test."""

import pytest
from sqlalchemy import Engine, MetaData

from switchboard.tables import metadata
from tests.switchboard.switch_board import Board


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    return (metadata,)


@pytest.fixture
def board(engine: Engine) -> Board:
    """An empty switchboard, once on SQLite and once on PostgreSQL."""
    return Board(engine)
