"""The offline folder: installed and used where there is no network but loopback.

All codes are typed by hand, in the terminal and into the pages; they come from a clearinghouse in
the test's own process, which the license server cannot reach.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from clearinghouse import Channel, DeactivationCause, Reason
from codes import license_server_id
from data_store import open_engine
from tests.clearinghouse.desk import ANNA, LINE, Desk
from tests.license_server import namespaces
from tests.license_server.namespaces import APART, Lines, Pages, alone
from tests.license_server.terminal import INSIDE, Terminal

ROOT = Path(__file__).resolve().parents[2]
GROUPS = re.compile(r"(?<!\d)(?:\d{5}  )+\d{5}(?!\d)")

# Built and installed once, by the worker that has the browser.
pytestmark = [pytest.mark.xdist_group("browser-offline"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    namespaces.require()
    made = tmp_path_factory.mktemp("offline") / "folder"
    key = made.with_name("numbers.key")
    program = Path(sys.executable).with_name("activation-line")
    subprocess.run([program, "numbers", "make-key", key], check=True, capture_output=True)
    command = [sys.executable, ROOT / ".ci" / "make_offline.py", made, "--numbers-key", key]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    if built.returncode:
        namespaces.leave_out(f"the offline folder cannot be built here: {built.stderr[-400:]}")
    return made


@pytest.fixture(scope="module")
def installed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The start script's environment, made in the namespace; gives the command there."""
    home = tmp_path_factory.mktemp("installed")
    environment = {**os.environ, "LICENSE_SERVER_HOME": str(home), "PYTHON": sys.executable}
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        environment.pop(name, None)
    words = [folder / "license-server", "--data", home / "none", "status"]
    done = subprocess.run(
        [*alone(), *words],
        env={**environment, "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Not installed")
    return home / "environment" / "bin" / "license-server"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The clearinghouse, at the time that the license server's machine has."""
    engine: Engine = open_engine(f"sqlite:///{tmp_path / 'register.db'}")
    found = Desk(engine)
    found.now = datetime.now(UTC)
    yield found
    engine.dispose()


def issued(desk: Desk, shown: str, reason: Reason) -> Any:
    """What the line does with a license server ID that a caller keyed."""
    assert license_server_id.is_valid(shown)
    request = desk.do(
        desk.house.open_request,
        product_id=desk.product_id,
        license_server_id=shown,
        channel=Channel.TELEPHONE,
        caller="+493023125100",
        actor=LINE,
        now=desk.now,
    )
    if request.reason is None:
        desk.reason(request, reason)
    desk.check(request)
    return desk.issue(request)


def confirmation(desk: Desk, receipt: str) -> str:
    return desk.do(
        desk.house.deactivate,
        product_id=desk.product_id,
        receipt=receipt,
        cause=DeactivationCause.SERVER_REDEPLOYED,
        channel=Channel.TELEPHONE,
        actor=ANNA,
        now=desk.now,
    ).confirmation


def test_in_the_terminal(installed: Path, folder: Path, desk: Desk, tmp_path: Path) -> None:
    command = [*alone(), installed, "--data", tmp_path / "server"]

    def start(verb: str) -> Terminal:
        return Terminal([*command, verb])

    terminal = start("install")
    terminal.answer("Product ID", desk.product_id)
    terminal.answer("Product key", desk.keys[desk.product_id])
    terminal.answer("Name for this server", "LICENSE-01")
    terminal.answer("Password", "")
    terminal.read_until("LICENSE-01 is installed.")
    assert terminal.close() == 0
    numbers = ["update-numbers", folder / "numbers", "--key", folder / "numbers-key.pem"]
    done = subprocess.run([*command, *numbers], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Numbers as of" in done.stdout

    terminal = start("activate")
    terminal.answer("Enter: Next", "")
    terminal.answer("Connection method [", "3")
    terminal.answer("Code", "DE")
    shown = terminal.read_until("Group 1 of 7:")
    assert "+49 30 23125146" in shown
    product, asked = GROUPS.findall(shown)
    assert product.replace(" ", "") == desk.product_id
    request = issued(desk, asked.replace(" ", ""), Reason.FIRST_ACTIVATION)
    type_groups(terminal, request.new_license_server_id)
    finish(terminal, desk, request, "Completing the Activate Server Wizard")

    terminal = start("reactivate")
    terminal.answer("Enter: Next", "")
    terminal.answer("Reason", "4")
    asked = GROUPS.findall(terminal.read_until("Group 1 of 7:"))[-1]
    request = issued(desk, asked.replace(" ", ""), Reason.SERVER_REDEPLOYED)
    terminal.type(f"{request.new_license_server_id}\n")
    finish(terminal, desk, request, "Completing the Reactivate Server Wizard")

    terminal = start("deactivate")
    for name in ("First name", "Last name", "Phone", "E-mail:"):
        terminal.answer(name, "Ada" if "name" in name else "")
    terminal.answer("Cause", "3")
    terminal.answer("Deactivate this license server?", "y")
    receipt = GROUPS.findall(terminal.read_until("Group 1 of 3:"))[-1].replace(" ", "")
    terminal.type(f"{confirmation(desk, receipt)}\n")
    terminal.read_until("Completing the Deactivate Server Wizard")
    terminal.answer("Enter: Finish", "")
    assert terminal.close() == 0


def type_groups(terminal: Terminal, code: str) -> None:
    terminal.type(f"{code[:5]}\n")
    for number in range(2, 8):
        terminal.answer(f"Group {number} of 7:", code[5 * number - 5 : 5 * number])


def finish(terminal: Terminal, desk: Desk, request: Any, page: str) -> None:
    terminal.read_until(page)
    terminal.read_until("Closing code:")
    closing = terminal.read_until("Key it on").splitlines()[0].replace(" ", "")
    assert desk.confirm(request, closing).state == "confirmed"
    terminal.answer("Enter: Finish", "")
    assert terminal.close() == 0


def test_in_the_pages(installed: Path, desk: Desk, tmp_path: Path) -> None:
    words = [installed, "--data", tmp_path / "server", "--port", "0", "--json"]
    with subprocess.Popen(
        [*alone("pages"), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = Lines(process)
            walk(Pages(lines.ask, lines.read()), desk)
        finally:
            process.kill()


def walk(pages: Pages, desk: Desk) -> None:
    pages.send(
        "/first-start",
        product_id=desk.product_id,
        product_key=desk.keys[desk.product_id],
        server_name="LICENSE-02",
        password="long enough",
    )
    pages.send("/activate/welcome", action="next")
    way = {"method": "telephone", "region": "DE"}
    pages.send("/activate/connection-method", action="next", **way)
    type_new_id(pages, desk, "activation", Reason.FIRST_ACTIVATION)

    pages.send("/reactivate/welcome", action="next")
    type_new_id(pages, desk, "reactivation", Reason.SERVER_UPGRADED)

    who = {"first_name": "Ada", "last_name": "Pond", "email": "", "phone": ""}
    pages.send("/deactivate/information-needed", action="next", cause="server_redeployed", **who)
    pages.send("/deactivate/license-server-deactivation", action="show")
    code = confirmation(desk, pages.code("receipt"))
    groups = {f"group{number}": code[5 * number - 5 : 5 * number] for number in (1, 2, 3)}
    done = pages.send("/deactivate/license-server-deactivation", action="next", **groups)
    assert done == "/deactivate/completing"
    pages.send("/deactivate/completing", action="finish")


def type_new_id(pages: Pages, desk: Desk, name: str, reason: Reason) -> None:
    verb = name[:-3] + "e"
    page = f"/{verb}/license-server-{name}"
    pages.get(page)
    request = issued(desk, pages.code("license-server-id"), reason)
    new = request.new_license_server_id
    groups = {f"group{number}": new[5 * number - 5 : 5 * number] for number in range(1, 8)}
    assert pages.send(page, action="next", **groups) == f"/{verb}/completing"
    assert desk.confirm(request, pages.code("closing-code")).state == "confirmed"
    pages.send(f"/{verb}/completing", action="finish")


class Browser:
    """A Chromium beside the server in the namespace, and whoever sits at it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._lines = Lines(process)

    def do(self, act: str, where: str, text: str = "") -> str:
        """Carry out one act; gives what was read, or the title of the page afterwards."""
        answer = self._lines.ask([act, where, text])
        return str(answer["read"] if act == "read" else answer["title"])

    def type_code(self, code: str) -> None:
        for number in range(1, len(code) // 5 + 1):
            self.do("type", f"#group{number}", code[5 * number - 5 : 5 * number])
            self.do("mark", f".group:nth-child({number})", "good")

    def new_id(self, desk: Desk, reason: Reason) -> str:
        """Call, key, type what is read out, key the closing code; gives the last page's title."""
        asked = self.do("read", "#license-server-id", "data-code")
        request = issued(desk, asked, reason)
        self.type_code(request.new_license_server_id)
        title = self.do("press", "Next")
        closing = self.do("read", "#closing-code", "data-code")
        assert desk.confirm(request, closing).state == "confirmed"
        self.do("press", "Finish")
        return title


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
def test_in_a_browser(installed: Path, desk: Desk, tmp_path: Path) -> None:
    words = [installed, "--data", tmp_path / "server", "--port", "0", "--json"]
    driver = [*APART, INSIDE.with_name("inside_browser.py"), *words]
    with subprocess.Popen(
        driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            sit_at(Browser(process), desk)
        finally:
            process.kill()


def sit_at(browser: Browser, desk: Desk) -> None:
    browser.do("type", "#product_id", desk.product_id)
    browser.do("type", "#product_key", desk.keys[desk.product_id])
    browser.do("type", "#server_name", "LICENSE-03")
    browser.do("type", "#password", "long enough")
    browser.do("press", "Set up")

    assert browser.do("open", "/activate") == "Welcome"
    assert browser.do("press", "Next") == "Connection Method"
    browser.do("select", "#method", "telephone")
    browser.do("select", "#region", "DE")
    assert browser.do("press", "Next") == "License Server Activation"
    done = browser.new_id(desk, Reason.FIRST_ACTIVATION)
    assert done == "Completing the Activate Server Wizard"

    assert browser.do("open", "/reactivate") == "Welcome"
    assert browser.do("press", "Next") == "License Server Reactivation"
    done = browser.new_id(desk, Reason.CERTIFICATE_CORRUPTED)
    assert done == "Completing the Reactivate Server Wizard"

    assert browser.do("open", "/deactivate") == "Information Needed"
    browser.do("type", "#first_name", "Ada")
    browser.do("type", "#last_name", "Pond")
    browser.do("check", "#cause-3")
    assert browser.do("press", "Next") == "License Server Deactivation"
    browser.do("press", "Show the receipt")
    browser.type_code(confirmation(desk, browser.do("read", "#receipt", "data-code")))
    assert browser.do("press", "Next") == "Completing the Deactivate Server Wizard"
    browser.do("press", "Finish")


def test_the_folder_says_what_is_in_it(folder: Path) -> None:
    sums = subprocess.run(
        ["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=folder, check=False
    )
    assert sums.returncode == 0
    wheels = {path.name.split("-")[0].lower() for path in (folder / "wheels").iterdir()}
    assert {"activation_line", "flask", "cryptography", "pip"} <= wheels
    assert not wheels & {"sqlalchemy", "twilio", "aiohttp", "psycopg", "alembic"}
    assert "--hash=sha256:" in (folder / "requirements.txt").read_text("utf-8")
    assert "as_of" in (folder / "numbers" / "lines.toml").read_text("utf-8")
