"""`make bench`: run the benchmarks, print their figures, and compare them with their goals."""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import page, past_calls, register, steps
from bench.parts import GOALS, PARTS, Figures, is_met, machine


def main() -> int:
    """Measure, print and keep the figures; status 1 where a goal is missed and `--check` given."""
    asked = _asked()
    measures = {name: part.measure for name, part in PARTS.items()}
    if asked.calls is not None:
        measures["calls"] = partial(past_calls.measure, asked.calls)
    if asked.register is not None:
        measures["register"] = partial(register.measure, asked.register)
    results: page.Results = {}
    for name in _chosen(asked):
        print(f"{PARTS[name].title} ({name})", flush=True)
        where = machine()
        figures = measures[name]()
        results[name] = {"machine": where, "figures": figures}
        for figure, value in figures.items():
            print(f"  {name}.{figure:56} {value:14,.2f}", flush=True)
    page.write(page.LATEST, results)
    if asked.keep:
        page.keep(results)
    measured = {
        f"{name}.{figure}": value
        for name, part in results.items()
        for figure, value in part["figures"].items()
    }
    return 1 if _judge(measured) and asked.check else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"what to measure: {', '.join(PARTS)}; without any, all but the long ones",
    )
    parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
    parser.add_argument(
        "--keep", action="store_true", help="write the figures to docs/performance.md"
    )
    for name, module, what in (
        ("calls", past_calls, "past calls"),
        ("register", register, "license servers"),
    ):
        parser.add_argument(
            f"--{name}",
            type=int,
            nargs="?",
            const=module.LARGE,
            metavar="COUNT",
            help=f"compare a store of so many {what} (a million) with one of a thousand, which"
            " takes some minutes and gigabytes of disk",
        )
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"There is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}.")
    return asked


def _chosen(asked: argparse.Namespace) -> list[str]:
    """The parts to measure, in their order."""
    wanted = set(asked.parts) or {name for name, part in PARTS.items() if not part.is_long}
    wanted |= {name for name in ("calls", "register") if getattr(asked, name) is not None}
    return [name for name in PARTS if name in wanted]


def _judge(figures: Figures) -> list[str]:
    """Say which goals are met; the names of those that are not."""
    missed = []
    for name, (goal, sense) in GOALS.items():
        if name in figures:
            met = is_met(name, figures[name])
            missed += [] if met else [name]
            print(f"{'met' if met else 'missed':7} {name}: {sense} {goal:,.1f}")
    of_steps = {
        name.removeprefix("steps."): value
        for name, value in figures.items()
        if name.startswith("steps.")
    }
    for name in steps.above_goal(of_steps):
        print(f"above {steps.GOAL} {name}: {of_steps[f'{name}.cpu_ratio']:.2f}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
