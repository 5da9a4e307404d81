"""Statements that go to the driver as text: their values, their rows, and their errors."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from data_store import (
    ConnectionLostError,
    Json,
    Prepared,
    PreparedInsert,
    UtcDateTime,
    open_engine,
    reading,
    transaction,
)
from data_store.prepared import MOST_ROWS

NOW = datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)
metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("at", UtcDateTime),
    Column("data", Json),
)
ADD = PreparedInsert(things, "id", "name", "at", "data")
FIND = Prepared(select(things).where(things.c.id == bindparam("wanted")))
ALL = Prepared(select(things).order_by(things.c.id))
ROW = {"id": 1, "name": "Ægir – 電話", "at": NOW, "data": {"groups": [1, None]}}


@pytest.fixture
def store(engine: Engine) -> Engine:
    metadata.create_all(engine)
    return engine


def fill(engine: Engine) -> None:
    with transaction(engine) as conn:
        ADD.run(conn, ROW)
        ADD.run_all(
            conn, [{"id": number, "name": None, "at": None, "data": None} for number in (2, 3)]
        )


def test_a_row_comes_back_as_it_was_given(store: Engine) -> None:
    fill(store)
    with reading(store) as conn:
        found = FIND.first(conn, {"wanted": 1})
        assert found == tuple(ROW.values())
        assert (found.name, found.at) == (ROW["name"], NOW)
        assert FIND.first(conn, {"wanted": 3}) == (3, None, None, None)
        assert FIND.first(conn, {"wanted": 4}) is None
        # As the slow way reads them.
        (slowly,) = conn.execute(select(things).where(things.c.id == 1))
        assert found == tuple(slowly)
        assert ALL.all(conn, {}) == [found, (2, None, None, None), (3, None, None, None)]


def test_many_rows_go_in_their_order(store: Engine) -> None:
    rows = [{"id": n, "name": str(n), "at": NOW, "data": [n]} for n in range(1, 2 * MOST_ROWS + 4)]
    within(store, lambda conn: ADD.run_all(conn, rows))
    within(store, lambda conn: ADD.run_all(conn, []))
    with reading(store) as conn:
        assert [tuple(row.values()) for row in rows] == ALL.all(conn, {})


def test_a_statement_serves_two_stores_of_one_process(
    store: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is compiled for one database must not be sent to another."""
    fill(store)
    other = open_engine(f"sqlite:///{tmp_path_factory.mktemp('second')}/store.db")
    metadata.create_all(other)
    fill(other)
    other.dispose()


def test_an_error_of_the_driver_comes_as_sqlalchemys(store: Engine) -> None:
    fill(store)
    with pytest.raises(IntegrityError):
        within(store, lambda conn: ADD.run(conn, ROW))
    within(store, lambda conn: ADD.run(conn, {**ROW, "id": 9}))


def test_a_connection_that_was_cut_is_told_and_made_anew(store: Engine) -> None:
    if store.dialect.name == "sqlite":
        pytest.skip("an SQLite file has no connection that anybody else could cut")
    fill(store)

    def cut(conn: Connection) -> None:
        pid = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with store.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        FIND.first(conn, {"wanted": 1})

    with pytest.raises(ConnectionLostError):
        within(store, cut)
    within(store, lambda conn: FIND.first(conn, {"wanted": 1}))


def within(engine: Engine, act: Callable[[Connection], object]) -> None:
    with transaction(engine) as conn:
        act(conn)
