"""`make bench`: run every benchmark, print its figures, and compare ratios with their goals."""

import argparse
import json
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import api, code_checks, register, turn

RESULTS = Path(__file__).with_name("results")

# Figure, its goal, and whether it may be at most or at least that.
GOALS = {
    "turn.sqlite.cpu_ratio": (2.0, "at most"),
    "codes.is_valid_per_second": (100_000.0, "at least"),
    "register.lookup.wall_ratio": (1.2, "at most"),
    "register.history.wall_ratio": (1.2, "at most"),
    "register.issue.wall_ratio": (1.2, "at most"),
    "register.issue.cpu_ratio": (1.2, "at most"),
}


def main() -> int:
    """Measure, print and keep the figures; status 1 where a goal is missed and `--check` given."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
    parser.add_argument(
        "--register",
        type=int,
        nargs="?",
        const=register.LARGE,
        metavar="SERVERS",
        help="compare a register of so many license servers (a million) with one of a thousand,"
        " which takes some minutes and gigabytes of disk",
    )
    asked = parser.parse_args()
    machine = f"{platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    print(machine)
    figures = {f"codes.{name}": value for name, value in code_checks.measure().items()}
    figures |= {f"turn.{name}": value for name, value in turn.measure().items()}
    figures |= {f"api.{name}": value for name, value in api.measure().items()}
    if asked.register is not None:
        measured = register.measure(asked.register)
        figures |= {f"register.{name}": value for name, value in measured.items()}
    for name, value in figures.items():
        print(f"{name:44} {value:14,.2f}")
    RESULTS.mkdir(exist_ok=True)
    kept = {"machine": machine, "figures": figures}
    (RESULTS / "latest.json").write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    goals = {name: goal for name, goal in GOALS.items() if name in figures}
    missed = [name for name in goals if not _met(name, figures)]
    for name, (goal, sense) in goals.items():
        print(f"{'missed' if name in missed else 'met':7} {name}: {sense} {goal:,.1f}")
    return 1 if missed and asked.check else 0


def _met(name: str, figures: dict[str, float]) -> bool:
    goal, sense = GOALS[name]
    return figures[name] <= goal if sense == "at most" else figures[name] >= goal


if __name__ == "__main__":
    sys.exit(main())
