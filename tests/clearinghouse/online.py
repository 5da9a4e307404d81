"""A license server that makes documents for itself, and what OpenSSL thinks of what it gets."""

import base64
import hashlib
import random
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from clearinghouse import Actor, Answer, Channel, Clearinghouse, Reason, documents
from codes import license_server_id
from codes import product_key as product_keys
from codes.proofs import Secret
from license_certificates import chains, keys, signing_requests
from tests.clearinghouse.desk import Desk, LicenseServer

SERVER = Actor("server", "automatic")
NAME = "LICENSE-01"


class OnlineServer(LicenseServer):
    """A license server with real keys: the one that it holds, and the one of its open wizard."""

    key: ec.EllipticCurvePrivateKey
    held_key: ec.EllipticCurvePrivateKey | None = None
    held_shown = ""

    def start_wizard(self) -> str:
        self.key = keys.make_key()
        self.shown = license_server_id.make(
            self._secret, self.product_id, self.last_issue, keys.public_der(self.key)
        )
        return self.shown

    def accept(self, new_id: str) -> str:
        closing = super().accept(new_id)
        self.held_key, self.held_shown = self.key, self.shown
        return closing

    def lose_everything(self) -> None:
        """Redeployed without a backup."""
        self.last_issue, self.held_key = 0, None
        self.start_wizard()

    def document(self, reason: Reason, by: str = "product_key", **parts: Any) -> dict[str, Any]:
        """A request document; `parts` replace what it says."""
        csr = signing_requests.make(self.key, self.product_id, self.shown, NAME)
        fields = ("certificate-request", self.product_id, self.shown, reason.value, digest(csr))
        if by == "product_key":
            proof = {"by": by, "mac": self._secret.mac(*fields)}
        else:
            assert self.held_key is not None
            proof = signed(self.held_key, *fields)
        return {
            "format": "activation-line-request-1",
            "product_id": self.product_id,
            "license_server_id": self.shown,
            "reason": reason.value,
            "server_name": NAME,
            "certificate_signing_request": csr.decode("ascii"),
            "proof": proof,
            **parts,
        }

    def replacement(self, **parts: Any) -> dict[str, Any]:
        """A document that wants the clearinghouse's certificate for the ID that is held."""
        assert self.held_key is not None
        csr = signing_requests.make(self.held_key, self.product_id, self.held_shown, NAME)
        ids = (self.product_id, self.held_shown, self.current_id)
        return {
            "product_id": self.product_id,
            "license_server_id": self.held_shown,
            "new_license_server_id": self.current_id,
            "certificate_signing_request": csr.decode("ascii"),
            "proof": signed(self.held_key, "certificate-replacement", *ids, digest(csr)),
            **parts,
        }

    def believes(self, answer: Answer) -> bool:
        """Whether the answer comes from the clearinghouse that knows the product key."""
        whole = hashlib.sha256(chains.der([answer.certificate, *answer.chain])).hexdigest()
        ids = (self.product_id, self.shown, answer.new_license_server_id)
        return self._secret.mac("certificate-answer", *ids, whole) == answer.mac


def digest(csr: bytes) -> str:
    return hashlib.sha256(signing_requests.der(csr)).hexdigest()


def signed(key: ec.EllipticCurvePrivateKey, *fields: str) -> dict[str, str]:
    signature = key.sign("|".join(fields).encode("ascii"), ec.ECDSA(SHA256()))
    return {
        "by": "previous_key",
        "public_key": keys.public_pem(key).decode("ascii"),
        "signature": base64.b64encode(signature).decode("ascii"),
    }


def online(desk: Desk, product_id: str | None = None) -> OnlineServer:
    product_id = product_id or desk.product_id
    secret: Secret = product_keys.secret(desk.keys[product_id])
    return OnlineServer(product_id, secret, random.Random(1))


def ask(desk: Desk, document: dict[str, Any], **more: Any) -> Answer:
    """Send a request document in."""
    house: Clearinghouse = desk.house
    parsed = documents.parse_request(document)
    answer: Answer = desk.do(house.process_automatic, parsed, SERVER, desk.now, **more)
    return answer


def activated(desk: Desk, product_id: str | None = None) -> OnlineServer:
    """A server that was activated by the automatic method, with its next wizard open."""
    server = online(desk, product_id)
    take(desk, server, ask(desk, server.document(Reason.FIRST_ACTIVATION)))
    return server


def take(desk: Desk, server: OnlineServer, answer: Answer) -> None:
    """Accept an answer, confirm it, and open the next wizard."""
    closing = server.accept(answer.new_license_server_id)
    request = desk.read(desk.house.request_by_case, answer.case_number)
    desk.confirm(request, closing)
    server.start_wizard()


def by_telephone(desk: Desk, server: OnlineServer) -> None:
    """Activate by telephone: only IDs travel."""
    request = desk.issued(server)
    assert request.new_license_server_id
    desk.confirm(request, server.accept(request.new_license_server_id))
    server.start_wizard()


def openssl_verifies(desk: Desk, answer: Answer, folder: Path) -> bool:
    """Let OpenSSL judge certificate, chain and revocation list, at the desk's time."""
    folder.mkdir(exist_ok=True)
    issuing, root = answer.chain
    files = {"root": root, "issuing": issuing, "crl": answer.crl, "own": answer.certificate}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    verify = ["openssl", "verify", "-attime", str(int(desk.now.timestamp())), "-crl_check"]
    done = subprocess.run(
        [*verify, "-CAfile", "root", "-untrusted", "issuing", "-CRLfile", "crl", "own"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout == "own: OK\n"


def openssl_lists(crl: bytes, folder: Path) -> list[int]:
    """The serial numbers that OpenSSL reads in a revocation list."""
    (folder / "list").write_bytes(crl)
    said = subprocess.run(
        ["openssl", "crl", "-in", folder / "list", "-noout", "-text"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [int(part.split()[0], 16) for part in said.split("Serial Number: ")[1:]]


TELEPHONE, WEB, AUTOMATIC = Channel.TELEPHONE, Channel.WEB, Channel.AUTOMATIC
