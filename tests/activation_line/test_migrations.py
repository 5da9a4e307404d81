"""The way from one schema to the next, on both databases."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    bindparam,
    insert,
    inspect,
    select,
    text,
)

from activation_line import database
from agent_console import accounts
from clearinghouse import Policy, catalogue, customers
from data_store import StoreError, UtcDateTime, open_engine, reading, transaction
from region_routing import Override
from switchboard import overrides
from switchboard.tables import opening_overrides

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def prepared(store_url: str) -> Iterator[Engine]:
    engine = database.prepare(store_url)
    yield engine
    engine.dispose()


def differences(engine: Engine, *more: MetaData) -> list[object]:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, [*database.METADATA, *more]))  # type: ignore[arg-type]  # several are taken, as by `configure`


def test_the_revisions_make_what_the_packages_declare(prepared: Engine) -> None:
    assert differences(prepared) == []
    strange = MetaData()
    Table("strange", strange, Column("id", Integer, primary_key=True))
    assert [kind for kind, *_ in differences(prepared, strange)] == ["add_table"]


def test_an_existing_database_keeps_its_rows(store_url: str, prepared: Engine) -> None:
    with transaction(prepared) as connection:
        accounts.add(
            connection,
            login="anna",
            display_name="Anna",
            password="three blind mice",
            role=accounts.Role.ADMINISTRATOR,
            is_demo=False,
            now=NOW,
        )
    again = database.prepare(store_url)
    with reading(again) as connection:
        assert accounts.exists(connection, "anna")
        assert database.revision(connection) == database.newest()
    again.dispose()


def test_a_newer_database_is_refused_and_left_as_it_is(store_url: str, prepared: Engine) -> None:
    with transaction(prepared) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"revision 9999, which is newer than this version"):
        database.prepare(store_url)
    with reading(prepared) as connection:
        assert database.revision(connection) == "9999"


def test_every_revision_can_be_taken_back(prepared: Engine) -> None:
    config = database._config()
    with transaction(prepared) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(prepared).get_table_names() == ["alembic_version"]
    with transaction(prepared) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert differences(prepared) == []


def test_exceptions_of_older_schemas_are_kept_there_and_back(prepared: Engine) -> None:
    config = database._config()
    day = timedelta(days=1)
    with transaction(prepared) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(
            insert(opening_overrides).values(
                centre="north", start=NOW, end=NOW + day, is_open=False
            )
        )
        command.upgrade(config, "head")
        closed = Override("north", NOW, NOW + day, is_open=False)
        assert overrides.near(connection, NOW) == [closed]
        overrides.add(connection, "north", start=NOW, end=NOW + day, overflow=("south",))
        command.downgrade(config, "0001")
        left = connection.execute(select(opening_overrides.c.is_open)).scalars().all()
        command.upgrade(config, "head")
    # A row that says nothing of the hours has no place in the older table.
    assert left == [False]
    assert differences(prepared) == []


def test_a_policy_of_an_older_schema_lets_the_line_issue_out_of_hours(prepared: Engine) -> None:
    config = database._config()
    with transaction(prepared) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        connection.execute(
            text(
                "INSERT INTO products (product_id, name, product_key, validity_months, window_days,"
                " reactivations, period_days, max_servers, is_blocked, last_issue, added_at)"
                " VALUES ('00298772766931009389', 'Suite', '', 12, 14, 5, 365, 1, :no, 0, :at)"
            ).bindparams(
                bindparam("no", value=False, type_=Boolean),
                bindparam("at", value=NOW, type_=UtcDateTime),
            )
        )
        command.upgrade(config, "head")
        product = catalogue.find(connection, "00298772766931009389")
    assert product is not None
    assert product.policy == Policy()
    assert differences(prepared) == []


def test_customers_of_an_older_schema_are_nowhere_in_particular(prepared: Engine) -> None:
    config = database._config()
    with transaction(prepared) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
        connection.execute(
            text(
                "INSERT INTO customers (id, name, contact, added_at)"
                " VALUES (1, 'Example Ltd', 'it@example.com', :at)"
            ).bindparams(bindparam("at", value=NOW, type_=UtcDateTime))
        )
        command.upgrade(config, "head")
        assert customers.by_id(connection, 1) == customers.Customer(
            1, "Example Ltd", "it@example.com"
        )
    assert differences(prepared) == []


def test_processes_that_start_at_once_make_one_schema(store_url: str) -> None:
    program = (
        "import sys; from activation_line import database; print('ready', flush=True); "
        f"sys.stdin.readline(); database.prepare({store_url!r}).dispose()"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in starting:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in starting]
    assert [process.returncode for process in starting] == [0, 0], said
    engine = open_engine(store_url)
    assert differences(engine) == []
    engine.dispose()
