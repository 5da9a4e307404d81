"""The certificates, signing requests and revocation lists, judged by OpenSSL where it can."""

import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from codes.new_license_server_id import NewLicenseServerID
from license_certificates import authority, chains, keys, profile, revocation, signing_requests
from license_certificates.signing_requests import SigningRequestError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW_ID = "00298119731849370018240011310090042"
SAID = NewLicenseServerID(2, 74, 12, "0")
PRODUCT = "00298772766931009389"
LICENSE_SERVER = "07263704541960936955944048464452370"

Authority = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def root(path_length: int = 1) -> Authority:
    key = keys.make_key()
    made = authority.make_root(key, "Example root", NOW, path_length=path_length)
    read = authority.read_authority(made, keys.key_pem(key))
    assert read is not None
    return read


def issuing(above: Authority) -> Authority:
    key = keys.make_key()
    made = authority.make_intermediate(
        key.public_key(), "Example issuing CA", NOW, issuer=above[0], issuer_key=above[1]
    )
    read = authority.read_authority(made, keys.key_pem(key))
    assert read is not None
    return read


def issued(above: Authority, name: str = "LICENSE-01") -> x509.Certificate:
    public = keys.make_key().public_key()
    pem = profile.issue(
        NEW_ID, SAID, server_name=name, public_key=public, issuer=above[0], issuer_key=above[1]
    )
    return x509.load_pem_x509_certificate(pem)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def test_openssl_accepts_the_chain_of_an_issuing_ca(tmp_path: Path) -> None:
    top = root()
    below = issuing(top)
    certificate = issued(below)
    (tmp_path / "root").write_bytes(pem(top[0]))
    (tmp_path / "issuing").write_bytes(pem(below[0]))
    (tmp_path / "own").write_bytes(pem(certificate))
    verify = ["openssl", "verify", "-x509_strict", "-attime", str(int(NOW.timestamp()))]
    done = subprocess.run(
        [*verify, "-CAfile", "root", "-untrusted", "issuing", "own"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "own: OK\n"), done.stderr
    assert chains.verify(certificate, [below[0]], [top[0]], NOW)


def test_a_chain_has_to_be_whole_known_and_in_time() -> None:
    top, other = root(), root()
    below = issuing(top)
    certificate = issued(below)
    assert not chains.verify(certificate, [], [top[0]], NOW)
    assert not chains.verify(certificate, [below[0]], [other[0]], NOW)
    assert not chains.verify(certificate, [below[0]], [top[0]], NOW + timedelta(days=400))
    assert not chains.verify(certificate, [below[0]], [], NOW)


def test_a_certificate_says_its_id_three_times_and_is_valid_for_whole_months() -> None:
    certificate = issued(root(0))
    assert profile.names_id(certificate, NEW_ID)
    assert not profile.names_id(certificate, NEW_ID[:-1] + "7")
    assert not profile.names_id(root()[0], NEW_ID)
    assert certificate.not_valid_before_utc == datetime(2026, 3, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)


def test_a_ca_is_read_only_with_its_own_key() -> None:
    top = root()
    certificate, own = pem(top[0]), keys.key_pem(top[1])
    other = keys.key_pem(keys.make_key())
    assert authority.read_authority(certificate, other) is None
    assert authority.read_authority(certificate, None) is None
    assert authority.read_authority(None, own) is None
    assert authority.read_authority(certificate[:-60], own) is None
    assert authority.read_authority(keys.public_pem(top[1]), own) is None
    forged = keys.make_key()
    stranger = authority.make_intermediate(
        forged.public_key(), "x", NOW, issuer=top[0], issuer_key=forged
    )
    # Who signed an issuing CA is for the chain to say; a root has to have signed itself.
    assert authority.read_authority(stranger, keys.key_pem(forged)) is not None


def test_keys_are_written_and_read_again() -> None:
    key = keys.make_key()
    again = keys.read_key(keys.key_pem(key))
    assert again is not None
    public = keys.read_public(keys.public_pem(key))
    assert public is not None
    assert keys.public_der(again) == keys.public_der(public) == keys.public_der(key.public_key())
    other_curve = ec.generate_private_key(ec.SECP384R1())
    assert keys.read_public(keys.public_pem(other_curve)) is None
    assert keys.read_public(b"nothing") is None
    assert keys.read_key(b"nothing") is None


def test_a_signing_request_says_who_asks() -> None:
    key = keys.make_key()
    made = signing_requests.make(key, PRODUCT, LICENSE_SERVER, "LICENSE-01")
    said = signing_requests.read(made)
    assert (said.product_id, said.license_server_id) == (PRODUCT, LICENSE_SERVER)
    assert said.server_name == "LICENSE-01"
    assert keys.public_der(said.public_key) == keys.public_der(key)
    assert x509.load_der_x509_csr(signing_requests.der(made)).is_signature_valid


def plain_request(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, common: str | None, *uris: str
) -> bytes:
    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    if uris:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


URI = f"{signing_requests.URI_PREFIX}{PRODUCT}:{LICENSE_SERVER}"


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (b"nothing", "can't be read"),
        (b"x" * 20_000, "can't be read"),
        (plain_request(keys.make_key(), "LICENSE-01"), "doesn't name its license server"),
        (plain_request(keys.make_key(), None, URI), "one server"),
        (plain_request(keys.make_key(), "LICENSE-01", URI, URI), "one product ID"),
        (plain_request(keys.make_key(), "LICENSE-01", "https://example.org/a:b"), "one product ID"),
        (plain_request(rsa.generate_private_key(65537, 2048), "LICENSE-01", URI), "P-256"),
        (plain_request(ec.generate_private_key(ec.SECP384R1()), "LICENSE-01", URI), "P-256"),
    ],
)
def test_a_signing_request_that_cannot_be_used_says_why(made: bytes, sentence: str) -> None:
    with pytest.raises(SigningRequestError, match=sentence):
        signing_requests.read(made)


def test_a_signing_request_for_a_key_that_did_not_sign_it_is_refused() -> None:
    key, other = keys.make_key(), keys.make_key()
    made = x509.load_pem_x509_csr(signing_requests.make(key, PRODUCT, LICENSE_SERVER, "A"))
    own = made.public_bytes(Encoding.DER)
    forged = own.replace(keys.public_der(key), keys.public_der(other))
    assert forged != own
    with pytest.raises(SigningRequestError, match="own key"):
        signing_requests.read(x509.load_der_x509_csr(forged).public_bytes(Encoding.PEM))


@settings(max_examples=60, deadline=None)
@given(place=st.integers(40, 400), change=st.integers(1, 255))
def test_a_damaged_signing_request_is_refused_and_never_breaks(place: int, change: int) -> None:
    made = bytearray(signing_requests.make(keys.make_key(), PRODUCT, LICENSE_SERVER, "LICENSE-01"))
    made[place] ^= change
    with suppress(SigningRequestError):
        said = signing_requests.read(bytes(made))
        # Only what says the same was let through: a line break that PEM doesn't need, for example.
        assert (said.product_id, said.license_server_id) == (PRODUCT, LICENSE_SERVER)


def test_openssl_reads_a_revocation_list(tmp_path: Path) -> None:
    top = root()
    made = revocation.make_list(*top, [(int(NEW_ID), NOW)], 7, NOW)
    (tmp_path / "crl").write_bytes(made)
    (tmp_path / "root").write_bytes(pem(top[0]))
    done = subprocess.run(
        ["openssl", "crl", "-in", "crl", "-CAfile", "root", "-noout", "-text", "-verify"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify OK" in done.stdout + done.stderr
    assert f"{int(NEW_ID):X}" in done.stdout
    assert "Key Compromise" in done.stdout
    read = revocation.read_list(made, top[0])
    assert read is not None
    assert revocation.is_revoked(read, int(NEW_ID))
    assert not revocation.is_revoked(read, 1)
    assert revocation.read_list(made, root()[0]) is None
    assert revocation.read_list(b"nothing", top[0]) is None


def test_what_an_answer_proves_is_the_der_of_its_chain() -> None:
    top = root()
    assert chains.der([pem(top[0]), pem(top[0])]) == 2 * top[0].public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match=r"PEM|Unable"):
        chains.der([keys.public_pem(top[1])])
