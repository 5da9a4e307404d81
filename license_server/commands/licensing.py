"""Verbs about client licences: install-licenses, licences, report, export-crl."""

import dataclasses
from pathlib import Path

import click

from codes import license_code as license_codes
from codes import license_server_id, product_id
from license_server import files, installation, link
from license_server import state as states
from license_server.clients import installing, reports, revoking, standing
from license_server.clients.installing import PROGRAMS
from license_server.clients.model import Pack
from license_server.commands.setting import Setting, UnusableError, as_json, show, told
from license_server.model import Method


@click.command("install-licenses")
@click.option("--license-code", metavar="DIGITS", help="Five groups, as on the receipt.")
@click.option("--license-pack-id", metavar="DIGITS", help="Seven groups, given for the code.")
@click.option("--program", type=click.Choice(PROGRAMS), default=PROGRAMS[0], show_default=True)
@as_json
@click.pass_obj
def install_licenses(
    setting: Setting,
    *,
    license_code: str | None,
    license_pack_id: str | None,
    program: str,
    as_json: bool,
) -> None:
    """Install a license pack: the Install Licenses Wizard.

    By the automatic method the license pack ID is fetched; by the others this shows what to enter
    on the site or to read out, and takes the ID that is given for it.
    """
    with told(as_json=as_json):
        state = states.load(setting.data)
        held = installing.held_by(state)
        if license_code is None:
            if as_json:
                raise UnusableError("Say --license-code, or leave --json out to be asked.")
            license_code = str(click.prompt("License code"))
        code = installing.checked_code(license_code)
        is_automatic = state.properties.method is Method.AUTOMATIC
        if license_pack_id is None and not is_automatic:
            if as_json:
                raise UnusableError("Say --license-pack-id: by this method it has to be typed.")
            license_pack_id = _asked(state, held, code)
        now = setting.clock()
        if license_pack_id is None:
            known = link.load(setting.data)
            pack = installing.install_automatically(setting.data, known, code, now, program)
        else:
            pack = installing.install(setting.data, code, license_pack_id, now, program)
    if as_json:
        show(_facts(pack))
    else:
        click.echo(
            f"Installed: {pack.quantity} licences, {pack.kind.label.lower()}, version "
            f"{pack.version} (pack {pack.number:04})."
        )


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--revoke", type=int, metavar="NUMBER", help="Revoke this licence first.")
@as_json
@click.pass_obj
def licences(setting: Setting, *, as_csv: bool, revoke: int | None, as_json: bool) -> None:
    """List the licences that were issued, or revoke one."""
    with told(as_json=as_json):
        now = setting.clock()
        states.load(setting.data)
        if revoke is not None:
            revoking.revoke(setting.data, revoke, now)
        rows = reports.issued_rows(reports.make(setting.data, now))
    _table(reports.ISSUED_COLUMNS, rows, as_csv=as_csv, as_json=as_json)


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@as_json
@click.pass_obj
def report(setting: Setting, *, as_csv: bool, as_json: bool) -> None:
    """Report how many licences are installed, issued and available."""
    with told(as_json=as_json):
        now = setting.clock()
        found = standing.of(setting.data, now)
        rows = reports.summary_rows(reports.make(setting.data, now))
    _table(reports.SUMMARY_COLUMNS, rows, as_csv=as_csv, as_json=as_json)
    if found.sentence and not (as_csv or as_json):
        click.echo(found.sentence)


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


def _asked(state: states.State, held: states.Held, code: str) -> str:
    current = license_server_id.format(held.new_license_server_id)
    click.echo("Enter these on the licensing site (Install client access licenses), or read them")
    click.echo("to the representative; the license pack ID is given for them.")
    click.echo(f"  Product ID                 {product_id.format(state.product_id)}")
    click.echo(f"  Current license server ID  {current}")
    click.echo(f"  License code               {license_codes.format(code)}")
    return str(click.prompt("License pack ID"))


def _facts(pack: Pack) -> dict[str, object]:
    return dataclasses.asdict(pack) | {"kind": pack.kind.value}


def _table(
    columns: tuple[str, ...], rows: list[tuple[str, ...]], *, as_csv: bool, as_json: bool
) -> None:
    if as_json:
        show({"rows": [dict(zip(columns, row, strict=True)) for row in rows]})
    elif as_csv:
        click.echo(reports.to_csv(columns, rows), nl=False)
    else:
        widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
        for row in (columns, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            click.echo("  ".join(cells).rstrip())
