"""A switchboard for each test."""

import pytest
from sqlalchemy import Engine

from switchboard.tables import metadata
from tests.switchboard.switch_board import Board


@pytest.fixture
def board(engine: Engine) -> Board:
    """An empty switchboard, once on SQLite and once on PostgreSQL."""
    metadata.create_all(engine)
    return Board(engine)
