"""The licensing site's process: TLS that a client can check, and nothing without it."""

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from activation_line import tls
from activation_line.cli import main
from activation_line.examination import examine
from activation_line.people import Role
from activation_line.settings import Settings, SettingsError, load
from activation_line.site import create_site_app
from activation_line.wiring import Line
from agent_console import accounts
from data_store import transaction
from tests.activation_line.conftest import PlayedNetwork

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Wire = Callable[..., Line]


@contextmanager
def served(environment: dict[str, str], **changed: str) -> Iterator[dict[str, Any]]:
    """The site as a process; its facts."""
    given = {f"ACTIVATION_LINE_{name.upper()}": value for name, value in changed.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "activation_line", "serve-site", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment, **given},
    )
    assert process.stdout is not None
    with process.stdout as out:
        try:
            yield json.loads(out.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals end it there")
def test_a_client_that_trusts_the_authority_gets_in_and_no_other(
    environment: dict[str, str],
) -> None:
    with served(environment) as facts:
        api = f"{facts['url']}/api/v1"
        with requests.Session() as client:
            client.trust_env = False
            client.verify = facts["ca_file"]
            assert client.get(f"{api}/status", timeout=30).json()["state"] == "ok"
            document = client.get(f"{api}/openapi.json", timeout=30).json()
            assert document["servers"] == [{"url": api}]
            unknown = client.get(f"{api}/nothing", timeout=30)
            assert unknown.headers["Content-Type"] == "application/problem+json"
            assert client.get(f"{facts['url']}/health", timeout=30).json()["ok"] is True
            assert "Select Option" in client.get(f"{facts['url']}/licensing/", timeout=30).text
        with requests.Session() as stranger:
            stranger.trust_env = False
            with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
                stranger.get(f"{api}/status", timeout=30)


@pytest.mark.skipif(sys.platform == "win32", reason="signals end it there")
def test_who_connects_and_says_nothing_keeps_nobody_waiting(environment: dict[str, str]) -> None:
    with served(environment) as facts, requests.Session() as client:
        client.trust_env = False
        client.verify = facts["ca_file"]
        place = urlsplit(facts["url"])
        address = (str(place.hostname), place.port or 0)
        with (
            socket.create_connection(address) as silent,
            socket.create_connection(address) as plain,
        ):
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")  # without TLS
            answer = client.get(f"{facts['url']}/api/v1/status", timeout=30)
            assert answer.status_code == 200
            # Had it been waited for, it would have been given up by now.
            silent.setblocking(False)  # noqa: FBT003 -- the socket's own
            with pytest.raises(BlockingIOError):
                silent.recv(1)
            plain.settimeout(30)
            with suppress(ConnectionResetError):
                assert b"200" not in plain.recv(1000)
        with pytest.raises(ssl.SSLError, match=r"(?i)version|alert|unsupported"):
            old_handshake(address)


def old_handshake(address: tuple[str, int]) -> None:
    """Speak TLS 1.1, as an old client would."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(address, timeout=30) as plain:
        context.wrap_socket(plain).close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals end it there")
def test_a_token_made_by_the_command_administers(environment: dict[str, str]) -> None:
    made = CliRunner().invoke(main, ["tokens", "add", "root", "--json"], env=environment)
    token = json.loads(made.stdout)["token"]
    with served(environment) as facts, requests.Session() as client:
        client.trust_env = False
        client.verify = facts["ca_file"]
        client.headers["Authorization"] = f"Bearer {token}"
        products = f"{facts['url']}/api/v1/admin/products"
        assert client.get(products, timeout=30).json() == {"items": [], "next": None}
        ended = CliRunner().invoke(main, ["tokens", "revoke", "root"], env=environment)
        assert ended.exit_code == 0, ended.output
        assert client.get(products, timeout=30).status_code == 401


def test_tokens_are_listed_without_their_secret(environment: dict[str, str]) -> None:
    def run(*words: str) -> str:
        return CliRunner().invoke(main, ["tokens", *words], env=environment).output

    assert run("list").startswith("There are no tokens yet")
    said = run("add", "reader", "--scope", "products:read")
    secret = said.split()[-1]
    run("revoke", "reader")
    run("add", "reader", "--scope", "requests:read")
    listed = run("list")
    assert listed.count("reader: ") == 2
    assert "products:read; made" in listed
    assert "revoked 20" in listed
    assert secret not in listed
    assert [each["scopes"] for each in json.loads(run("list", "--json"))] == [
        ["products:read"],
        ["requests:read"],
    ]
    wrong = CliRunner().invoke(main, ["tokens", "add", "x", "--scope", "all"], env=environment)
    assert wrong.exit_code == 2
    assert "all is no scope: there are products:read" in wrong.output


def test_a_database_with_demo_accounts_is_refused(environment: dict[str, str], wire: Wire) -> None:
    with transaction(wire().engine) as connection:
        accounts.add(
            connection,
            login="demo",
            display_name="Demo",
            password="three blind mice",
            role=Role.REPRESENTATIVE,
            is_demo=True,
            now=NOW,
        )
    said = CliRunner().invoke(main, ["serve-site", "--port", "0"], env=environment)
    assert said.exit_code == 2
    assert "holds demo accounts" in said.output


def test_simulated_time_is_the_networks(wire: Wire, network: PlayedNetwork) -> None:
    line = wire(clock_url=f"{network.url}/control/v1/clock")
    said = create_site_app(line).test_client().get("/api/v1/status").get_json()
    assert said["now"] == "2026-03-02T09:00:00.123456+00:00"


def test_behind_a_proxy_the_caller_is_whom_it_names(wire: Wire) -> None:
    line = wire(site_tls="off", site_base_url="https://site.example", demo="1")
    client = create_site_app(line).test_client()
    said = client.get("/api/v1/nothing", headers={"X-Forwarded-For": "192.0.2.7"}).get_json()
    assert said["type"] == "https://site.example/api/v1/#unknown_path"
    taken = [
        client.get("/api/v1/status", headers={"X-Forwarded-For": f"192.0.2.{n % 2}"}).status_code
        for n in range(100)
    ]
    assert set(taken) == {200}


def test_what_is_made_is_good_and_stays(settings: Settings) -> None:
    settings.data_dir.mkdir()
    first = tls.prepare(settings, ["site.example", "192.0.2.1"], NOW)
    assert first is not None
    assert first.authority is not None
    certificate = x509.load_pem_x509_certificate(first.chain.read_bytes())
    root = x509.load_pem_x509_certificate(first.authority.read_bytes())
    certificate.verify_directly_issued_by(root)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "site.example"]
    assert "192.0.2.1" in map(str, names.get_values_for_type(x509.IPAddress))
    for key in (first.key, first.key.with_name("authority.pem")):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    held = first.chain.read_bytes()
    tls.prepare(settings, ["site.example"], NOW + timedelta(days=300))
    assert first.chain.read_bytes() == held


@pytest.mark.parametrize(
    ("names", "later"),
    [(["other.example"], timedelta()), (["site.example"], timedelta(days=380))],
    ids=["another name", "about to end"],
)
def test_what_no_longer_fits_is_made_anew_by_the_same_authority(
    settings: Settings, names: list[str], later: timedelta
) -> None:
    settings.data_dir.mkdir()
    first = tls.prepare(settings, ["site.example"], NOW)
    assert first is not None
    assert first.authority is not None
    held, root = first.chain.read_bytes(), first.authority.read_bytes()
    tls.prepare(settings, names, NOW + later)
    assert first.chain.read_bytes() != held
    assert first.authority.read_bytes() == root


@pytest.mark.parametrize("name", ["site.pem", "authority.pem", "ca.pem"])
def test_what_is_damaged_is_made_anew(settings: Settings, name: str) -> None:
    settings.data_dir.mkdir()
    first = tls.prepare(settings, ["site.example"], NOW)
    assert first is not None
    assert first.authority is not None
    (first.chain.parent / name).write_text("nothing")
    tls.prepare(settings, ["site.example"], NOW)
    root = x509.load_pem_x509_certificate(first.authority.read_bytes())
    x509.load_pem_x509_certificate(first.chain.read_bytes()).verify_directly_issued_by(root)


def test_of_several_that_begin_at_once_one_makes_the_authority(settings: Settings) -> None:
    settings.data_dir.mkdir()
    barrier = threading.Barrier(4)

    def begin(_: int) -> bytes:
        barrier.wait()
        return tls._root(directory, NOW)[0].public_bytes(Encoding.DER)

    directory = tls.local_directory(settings)
    directory.mkdir()
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(begin, range(4)))) == 1


def test_given_files_have_to_belong_together(settings: Settings, tmp_path: Path) -> None:
    settings.data_dir.mkdir()
    made = tls.prepare(settings, ["site.example"], NOW)
    assert made is not None
    own = replace(settings, site_tls=str(tmp_path / "given"))
    with pytest.raises(SettingsError, match=r"has to hold fullchain.pem and privkey.pem"):
        tls.prepare(own, [], NOW)
    (tmp_path / "given").mkdir()
    chain, key = tmp_path / "given" / "fullchain.pem", tmp_path / "given" / "privkey.pem"
    chain.write_bytes(made.chain.read_bytes())
    key.write_bytes(made.key.with_name("authority.pem").read_bytes())
    with pytest.raises(SettingsError, match=r"belong together"):
        tls.prepare(own, [], NOW)
    key.write_bytes(made.key.read_bytes())
    found = tls.prepare(own, [], NOW)
    assert found is not None
    assert found.authority is None
    assert tls.prepare(replace(settings, site_tls="off"), [], NOW) is None


def test_doctor_looks_at_the_certificate(
    environment: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    def said(**changed: str) -> tuple[bool, str]:
        given = {f"ACTIVATION_LINE_{name.upper()}": value for name, value in changed.items()}
        found = examine(environment | given, None)
        return next((each.ok, each.says) for each in found if each.subject == "site certificate")

    assert said()[1].startswith("none yet")
    settings.data_dir.mkdir()
    made = tls.prepare(settings, [], NOW)
    assert made is not None
    assert said()[1].startswith(f"{made.chain}, valid until")
    assert said(site_tls="off")[0] is False
    assert said(site_tls="off", site_base_url="https://site.example") == (True, "a proxy's.")
    assert said(site_tls=str(tmp_path))[0] is False
    tls.prepare(settings, [], NOW - timedelta(days=800))
    for name in ("fullchain.pem", "privkey.pem"):
        (tmp_path / name).write_bytes(made.chain.read_bytes())
    ok, says = said(site_tls=str(tmp_path))
    assert not ok
    assert says.endswith("renew it.")


def test_the_sites_settings_are_read(environment: dict[str, str]) -> None:
    given = {
        "ACTIVATION_LINE_SITE_PORT": "0",
        "ACTIVATION_LINE_SITE_BASE_URL": "https://a.example/",
    }
    settings = load(environment | given)
    assert (settings.site_port, settings.site_base_url) == (0, "https://a.example")
    with pytest.raises(SettingsError, match="SITE_PORT"):
        load(environment | {"ACTIVATION_LINE_SITE_PORT": "https"})
