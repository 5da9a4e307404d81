"""A signed head of the audit, kept beside the database and moved on from time to time.

It shows what the database alone can't: that entries at the end were cut off, or everything was
made anew without the key.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from activation_line import database
from activation_line.register_access import Register
from activation_line.settings import Settings, make_data_dir
from clearinghouse import audit, signed_heads
from clearinghouse.audit_keys import Signer
from clearinghouse.signed_heads import HeadError, SignedHead
from data_store import reading, write_private

log = logging.getLogger(__name__)


@contextmanager
def untouched(settings: Settings) -> Iterator[tuple[Engine, Signer | None]]:
    """The database and the audit's key, to look at the audit as it is.

    No key is made, and no signing begun: that would cover what is to be seen.
    """
    make_data_dir(settings)
    engine = database.prepare(settings.store_url)
    try:
        signer = None
        if settings.audit_key_file.exists():
            signer = Signer.load_or_create(settings.audit_key_file)
            audit.sign_with(engine, signer)
        yield engine, signer
    finally:
        engine.dispose()


def kept_head(path: Path) -> SignedHead | None:
    """Read the kept head; None where there is none. Raises HeadError where it is damaged."""
    try:
        return signed_heads.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise HeadError(f"The kept head {path} can't be read: {error}.") from error
    except HeadError as error:
        raise HeadError(f"{path}: {error} Compare the audit with a head kept elsewhere.") from error


def keep_head(register: Register, path: Path) -> None:
    """Move the kept head on to the audit's end; not where the audit doesn't go on from it."""
    before = kept_head(path)
    with reading(register.engine) as connection:
        if audit.is_empty(connection):
            return
        head = signed_heads.current(connection)
        if before == head:
            return
        if before is not None and not _goes_on_from(connection, before):
            log.error(
                "the audit doesn't go on from entry %d, as the head in %s knows it:"
                " `activation-line audit verify` says what was done to it",
                before.number,
                path,
            )
            return
    document = head.to_json(register.signer.public_key)
    write_private(path, document.encode(), replace=True)


def _goes_on_from(connection: Connection, head: SignedHead) -> bool:
    return audit.hash_of(connection, head.number) == head.hash
