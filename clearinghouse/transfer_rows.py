"""Rows of the register as JSON: moments, bytes, and which bytes are secrets."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, Row, Table

from clearinghouse import authorities, webhooks
from clearinghouse.authorities import Role
from clearinghouse.passphrase import Envelope, TransferError
from data_store import Cipher, UtcDateTime

SECRETS: Final[Mapping[str, Callable[[Mapping[str, Any]], bytes]]] = {
    "products.product_key": lambda row: str(row["product_id"]).encode("ascii"),
    "authorities.private_key": lambda row: authorities.context(Role(row["role"])),
    "webhooks.secret": lambda row: webhooks.context(row["id"]),
}
"""The columns that the database holds encrypted, and what each is encrypted along with."""
PLAIN: Final = frozenset({"contacts.salt"})
"""Columns of bytes that are no secrets."""


class RowForm:
    """Writes and reads the rows of one table."""

    def __init__(self, table: Table, cipher: Cipher, envelope: Envelope) -> None:
        self.table = table
        self._cipher = cipher
        self._envelope = envelope
        self._columns = {column.name: column for column in table.columns}

    def write(self, row: Row[Any]) -> dict[str, Any]:
        """A row for the file; its secrets are encrypted under the passphrase."""
        held = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
        return {name: self._write(name, value, held) for name, value in held.items()}

    def read(self, said: object, line: int) -> dict[str, Any]:
        """A row for the database; its secrets are encrypted with this register's own key."""
        if not isinstance(said, dict):
            raise TransferError(f"Line {line}: it holds no row.")
        strange = sorted(said.keys() - self._columns.keys())
        if strange:
            raise TransferError(
                f"Line {line}: {self.table.name} has a column {strange[0]!r} that isn't known here:"
                " install the version that wrote the file, or a newer one."
            )
        missing = [name for name in self._columns if name not in said and self._is_needed(name)]
        if missing:
            raise TransferError(
                f"Line {line}: {self.table.name} lacks the column {missing[0]!r}: export again"
                " after that register was served by this version."
            )
        try:
            plain = {name: self._read(name, value) for name, value in said.items()}
        except (ValueError, TypeError) as error:
            raise TransferError(f"Line {line}: a value is malformed ({error}).") from error
        return {name: self._store(name, value, plain) for name, value in plain.items()}

    def _write(self, name: str, value: Any, held: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any column's
        column = self._columns[name]
        if value is None:
            return None
        context = SECRETS.get(str(column))
        if context is not None:
            return self._envelope.seal(self._cipher.decrypt(value, context(held)), str(column))
        if isinstance(column.type, UtcDateTime):
            return value.isoformat(timespec="microseconds")
        if isinstance(column.type, LargeBinary):
            return base64.b64encode(value).decode("ascii")
        return value

    def _read(self, name: str, value: Any) -> Any:  # noqa: ANN401 -- any column's
        column = self._columns[name]
        if value is None:
            return None
        if str(column) in SECRETS:
            return self._envelope.open(value, str(column))
        if isinstance(column.type, UtcDateTime):
            return datetime.fromisoformat(value)
        if isinstance(column.type, LargeBinary):
            return base64.b64decode(value, validate=True)
        return value

    def _store(self, name: str, value: Any, plain: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any column's
        context = SECRETS.get(str(self._columns[name]))
        if context is None or value is None:
            return value
        return self._cipher.encrypt(value, context(plain))

    def _is_needed(self, name: str) -> bool:
        column: Column[Any] = self._columns[name]
        return not column.nullable and column.server_default is None
