"""Clients over mutual TLS: enrolment, licences, and servers that must not be trusted."""

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from license_certificates import clients, keys
from license_certificates.signing_requests import SigningRequestError
from license_server import activation, deactivation, event_log, installation, lan
from license_server import state as states
from license_server.cli import cli as server_command
from license_server.clients import command, identity, store, wallet
from license_server.clients.model import Kind, Pack
from license_server.model import DeactivationCause, Reason

SERVER = [sys.executable, "-P", "-m", "license_server"]
CLIENT = [
    sys.executable,
    "-P",
    "-c",
    "from license_server.clients.command import main; main()",
]


@pytest.fixture
def now() -> datetime:
    """TLS goes by the true time, so these servers live today."""
    return datetime.now(UTC)


@pytest.fixture
def data(tmp_path: Path, licence: Any, now: datetime) -> Path:
    directory = tmp_path / "server"
    installation.install(
        directory,
        product_id=licence.product_id,
        product_key=licence.product_key,
        server_name="LICENSE-01",
        now=now,
    )
    return directory


@pytest.fixture
def activated(data: Path, licence: Any, now: datetime) -> Path:
    asked = activation.request(data, now)
    activation.accept(data, licence.issue(asked.license_server_id, at=now), now)
    activation.finish(data)
    return data


@pytest.fixture
def clock(now: datetime) -> Callable[[], datetime]:
    """An hour later, but not tomorrow: a certificate made then would not be valid today."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    later = now + min(timedelta(hours=1), (midnight - now) / 2)
    return lambda: later


@pytest.fixture
def serve(clock: Callable[[], datetime]) -> Iterator[Callable[[Path], str]]:
    with ExitStack() as stack:
        yield lambda data: stack.enter_context(lan.served(data, clock, "127.0.0.1", 0))


class Client:
    """The command, with a directory of its own."""

    def __init__(self, directory: Path, url: str, root: Path, lists: Path | None = None) -> None:
        self.directory = directory
        self.url = url
        self.root = root
        self.lists = lists

    def run(self, *words: str) -> Result:
        options = ["--server", self.url, "--root", str(self.root), "--data", str(self.directory)]
        if self.lists:
            options += ["--crl", str(self.lists)]
        runner = CliRunner()
        return runner.invoke(command.cli, [*options, "--name", "PC-01", "--json", *words])

    def said(self, *words: str) -> dict[str, Any]:
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def refused(self, *words: str) -> tuple[int, dict[str, Any]]:
        result = self.run(*words)
        return result.exit_code, json.loads(result.stdout.splitlines()[0])


def exported(data: Path, target: Path) -> Path:
    target.write_bytes(installation.root_pem(data))
    return target


def with_pack(data: Path, now: datetime, quantity: int = 5) -> None:
    with store.opened(data) as rows:
        rows.put_pack(Pack(1, 3, Kind.PER_DEVICE, quantity, "", "", "License pack", now))


@pytest.fixture
def client(activated: Path, now: datetime, tmp_path: Path, serve: Callable[[Path], str]) -> Client:
    with_pack(activated, now)
    root = exported(activated, tmp_path / "root.pem")
    return Client(tmp_path / "client", serve(activated), root)


def test_a_client_enrols_and_gets_a_temporary_then_a_permanent_licence(
    client: Client, activated: Path
):
    first = client.said("request", "--version", "3")
    assert (first["permanence"], first["device"]) == ("temporary", "PC-01")
    second = client.said("request", "--version", "3")
    assert second["permanence"] == "permanent"
    assert second["hardware_id"] == first["hardware_id"]
    kinds = [entry["kind"] for entry in event_log.entries(activated)]
    assert kinds.count("client.enrolled") == 1
    status = client.said("status")
    assert [each["permanence"] for each in status["licences"]] == ["permanent"]
    assert status["server"]["may_license"] == "all"


def test_renew_and_release(client: Client):
    code, told = client.refused("release")
    assert (code, told["error"]) == (1, "nothing_to_release")
    client.said("request", "--version", "3")
    client.said("request", "--version", "3")
    assert client.said("renew")["permanence"] == "permanent"
    assert client.said("release")["ending"] == "released"
    assert client.said("status")["licences"] == []
    assert client.run("renew").exit_code == 2


def test_the_client_certificate_is_for_clients_only(client: Client):
    client.said("request")
    found = x509.load_pem_x509_certificate((client.directory / wallet.CERTIFICATE).read_bytes())
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    root = x509.load_pem_x509_certificate(client.root.read_bytes())
    found.verify_directly_issued_by(root)
    assert (client.directory / wallet.KEY).stat().st_mode & 0o777 == 0o600


def test_a_server_that_was_never_activated_serves_clients_too(
    data: Path, tmp_path: Path, serve: Callable[[Path], str]
):
    client = Client(tmp_path / "client", serve(data), exported(data, tmp_path / "root.pem"))
    assert client.said("request")["permanence"] == "temporary"
    assert client.said("request")["permanence"] == "temporary"
    assert client.said("status")["server"]["why"] == "not_activated"


def test_while_deactivated_a_new_client_is_refused_and_an_old_one_goes_on(
    client: Client, activated: Path, now: datetime, tmp_path: Path
):
    client.said("request", "--version", "3")
    deactivation.begin(activated, DeactivationCause.SERVER_REDEPLOYED, now)
    fresh = Client(tmp_path / "other", client.url, client.root)
    code, told = fresh.refused("request", "--version", "3")
    assert (code, told["error"]) == (1, "deactivated")
    assert "until it is activated again" in told["sentence"]
    assert client.said("request", "--version", "3")["permanence"] == "temporary"


def test_another_servers_root_is_not_enough(
    client: Client, tmp_path: Path, other_licence: Any, now: datetime
):
    other = tmp_path / "other-server"
    installation.install(
        other,
        product_id=other_licence.product_id,
        product_key=other_licence.product_key,
        server_name="LICENSE-02",
        now=now,
    )
    stranger = Client(tmp_path / "c2", client.url, exported(other, tmp_path / "other.pem"))
    code, told = stranger.refused("request")
    assert (code, told["error"]) == (2, "server_untrusted")
    assert "get it exported again" in told["sentence"]


def test_a_compromised_server_is_refused_once_the_client_has_the_list(
    client: Client,
    activated: Path,
    now: datetime,
    tmp_path: Path,
    licence: Any,
    serve: Callable[[Path], str],
):
    client.said("request", "--version", "3")
    stolen = tmp_path / "stolen"
    shutil.copytree(activated, stolen)
    old_root = client.root.read_bytes()

    later = now + timedelta(hours=1)
    asked = activation.request(activated, later, reason=Reason.PRIVATE_KEY_COMPROMISED)
    activation.accept(activated, licence.issue(asked.license_server_id, 2, at=later), later)
    lists = tmp_path / "lists.pem"
    result = CliRunner().invoke(
        server_command, ["--data", str(activated), "export-crl", str(lists)]
    )
    assert result.exit_code == 0, result.output

    # The thief's server still fools whoever only knows the old root ...
    thief = Client(client.directory, serve(stolen), client.root)
    assert thief.said("status")["server"]["may_license"] == "all"
    # ... but nobody who has the list.
    thief.lists = lists
    code, told = thief.refused("request", "--version", "3")
    assert (code, told["error"]) == (2, "server_untrusted")
    assert "was revoked" in told["sentence"]

    # With the new root the true server, which runs on, is trusted; the client enrols again.
    code, told = client.refused("request", "--version", "3")
    assert told["error"] == "server_untrusted"
    client.root.write_bytes(installation.root_pem(activated))
    assert client.said("request", "--version", "3")["permanence"] == "permanent"

    issuer = tmp_path / "old-root.pem"
    issuer.write_bytes(old_root)
    words = ["openssl", "crl", "-in", str(lists), "-CAfile", str(issuer), "-noout", "-text"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True)
    old = states.load(stolen).held
    assert old is not None
    assert "verify OK" in shown.stdout + shown.stderr
    assert f"{int(old.new_license_server_id):X}" in shown.stdout


def test_a_list_that_the_true_server_gave_is_kept(
    client: Client,
    activated: Path,
    now: datetime,
    tmp_path: Path,
    licence: Any,
    serve: Callable[[Path], str],
):
    stolen = tmp_path / "stolen"
    shutil.copytree(activated, stolen)
    later = now + timedelta(hours=1)
    asked = activation.request(activated, later, reason=Reason.PRIVATE_KEY_COMPROMISED)
    activation.accept(activated, licence.issue(asked.license_server_id, 2, at=later), later)
    # A client that was given the new root, beside the old one.
    both = client.root.read_bytes() + installation.root_pem(activated)
    client.root.write_bytes(both)
    client.said("request")
    code, told = Client(client.directory, serve(stolen), client.root).refused("request")
    assert (code, told["error"]) == (2, "server_untrusted")


def test_a_renewed_server_shows_its_new_certificate_without_a_restart(
    client: Client, activated: Path, now: datetime, licence: Any
):
    later = now + timedelta(hours=1)
    asked = activation.request(activated, later)
    activation.accept(activated, licence.issue(asked.license_server_id, 2, at=later), later)
    context = ssl.create_default_context(cadata=client.root.read_text())
    context.check_hostname = False
    port = int(client.url.rsplit(":", 1)[1])
    asking = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    asking.connect()
    assert isinstance(asking.sock, ssl.SSLSocket)
    shown = x509.load_der_x509_certificate(asking.sock.getpeercert(binary_form=True) or b"")
    asking.close()
    held = states.load(activated).held
    assert held is not None
    assert shown.serial_number == int(held.new_license_server_id)
    assert held.issue == 2


@contextmanager
def bare(client: Client) -> Iterator[http.client.HTTPSConnection]:
    """A client with no certificate."""
    context = ssl.create_default_context(cadata=client.root.read_text())
    context.check_hostname = False
    port = int(client.url.rsplit(":", 1)[1])
    asking = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    try:
        yield asking
    finally:
        asking.close()


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "code"),
    [
        ("POST", "/licences", '{"version": 3}', 401, "client_unknown"),
        ("GET", "/licences", None, 401, "client_unknown"),
        ("POST", "/licences/release", "{}", 401, "client_unknown"),
        ("POST", "/enrolments", "{}", 422, "invalid_field"),
        ("POST", "/enrolments", "[]", 422, "invalid_field"),
        ("POST", "/enrolments", '{"certificate_signing_request": "x"}', 422, "enrolment_refused"),
        ("GET", "/nothing", None, 404, "not_found"),
        ("GET", "/enrolments", None, 405, "method_not_allowed"),
        ("POST", "/enrolments", "x" * 40_000, 413, "request_entity_too_large"),
    ],
)
def test_what_a_client_must_not_ask(
    client: Client, verb: str, path: str, body: str, status: int, code: str
):
    with bare(client) as asking:
        asking.request(verb, path, body, {"Content-Type": "application/json"})
        answer = asking.getresponse()
        document = json.loads(answer.read())
    assert (answer.status, document["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert document["detail"]


def test_the_servers_own_certificate_is_no_clients(client: Client, activated: Path):
    held = states.load(activated).held
    assert held is not None
    context = ssl.create_default_context(cadata=client.root.read_text())
    context.check_hostname = False
    context.load_cert_chain(activated / held.certificate_file, activated / held.key_file)
    port = int(client.url.rsplit(":", 1)[1])
    asking = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    asking.request("GET", "/licences")
    assert asking.getresponse().status == 401
    asking.close()


def test_before_the_first_start_nobody_is_served(
    tmp_path: Path, client: Client, serve: Callable[[Path], str]
):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, told = Client(tmp_path / "c3", serve(empty), client.root).refused("request")
    assert (code, told["error"]) == (2, "server_unreachable")


def test_what_is_kept_goes_on_where_the_server_does_not_answer(client: Client):
    client.said("request")
    client.url = "https://127.0.0.1:9"
    status = client.said("status")
    assert status["server"]["error"] == "server_unreachable"
    assert len(status["licences"]) == 1


def test_files_and_addresses_that_cannot_be_used(client: Client, tmp_path: Path):
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    for changed in ({"root": bad}, {"lists": bad}, {"url": "http://127.0.0.1"}):
        facts = {"root": client.root, "url": client.url, "lists": None} | changed
        code, told = Client(tmp_path / "c4", facts["url"], facts["root"], facts["lists"]).refused(
            "request"
        )
        assert (code, told["error"]) == (2, "trust_file")


def test_signing_requests_of_clients():
    key = keys.make_key()
    said = clients.read_request(clients.make_request(key, "PC-01"))
    assert (said.device_name, clients.hardware_id(said.public_key)) == (
        "PC-01",
        clients.hardware_id(key),
    )
    for bad in (b"", b"x" * 20_000, clients.make_request(key, " ")):
        with pytest.raises(SigningRequestError):
            clients.read_request(bad)


def test_the_network_certificate_is_made_anew_when_the_root_is(data: Path, now: datetime):
    first = identity.current(data, now)
    assert identity.current(data, now) == first
    assert identity.current(data, now + timedelta(days=380)) != first
    (data / identity.CERTIFICATE).write_bytes(b"damaged")
    assert identity.current(data, now).certificate != first.certificate


# Cheroot leaves a socket that it could not bind to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_address_in_use_is_said(client: Client, activated: Path, clock: Callable[[], datetime]):
    port = int(client.url.rsplit(":", 1)[1])
    with (
        pytest.raises(lan.LanListenError, match="--lan-port"),
        lan.served(activated, clock, "127.0.0.1", port),
    ):
        pass


def test_the_commands_start_without_the_clearinghouse():
    program = "import sys, license_server.clients.command as c; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    names = {name.split(".")[0] for name in loaded.stdout.split()}
    assert not names & {"twilio", "sqlalchemy", "clearinghouse", "flask"}


def test_a_client_is_licensed_by_a_server_in_another_process(activated: Path, tmp_path: Path):
    root = tmp_path / "root.pem"
    root.write_bytes(installation.root_pem(activated))
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    words = [*SERVER, "--data", str(activated), "--port", "0", "--lan-port", "0", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            facts = json.loads(process.stdout.readline())
            base = [*CLIENT, "--server", facts["lan_url"], "--root", str(root)]
            for _ in range(2):
                asked = subprocess.run(
                    [*base, "request", "--user", "anna"],
                    capture_output=True,
                    text=True,
                    check=True,
                    env=environment,
                )
                assert "Temporary licence of user anna" in asked.stdout
            told = subprocess.run(
                [*base, "release", "--user", "anna"],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
            )
            assert told.returncode == 1
            assert "no permanent licence" in told.stderr
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert (tmp_path / "state" / "license-client" / "client-key.pem").exists()


def test_a_demo_serves_clients_on_this_computer_only(activated: Path):
    words = [*SERVER, "--data", str(activated), "--demo", "--lan-port", "0"]
    told = subprocess.run(
        [*words, "--lan-host", "0.0.0.0"],  # noqa: S104 -- it is to be refused
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "--lan-host" in told.stderr


def test_there_is_no_list_before_anything_was_revoked(activated: Path, tmp_path: Path):
    told = subprocess.run(
        [*SERVER, "--data", str(activated), "export-crl", str(tmp_path / "lists.pem")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "ever stated to be compromised" in told.stderr
