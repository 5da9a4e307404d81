"""A license server in a directory of its own, and the clearinghouse's part of the codes."""

import hashlib
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.serving import BaseWSGIServer, make_server

from codes import (
    deactivation_confirmation,
    license_server_id,
    new_license_server_id,
    product_id,
    product_key,
)
from license_certificates import authority, chains, keys, profile, revocation, signing_requests
from license_server import activation, installation, passwords
from license_server.link import Link

# Scripts that run elsewhere: where there is no network, in an environment of their own.
collect_ignore = ["inside.py", "inside_browser.py", "inside_networks.py"]

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PASSWORD = "long enough"


class Licence(SimpleNamespace):
    """What the customer bought, and what the clearinghouse would issue for it."""

    def issue(self, request: str, number: int = 1, *, at: datetime = NOW, months: int = 12) -> str:
        secret = product_key.secret(self.product_key)
        month = new_license_server_id.month_number(at)
        return new_license_server_id.make(secret, self.product_id, request, number, month, months)


def licence_of(seed: int) -> Licence:
    rng = Random(seed)
    number = product_id.random(rng)
    key = product_key.make(number, rng.randbytes(15))
    return Licence(product_id=number, product_key=key)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def licence() -> Licence:
    return licence_of(1)


@pytest.fixture
def other_licence() -> Licence:
    return licence_of(2)


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def data(tmp_path: Path, licence: Licence) -> Path:
    directory = tmp_path / "server"
    installation.install(
        directory,
        product_id=licence.product_id,
        product_key=licence.product_key,
        server_name="LICENSE-01",
        now=NOW,
        password=PASSWORD,
    )
    return directory


@pytest.fixture
def activated(data: Path, licence: Licence) -> Path:
    asked = activation.request(data, NOW)
    activation.accept(data, licence.issue(asked.license_server_id), NOW + timedelta(minutes=9))
    activation.finish(data)
    return data


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """What a directory holds, but for the event log and the lock."""

    def read(directory: Path) -> dict[str, bytes]:
        skipped = {"events.jsonl", "lock"}
        return {
            path.name: path.read_bytes() for path in directory.iterdir() if path.name not in skipped
        }

    return read


def over_https(
    directory: Path,
    application: Callable[..., Iterable[bytes]],
    since: timedelta = timedelta(hours=-1),
) -> BaseWSGIServer:
    """Serve over TLS on a loopback port; clients are to trust `tls-root.pem`.

    The certificate is valid for a day, `since` this long after now.
    """
    key, root_key = keys.make_key(), keys.make_key()
    root_pem = authority.make_root(root_key, "TLS", datetime.now(UTC), path_length=0)
    root = x509.load_pem_x509_certificate(root_pem)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site")]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) + since)
        .not_valid_after(datetime.now(UTC) + since + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, SHA256())
    )
    files = {
        "tls-root.pem": root_pem,
        "tls.pem": certificate.public_bytes(Encoding.PEM),
        "tls-key.pem": keys.key_pem(key),
    }
    for name, content in files.items():
        (directory / name).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "tls.pem", directory / "tls-key.pem")
    server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Internet:
    """A clearinghouse behind HTTPS, as far as a license server sees it: signs whatever is asked.

    `answers` maps a path to what is said instead: (status, document, headers).
    """

    def __init__(self, directory: Path, licence: Licence) -> None:
        self.licence = licence
        self.secret = product_key.secret(licence.product_key)
        self.now = NOW
        self.number = 0
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, tuple[int, object, dict[str, str]]] = {}
        self.issued: dict[str, str] = {}
        root_key, issuing_key = keys.make_key(), keys.make_key()
        start = NOW - timedelta(days=400)
        root = authority.make_root(root_key, "root", start, path_length=1)
        self.root = x509.load_pem_x509_certificate(root)
        issuing = authority.make_intermediate(
            issuing_key.public_key(), "issuing", start, issuer=self.root, issuer_key=root_key
        )
        self.issuing = x509.load_pem_x509_certificate(issuing), issuing_key
        self.chain = [issuing, root]
        self.revoked: list[tuple[int, datetime]] = []
        self._server = over_https(directory, self._application)
        self.link = Link(
            f"https://127.0.0.1:{self._server.server_port}/api/v1",
            f"https://127.0.0.1:{self._server.server_port}/licensing",
            str(directory / "tls-root.pem"),
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Issue for a request, or sign for an ID that was issued already, and answer."""
        asked = document["license_server_id"]
        new_id = document.get("new_license_server_id") or self.issued.get(asked)
        if new_id is None:
            self.number = max(self.number, int(license_server_id.parse(asked).last_issue)) + 1
            new_id = self.issued[asked] = self.licence.issue(asked, self.number, at=self.now)
        said = new_license_server_id.parse(new_id)
        request = signing_requests.read(document["certificate_signing_request"].encode())
        certificate = profile.issue(
            new_id,
            said,
            server_name=request.server_name,
            public_key=request.public_key,
            issuer=self.issuing[0],
            issuer_key=self.issuing[1],
        )
        told = hashlib.sha256(chains.der([certificate, *self.chain])).hexdigest()
        product = self.licence.product_id
        return {
            "format": "activation-line-answer-1",
            "case_number": "000000000000",
            "product_id": product,
            "license_server_id": asked,
            "new_license_server_id": new_id,
            "issue": said.issue,
            "valid_until": said.last_moment.isoformat(),
            "certificate": certificate.decode(),
            "chain": [pem.decode() for pem in self.chain],
            "crl": revocation.make_list(*self.issuing, self.revoked, 1, self.now).decode(),
            "mac": self.secret.mac("certificate-answer", product, asked, new_id, told),
        }

    def _respond(self, path: str, document: dict[str, Any]) -> object:
        match path.strip("/").split("/"):
            case ["permissions"] | ["certificates"]:
                return self.answer(document)
            case ["permissions", _, "confirmation"]:
                return {"state": "confirmed"}
            case ["deactivations"]:
                product, receipt = document["product_id"], document["receipt"]
                made = deactivation_confirmation.make(self.secret, product, receipt)
                return {"confirmation": made}
        return {"status": "ok"}

    def _application(
        self, environ: dict[str, Any], start: Callable[..., object]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"].removeprefix("/api/v1")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        document = json.loads(environ["wsgi.input"].read(length) or b"{}")
        self.asked.append((path, document))
        status, body, headers = self.answers.get(path, (200, None, {}))
        body = self._respond(path, document) if body is None else body
        kind = "application/json" if status == 200 else "application/problem+json"
        start(f"{status} said", [("Content-Type", kind), *headers.items()])
        return [body if isinstance(body, bytes) else json.dumps(body).encode()]


@pytest.fixture
def internet(tmp_path_factory: pytest.TempPathFactory, licence: Licence) -> Iterator[Internet]:
    played = Internet(tmp_path_factory.mktemp("internet"), licence)
    yield played
    played.close()
