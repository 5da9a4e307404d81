"""`activation-line register`: the whole register as one file, and back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from activation_line import database
from activation_line.clock import clock_for
from activation_line.commands.working import looking, who
from activation_line.settings import Settings, load, make_data_dir
from clearinghouse import audit, transfer
from clearinghouse.audit_keys import Signer
from clearinghouse.passphrase import TransferError
from data_store import Cipher, transaction, write_private

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the passphrase from this file's first line; else it is asked for.",
)


@click.group()
def commands() -> None:
    """The whole register: export, import."""


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@PASSPHRASE
def export(file: Path, passphrase_file: Path | None) -> None:
    """Write the whole register to FILE.

    Audit included; product keys and other secrets are encrypted under the passphrase.
    """
    passphrase = _passphrase(passphrase_file, confirm=True)
    with looking() as (register, connection), _new_file(file) as target:
        counts = transfer.write(
            connection,
            target,
            cipher=register.cipher,
            signer=register.signer,
            passphrase=passphrase,
            now=register.clock(),
        )
    _tell(counts)
    click.echo(f"{file} is written. Without its passphrase it is worthless: keep both, apart.")


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PASSPHRASE
@click.option("--despite-findings", is_flag=True, help="Import though the audit isn't whole.")
def import_(file: Path, passphrase_file: Path | None, *, despite_findings: bool) -> None:
    """Read the register from FILE into an empty database.

    Everything or nothing: the file's code has to fit and its audit to be whole. The audit's key
    comes along.
    """
    settings = load(os.environ)
    passphrase = _passphrase(passphrase_file, confirm=False)
    # Damaged bytes become other letters, which the file's code then finds.
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        heading = transfer.read_heading(lines.readline(), passphrase)
        make_data_dir(settings)
        _require_no_other_key(settings, heading.signer)
        cipher = Cipher.load_or_create(settings.key_file)
        engine = database.prepare(settings.store_url)
        try:
            audit.sign_with(engine, heading.signer)
            with transaction(engine, durable=True) as connection:
                transfer.require_empty(connection)
                counts = transfer.read(connection, heading, lines, cipher)
                now = clock_for(settings.clock_url)()
                found = transfer.settle(connection, heading, who(), now, despite=despite_findings)
                # Before the commit: entries must never outlive the key that signed them.
                write_private(settings.audit_key_file, heading.signer.to_pem(), replace=False)
        finally:
            engine.dispose()
    _tell(counts)
    for each in found:
        click.echo(f"Found in the audit: {each}.", err=True)
    click.echo("Imported, and the audit is whole." if not found else "Imported despite findings.")


def _require_no_other_key(settings: Settings, signer: Signer) -> None:
    path = settings.audit_key_file
    if path.exists() and Signer.load_or_create(path).to_pem() != signer.to_pem():
        raise TransferError(
            f"{path} is the key of another audit: name another data directory, or move it away."
        )


def _passphrase(path: Path | None, *, confirm: bool) -> str:
    if path is not None:
        lines = path.read_text("utf-8").splitlines()
        return lines[0] if lines else ""
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A new file that only its owner can read; one that couldn't be finished is removed."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise TransferError(f"{path} exists already: name another file.") from error
    except OSError as error:
        raise TransferError(f"{path} can't be written ({error.strerror}).") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _tell(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        if count:
            click.echo(f"{name}: {count}")
