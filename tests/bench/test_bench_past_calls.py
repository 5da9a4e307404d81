"""That no statement reads all past calls is seen in the plans of what is really carried out."""

import pytest
from sqlalchemy import text

from bench.past_calls import BESIDE, TURNS, Stock
from data_store import open_engine, transaction
from switchboard.tables import calls

CALLER_AND_END = next(
    index.name
    for index in calls.indexes
    if [column.name for column in index.columns] == ["caller", "ended_at"]
)


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('past')}/calls.db")
    yield Stock(engine, 50)
    engine.dispose()


def test_no_turn_reads_all_calls_or_events(stock) -> None:
    assert stock.whole_reads() == []


def test_a_missing_index_is_noticed(stock) -> None:
    with transaction(stock.engine) as conn:
        conn.execute(text(f"DROP INDEX {CALLER_AND_END}"))
        conn.execute(text("DROP INDEX ix_calls_caller_started_at"))
    assert [statement for statement in stock.whole_reads() if "calls.caller" in statement]


@pytest.mark.parametrize("name", [*TURNS, *BESIDE])
def test_everything_that_is_compared_can_be_done(stock, name) -> None:
    assert (stock.turn(name) if name in TURNS else stock.beside(name)) > 0
