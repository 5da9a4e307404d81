"""A client's side of mutual TLS: it trusts the exported root, and nothing that is revoked."""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509

from license_certificates import clients
from license_server import files
from license_server.clients import wallet
from license_server.clients.wallet import Wallet
from license_server.errors import LicenseServerError

_SECONDS: Final = 15.0
_LARGEST: Final = 1024 * 1024


class ServerUntrustedError(LicenseServerError):
    """What answers doesn't prove that it is the license server; nothing was asked of it."""

    code = "server_untrusted"


class ServerUnreachableError(LicenseServerError):
    """The license server doesn't answer."""

    code = "server_unreachable"


class ServerRefusedError(LicenseServerError):
    """The license server says no; `why` is its word, `next_date` (ISO 8601) when it may say yes."""

    code = "server_refused"

    def __init__(self, why: str, sentence: str, next_date: str | None) -> None:
        super().__init__(sentence)
        self.why = why
        self.next_date = next_date


class TrustFileError(LicenseServerError):
    """The file of the exported root, or of revocation lists, can't be used."""

    code = "trust_file"


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots that a server's certificate has to lead to, and the lists it must not stand in."""

    root_pem: str
    roots: list[x509.Certificate]
    revoked: list[x509.CertificateRevocationList]


def trust(root_file: Path, list_file: Path | None) -> Trust:
    """Read the files that were brought from the license server. Raises TrustFileError."""
    pem = files.read(root_file) or b""
    try:
        roots = x509.load_pem_x509_certificates(pem)
        text = pem.decode("ascii")
    except ValueError as error:
        raise TrustFileError(
            f"{root_file} holds no certificate (PEM): export the root on the license server by "
            "license-server export-root FILE, and bring that file here."
        ) from error
    return Trust(text, roots, [] if list_file is None else _lists(list_file))


class Connection:
    """Asks one license server. Every method raises one of the errors of this module."""

    def __init__(self, url: str, trusted: Trust, kept: Wallet) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise TrustFileError(
                f"{url} is no address of a license server: give one that begins with https://."
            )
        self._host, self._port = parts.hostname, parts.port or 443
        self._trusted = trusted
        self._wallet = kept

    def enrol(self, device_name: str) -> None:
        """Get a certificate for this client's key, unless it has one that is good."""
        now = datetime.now(UTC)
        if self._wallet.certificate(self._trusted.roots, now) is not None:
            return
        request = clients.make_request(self._wallet.key(), device_name).decode("ascii")
        answer = self._ask("POST", "/enrolments", {"certificate_signing_request": request})
        self._wallet.keep_certificate(str(answer["certificate"]).encode("ascii"))

    def request(self, version: int, user: str) -> dict[str, Any]:
        """Ask for a licence and keep it."""
        licence = self._ask("POST", "/licences", {"version": version, "user": user})
        self._wallet.keep_licence(licence)
        return licence

    def release(self, user: str) -> dict[str, Any]:
        """Give a licence back."""
        licence = self._ask("POST", "/licences/release", {"user": user})
        self._wallet.drop_licence(licence)
        return licence

    def status(self) -> dict[str, Any]:
        """Ask how the server stands."""
        return self._ask("GET", "/status", None)

    def _ask(self, verb: str, path: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=_SECONDS, context=self._context()
        )
        try:
            connection.connect()
            self._require_trusted(connection.sock)
            connection.request("GET", "/crl")
            self._learn(connection.getresponse().read(_LARGEST))
            self._require_trusted(connection.sock)
            body = None if document is None else json.dumps(document)
            connection.request(verb, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read(_LARGEST)
        except ssl.SSLCertVerificationError as error:
            raise ServerUntrustedError(_distrust(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise ServerUnreachableError(
                f"The license server at {self._host}:{self._port} does not answer as it should "
                f"({_reason(error)}): check the address, and that it serves clients (--lan-port)."
            ) from error
        finally:
            connection.close()
        return _document(answer.status, content)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self._trusted.root_pem)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The root signs for this one server and its clients; its certificate names no host.
        context.check_hostname = False
        certificate = self._wallet.certificate(self._trusted.roots, datetime.now(UTC))
        if certificate is not None:
            context.load_cert_chain(certificate, self._wallet.directory / wallet.KEY)
        return context

    def _require_trusted(self, sock: socket.socket | None) -> None:
        assert isinstance(sock, ssl.SSLSocket)  # noqa: S101 -- connected just now
        shown = x509.load_der_x509_certificate(sock.getpeercert(binary_form=True) or b"")
        for each in (*self._trusted.revoked, *self._wallet.revocations()):
            if each.issuer == shown.issuer and (
                each.get_revoked_certificate_by_serial_number(shown.serial_number) is not None
            ):
                raise ServerUntrustedError(
                    "What answers shows a certificate that was revoked: its private key was "
                    "compromised, so it may not be the license server. Nothing was asked of it. "
                    "Tell the administrator, and get the root exported again."
                )

    def _learn(self, pem: bytes) -> None:
        try:
            self._wallet.keep_revocations(pem, self._trusted.roots)
        except ValueError as error:
            raise ServerUntrustedError(
                "The revocation lists that the server gives are damaged; nothing was asked of it."
            ) from error


def _lists(path: Path) -> list[x509.CertificateRevocationList]:
    content = files.read(path) or b""
    try:
        found = wallet.read_lists(content)
    except ValueError:
        found = []
    if not found:
        raise TrustFileError(
            f"{path} holds no revocation list (PEM): export it on the license server by "
            "license-server export-crl FILE."
        )
    return found


def _document(status: int, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ServerUnreachableError(f"The license server answers {status} and no document.")
    if status in (http.client.OK, http.client.CREATED):
        return found
    following = found.get("next_date")
    raise ServerRefusedError(
        str(found.get("code", "refused")),
        str(found.get("detail", "The license server refuses.")),
        following if isinstance(following, str) else None,
    )


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    if "expired" in error.verify_message or "not yet valid" in error.verify_message:
        cause = "its certificate is not valid at this computer's time: check the clock"
    else:
        cause = (
            "its certificate does not lead to the root in the given file. If the local root was "
            "made anew, get it exported again"
        )
    return f"What answers does not prove that it is the license server: {cause}."


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
