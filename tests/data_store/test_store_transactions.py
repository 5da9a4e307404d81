"""One commit or none, waiting writers, and what reaches the disk."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, StatementError

from data_store import (
    Json,
    StoreError,
    UtcDateTime,
    mark_durable,
    open_engine,
    reading,
    transaction,
)
from data_store import transactions as under_test

metadata = MetaData()
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, unique=True),
    Column("at", UtcDateTime),
    Column("data", Json),
)
replies = Table(
    "replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("note", ForeignKey(notes.c.id), nullable=False),
)


@pytest.fixture
def store(engine: Engine) -> Engine:
    metadata.create_all(engine)
    return engine


def count(store: Engine) -> int:
    with reading(store) as connection:
        return connection.execute(select(func.count()).select_from(notes)).scalar_one()


def test_a_transaction_commits_exactly_once(store: Engine) -> None:
    commits: list[object] = []
    event.listen(store, "commit", commits.append)
    with transaction(store) as connection:
        connection.execute(insert(notes), [{"text": "one"}, {"text": "two"}])
        assert commits == []
    assert len(commits) == 1
    assert count(store) == 2


def test_a_transaction_that_raises_leaves_nothing(store: Engine) -> None:
    def fail() -> None:
        with transaction(store) as connection:
            connection.execute(insert(notes), {"text": "one"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(store) == 0


def test_reading_leaves_nothing(store: Engine) -> None:
    with reading(store) as connection:
        connection.execute(insert(notes), {"text": "one"})
    assert count(store) == 0


def test_a_broken_constraint_stays_an_integrity_error(store: Engine) -> None:
    def break_it(statement: object) -> None:
        with transaction(store) as connection:
            connection.execute(insert(notes), {"text": "one"})
            connection.execute(statement)  # type: ignore[call-overload] -- an insert

    with pytest.raises(IntegrityError):
        break_it(insert(notes).values(text="one"))
    with pytest.raises(IntegrityError):
        break_it(insert(replies).values(note=99))
    assert count(store) == 0


def test_a_reader_sees_one_state_while_another_writes(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/a.db")
    metadata.create_all(store)
    total = select(func.count()).select_from(notes)
    with reading(store) as reader:
        before = reader.execute(total).scalar_one()
        with transaction(store) as writer:
            writer.execute(insert(notes), {"text": "one"})
        assert reader.execute(total).scalar_one() == before
    store.dispose()


def test_writers_that_read_first_wait_for_each_other(store: Engine) -> None:
    with transaction(store) as connection:
        connection.execute(insert(notes), {"id": 1, "text": "0"})
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def add_one() -> None:
        try:
            barrier.wait()
            for _ in range(10):
                with transaction(store) as connection:
                    row = select(notes.c.text).where(notes.c.id == 1).with_for_update()
                    value = int(connection.execute(row).scalar_one() or 0)
                    connection.execute(update(notes).values(text=str(value + 1)))
        except BaseException as error:  # noqa: BLE001 -- reported by the test
            failures.append(error)

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(store) as connection:
        assert connection.execute(select(notes.c.text)).scalar_one() == "40"


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was flushed, by file name."""
    names: list[str] = []

    def note(handle: int) -> None:
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)

    monkeypatch.setattr(under_test, "_fdatasync", note)
    return names


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")
def test_a_durable_transaction_flushes_the_log_and_a_turn_does_not(
    tmp_path: Path, flushed: list[str]
) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/a.db")
    metadata.create_all(store)
    with transaction(store) as connection:
        connection.execute(insert(notes), {"text": "turn"})
    assert flushed == []
    with transaction(store, durable=True) as connection:
        connection.execute(insert(notes), {"text": "issue"})
        assert flushed == []
    assert flushed == ["a.db-wal"]
    with transaction(store) as connection:
        connection.execute(insert(notes), {"text": "read"})
        mark_durable(connection)
    assert flushed == ["a.db-wal"] * 2
    with transaction(store) as connection:
        connection.execute(insert(notes), {"text": "the mark is gone"})
    assert flushed == ["a.db-wal"] * 2
    store.dispose()


def test_a_durable_transaction_is_readable_by_another_engine(store: Engine) -> None:
    with transaction(store, durable=True) as connection:
        connection.execute(insert(notes), {"text": "one"})
    other = open_engine(store.url.render_as_string(hide_password=False))
    assert count(other) == 1
    other.dispose()


def test_moments_come_back_in_utc_to_the_microsecond_and_in_order(store: Engine) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC)
    berlin = moment.astimezone(timezone(timedelta(hours=2))) + timedelta(microseconds=1)
    early = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    with transaction(store) as connection:
        connection.execute(insert(notes), [{"at": at} for at in (moment, berlin, early, None)])
    with reading(store) as connection:
        ordered = select(notes.c.at).where(notes.c.at.is_not(None)).order_by(notes.c.at)
        found = list(connection.execute(ordered).scalars())
        assert found == [early, moment, moment + timedelta(microseconds=1)]
        assert {at.tzinfo for at in found} == {UTC}
        later = select(notes.c.at).where(notes.c.at > moment)
        assert list(connection.execute(later).scalars()) == [berlin]


def test_a_moment_without_a_zone_is_refused(store: Engine) -> None:
    with (
        pytest.raises(StatementError, match="time zone"),
        transaction(store) as connection,
    ):
        connection.execute(insert(notes), {"at": datetime(2026, 1, 1)})  # noqa: DTZ001 -- on purpose


def test_json_comes_back_and_none_is_null(store: Engine) -> None:
    value = {"text": "Grüße, 世界", "list": [1, None, True, 2.5]}
    with transaction(store) as connection:
        connection.execute(insert(notes), [{"id": 1, "data": value}, {"id": 2, "data": None}])
    with reading(store) as connection:
        assert connection.execute(select(notes.c.data).where(notes.c.id == 1)).scalar() == value
        null = select(notes.c.id).where(notes.c.data.is_(None))
        assert connection.execute(null).scalars().all() == [2]


def test_an_embedded_store_is_set_up_for_turns(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/a.db")
    with reading(store) as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 1, 1, 10_000]
    store.dispose()


def test_a_store_in_memory_keeps_what_was_committed() -> None:
    store = open_engine("sqlite://")
    metadata.create_all(store)
    with transaction(store, durable=True) as connection:
        connection.execute(insert(notes), {"text": "one"})
    assert count(store) == 1
    store.dispose()


def test_two_changes_that_wait_for_each_other_end_with_a_sentence(postgresql_url: str) -> None:
    store = open_engine(postgresql_url)
    metadata.drop_all(store)
    metadata.create_all(store)
    with transaction(store) as connection:
        connection.execute(insert(notes), [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}])
    barrier = threading.Barrier(2)
    said: list[str] = []

    def change(first: int, second: int) -> None:
        try:
            with transaction(store) as connection:
                connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
                connection.execute(update(notes).where(notes.c.id == first).values(data=[]))
                barrier.wait()
                connection.execute(update(notes).where(notes.c.id == second).values(data=[]))
        except StoreError as error:
            said.append(str(error))

    threads = [threading.Thread(target=change, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 1
    assert "this one was undone" in said[0]
    metadata.drop_all(store)
    store.dispose()


WRITER = """
import os, signal, sys
from sqlalchemy import text
from data_store import open_engine, transaction
store = open_engine(sys.argv[1])
with transaction(store) as connection:
    connection.execute(text("INSERT INTO notes (text) VALUES ('committed')"))
with transaction(store) as connection:
    connection.execute(text("INSERT INTO notes (text) VALUES ('under way')"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal of POSIX")
def test_a_killed_process_loses_nothing_that_it_committed(store: Engine) -> None:
    url = store.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", WRITER, url], check=False)
    assert killed.returncode == -signal.SIGKILL
    with reading(store) as connection:
        assert connection.execute(select(notes.c.text)).scalars().all() == ["committed"]


def test_a_relative_path_is_found_again_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_engine("sqlite:///a.db")
    metadata.create_all(store)
    monkeypatch.chdir("/")
    with transaction(store, durable=True) as connection:
        connection.execute(insert(notes), {"text": "one"})
    assert count(store) == 1
    store.dispose()


def test_a_commit_that_fails_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/a.db")
    metadata.create_all(store)

    def break_it_late() -> None:
        with transaction(store) as connection:
            connection.execute(text("PRAGMA defer_foreign_keys = 1"))
            connection.execute(insert(notes), {"text": "one"})
            connection.execute(insert(replies), {"note": 99})

    with pytest.raises(IntegrityError):
        break_it_late()
    assert count(store) == 0
    with transaction(store) as connection:
        connection.execute(insert(notes), {"text": "two"})
    assert count(store) == 1
    store.dispose()


def test_a_connection_that_the_server_ends_is_told_and_replaced(postgresql_url: str) -> None:
    store = open_engine(postgresql_url)

    def be_ended() -> None:
        with transaction(store) as connection:
            mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with transaction(store) as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match=r"was stopped|was lost"):
        be_ended()
    with reading(store) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    store.dispose()
