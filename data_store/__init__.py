"""How rows are kept: the engine, the transaction and the column types. No tables."""

from data_store.cipher import Cipher
from data_store.engine import open_engine
from data_store.errors import ConnectionLostError, StoreError
from data_store.naming import named_metadata
from data_store.prepared import Prepared, PreparedInsert
from data_store.private_file import read_private, write_private
from data_store.revision import Revision, check_revision, stored_revision
from data_store.transactions import mark_durable, reading, transaction
from data_store.types import Json, UtcDateTime

__all__ = [
    "Cipher",
    "ConnectionLostError",
    "Json",
    "Prepared",
    "PreparedInsert",
    "Revision",
    "StoreError",
    "UtcDateTime",
    "check_revision",
    "mark_durable",
    "named_metadata",
    "open_engine",
    "read_private",
    "reading",
    "stored_revision",
    "transaction",
    "write_private",
]
