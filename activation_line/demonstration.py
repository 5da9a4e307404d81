"""The whole line on one computer, kept up for a person, or for as long as one scripted call."""

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from aiohttp import ClientError

import region_routing
from activation_line.demo import DemoDataError
from activation_line.house import NOTES, DemoDirectoryError, House, Plan
from activation_line.once import Variation, play, route_for
from activation_line.processes import StartError
from phone_network.actor_client import ConnectionLost
from scripted_calls.console import ConsoleRefusedError
from scripted_calls.wizard import WizardError

__all__ = ["STUCK", "TROUBLES", "Plan", "Variation", "once", "stay"]

STUCK = "The call did not go on: see the logs of the processes, with --data DIR in DIR/logs."
GLANCE_SECONDS = 0.5
# What may go wrong once a run is under way, each with a sentence of its own.
TROUBLES = (
    StartError,
    DemoDataError,
    WizardError,
    ConsoleRefusedError,
    ConnectionLost,
    ClientError,
    TimeoutError,
)


def once(data: Path | None, variation: Variation, start: datetime | None, database_url: str) -> int:
    """Play one scripted call and tell it; return the exit status."""
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
        plan = Plan(
            directory,
            seed=variation.seed,
            start=moment,
            database_url=database_url,
            age=variation.age,
            is_open=not variation.out_of_hours,
        )
        with House(plan, click.echo) as house:
            pids = ", ".join(f"{name} {running.pid}" for name, running in house.running.items())
            click.echo(f"Processes: {pids}.\n")
            outcome = asyncio.run(play(house, variation, click.echo))
    finally:
        if data is None:
            shutil.rmtree(directory, ignore_errors=True)
    click.echo(outcome.summary(wall_seconds=time.monotonic() - began))
    return 0 if outcome.well else 1


def stay(plan: Plan) -> None:
    """Serve a person until Ctrl+C; a process that dies is started again."""
    click.echo("Activation Line, a demo with demo data. Everything listens on 127.0.0.1 only.")
    with House(plan, click.echo) as house:
        web, network, server = house.web.facts, house.network.facts, house.license_server.facts
        site = house.site.facts
        click.echo(
            f"\n  Licensing Manager  {server['one_time_link']}"
            f"\n                     (the link works once; the password is {house.demo.password})"
            f"\n  Telephone          {network['telephone']}"
            f"\n  Agent console      {web['url']}/console/"
            f"\n                     (log in as {house.demo.login}, password {house.demo.password})"
            f"\n  Licensing site     {site['url']}/licensing/"
            f"\n                     (its certificate is the demo's own: {site['ca_file']})"
            f"\n  Health             {web['url']}/health"
            f"\n\nThe data is in {plan.directory}. Stop with Ctrl+C."
        )
        try:
            while True:
                time.sleep(GLANCE_SECONDS)
                house.revive()
        except KeyboardInterrupt:
            click.echo("\nStopping ...")
