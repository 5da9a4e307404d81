"""Files that only their owner may read: keys."""

import os
import tempfile
from pathlib import Path

from data_store.errors import StoreError


def read_private(path: Path) -> bytes:
    """Read a key file. Raises StoreError where others can read it too, OSError as `open` does."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StoreError(f"Others can read the key file {path}. Make it private: chmod 600 {path}")
    return path.read_bytes()


def write_private(path: Path, content: bytes, *, replace: bool) -> bool:
    """Write a key file whole or not at all; without `replace` an existing one stays.

    Gives whether it was written: of two processes that make it at once, one is first.
    """
    # mkstemp makes the file 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                return False
    finally:
        temporary.unlink(missing_ok=True)
    return True
