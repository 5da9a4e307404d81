"""The signed head: a document that says how far the audit went, to be kept elsewhere.

Whoever can write the whole database can cut entries off at the end, and nothing in the database
shows it. A head that is kept elsewhere does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, select

from clearinghouse.audit_examination import End
from clearinghouse.audit_keys import is_signed, public_pem
from clearinghouse.tables import audit_entries
from data_store import StoreError

FORMAT: Final = "activation-line-audit-head-1"
_FIELDS: Final = {"number": int, "at": str, "hash": str, "signature": str}

_last = select(audit_entries).order_by(audit_entries.c.number.desc()).limit(1)


class HeadError(StoreError):
    """A head can't be made or read; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The last entry's number, moment and hash, and the signature over them."""

    number: int
    at: str
    hash: str
    signature: str

    def is_signed(self, keys: Sequence[Ed25519PublicKey]) -> bool:
        """Whether one of these keys signed it."""
        return is_signed(keys, self.signature, self.number, self.at, self.hash)

    def as_end(self) -> End:
        """What it says of the chain's end, for an examination."""
        return End(self.number, self.hash, f"the signed head of {self.at}")

    def to_json(self, key: Ed25519PublicKey) -> str:
        """Write it as a document, with the public key that its reader should know already."""
        said = {name: getattr(self, name) for name in _FIELDS}
        return (
            json.dumps({"format": FORMAT, **said, "public_key": public_pem(key)}, indent=2) + "\n"
        )


def current(connection: Connection) -> SignedHead:
    """Read the head of the audit. Raises HeadError where its last entry isn't signed."""
    row = connection.execute(_last).first()
    if row is None:
        raise HeadError("The audit is empty: there is nothing to sign yet.")
    if row.signature is None:
        raise HeadError(f"The audit's last entry, {row.number}, isn't signed.")
    at = json.loads(row.body)["at"]
    return SignedHead(row.number, at, row.hash, row.signature)


def parse(document: str) -> SignedHead:
    """Read a document. Raises HeadError where it isn't one."""
    try:
        said: Any = json.loads(document)
    except ValueError:
        said = None
    if not isinstance(said, Mapping) or said.get("format") != FORMAT:
        raise HeadError(f"This is no signed head: its format has to be {FORMAT}.")
    for name, kind in _FIELDS.items():
        if not isinstance(said.get(name), kind):
            raise HeadError(f"This signed head is damaged: {name!r} is missing or malformed.")
    return SignedHead(**{name: said[name] for name in _FIELDS})
