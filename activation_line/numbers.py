"""The commands `activation-line numbers ...`: make the key, sign the tables that servers take."""

import os
from pathlib import Path
from typing import IO, Any

import click


class NumbersError(click.ClickException):
    """A file that cannot be used: one sentence on standard error, status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), err=True, file=file)


@click.group()
def numbers() -> None:
    """Sign tables of numbers for license servers."""


@numbers.command("make-key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def make_key(file: Path) -> None:
    """Make a key: the private one in FILE, the public one beside it in FILE.pub.

    The public one goes to the license servers; whoever has the private one decides whom they call.
    """
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 -- `--help` first
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = ed25519.Ed25519PrivateKey.generate()
    public = file.with_name(f"{file.name}.pub")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(private)
    except FileExistsError as error:
        raise NumbersError(
            f"{file} exists: name another file, since tables that it has signed would no longer "
            "be taken."
        ) from error
    except OSError as error:
        raise NumbersError(f"{file} cannot be written ({error.strerror}).") from error
    told = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(public, told)
    click.echo(f"Private key in {file}, public key in {public}.")


@numbers.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Private key of numbers make-key.",
)
@click.option(
    "--routing",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the tables; without it the packaged ones.",
)
def sign(target: Path, key_file: Path, routing: Path | None) -> None:
    """Check the tables and write them signed to TARGET, for license-server update-numbers."""
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 -- `--help` first
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- as above
        load_pem_private_key,
    )

    from region_routing.signing import sign as signed  # noqa: PLC0415 -- as above

    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise NumbersError(f"{key_file} holds no private key (PEM).") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise NumbersError(f"{key_file} holds no Ed25519 key: make one by make-key.")
    _write(target, signed(key, routing))
    click.echo(f"Signed tables in {target}.")


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise NumbersError(f"{target} cannot be written ({error.strerror}).") from error
