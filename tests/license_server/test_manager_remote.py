"""A Manager on one machine, a license server without internet on another: two real processes."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from license_server import activation, event_log, installation, link
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.model import CertificateState
from license_server.remote import servers, tokens
from license_server.remote.administration import PREFIX
from license_server.remote.client import Remote, RemoteRefusedError, RemoteUnreachableError
from license_server.remote.servers import Role, Server

CONTACT = {
    "first_name": "Ada", "last_name": "Example", "company": "Example", "country": "DE",
    "email": "ada@example.com", "phone": "",
}  # fmt: skip


def command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "license_server", "--data", str(data), *words]


@contextmanager
def running(data: Path, *words: str) -> Iterator[dict[str, Any]]:
    """A license server in a process of its own; gives what it announces."""
    words = ("--port", "0", "--json", *words)
    with subprocess.Popen(command(data, *words), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def verb(data: Path, *words: str) -> Any:
    done = subprocess.run(command(data, *words), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def far(data: Path) -> Iterator[Server]:
    """A license server in another process, as a Manager lists it; nothing tells it of a link."""
    with running(data, "--administration", "127.0.0.1:0") as facts:
        token = verb(data, "token", "--json")["token"]
        address = facts["administration_url"]
        yield Server("LICENSE-02", Role.LICENSE_SERVER, address, token)


@pytest.fixture
def manager_data(tmp_path: Path, other_licence: Any, password: str) -> Path:
    directory = tmp_path / "manager"
    installation.install(
        directory,
        product_id=other_licence.product_id,
        product_key=other_licence.product_key,
        server_name="MANAGER-01",
        now=datetime.now(UTC),
        password=password,
    )
    return directory


@pytest.fixture
def manager(manager_data: Path) -> FlaskClient:
    app = create_app(manager_data, clock=lambda: datetime.now(UTC))
    client = app.test_client()
    client.get(one_time_path(app))
    return client


def add(client: FlaskClient, far: Server) -> None:
    typed = {"name": far.name, "role": far.role.value, "address": far.address, "token": far.token}
    assert client.post("/server/add", data=typed).status_code == 303


def heading(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text)
    assert found is not None
    return found[1]


def test_the_managers_machine_forwards_for_one_without_internet(
    data: Path, far: Server, manager_data: Path, password: str, internet: Any
) -> None:
    internet.now = datetime.now(UTC)
    link.store(manager_data, internet.link)
    assert link.load(data) is None
    with running(manager_data) as facts, requests.Session() as browser:
        url = facts["url"].rstrip("/")
        browser.get(facts["one_time_link"], timeout=30)
        typed = {"name": far.name, "role": "license_server", "action": "add"}
        typed |= {"address": far.address, "token": far.token}
        assert browser.post(f"{url}/server/add", data=typed, timeout=30).ok
        listed = browser.get(f"{url}/manager", timeout=30).text
        assert "LICENSE-02" in listed
        assert "Not activated" in listed
        page = browser.get(f"{url}/manager/remote/LICENSE-02/activate", timeout=30)
        assert heading(page.text) == "Welcome"
        needed = f"{url}/manager/remote/LICENSE-02/activate/information-needed"
        assert heading(browser.get(needed, timeout=30).text) == "Information Needed"
        done = browser.post(needed, data=CONTACT | {"action": "next"}, timeout=60)
        assert heading(done.text) == "Completing the Activate Server Wizard"
        assert activation.status(data, internet.now).state is CertificateState.VALID
        needed = f"{url}/manager/remote/LICENSE-02/reactivate/information-needed"
        reason = {"why": "server_upgraded", "action": "next"}
        done = browser.post(needed, data=CONTACT | reason, timeout=60)
        assert heading(done.text) == "Completing the Reactivate Server Wizard"
        finish = {"action": "finish"}
        left = browser.post(done.url, data=finish, timeout=30)
        assert left.url == f"{url}/manager/remote/LICENSE-02"
    held = states.load(data)
    assert held.last_issue == 2
    assert held.held is not None
    assert held.held.chain_file is not None
    assert held.unconfirmed is None
    assert held.completed is None
    assert held.properties.first_name == "Ada"
    permissions = [said for path, said in internet.asked if path == "/permissions"]
    assert [said["reason"] for said in permissions] == ["first_activation", "server_upgraded"]
    assert permissions[0]["server_name"] == "LICENSE-01"
    assert [path for path, _ in internet.asked if path.endswith("/confirmation")] != []
    kinds = {entry["kind"] for entry in event_log.entries(manager_data)}
    assert event_log.Kind.REMOTE_REACTIVATED in kinds
    assert password not in json.dumps(event_log.entries(manager_data))


def test_a_server_on_another_machine_is_deactivated(
    data: Path, far: Server, manager: FlaskClient, manager_data: Path, internet: Any
) -> None:
    internet.now = datetime.now(UTC)
    link.store(manager_data, internet.link)
    add(manager, far)
    base = "/manager/remote/LICENSE-02"
    refused = manager.post(f"{base}/deactivate/information-needed", data=CONTACT)
    assert refused.status_code == 422
    assert "Choose the cause" in refused.text
    manager.post(f"{base}/activate/information-needed", data=CONTACT)
    menu = manager.get(base).text.split('id="action-menu"')[1]
    assert f'<a href="{base}/deactivate">Deactivate Server</a>' in menu
    opened = manager.get(f"{base}/deactivate", follow_redirects=True)
    assert heading(opened.text) == "Information Needed"
    done = manager.post(
        f"{base}/deactivate/information-needed", data=CONTACT | {"why": "server_redeployed"}
    )
    last = manager.get(done.location)
    assert heading(last.text) == "Completing the Deactivate Server Wizard"
    assert "The license server is deactivated" in last.text
    assert activation.status(data, internet.now).is_deactivation_confirmed


def test_without_the_clearinghouse_the_request_stays_open(
    data: Path, far: Server, manager: FlaskClient, manager_data: Path, internet: Any
) -> None:
    internet.now = datetime.now(UTC)
    add(manager, far)
    needed = "/manager/remote/LICENSE-02/activate/information-needed"
    page = manager.post(needed, data=CONTACT)
    assert page.status_code == 503
    assert "does not know the clearinghouse" in page.text
    assert "Ada" in page.text
    link.store(manager_data, internet.link)
    problem = {"title": "no", "code": "servers_limit", "detail": "Two of two.", "left": 0}
    internet.answers["/permissions"] = (409, problem, {})
    page = manager.post(needed, data=CONTACT)
    assert page.status_code == 422
    assert "Two of two." in page.text
    assert "Left in this period: 0." in page.text
    asked = states.load(data).request
    assert asked is not None
    internet.answers.clear()
    assert manager.post(needed, data=CONTACT).status_code == 303
    held = states.load(data).held
    assert held is not None
    assert held.license_server_id == asked.license_server_id


def test_what_is_missing_is_asked_for(far: Server, manager: FlaskClient) -> None:
    add(manager, far)
    needed = "/manager/remote/LICENSE-02/reactivate/information-needed"
    for wrong, said in (({"email": ""}, "E-mail is needed"), ({"why": "x"}, "Choose the reason")):
        page = manager.post(needed, data=CONTACT | {"why": "server_upgraded"} | wrong)
        assert page.status_code == 422
        assert said in html.unescape(page.text)
    refused = manager.post(needed, data=CONTACT | {"why": "server_upgraded", "country": "XX"})
    assert refused.status_code == 422 or "XX" in refused.text


def test_properties_of_the_other_server_are_kept_over_there(
    data: Path, far: Server, manager: FlaskClient
) -> None:
    add(manager, far)
    page = "/manager/remote/LICENSE-02/properties"
    typed = {"first_name": "Ada", "country": "GB", "city": "London", "method": "web"}
    assert manager.post(page, data=typed | {"action": "ok"}).status_code == 303
    held = states.load(data).properties
    assert (held.first_name, held.country, held.city) == ("Ada", "GB", "London")
    assert held.method.value == "automatic"
    shown = manager.get(page).text
    assert 'value="London"' in shown
    assert '<option value="GB" selected>' in shown
    refused = manager.post(page, data={"country": "Britain", "action": "ok"})
    assert refused.status_code == 422
    assert "ISO 3166" in refused.text
    manager.post(page, data={"city": "Paris", "action": "cancel"})
    assert states.load(data).properties.city == "London"


def test_another_certificate_than_the_tokens_is_not_told_the_secret(
    data: Path, far: Server
) -> None:
    parts = tokens.read(far.token)
    assert parts is not None
    other = Server(far.name, far.role, far.address, f"{parts.secret}.{'0' * 64}")
    with pytest.raises(RemoteUnreachableError, match="does not show the certificate"):
        Remote(other).status()
    assert event_log.Kind.ADMISSION_REFUSED not in {
        entry["kind"] for entry in event_log.entries(data)
    }


def test_a_voided_token_opens_nothing(data: Path, far: Server) -> None:
    assert Remote(far).status().server_name == "LICENSE-01"
    assert verb(data, "token", "--void", "--json") == {"voided": 1}
    with pytest.raises(RemoteRefusedError, match="voided"):
        Remote(far).status()
    assert event_log.entries(data)[-1]["kind"] == event_log.Kind.ADMISSION_REFUSED


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_administration_listener_has_no_pages(data: Path, far: Server) -> None:
    with requests.Session() as session:
        for path in ("/manager", "/", "/log-in"):
            assert session.get(far.address + path, verify=False, timeout=30).status_code == 404
        for asked, path in (("GET", "status"), ("POST", "request"), ("PUT", "properties")):
            url = f"{far.address}{PREFIX}/{path}"
            answer = session.request(asked, url, json={}, verify=False, timeout=30)
            assert answer.status_code == 401
            assert answer.json()["code"] == "token_refused"
    refused = event_log.Kind.ADMISSION_REFUSED
    assert [entry["kind"] for entry in event_log.entries(data)].count(refused) == 1


def test_a_server_that_does_not_answer_is_shown_so(
    manager: FlaskClient, manager_data: Path
) -> None:
    gone = Server("GONE-01", Role.LICENSE_SERVER, "https://127.0.0.1:9", f"x.{'0' * 64}")
    servers.add(manager_data, gone, taken="MANAGER-01")
    assert "Not reached" in manager.get("/manager").text
    page = manager.get("/manager/remote/GONE-01").text
    assert "there is no connection" in page
    assert "It does not answer." in page
    assert manager.get("/manager/remote/NONE-01").status_code == 404
    assert manager.get("/manager/remote/GONE-01/destroy").status_code == 404


def test_an_address_that_is_none_is_refused(data: Path) -> None:
    for wrong in ("8442", "host:", "host:x", "host:70000"):
        done = subprocess.run(
            command(data, "--administration", wrong), capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "HOST:PORT" in done.stderr


def test_tokens_are_kept_as_hashes_for_the_owner_only(data: Path) -> None:
    token = verb(data, "token", "--json")["token"]
    path = data / tokens.FILE
    assert token.split(".")[0] not in path.read_text("ascii")
    assert path.stat().st_mode & 0o777 == 0o600
    assert tokens.read("no token") is None
