"""The license server's certificate: what a new license server ID becomes in X.509.

The ID is the certificate's serial number, stands in a URI as subject alternative name, and in a
non-critical extension of its own.
"""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from codes.new_license_server_id import NewLicenseServerID
from license_certificates import building

# An identifier made from a random UUID needs no registration (ITU-T X.667).
ID_EXTENSION: Final = x509.ObjectIdentifier("2.25.183479584622789711424963504020184493731")
URI_PREFIX: Final = "activation-line:license-server:"
_PRINTABLE_STRING: Final = 0x13


def issue(
    new_id: str,
    said: NewLicenseServerID,
    *,
    server_name: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """Sign the certificate (PEM) that a verified new license server ID permits.

    It is valid from the first second of the month of issue to the last second of its last month.
    """
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    value = bytes([_PRINTABLE_STRING, len(new_id)]) + new_id.encode("ascii")
    uri = x509.UniformResourceIdentifier(URI_PREFIX + new_id)
    certificate = (
        building.begin(building.name(server_name), issuer.subject, public_key)
        .serial_number(int(new_id))
        .not_valid_before(building.first_of_month(said.first_day))
        .not_valid_after(said.last_moment)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(building.usage("digital_signature"), critical=True)
        .add_extension(building.signed_by(issuer), critical=False)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .add_extension(x509.UnrecognizedExtension(ID_EXTENSION, value), critical=False)
        .sign(issuer_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def names_id(certificate: x509.Certificate, new_id: str) -> bool:
    """Say whether a certificate is the one of this new license server ID, in all three places."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        own = certificate.extensions.get_extension_for_oid(ID_EXTENSION).value
    except x509.ExtensionNotFound:
        return False
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return (
        certificate.serial_number == int(new_id)
        and uris == [URI_PREFIX + new_id]
        and own.public_bytes().endswith(new_id.encode("ascii"))
    )
