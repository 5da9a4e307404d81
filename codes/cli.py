"""The command `codes`: make, explain, check and verify codes."""

import secrets
import sys
from pathlib import Path
from typing import NoReturn

import click

from codes import authenticity, columns, family
from codes.errors import CodeError, NotAuthentic
from codes.explaining import explain as explain_code
from codes.groups import SHAPES

_KINDS = [kind.replace("_", "-") for kind in family.KINDS]
_GROUPED = [kind.replace("_", "-") for kind in SHAPES]


class Mistake(click.ClickException):
    """What is wrong with the input, in a sentence; status 2."""

    exit_code = 2


def _refuse(error: Exception) -> NoReturn:
    raise Mistake(str(error)) from error


@click.group()
def codes() -> None:
    """Make, explain, check and verify the codes of the line."""


@codes.command()
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--seed", type=int, help="Draw the family of this number; without it, any.")
@click.option("--with-product-key", is_flag=True, help="Print the product key as well.")
@click.option("--all", "whole", is_flag=True, help="Print the whole family that it belongs to.")
def make(kind: str, seed: int | None, *, with_product_key: bool, whole: bool) -> None:
    """Make a code of a KIND, with others that belong to it: for trying out, not for production."""
    drawn = family.draw(secrets.randbits(32) if seed is None else seed)
    wanted = [kind.replace("-", "_")]
    if whole:
        wanted = list(family.KINDS)
    elif with_product_key:
        wanted.append("product_key")
    if len(wanted) == 1:
        click.echo(drawn.format(wanted[0]))
        return
    for each in wanted:
        click.echo(f"{each.replace('_', ' '):27}{drawn.format(each)}")


@codes.command()
@click.argument("code", nargs=-1, required=True)
def explain(code: tuple[str, ...]) -> None:
    """Say what CODE is or may be, each group good or bad, and what a repair would give.

    Status 1 if it is not well-formed.
    """
    try:
        told = explain_code(" ".join(code))
    except CodeError as error:
        _refuse(error)
    for line in told.lines:
        click.echo(line)
    sys.exit(0 if told.is_good else 1)


@codes.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--column", help="The CSV column that holds the codes, by name or number from 1.")
@click.option("--kind", type=click.Choice(_GROUPED), help="The kind that all of them must be.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
def check(file: Path, column: str | None, kind: str | None, form: str) -> None:
    """Check a column of codes in FILE: one a line, or CSV with a header. `-` is standard input.

    Status 1 if any is bad.
    """
    text = _read(file)
    try:
        is_csv = column is not None or file.suffix.lower() == ".csv"
        rows = columns.read_csv(text, column) if is_csv else columns.read_lines(text)
    except columns.ColumnError as error:
        _refuse(error)
    if not rows:
        raise Mistake(f"There is no code in {file}: put one on each line.")
    wanted = kind.replace("-", "_") if kind else None
    findings = [columns.judge(line, code, wanted) for line, code in rows]
    report = columns.write_json(findings) if form == "json" else columns.write_csv(findings)
    click.echo(report, nl=False)
    bad = sum(not found.is_good for found in findings)
    click.echo(f"{len(findings)} codes: {len(findings) - bad} good, {bad} bad.", err=True)
    sys.exit(1 if bad else 0)


def _read(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except FileNotFoundError:
        raise Mistake(f"There is no file {file}: check the path.") from None
    except OSError as error:
        raise Mistake(f"{file} cannot be read ({error.strerror}): give a text file.") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"{file} is not a text in UTF-8: save it as UTF-8 and try again.") from None


@codes.command()
@click.option(
    "--product-key",
    required=True,
    envvar="ACTIVATION_LINE_PRODUCT_KEY",
    show_envvar=True,
    help="The product key; out of sight of others if it is given in the environment.",
)
@click.option("--product-id", required=True, help="The product ID that the key belongs to.")
@click.option("--license-server-id", help="The request that a new ID or line code answers.")
@click.option("--current-id", help="The new ID that a receipt or closing code belongs to.")
@click.option("--receipt", help="The deactivation receipt that a confirmation answers.")
@click.option("--challenge", help="The challenge that an answer belongs to.")
@click.option("--license-code", help="The license code that a license pack ID was given for.")
@click.argument("code", nargs=-1, required=True)
def verify(
    product_key: str,
    product_id: str,
    license_server_id: str | None,
    current_id: str | None,
    receipt: str | None,
    challenge: str | None,
    license_code: str | None,
    code: tuple[str, ...],
) -> None:
    """Tell whether CODE was made with the product key, for the codes that are given.

    Status 1 if it is well-formed but not authentic.
    """
    company = authenticity.Company(license_server_id, current_id, receipt, challenge, license_code)
    try:
        name = authenticity.verify(product_key, product_id, " ".join(code), company)
    except NotAuthentic as error:
        click.echo(f"Not authentic. {error}")
        sys.exit(1)
    except CodeError as error:
        _refuse(error)
    click.echo(f"Authentic: a {name}.")
