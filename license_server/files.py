"""Files of the data directory: written whole or not at all, readable by their owner only."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from license_server.errors import DataDirectoryError

OWNER_ONLY: Final = 0o600
_LOCK: Final = "lock"

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def make_directory(data: Path) -> None:
    """Make the data directory, for its owner only, or raise what stands in its way."""
    if data.exists() and not data.is_dir():
        raise DataDirectoryError(
            f"{data} is a file, not a directory: name another directory with --data."
        )
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(data, error) from error


def read(path: Path) -> bytes | None:
    """Read a file whole; None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unusable(path, error) from error


def write(path: Path, content: bytes) -> None:
    """Put a file in place in one step, so that a killed process leaves the old one or the new."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(OWNER_ONLY)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise unusable(path, error) from error


def append(path: Path, line: bytes) -> None:
    """Add one line to a log."""
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(path, flags, OWNER_ONLY)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unusable(path, error) from error


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Keep every other thread and process from changing the data directory meanwhile."""
    try:
        descriptor = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        raise unusable(data, error) from error
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def unusable(path: Path, error: OSError) -> DataDirectoryError:
    """Say which file or directory cannot be used, and why the system says so."""
    reason = error.strerror or type(error).__name__
    return DataDirectoryError(
        f"{path} cannot be used ({reason}): check its owner, its permissions and the free space, "
        "or name another directory with --data."
    )


def _sync_directory(directory: Path) -> None:
    # Where directories cannot be opened (not POSIX), the system looks after renames itself.
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
