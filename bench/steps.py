"""What a turn costs at every step of the flow, in every language, beside the bare signed turn.

For each way that a request can meet a call (`bench.ways`) and each language, some fresh callers go
there, and that one request of each is timed; the bare turn is timed at once after it, in the same
process. Turns that go to the register (a product is looked up, a request opened, an ID issued or
proven) do more than a keyed group, and are printed like all others.
"""

import random
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from bench import lines
from bench.callers import Town
from bench.posts import cpu_of, send
from bench.turn import sqlite
from bench.ways import Way, every

CALLERS: Final = 5
GOAL: Final = 2.0


class Steps:
    """One store with a town of callers; ratios by way and by language."""

    def __init__(self, directory: Path) -> None:
        rng = random.Random(7)
        self.engine = sqlite(directory, "NORMAL")
        self.line = lines.line(self.engine, rng)
        self.bare = lines.bare_app()
        self.town = Town(self.line, rng)

    def measure(self, way: Way, language: str, callers: int = CALLERS) -> tuple[float, float]:
        """CPU microseconds of the line's turn and of the bare one."""
        # One more than is timed: the first request of each side is the one that comes in cold.
        ringing = [self.town.caller() for _ in range(callers + 1)]
        for caller in ringing:
            caller.go(way.acts)
            if way.acts:
                caller.stand_at(way.step)
                caller.speak(language)
        posts = [caller.posts(way.measured) for caller in ringing]
        keyed = [caller.posts("keys group") for caller in ringing]
        send(self.line.app, posts[0])
        line = cpu_of(self.line.app, posts[1:])
        send(self.bare, keyed[0])
        bare = cpu_of(self.bare, keyed[1:], b"<Gather")
        self.town.clear()
        return line, bare


def measure(languages: int | None = None) -> dict[str, float]:
    """Median over the languages for each way, over the ways for each language, and over all."""
    figures: dict[str, float] = {}
    by_way: dict[str, list[tuple[float, float]]] = defaultdict(list)
    by_language: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as directory:
        steps = Steps(Path(directory))
        tongues = steps.line.services.prompts.languages[:languages]
        for way in every():
            steps.measure(way, tongues[0])  # what is made once is made here
            for language in tongues:
                line, bare = steps.measure(way, language)
                by_way[way.name].append((line, bare))
                by_language[language].append(line / bare)
        steps.engine.dispose()
    for name, pairs in by_way.items():
        figures[f"{name}.line_cpu_us"] = median(line for line, _ in pairs)
        figures[f"{name}.cpu_ratio"] = median(line / bare for line, bare in pairs)
    figures |= {f"language.{tag}.cpu_ratio": median(own) for tag, own in by_language.items()}
    low, middle, high = quantiles([line / bare for each in by_way.values() for line, bare in each])
    figures |= {"all.cpu_ratio": middle, "all.cpu_ratio_low": low, "all.cpu_ratio_high": high}
    figures["ways"] = float(len(by_way))
    figures["ways_above_goal"] = float(len(above_goal(figures)))
    return figures


def above_goal(figures: dict[str, float]) -> list[str]:
    """The ways whose median is above the goal, the dearest first."""
    ratios = {
        name.removesuffix(".cpu_ratio"): value
        for name, value in figures.items()
        if name.endswith(".cpu_ratio") and not name.startswith(("language.", "all."))
    }
    above = [name for name, value in ratios.items() if value > GOAL]
    return sorted(above, key=lambda name: -ratios[name])
