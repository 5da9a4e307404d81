"""A PostgreSQL for one benchmark, with the settings that it has unasked; and its backend's time."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

INSTALLED: Final = Path("/usr/lib/postgresql")


def binaries() -> Path | None:
    """Where the newest PostgreSQL of this machine is; None where there is none."""
    found = sorted(INSTALLED.glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    installed = shutil.which("pg_ctl")
    return Path(installed).parent if installed else None


@contextmanager
def server(installed: Path) -> Iterator[str]:
    """A server of its own on a socket, as long as it is wanted; the address of its database."""
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    data = directory / "data"
    # It refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(directory, "postgres", "postgres")

    def run(program: str, *arguments: str) -> None:
        with (directory / "output").open("a") as output:
            command = [*user, str(installed / program), "-D", str(data), *arguments]
            subprocess.run(command, cwd=directory, stdout=output, stderr=output, check=True)  # noqa: S603 -- its own programs

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-k {directory} -c listen_addresses="
        run("pg_ctl", "-w", "-l", str(directory / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={directory}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class Backend:
    """The server's process behind an engine's one connection."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:
            self._pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        self._times = Path(f"/proc/{self._pid}/schedstat")

    def microseconds(self) -> float:
        """The CPU time that it has taken so far."""
        return int(self._times.read_text("ascii").split()[0]) / 1e3
