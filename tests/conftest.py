"""What tests of several packages share: an empty store, on SQLite and on a real PostgreSQL."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, create_engine, text

from data_store import open_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Nothing in these databases is worth a flush.
_POSTGRESQL_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    " -c shared_buffers=16MB -c max_connections=60 -c timezone=Asia/Kolkata"
)
_SOCKET_DIRECTORY = "postgresql_socket_directory"
_started = pytest.StashKey["PostgreSQL"]()


class PostgreSQL:
    """One server for the whole test session, on a socket in a directory of its own."""

    def __init__(self, binaries: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="pg-"))
        self._binaries = binaries
        # The server refuses to run as root.
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(self.directory, "postgres", "postgres")
        data = self.directory / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {self.directory} {_POSTGRESQL_OPTIONS}"
        self._run("pg_ctl", "-D", data, "-w", "-l", self.directory / "log", "-o", options, "start")

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_user, str(self._binaries / program), *map(str, arguments)]
        # pg_ctl leaves a server behind, which would keep a pipe open: the output goes to a file.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output.seek(0)
            if done.returncode:
                pytest.fail(f"{program} failed: {output.read().decode(errors='replace')}")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.directory / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)


def _binaries() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4])
    )
    if found:
        return found[-1].parent
    installed = shutil.which("pg_ctl")
    return Path(installed).parent if installed else None


def _server(config: pytest.Config) -> PostgreSQL | None:
    """Start the session's server when it is first wanted."""
    if _started not in config.stash:
        binaries = _binaries()
        if binaries is None or os.name != "posix":
            return None
        config.stash[_started] = PostgreSQL(binaries)
    return config.stash[_started]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every xdist worker the one server of the session."""
    server = _server(node.config)
    node.workerinput[_SOCKET_DIRECTORY] = str(server.directory) if server else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _started in config.stash:
        config.stash[_started].stop()


@pytest.fixture(scope="session")
def postgresql_url(request: pytest.FixtureRequest) -> str:
    """Address of a database that this process has for itself; skips where there is no server."""
    worker = getattr(request.config, "workerinput", None)
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
    name = "test_" + (worker["workerid"] if worker else "main")
    address = f"postgresql+psycopg://postgres@/{{}}?host={directory}"
    admin = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return address.format(name)


@pytest.fixture
def empty_postgresql_url(postgresql_url: str) -> str:
    """Address of this process's database, with nothing in it."""
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        # A connection that a test before left open would hold this up for ever.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql_url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An empty store, once on SQLite and once on PostgreSQL; make your own tables in it."""
    opened = open_engine(store_url)
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
