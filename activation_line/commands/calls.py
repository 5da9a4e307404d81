"""`activation-line calls`: calls by scripts, in one process and on simulated time."""

import json
from dataclasses import asdict
from pathlib import Path

import click


class ShortError(click.ClickException):
    """A population that misses what is wanted of it; status 1."""


@click.group()
def commands() -> None:
    """Calls by scripts, in one process and on simulated time: population, ledger."""


@commands.command()
@click.option("--callers", type=click.IntRange(2), default=10_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Draws all of them.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes to share in.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def population(callers: int, seed: int, jobs: int, *, as_json: bool) -> None:
    """Let simulated callers ring, with wrong keys and drops, and count what becomes of them.

    Status 1 if fewer than 99 of 100 end confirmed, the median takes five minutes or more, or
    anybody is asked for a group twice without cause.
    """
    from scripted_calls import population as people  # noqa: PLC0415 -- `--help` first

    def tell(done: int) -> None:
        click.echo(f"{done} of {callers} callers are done.", err=True)

    found = people.figures(people.run(callers, seed, jobs=jobs, progress=tell), seed)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=1))
    else:
        for name, value in asdict(found).items():
            click.echo(f"{name.replace('_', ' '):<22} {value}")
    short = people.shortcomings(found)
    if short:
        raise ShortError(" ".join(short))


@commands.command()
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page there; printed without.",
)
@click.option(
    "--population",
    "figures",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=Path("docs/population.json"),
    show_default=True,
    help="The figures that `calls population --json` printed.",
)
def ledger(write: Path | None, figures: Path) -> None:
    """Write what a call costs its caller, trouble by trouble: digits and seconds."""
    from phone_network.speaking import Speaker  # noqa: PLC0415 -- `--help` first
    from scripted_calls.ledger import rows  # noqa: PLC0415 -- as above
    from scripted_calls.ledger_page import page  # noqa: PLC0415 -- as above

    with Speaker() as speaker:
        text = page(rows(speaker), json.loads(figures.read_text("utf-8")))
    if write is None:
        click.echo(text, nl=False)
    else:
        write.write_text(text, "utf-8")
