"""The figures that are kept, and the part of `docs/performance.md` that is written from them."""

import json
from pathlib import Path
from typing import Any, Final

from bench.parts import GOALS, PARTS, Figures, is_met
from bench.steps import above_goal

LATEST: Final = Path(__file__).with_name("results") / "latest.json"
KEPT: Final = Path(__file__).with_name("kept.json")
PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN: Final = "<!-- figures: written by `make bench ARGS=--keep` -->\n"
END: Final = "<!-- end of figures -->\n"

Results = dict[str, dict[str, Any]]
"""By part: `machine`, and `figures` by their names."""


def read(path: Path) -> Results:
    """The results in a file; nothing where there is none."""
    if not path.exists():
        return {}
    results: Results = json.loads(path.read_text("utf-8"))
    return results


def write(path: Path, results: Results) -> None:
    """Write results to a file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def keep(results: Results) -> None:
    """Keep these, beside what is kept of other parts, and write the page from all of them."""
    kept = read(KEPT) | results
    write(KEPT, {name: kept[name] for name in PARTS if name in kept})
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}{tables(kept)}{END}{after}", "utf-8")


def tables(results: Results) -> str:
    """The figures as tables, goals first."""
    goals = [
        _row(name, figure, f"{sense} {goal:,.1f}", "met" if is_met(name, figure) else "**missed**")
        for name, (goal, sense) in GOALS.items()
        if (figure := _figure(results, name)) is not None
    ]
    text = "\n" + _table(("figure", "measured", "goal", ""), goals)
    for name, part in PARTS.items():
        if name in results:
            of_part: Figures = results[name]["figures"]
            text += f"\n### {part.title}\n\nMeasured on: {results[name]['machine']}.\n\n"
            text += _steps(of_part) if name == "steps" else _plain(of_part)
    return text + "\n"


def _figure(results: Results, name: str) -> float | None:
    part, _, figure = name.partition(".")
    value: float | None = results.get(part, {}).get("figures", {}).get(figure)
    return value


def _plain(figures: Figures) -> str:
    return _table(("figure", "measured"), [_row(name, value) for name, value in figures.items()])


def _steps(figures: Figures) -> str:
    """A row for each way that a request can meet a call; those above the goal in bold."""
    above = set(above_goal(figures))
    rows = []
    for figure, ratio in figures.items():
        name = figure.removesuffix(".cpu_ratio")
        micros = figures.get(f"{name}.line_cpu_us")
        if name != figure and micros is not None:
            shown = f"**{ratio:.2f}**" if name in above else f"{ratio:.2f}"
            rows.append(f"| `{name}` | {micros:,.0f} | {shown} |")
    rest = {
        name: value
        for name, value in figures.items()
        if name.startswith(("language.", "all.", "ways"))
    }
    return _table(("step and request", "microseconds", "ratio"), rows) + "\n" + _plain(rest)


def _row(name: str, value: float, *more: str) -> str:
    return " | ".join(("| `" + name + "`", f"{value:,.2f}", *more)) + " |"


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join((f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows)) + "\n"
