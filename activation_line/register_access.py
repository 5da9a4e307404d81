"""The register, opened: for the web processes, and for commands that look after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from activation_line import database
from activation_line.clock import Clock, clock_for
from activation_line.settings import Settings, make_data_dir
from clearinghouse import Actor, Clearinghouse, audit
from clearinghouse.audit_keys import Signer
from data_store import Cipher, reading, transaction

SIGNS = Actor("line", "signing")


@dataclass(frozen=True, slots=True)
class Register:
    """The register with its database and keys."""

    engine: Engine
    clock: Clock
    cipher: Cipher
    signer: Signer
    clearinghouse: Clearinghouse


def open_register(settings: Settings) -> Register:
    """Open the register; data directory, database and keys are made where there are none.

    What is appended to its audit is signed; an older register begins to be signed here. Raises
    `SettingsError`, `StoreError`.
    """
    make_data_dir(settings)
    engine = database.prepare(settings.store_url)
    try:
        clock = clock_for(settings.clock_url)
        cipher = Cipher.load_or_create(settings.key_file)
        signer = Signer.load_or_create(settings.audit_key_file)
        audit.sign_with(engine, signer)
        # Where a head was kept, signing had begun: an audit without signatures isn't an older one.
        if not settings.audit_head_file.exists() and _is_unsigned(engine):
            with transaction(engine) as connection:
                audit.begin_signing(connection, SIGNS, clock())
    except BaseException:
        engine.dispose()
        raise
    return Register(engine, clock, cipher, signer, Clearinghouse(cipher))


def _is_unsigned(engine: Engine) -> bool:
    with reading(engine) as connection:
        return audit.is_unsigned(connection)


@contextmanager
def opened(settings: Settings) -> Iterator[Register]:
    """Open the register for the time of a command."""
    register = open_register(settings)
    try:
        yield register
    finally:
        register.engine.dispose()
