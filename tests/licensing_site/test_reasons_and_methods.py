"""All five reasons by all three methods, on a real license server brought into that state."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from clearinghouse import Actor, Channel
from clearinghouse import Reason as RegisterReason
from license_certificates import revocation
from license_server import activation, clearinghouse_client, health, installation, simulate
from license_server.link import Link
from license_server.model import CertificateState, Reason
from license_server.simulate import What
from tests.licensing_site.api_over_https import served
from tests.licensing_site.test_site_with_license_server import walk
from tests.licensing_site.website import Website

ANNA = Actor("representative", "anna")
OPENSSL = shutil.which("openssl") or "openssl"
HAPPENED = {
    Reason.CERTIFICATE_EXPIRED: What.EXPIRE,
    Reason.CERTIFICATE_CORRUPTED: What.CORRUPT,
    Reason.SERVER_UPGRADED: What.UPGRADE,
    Reason.SERVER_REDEPLOYED: What.REDEPLOY,
    Reason.PRIVATE_KEY_COMPROMISED: What.COMPROMISE,
}


@pytest.fixture
def internet(website: Website, tmp_path: Path) -> Iterator[Link]:
    """The clearinghouse's API over real HTTPS."""
    with served(website.services, tmp_path) as link:
        yield link


def by_telephone(website: Website, data: Path, reason: Reason) -> None:
    """What a representative does at the console, and the caller at the wizard."""
    desk, house, now = website.desk, website.desk.house, website.desk.now
    opened = activation.request(data, now, reason=reason)
    request = desk.do(
        house.open_request,
        product_id=desk.product_id,
        license_server_id=opened.license_server_id,
        channel=Channel.TELEPHONE,
        caller="+12025550199",
        actor=ANNA,
        now=now,
    )
    desk.do(house.set_reason, request.id, RegisterReason(reason.value), ANNA, now)
    desk.do(house.check, request.id, ANNA, now)
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        answer = activation.answer(data, desk.do(house.challenge, request.id, ANNA, now))
        desk.do(house.answer_challenge, request.id, answer, ANNA, now)
    issued = desk.do(house.issue, request.id, ANNA, now)
    accepted = activation.accept(data, issued.new_license_server_id or "", now)
    desk.do(house.confirm, request.id, accepted.closing_code, ANNA, now)
    activation.finish(data)


def openssl(*words: object) -> str:
    command = [OPENSSL, *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("reason", HAPPENED)
@pytest.mark.parametrize("method", ["automatic", "web", "telephone"])
def test_each_reason_by_each_method(
    website: Website, internet: Link, data: Path, tmp_path: Path, method: str, reason: Reason
) -> None:
    desk = website.desk
    ways: dict[str, Callable[[Reason], object]] = {
        "automatic": lambda why: clearinghouse_client.reactivate(
            data, internet, desk.now, reason=why
        ),
        "web": lambda why: walk(website, website.browser(), data, why),
        "telephone": lambda why: by_telephone(website, data, why),
    }
    ways[method](Reason.FIRST_ACTIVATION)
    above, own = health.certificate_paths(data)
    assert own is not None
    first = x509.load_pem_x509_certificate(own.read_bytes())
    issuer = tmp_path / "issuer-before.pem"
    issuer.write_bytes(above.read_bytes())

    desk.now += timedelta(days=1)
    simulate.begin(data, HAPPENED[reason], desk.now)
    found = health.status(data, desk.now)
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        assert found.proposed_reason is None  # nothing but the administrator knows
    else:
        assert found.proposed_reason is reason
    ways[method](reason)

    found = health.status(data, desk.now)
    assert (found.state, found.issue) == (CertificateState.VALID, 2)
    above, own = health.certificate_paths(data)
    moment = int(desk.now.timestamp())
    assert "OK" in openssl("verify", "-x509_strict", "-attime", moment, "-CAfile", above, own)
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        stands_in_the_list_of_its_issuer(data, first, issuer, tmp_path)


def stands_in_the_list_of_its_issuer(
    data: Path, first: x509.Certificate, issuer: Path, tmp_path: Path
) -> None:
    """The certificate that was given up is revoked, and openssl believes the list."""
    above = x509.load_pem_x509_certificates(issuer.read_bytes())[0]
    lists = [x509.load_pem_x509_crl(pem) for pem in parts(installation.revocation_pem(data))]
    (own,) = [each for each in lists if each.issuer == above.subject]
    assert revocation.is_revoked(own, first.serial_number)
    crl = tmp_path / "list.pem"
    crl.write_bytes(next(pem for pem in parts(installation.revocation_pem(data)) if of(pem) == own))
    said = openssl("crl", "-in", crl, "-noout", "-text", "-CAfile", issuer)
    assert f"{first.serial_number:X}" in said.upper()


def parts(pem: bytes) -> list[bytes]:
    end = b"-----END X509 CRL-----\n"
    return [part.lstrip() + end for part in pem.split(end) if part.strip()]


def of(pem: bytes) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(pem)
