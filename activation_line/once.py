"""One whole scripted call: what a person does after `make run`, done by scripts and checked.

The caller works the license server's own pages and a telephone of the simulated network, the
representative the console's own pages. What counts is read from the register, the event log and
the certificate, never from the scripts.
"""

from dataclasses import dataclass

from scripted_calls.caller import Stage

LONGEST_CALL = 60.0  # seconds of wall time, after which a run is stuck


@dataclass(frozen=True, slots=True)
class Variation:
    """How the call departs from the straight one."""

    region: str = "US"
    seed: int = 1
    wrong_digit: int | None = None
    hang_up_at: Stage | None = None
    spoil_issued: bool = False
    no_issue: bool = False
