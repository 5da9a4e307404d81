"""Which machine this is: a copy of the data directory elsewhere is a redeployed server."""

import hashlib
import platform
import socket
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Raised when a new version of this software needs a reactivation of its own.
GENERATION: Final = 1
_ID_FILES: Final = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_RANDOM_NODE: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine by its identity (a hash) and by the system that runs on it.

    Another identity means redeployed, the same one with another system means upgraded.
    """

    identity: str
    system: str


def present() -> Machine:
    """Recognise the machine that this process runs on."""
    digest = hashlib.sha256(f"activation-line machine|{_own_id()}".encode()).hexdigest()
    return Machine(digest, f"{_system()}, license server {GENERATION}")


def _own_id() -> str:
    for name in _ID_FILES:
        try:
            text = Path(name).read_text("ascii").strip()
        except (OSError, UnicodeError):
            continue
        if text:
            return text
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 -- exists on one system only

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    # Without a network card `getnode` makes up another number at each start.
    node = uuid.getnode()
    return socket.gethostname() if node & _RANDOM_NODE else f"{node:012x}"


def _system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()} {platform.release().split('.')[0]}".strip()
    return f"{release['ID']} {release.get('VERSION_ID', '')}".strip()
