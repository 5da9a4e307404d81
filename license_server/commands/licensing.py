"""Verbs about client licences: revocation lists out, and what is issued."""

from pathlib import Path

import click

from license_server import files, installation
from license_server.commands.setting import Setting, UnusableError, as_json, show, told


@click.command("export-crl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_obj
def export_crl(setting: Setting, file: Path, *, as_json: bool) -> None:
    """Write the revocation lists, which clients are to refuse servers by, to FILE."""
    with told(as_json=as_json):
        content = installation.revocation_pem(setting.data)
        if not content:
            raise UnusableError(
                "There is no revocation list: no private key of this license server was ever "
                "stated to be compromised."
            )
        before = files.read(file)
        if before is not None and b"BEGIN X509 CRL" not in before:
            raise UnusableError(f"{file} exists and is no revocation list: name another file.")
        files.write(file, content)
        file.chmod(0o644)
    if as_json:
        show({"file": str(file)})
    else:
        click.echo(f"Revocation lists written to {file}.")
