"""`activation-line run`: the whole line on one computer, for a person or for one scripted call."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
from aiohttp import ClientError

import region_routing
from activation_line.demo import DemoDataError
from activation_line.house import NOTES, DemoDirectoryError, House, Plan
from activation_line.once import RegionError, Variation, play, route_for
from activation_line.processes import StartError
from activation_line.serving import PortInUseError
from phone_network.actor_client import ConnectionLost
from scripted_calls.caller import GROUPS, Stage
from scripted_calls.console import ConsoleRefusedError
from scripted_calls.wizard import WizardError

STUCK = "The call did not go on: see the logs of the processes, with --data DIR in DIR/logs."
DIRECTORY = "activation-line-demo"
PORT = 5080
GLANCE_SECONDS = 0.5
# What may go wrong with a run, each with a sentence of its own.
MENDABLE = (
    StartError,
    DemoDataError,
    DemoDirectoryError,
    PortInUseError,
    RegionError,
    WizardError,
    ConsoleRefusedError,
    ConnectionLost,
    ClientError,
    TimeoutError,
)


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
        signal.signal(signal.SIGTERM, _stop)
        if once:
            sys.exit(_once(data, variation, start, database_url))
        if start is not None or variation != Variation(seed=seed):
            raise click.UsageError("These options vary the scripted call: add --once.")
        directory = data or Path(DIRECTORY)
        _stay(Plan(directory, port=port, seed=seed, database_url=database_url))
    except MENDABLE as error:
        raise click.ClickException(str(error) or STUCK) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End as with Ctrl+C, so that no process is left behind."""
    raise KeyboardInterrupt


def _once(
    data: Path | None, variation: Variation, start: datetime | None, database_url: str
) -> int:
    route_for(region_routing.load(), variation.region)
    if data is not None and (data / NOTES).exists():
        raise DemoDirectoryError(
            f"{data} holds an earlier demo, whose license server may be valid already: "
            "--once needs an empty directory; leave --data out for a temporary one."
        )
    directory = data or Path(tempfile.mkdtemp(prefix="activation-line-"))
    moment = start.replace(tzinfo=UTC) if start else datetime.now(UTC).replace(microsecond=0)
    began = time.monotonic()
    try:
        plan = Plan(directory, seed=variation.seed, start=moment, database_url=database_url)
        with House(plan, click.echo) as house:
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
