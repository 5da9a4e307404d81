"""`activation-line run`: the whole line on one computer, for a person or for one scripted call."""

import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType

import click

from license_server.model import Reason
from scripted_calls.caller import GROUPS, Stage

DIRECTORY = "activation-line-demo"
PORT = 5080
REASONS = [reason.value for reason in Reason if reason.key is not None]


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Keep the demo's data here; ./{DIRECTORY} if left out, a temporary one with --once.",
)
@click.option(
    "--database",
    "database_url",
    default="",
    metavar="URL",
    help="Keep the line's data in this empty PostgreSQL, not in a file: postgresql+psycopg://...",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65531),
    default=PORT,
    show_default=True,
    help="The first of five ports in a row; --once takes free ones.",
)
@click.option(
    "--once", is_flag=True, help="One scripted call, then stop; exit status 0 if it all held."
)
@click.option(
    "--region", default="US", show_default=True, help="The caller's country or region, by ISO code."
)
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    default=REASONS[0],
    show_default=True,
    help="Why the license server is reactivated; it is brought about before the call.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Draws product and slips; key pairs and case numbers, so most codes, are always new.",
)
@click.option(
    "--wrong-digit",
    type=click.IntRange(1, GROUPS),
    help="The caller keys a digit of this group wrongly.",
)
@click.option(
    "--hang-up-at",
    type=click.Choice([stage.value for stage in Stage]),
    help="The caller hangs up there.",
)
@click.option(
    "--spoil", type=click.Choice(["issued"]), help="The caller types the new ID wrongly, for good."
)
@click.option("--no-issue", is_flag=True, help="The representative refuses.")
@click.option("--call-back", is_flag=True, help="Nobody is free; the caller is called back.")
@click.option(
    "--out-of-hours", is_flag=True, help="No support centre is open: the line issues by itself."
)
@click.option(
    "--at",
    "start",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="With --once: when the call is made, in UTC; now if left out.",
)
def run(  # noqa: PLR0913, PLR0917 -- a command's options are its arguments
    data: Path | None,
    database_url: str,
    port: int,
    region: str,
    reason: str,
    seed: int,
    wrong_digit: int | None,
    hang_up_at: str | None,
    spoil: str | None,
    start: datetime | None,
    *,
    once: bool,
    no_issue: bool,
    call_back: bool,
    out_of_hours: bool,
) -> None:
    """Start the whole line on this computer. Demo data, on 127.0.0.1 only."""
    from activation_line import demonstration  # noqa: PLC0415 -- `--help` needs none of it

    variation = demonstration.Variation(
        region=region.upper(),
        reason=Reason(reason),
        seed=seed,
        wrong_digit=wrong_digit,
        hang_up_at=Stage(hang_up_at) if hang_up_at else None,
        spoil_issued=spoil == "issued",
        no_issue=no_issue,
        call_back=call_back,
        out_of_hours=out_of_hours,
    )
    straight = start is None and variation == demonstration.Variation(seed=seed)
    if not once and not straight:
        raise click.UsageError("These options vary the scripted call: add --once.")
    signal.signal(signal.SIGTERM, _stop)
    try:
        if once:
            sys.exit(demonstration.once(data, variation, start, database_url))
        directory = data or Path(DIRECTORY)
        plan = demonstration.Plan(
            directory,
            port=port,
            seed=seed,
            database_url=database_url,
            with_site=True,
            with_fallback=True,
        )
        demonstration.stay(plan)
    except demonstration.TROUBLES as error:
        raise click.ClickException(str(error) or demonstration.STUCK) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End as with Ctrl+C, so that no process is left behind."""
    raise KeyboardInterrupt
