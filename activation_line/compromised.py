"""What a call about a compromised key leaves behind: nothing may trust the number before it.

What the license server held is noted before the call. Afterwards the register, the local root and,
asked through a separate program, the list of its predecessor tell what became of it.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from sqlalchemy import Connection

from clearinghouse import Clearinghouse
from license_server import installation
from license_server import state as states

_END = b"-----END X509 CRL-----\n"


@dataclass(frozen=True, slots=True)
class Before:
    """The license server's number and local root (PEM) before the call."""

    product_id: str
    issue: int
    serial: int
    root: bytes


def note(data: Path) -> Before:
    """Note what an activated license server holds."""
    state = states.load(data)
    if state.held is None:
        raise ValueError("A key is compromised where a license server is activated.")
    number = int(state.held.new_license_server_id)
    return Before(state.product_id, state.last_issue, number, installation.root_pem(data))


def is_revoked(before: Before, register: Clearinghouse, conn: Connection) -> bool:
    """Tell whether the register has revoked the number."""
    return any(
        before.issue in server.revoked for server in register.servers(conn, before.product_id)
    )


def faults(before: Before, data: Path) -> list[str]:
    """Tell what is missing at the license server: a root made anew, and the list of the old one."""
    if installation.root_pem(data) == before.root:
        return ["the local root is the one that may be in other hands"]
    program = which("openssl")
    if program is None:
        return ["openssl was not found, so nobody but ourselves has read the revocation list"]
    lists = installation.revocation_pem(data).split(_END)[:-1]
    if not any(_lists(program, each + _END, before) for each in lists):
        return ["no revocation list of the old local root names the old certificate"]
    return []


def _lists(program: str, crl: bytes, before: Before) -> bool:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root.pem"
        root.write_bytes(before.root)
        done = subprocess.run(  # noqa: S603 -- a fixed program, its own files
            [program, "crl", "-noout", "-text", "-CAfile", str(root)],
            input=crl,
            capture_output=True,
            check=False,
        )
    is_by_the_root = b"verify OK" in done.stderr
    return is_by_the_root and f"{before.serial:X}".encode() in done.stdout
