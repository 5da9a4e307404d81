"""What can be wrong with the store is said in a sentence."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data_store import (
    Revision,
    StoreError,
    check_revision,
    open_engine,
    reading,
    sqlite,
    stored_revision,
    transaction,
)
from data_store import engine as engines


def complaint(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_engine(url)
    return str(caught.value)


def test_a_directory_where_the_database_should_be(tmp_path: Path) -> None:
    assert "is a directory" in complaint(f"sqlite:///{tmp_path}")


def test_a_file_where_the_data_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a letter")
    assert "is a file; the directory" in complaint(f"sqlite:///{tmp_path}/data/line.db")


def test_a_directory_that_is_missing(tmp_path: Path) -> None:
    assert "doesn't exist" in complaint(f"sqlite:///{tmp_path}/data/line.db")


def test_a_text_file_where_the_database_should_be(tmp_path: Path) -> None:
    letter = tmp_path / "line.db"
    letter.write_text("Dear support, " * 100)
    assert "is not an SQLite database" in complaint(f"sqlite:///{letter}")
    assert letter.read_text().startswith("Dear support")


def test_an_unreadable_url() -> None:
    assert "can't be read" in complaint("line.db")


def test_a_kind_of_database_that_is_not_served() -> None:
    assert "'mysql'" in complaint("mysql://host/name")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    sentence = complaint(f"postgresql://anna:secret@/line?host={tmp_path}")
    assert "can't be reached" in sentence
    assert "secret" not in sentence


def test_a_database_that_is_not_there(postgresql_url: str) -> None:
    assert "does not exist" in complaint(postgresql_url.replace("/test_", "/no_such_"))


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user can reach, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        yield Path(directory)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(("mode", "said"), [(0o000, "may not read"), (0o444, "read-only")])
def test_a_file_without_permission(open_to_all: Path, mode: int, said: str) -> None:
    path = open_to_all / "line.db"
    open_engine(f"sqlite:///{path}").dispose()
    path.chmod(mode)
    # Root may do everything, so somebody else has to try.
    code = (
        "import os; from data_store import *;"
        "os.geteuid() or (os.setgid(65534), os.setuid(65534))\n"
        f"try: open_engine('sqlite:///{path}')\n"
        "except StoreError as error: print(error)"
    )
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said in tried.stdout


def test_a_disk_without_shared_memory() -> None:
    class NetworkDisk(sqlite3.Connection):
        def execute(self, sql: str, *_: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("journal_mode = WAL", "journal_mode = DELETE"))

    with tempfile.TemporaryDirectory() as directory:
        connection = sqlite3.connect(f"{directory}/line.db", factory=NetworkDisk)
        with pytest.raises(StoreError, match="local disk"):
            sqlite.prepare(connection, None)
        connection.close()


def test_a_full_disk(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/line.db")

    def fill() -> None:
        with transaction(store) as connection:
            connection.execute(text("CREATE TABLE much (v)"))
            connection.execute(text("PRAGMA max_page_count = 3"))
            connection.execute(text("INSERT INTO much VALUES (zeroblob(100000))"))

    with pytest.raises(StoreError, match="full"):
        fill()
    store.dispose()


def test_a_lock_that_is_held_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    store = open_engine(f"sqlite:///{tmp_path}/line.db")
    holder = sqlite3.connect(tmp_path / "line.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"), transaction(store):
        pass
    holder.execute("COMMIT")
    with transaction(store) as connection:  # and afterwards it works
        connection.execute(text("CREATE TABLE note (v)"))
    holder.close()
    store.dispose()


def test_a_write_without_permission_inside_a_transaction(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/line.db")

    def write() -> None:
        with transaction(store) as connection:
            connection.execute(text("PRAGMA query_only = 1"))
            connection.execute(text("CREATE TABLE note (v)"))

    with pytest.raises(StoreError, match="read-only"):
        write()
    store.dispose()


def test_a_disk_that_does_not_confirm(tmp_path: Path) -> None:
    store = open_engine(f"sqlite:///{tmp_path}/line.db")

    def write() -> None:
        with transaction(store, durable=True) as connection:
            connection.execute(text("CREATE TABLE note (v)"))
            (tmp_path / "line.db-wal").unlink()

    with pytest.raises(StoreError, match="didn't confirm"):
        write()
    store.dispose()


def set_revision(engine: Engine, name: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:name)"), {"name": name})


@pytest.mark.parametrize(
    ("name", "expected"), [("b", Revision.CURRENT), ("a", Revision.OLDER), (None, Revision.EMPTY)]
)
def test_revisions_that_this_release_knows(
    engine: Engine, name: str | None, expected: Revision
) -> None:
    if name:
        set_revision(engine, name)
    with reading(engine) as connection:
        assert stored_revision(connection) == name
        assert check_revision(connection, head="b", known={"a", "b"}) is expected


def test_a_newer_database_is_refused(engine: Engine) -> None:
    set_revision(engine, "c")
    with reading(engine) as connection, pytest.raises(StoreError, match="newer release"):
        check_revision(connection, head="b", known={"a", "b"})
