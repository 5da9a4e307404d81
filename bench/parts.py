"""What is measured, part by part, and what each of its figures may be."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench import api, code_checks, flow, past_calls, register, steps, turn

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark: what it says of itself, and whether it is left out unless asked for."""

    title: str
    measure: Callable[[], Figures]
    is_long: bool = False


PARTS: Final[dict[str, Part]] = {
    "codes": Part("Checks of codes", code_checks.measure),
    "flow": Part("The flow by itself", flow.measure),
    "turn": Part("A keyed turn", turn.measure),
    "steps": Part("Every step, in every language", steps.measure),
    "api": Part("The HTTPS API", api.measure),
    "calls": Part("A million past calls", past_calls.measure, is_long=True),
    "register": Part("A million license servers", register.measure, is_long=True),
}

# Figure, its goal, and whether it may be at most or at least that.
GOALS: Final = {
    "codes.is_valid_per_second": (100_000.0, "at least"),
    "flow.all.steps_per_second": (20_000.0, "at least"),
    "turn.sqlite.cpu_ratio": (2.0, "at most"),
    "turn.postgresql.cpu_ratio": (2.5, "at most"),
    "steps.all.cpu_ratio": (2.0, "at most"),
    "calls.sqlite.cpu_ratio": (1.2, "at most"),
    "calls.sqlite.highest_cpu_ratio": (1.2, "at most"),
    "calls.sqlite.whole_reads": (0.0, "at most"),
    "calls.postgresql.cpu_ratio": (1.2, "at most"),
    "calls.postgresql.highest_cpu_ratio": (1.2, "at most"),
    "calls.postgresql.whole_reads": (0.0, "at most"),
    "register.lookup.wall_ratio": (1.2, "at most"),
    "register.history.wall_ratio": (1.2, "at most"),
    "register.issue.wall_ratio": (1.2, "at most"),
    "register.issue.cpu_ratio": (1.2, "at most"),
}


def is_met(name: str, value: float) -> bool:
    """Whether a figure is what it may be."""
    goal, sense = GOALS[name]
    return value <= goal if sense == "at most" else value >= goal


def machine() -> str:
    """What the figures were measured on, and how busy it was with other things when it began."""
    cores = os.cpu_count() or 1
    busy = os.getloadavg()[0]
    return (
        f"{cores} cores, {platform.machine()}, Python {platform.python_version()},"
        f" {platform.system()}; load {busy:.1f}"
    )
