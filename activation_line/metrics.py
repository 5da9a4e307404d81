"""Figures for Prometheus: turns and troubles as they happen, the house's state as it is looked at.

With several workers each writes its figures into files of `PROMETHEUS_MULTIPROC_DIR`, which has to
be set before this module is imported; any of them then answers for all.
"""

import os
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ivr.session import Step

DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
PREFIX: Final = "activation_line"
# A caller notices from half a second on; the network gives up after fifteen.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        turns = Counter(
            f"{PREFIX}_turns", "Turns of calls.", ["step", "outcome"], registry=registry
        )
        # Looked up once: `labels` would cost a turn more than the counting.
        self._turns: dict[tuple[Step, str], Counter] = {}
        self._turn_labels = turns.labels
        self._seconds = Histogram(
            f"{PREFIX}_turn_seconds",
            "Seconds from a turn's first statement to its commit.",
            buckets=BUCKETS,
            registry=registry,
        )
        self._failures = Counter(
            f"{PREFIX}_turn_failures",
            "Turns that ended in an apology.",
            ["kind"],
            registry=registry,
        )
        self._telephony = Counter(
            f"{PREFIX}_telephony_errors",
            "Orders that the telephone network refused or did not answer.",
            registry=registry,
        )
        self._voices = Counter(
            f"{PREFIX}_voices_refused",
            "Voices that the telephone network refused, each when it was first told.",
            ["voice"],
            registry=registry,
        )
        self._register = Counter(
            f"{PREFIX}_register_events",
            "What happened in the register, by whatever face: entries of its audit.",
            ["action"],
            registry=registry,
        )
        self._live = Gauge(
            f"{PREFIX}_calls_live",
            "Calls on the line just now; those who wait to be called back are none.",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._waiting = Gauge(
            f"{PREFIX}_calls_waiting",
            "Calls in the queue of a support centre, call-backs included.",
            ["centre"],
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def turn(self, step: Step, outcome: str, seconds: float) -> None:
        """Count a turn."""
        counter = self._turns.get((step, outcome))
        if counter is None:
            counter = self._turns[step, outcome] = self._turn_labels(step.value, outcome)
        counter.inc()
        self._seconds.observe(seconds)

    def failed(self, kind: str) -> None:
        """Count a turn that failed, by the type of the error."""
        self._failures.labels(kind).inc()

    def telephony_failed(self) -> None:
        """Count an order that was not carried out."""
        self._telephony.inc()

    def voice_refused(self, name: str) -> None:
        """Count a voice that is passed over from now on."""
        self._voices.labels(name).inc()

    def happened(self, action: str) -> None:
        """Count an entry of the register's audit."""
        self._register.labels(action).inc()

    def look(self, live: int, waiting: Mapping[str, int]) -> None:
        """Show how many calls there are, and how many wait at each centre."""
        self._live.set(live)
        for centre, count in waiting.items():
            self._waiting.labels(centre).set(count)

    def page(self) -> bytes:
        """The figures in Prometheus' text format; of all workers, where there are several."""
        registry = self._registry
        if DIRECTORY in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # of prometheus_client
        return generate_latest(registry)
