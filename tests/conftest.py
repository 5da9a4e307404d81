"""What tests of several packages share: an empty store, on SQLite and on a real PostgreSQL."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData

from data_store import open_engine
from tests import postgresql
from tests.compiled_templates import CompiledTemplates
from tests.postgresql import PostgreSQL
from tests.stores import Stores

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_SOCKET_DIRECTORY = "postgresql_socket_directory"
_started = pytest.StashKey[PostgreSQL]()


def _server(config: pytest.Config) -> PostgreSQL | None:
    """Start the session's server when it is first wanted."""
    if _started not in config.stash:
        server = postgresql.start()
        if server is None:
            return None
        config.stash[_started] = server
    return config.stash[_started]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every xdist worker the one server of the session."""
    server = _server(node.config)
    node.workerinput[_SOCKET_DIRECTORY] = str(server.directory) if server else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _started in config.stash:
        config.stash[_started].stop()


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Every application compiles its templates with what was compiled before."""
    with pytest.MonkeyPatch.context() as patch:
        options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
        patch.setattr(Flask, "jinja_options", options)
        yield


@pytest.fixture(scope="session")
def make_database(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes a database that this process has for itself; skips where there is no server.

    The name is one of a process's own; the answer is the database's address.
    """
    worker = getattr(request.config, "workerinput", None)

    def make(name: str) -> str:
        if worker is None:
            server = _server(request.config)
            directory = str(server.directory) if server else None
        else:
            directory = worker[_SOCKET_DIRECTORY]
        if directory is None:
            reason = "PostgreSQL isn't installed (looked for /usr/lib/postgresql/*/bin/pg_ctl)"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        whose = worker["workerid"] if worker else "main"
        return postgresql.make_database(directory, f"{name}_{whose}")

    return make


@pytest.fixture(scope="session")
def postgresql_url(make_database: Callable[[str], str]) -> str:
    """Address of a database that this process has for itself."""
    return make_database("test")


@pytest.fixture
def empty_postgresql_url(postgresql_url: str) -> str:
    """Address of this process's database, with nothing in it."""
    postgresql.drop_everything(postgresql_url)
    return postgresql_url


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory, make_database: Callable[[str], str]) -> Stores:
    """This process's stores, which are made once with their tables and emptied for each test."""
    return Stores(lambda: tmp_path_factory.mktemp("store"), make_database)


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    """The tables that an empty store has: none, where a package's tests don't say which."""
    return ()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, stores: Stores, tables: tuple[MetaData, ...]
) -> str:
    """Address of a store of either kind with nothing in its tables."""
    if tables:
        return stores.empty(request.param, *tables)
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
def engine(store_url: str, stores: Stores) -> Iterator[Engine]:
    """A store with nothing in its tables, once on SQLite and once on PostgreSQL."""
    opened = stores.engine(store_url) or open_engine(store_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(stores: Stores, tables: tuple[MetaData, ...]) -> Iterator[Engine]:
    """A store with nothing in its tables, on SQLite alone: where no statement is in question."""
    opened = stores.engine(stores.empty("sqlite", *tables))
    assert opened is not None
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A browser; not for the whole session, as its event loop runs as long as it does."""
    from tests.chromium import launched  # noqa: PLC0415 -- most tests can do without Playwright

    with launched() as browser:
        yield browser


_passed: set[str] = set()
_WHOLE = "the whole suite ran, but these tests of docs/seed-coverage.md did not pass in it"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        # Without parameters, and without the group that xdist adds.
        _passed.add(report.nodeid.split("[")[0].split("@")[0])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of everything in which a test that the seed's coverage names did not pass."""
    config = session.config
    narrowed = any(config.getoption(name) for name in ("keyword", "markexpr", "collectonly"))
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed
    if hasattr(config, "workerinput") or not is_whole:
        return
    page = Path(__file__).parent.parent / "docs" / "seed-coverage.md"
    named = set(re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", page.read_text("utf-8")))
    missing = sorted(named - _passed)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if missing and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"\n{_WHOLE}: {', '.join(missing)}", red=True)
