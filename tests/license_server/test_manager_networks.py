"""The automatic method where the Manager's machine has the internet and the server's has not.

Three network namespaces: the license server's cable leads to the Manager's machine and no further,
and only the Manager's reaches the clearinghouse.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from license_server import health, installation, link
from license_server import state as states
from license_server.link import Link
from license_server.model import CertificateState
from tests.license_server import namespaces
from tests.license_server.conftest import PASSWORD
from tests.license_server.namespaces import APART, Lines, Pages
from tests.license_server.test_manager_remote import CONTACT, command

NETWORKS = Path(__file__).with_name("inside_networks.py")
SERVER_ADDRESS, CLEARINGHOUSE_ADDRESS = "10.77.1.2", "10.77.2.2"
OPENSSL = shutil.which("openssl") or "openssl"

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Machines:
    """The three, and where the running servers on them are."""

    lines: Lines
    server_data: Path
    clearinghouse: str
    administration: str
    token: str
    pages: Pages

    def reach(self, machine: str, url: str) -> str:
        """Try to connect from there; gives why it failed, or nothing."""
        parts = urlsplit(url)
        return str(self.lines.ask(["reach", machine, parts.hostname, parts.port]))


def install(data: Path, clearinghouse: dict[str, str], name: str) -> Path:
    installation.install(
        data,
        product_id=clearinghouse["product_id"],
        product_key=clearinghouse["product_key"],
        server_name=name,
        now=datetime.now(UTC),
        password=PASSWORD,
    )
    return data


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    namespaces.require()
    needed = "ip link add name here type veth peer name there && command -v nsenter"
    if subprocess.run(
        [*APART[:-1], "sh", "-c", needed], check=False, capture_output=True
    ).returncode:
        namespaces.leave_out(f"network namespaces can't be connected here ({needed})")
    with subprocess.Popen(
        [*APART, str(NETWORKS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = Lines(process)
        assert lines.read() == ["manager", "server", "clearinghouse"]
        yield started(lines, tmp_path)
        lines.end()
        assert process.wait(60) == 0


def started(lines: Lines, directory: Path) -> Machines:
    """Start the clearinghouse, the license server and the Manager, each on its machine."""
    program = [sys.executable, "-m", "tests.licensing_site.api_over_https"]
    start = ["start", "clearinghouse", [*program, CLEARINGHOUSE_ADDRESS, str(directory)]]
    house: dict[str, Any] = lines.ask(start)
    far = install(directory / "server", house, "LICENSE-02")
    words = ["--port", "0", "--json", "--administration", f"{SERVER_ADDRESS}:0"]
    administration = lines.ask(["start", "server", command(far, *words)])["administration_url"]
    made = subprocess.run(command(far, "token", "--json"), capture_output=True, check=True)
    near = install(directory / "manager", house, "MANAGER-01")
    link.store(near, Link(house["api_url"], house["site_url"], house["ca_file"]))
    facts = lines.ask(["start", "manager", command(near, "--port", "0", "--json")])
    return Machines(
        lines=lines,
        server_data=far,
        clearinghouse=house["api_url"],
        administration=administration,
        token=json.loads(made.stdout)["token"],
        pages=Pages(lambda asked: lines.ask(["ask", asked]), facts),
    )


def test_the_managers_machine_forwards_what_the_servers_machine_cannot_send(
    machines: Machines, tmp_path: Path
) -> None:
    assert machines.reach("manager", machines.clearinghouse) == ""
    assert machines.reach("manager", machines.administration) == ""
    assert machines.reach("server", machines.clearinghouse) != ""

    pages, far = machines.pages, machines.server_data
    listed = {"address": machines.administration, "token": machines.token}
    pages.send("/server/add", name="LICENSE-02", role="license_server", action="add", **listed)
    remote = "/manager/remote/LICENSE-02"
    for verb, why in (("activate", {}), ("reactivate", {"why": "server_upgraded"})):
        pages.get(f"{remote}/{verb}/welcome")
        assert pages.title() == "Welcome"
        needed = f"{remote}/{verb}/information-needed"
        pages.get(needed)
        assert pages.title() == "Information Needed"
        last = pages.send(needed, action="next", **CONTACT, **why)
        assert pages.title() == f"Completing the {verb.title()} Server Wizard"
        assert pages.send(last, action="finish") == remote

    assert machines.reach("server", machines.clearinghouse) != ""
    now = datetime.now(UTC)
    found = health.status(far, now)
    assert (found.state, found.issue) == (CertificateState.VALID, 2)
    above, own = health.certificate_paths(far)
    assert own is not None
    issuer = x509.load_pem_x509_certificate(own.read_bytes()).issuer
    assert issuer == x509.load_pem_x509_certificates(above.read_bytes())[0].subject
    assert above.name != states.load(far).root_file
    words = ["verify", "-x509_strict", "-CAfile", str(above), str(own)]
    verified = subprocess.run([OPENSSL, *words], check=True, capture_output=True, text=True)
    assert verified.stdout.strip().endswith(": OK")
