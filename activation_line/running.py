"""`activation-line run`: the whole line on one computer, for a person or for one scripted call."""

import asyncio
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from activation_line.house import DemoDirectoryError, House, Plan
from activation_line.once import RegionError, Variation, play
from activation_line.processes import StartError
from activation_line.serving import PortInUseError
from scripted_calls.caller import GROUPS, Stage

DIRECTORY = "activation-line-demo"
PORT = 5080
GLANCE_SECONDS = 0.5


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Keep the demo's data here; ./{DIRECTORY} if left out, a temporary one with --once.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65533),
    default=PORT,
    show_default=True,
    help="The first of three ports in a row; --once takes free ones.",
)
@click.option(
    "--once", is_flag=True, help="One scripted call, then stop; exit status 0 if it all held."
)
@click.option(
    "--region", default="US", show_default=True, help="The caller's country or region, by ISO code."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Makes codes and slips repeatable."
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
@click.option(
    "--at",
    "start",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="With --once: when the call is made, in UTC; now if left out.",
)
def run(  # noqa: PLR0913 -- a command's options are its arguments
    data: Path | None,
    port: int,
    region: str,
    seed: int,
    wrong_digit: int | None,
    hang_up_at: str | None,
    spoil: str | None,
    start: datetime | None,
    *,
    once: bool,
    no_issue: bool,
) -> None:
    """Start the whole line on this computer, with demo data, on 127.0.0.1 only."""
    variation = Variation(
        region=region.upper(),
        seed=seed,
        wrong_digit=wrong_digit,
        hang_up_at=Stage(hang_up_at) if hang_up_at else None,
        spoil_issued=spoil == "issued",
        no_issue=no_issue,
    )
    try:
        if once:
            sys.exit(_once(data, variation, start))
        if variation != Variation(region=region.upper(), seed=seed):
            raise click.UsageError("These options vary the scripted call: add --once.")
        _stay(Plan(data or Path(DIRECTORY), port=port, seed=seed))
    except (StartError, DemoDirectoryError, PortInUseError, RegionError) as error:
        raise click.ClickException(str(error)) from error


def _once(data: Path | None, variation: Variation, start: datetime | None) -> int:
    directory = data or Path(tempfile.mkdtemp(prefix="activation-line-"))
    moment = start.replace(tzinfo=UTC) if start else datetime.now(UTC).replace(microsecond=0)
    began = time.monotonic()
    try:
        with House(Plan(directory, seed=variation.seed, start=moment), click.echo) as house:
            pids = ", ".join(f"{name} {running.pid}" for name, running in house.running.items())
            click.echo(f"Processes: {pids}.\n")
            outcome = asyncio.run(play(house, variation, click.echo))
    finally:
        if data is None:
            shutil.rmtree(directory, ignore_errors=True)
    click.echo(outcome.summary(wall_seconds=time.monotonic() - began))
    return 0 if outcome.well else 1


def _stay(plan: Plan) -> None:
    """Serve a person until Ctrl+C; a process that dies is started again."""
    click.echo("Activation Line, a demo with demo data. Everything listens on 127.0.0.1 only.")
    with House(plan, click.echo) as house:
        web, network, server = house.web.facts, house.network.facts, house.license_server.facts
        click.echo(
            f"\n  Licensing Manager  {server['one_time_link']}"
            f"\n                     (the link works once; the password is {house.demo.password})"
            f"\n  Telephone          {network['telephone']}"
            f"\n  Agent console      {web['url']}/console/"
            f"\n                     (log in as {house.demo.login}, password {house.demo.password})"
            f"\n  Health             {web['url']}/health"
            f"\n\nThe data is in {plan.directory}. Stop with Ctrl+C."
        )
        try:
            while True:
                time.sleep(GLANCE_SECONDS)
                house.revive()
        except KeyboardInterrupt:
            click.echo("\nStopping ...")
