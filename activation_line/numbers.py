"""The commands `activation-line numbers ...`: ring the line's numbers, sign the tables of them."""

import os
import sys
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
    """The line's numbers: check, dates, make-key, sign."""


@numbers.command()
@click.argument("only", nargs=-1, metavar="[NUMBER]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(only: tuple[str, ...], *, as_json: bool) -> None:
    """Ring every number of the table, or those named, and date those at which the line answers.

    Status 1 if one does not. A timer of deploy/ gives this command once a day.
    """
    import region_routing  # noqa: PLC0415 -- `--help` first
    from activation_line.carrier.account import TwilioAccount  # noqa: PLC0415 -- as above
    from activation_line.carrier.ringing import Ringer  # noqa: PLC0415 -- as above
    from activation_line.commands.working import show_json  # noqa: PLC0415 -- as above
    from activation_line.register_access import opened  # noqa: PLC0415 -- as above
    from activation_line.settings import load  # noqa: PLC0415 -- as above

    settings = load(os.environ)
    lines = list(region_routing.load(settings.routing_dir).lines.values())
    wanted = [line for line in lines if not only or line.number in only]
    if strange := set(only) - {line.number for line in wanted}:
        raise NumbersError(f"No line of the tables has the number {', '.join(sorted(strange))}.")
    with opened(settings) as register:
        found = []
        for rung in Ringer(TwilioAccount(settings), register, settings).ring(wanted, lines):
            found.append(rung)
            if not as_json:
                said = rung.problem or f"answers, {rung.answered_at:%Y-%m-%d %H:%M} UTC."
                click.echo(f"{'✗' if rung.problem else '✓'} {rung.line.number}: {said}")
    if as_json:
        show_json(
            [
                {
                    "number": rung.line.number,
                    "line": rung.line.id,
                    "answered_at": rung.answered_at and rung.answered_at.isoformat(),
                    "problem": rung.problem,
                }
                for rung in found
            ]
        )
    sys.exit(1 if any(rung.problem for rung in found) else 0)


@numbers.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def dates(*, as_json: bool) -> None:
    """Say when each number answered last. Status 1 if one is dead, or was long not rung."""
    import region_routing  # noqa: PLC0415 -- `--help` first
    from activation_line.commands.working import looking, show_json  # noqa: PLC0415 -- as above
    from activation_line.number_dates import judge  # noqa: PLC0415 -- as above
    from activation_line.settings import load  # noqa: PLC0415 -- as above
    from switchboard import number_checks  # noqa: PLC0415 -- as above

    table = region_routing.load(load(os.environ).routing_dir)
    with looking() as (register, connection):
        checks = {each.number: each for each in number_checks.every(connection)}
        now = register.clock()
    found = judge(list(checks.values()), table, now)
    rows = []
    for line in table.lines.values():
        held = checks.get(line.number)
        answered = held.answered_at if held else None
        problem = held.problem if held else None
        rows.append(
            {
                "number": line.number,
                "line": line.id,
                "answered_at": answered and answered.isoformat(timespec="seconds"),
                "problem": problem,
            }
        )
    if as_json:
        show_json({"ok": found.is_well, "says": found.says, "numbers": rows})
    else:
        for row in rows:
            said = row["answered_at"] or "never"
            click.echo(
                f"{row['number']:16} {row['line']:8} {said}  {row['problem'] or ''}".rstrip()
            )
        click.echo(found.says)
    sys.exit(0 if found.is_well else 1)


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
