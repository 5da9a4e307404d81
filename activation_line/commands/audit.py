"""`activation-line audit`: examine, sign and export the register's audit."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activation_line.audit_keeping import kept_head, untouched
from activation_line.register_access import opened
from activation_line.settings import load
from clearinghouse import audit, audit_export, signed_heads
from clearinghouse.audit_examination import End, Examination
from clearinghouse.audit_findings import Finding, Kind
from clearinghouse.audit_keys import public_pem, read_public
from clearinghouse.signed_heads import SignedHead
from data_store import reading

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.argument("file", type=click.File("w", encoding="utf-8"), default="-")


@click.group()
def commands() -> None:
    """Examine, sign and export the register's audit."""


@commands.command()
@click.option("--head", "heads", type=FILE, multiple=True, help="A signed head that was kept.")
@click.option(
    "--key", "keys", type=FILE, multiple=True, help="A public key that was kept; else the own one."
)
@click.option("--export", "exported", type=FILE, help="Examine an exported audit instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(
    heads: tuple[Path, ...], keys: tuple[Path, ...], exported: Path | None, *, as_json: bool
) -> None:
    """Say what was done to the audit.

    Names each entry that was changed, removed, added or moved; status 1 if any was.

    The head that `serve` keeps beside the database is compared as well. Give a head and a key that
    were kept elsewhere, and nobody with this machine alone can have made the audit anew.
    """
    given = [signed_heads.parse(path.read_text("utf-8", "replace")) for path in heads]
    believed = [read_public(path.read_text("utf-8", "replace")) for path in keys]
    if exported is None:
        found = _examine_register(given, believed)
    elif not believed:
        raise click.UsageError("An exported audit is examined with --key: the public key.")
    else:
        found = _examine_file(exported, given, believed)
    if as_json:
        said = [asdict(each) for each in found]
        click.echo(json.dumps({"ok": not found, "findings": said}))
    else:
        for each in found:
            click.echo(str(each))
        click.echo(f"{len(found)} findings." if found else "The audit is whole.")
    sys.exit(1 if found else 0)


@commands.command()
@TARGET
def head(file: TextIO) -> None:
    """Write the signed head.

    To FILE, or here. Keep it elsewhere.
    """
    with opened(load(os.environ)) as register, reading(register.engine) as connection:
        document = signed_heads.current(connection).to_json(register.signer.public_key)
    file.write(document)


@commands.command()
@TARGET
def key(file: TextIO) -> None:
    """Write the public key.

    To FILE, or here. It checks the signatures: keep it elsewhere.
    """
    with opened(load(os.environ)) as register:
        pem = public_pem(register.signer.public_key)
    file.write(pem)


@commands.command()
@TARGET
def export(file: TextIO) -> None:
    """Write the whole audit as JSON Lines.

    To FILE, or here.
    """
    with opened(load(os.environ)) as register, reading(register.engine) as connection:
        count = audit_export.write(connection, file)
    click.echo(f"{count} entries.", err=True)


def _examine_register(
    given: Iterable[SignedHead], believed: list[Ed25519PublicKey]
) -> list[Finding]:
    settings = load(os.environ)
    kept = kept_head(settings.audit_head_file)
    with untouched(settings) as (engine, signer), reading(engine) as connection:
        keys = believed or ([] if signer is None else [signer.public_key])
        if not keys and audit.is_signed(connection):
            raise click.UsageError(
                f"The entries are signed, but {settings.audit_key_file} is missing: put back its"
                " copy, or give the public key with --key."
            )
        heads = [*given, *([] if kept is None else [kept])]
        ends, false = _ends(heads, keys)
        return [*false, *audit.examine(connection, ends=ends, keys=keys)]


def _examine_file(
    path: Path, given: Iterable[SignedHead], believed: list[Ed25519PublicKey]
) -> list[Finding]:
    ends, false = _ends(given, believed)
    with path.open(encoding="utf-8") as lines:
        rows = audit_export.read(lines)
        return [*false, *Examination(keys=believed, ends=ends).run(rows)]


def _ends(
    heads: Iterable[SignedHead], keys: list[Ed25519PublicKey]
) -> tuple[list[End], list[Finding]]:
    """Sort heads into what may be believed, and what isn't signed by any of the keys."""
    ends: list[End] = []
    false: list[Finding] = []
    for each in heads:
        if each.is_signed(keys):
            ends.append(each.as_end())
        else:
            problem = f"the head of {each.at} isn't signed with this key: head or key is false"
            false.append(Finding(Kind.HEAD, each.number, problem, each.number))
    return ends, false
