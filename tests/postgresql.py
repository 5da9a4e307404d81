"""A real PostgreSQL for the tests: one server for the whole session, a database for who asks."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

# Nothing in these databases is worth a flush.
_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    " -c shared_buffers=16MB -c max_connections=60 -c timezone=Asia/Kolkata"
)


class PostgreSQL:
    """A server on a socket in a directory of its own."""

    def __init__(self, binaries: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="pg-"))
        self._binaries = binaries
        # The server refuses to run as root.
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(self.directory, "postgres", "postgres")
        data = self.directory / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {self.directory} {_OPTIONS}"
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


def start() -> PostgreSQL | None:
    """Start a server; None where PostgreSQL isn't installed."""
    binaries = _binaries()
    return None if binaries is None or os.name != "posix" else PostgreSQL(binaries)


def _binaries() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4])
    )
    if found:
        return found[-1].parent
    installed = shutil.which("pg_ctl")
    return Path(installed).parent if installed else None


def make_database(directory: str, name: str) -> str:
    """Make a database on the server in this directory; its address."""
    address = f"postgresql+psycopg://postgres@/{{}}?host={directory}"
    admin = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return address.format(name)


def drop_everything(url: str) -> None:
    """Leave nothing in a database."""
    engine = create_engine(url)
    with engine.begin() as connection:
        # A connection that a test before left open would hold this up for ever.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
