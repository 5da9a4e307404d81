"""The clearinghouse's root and issuing CA: made on first use, keys encrypted."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, bindparam, insert, select, update

from clearinghouse import audit
from clearinghouse.certificate_tables import authorities
from clearinghouse.model import Actor, RegisterError
from data_store import Cipher
from license_certificates import authority, keys

_CLEARINGHOUSE: Final = Actor("line", "clearinghouse")


class Role(StrEnum):
    """Which CA."""

    ROOT = "root"
    ISSUING = "issuing"


_NAMES: Final = {
    Role.ROOT: "Activation Line clearinghouse root",
    Role.ISSUING: "Activation Line issuing CA",
}
_A = authorities.c
_by_role = select(authorities).where(_A.role == bindparam("wanted"))
_all = select(_A.role, _A.private_key)
_add = insert(authorities)
_set_key = (
    update(authorities).where(_A.role == bindparam("wanted")).values(private_key=bindparam("key"))
)


def chain(connection: Connection, cipher: Cipher, now: datetime) -> tuple[bytes, bytes]:
    """Give the certificates of issuing CA and root (PEM), which are made where there are none."""
    row = connection.execute(_by_role, {"wanted": Role.ISSUING.value}).first()
    if row is None:
        audit.lock(connection)
        if connection.execute(_by_role, {"wanted": Role.ISSUING.value}).first() is None:
            _make(connection, cipher, now)
    found = [connection.execute(_by_role, {"wanted": role.value}).one() for role in Role]
    root, issuing = (row.certificate.encode("ascii") for row in found)
    return issuing, root


def issuing(
    connection: Connection, cipher: Cipher, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Give the issuing CA with its private key. Raises RegisterError where they don't fit."""
    chain(connection, cipher, now)
    row = connection.execute(_by_role, {"wanted": Role.ISSUING.value}).one()
    pem = cipher.decrypt(row.private_key, context(Role.ISSUING))
    found = authority.read_authority(row.certificate.encode("ascii"), pem)
    if found is None:
        raise RegisterError("The issuing CA's certificate is damaged: restore a backup.")
    return found


def renew(connection: Connection, cipher: Cipher) -> int:
    """Encrypt with the cipher's first key what another one encrypted; gives how many it were."""
    due = [
        (Role(row.role), row.private_key)
        for row in connection.execute(_all)
        if not cipher.is_current(row.private_key)
    ]
    for role, stored in due:
        key = cipher.encrypt(cipher.decrypt(stored, context(role)), context(role))
        connection.execute(_set_key, {"wanted": role.value, "key": key})
    return len(due)


def _make(connection: Connection, cipher: Cipher, now: datetime) -> None:
    root_key, own_key = keys.make_key(), keys.make_key()
    root = authority.make_root(root_key, _NAMES[Role.ROOT], now, path_length=1)
    own = authority.make_intermediate(
        own_key.public_key(),
        _NAMES[Role.ISSUING],
        now,
        issuer=x509.load_pem_x509_certificate(root),
        issuer_key=root_key,
    )
    for role, certificate, key in ((Role.ROOT, root, root_key), (Role.ISSUING, own, own_key)):
        values = {
            "role": role.value,
            "certificate": certificate.decode("ascii"),
            "private_key": cipher.encrypt(keys.key_pem(key), context(role)),
            "made_at": now,
        }
        connection.execute(_add, values)
    data = {role.value: _NAMES[role] for role in Role}
    audit.append(connection, "authorities.made", actor=_CLEARINGHOUSE, now=now, data=data)


def context(role: Role) -> bytes:
    """What a CA's private key is encrypted along with."""
    return f"authority:{role.value}".encode("ascii")
