"""When the line's numbers answered last, for whoever looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from region_routing import RoutingTable
from switchboard.number_checks import Checked

# Numbers are rung once a day: three days without an answer are no accident.
OLD = timedelta(days=3)
NEVER_RUNG = "none has been rung yet: see `activation-line numbers check`."


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the numbers stand: some are dead, some were long not rung; `says` is for people."""

    says: str
    is_dead: bool = False
    is_old: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look."""
        return not self.is_dead and not self.is_old


def judge(checks: Sequence[Checked], routing: RoutingTable, now: datetime) -> Verdict:
    """Whether the numbers that the line advertises answer, and since when."""
    advertised = {line.number for line in routing.lines.values()}
    checks = [each for each in checks if each.number in advertised]
    if not checks:
        return Verdict(NEVER_RUNG)
    dead = [_dead(each) for each in checks if each.problem is not None]
    old = [_old(each) for each in checks if each.problem is None and _is_old(each, now)]
    if dead or old:
        return Verdict(" ".join([*dead, *old]), is_dead=bool(dead), is_old=bool(old))
    answered = [each.answered_at for each in checks if each.answered_at]
    if not answered:
        return Verdict("the first check is under way.")
    says = f"{len(answered)} of {len(advertised)} answered, "
    return Verdict(f"{says}the one of longest ago {_day(min(answered))}.")


def _dead(check: Checked) -> str:
    return f"{check.number} did not answer {_day(check.asked_at)}, {_last(check)}: {check.problem}"


def _old(check: Checked) -> str:
    return f"{check.number} {_last(check)} and was not rung since: does the timer run?"


def _is_old(check: Checked, now: datetime) -> bool:
    return now - (check.answered_at or check.asked_at) > OLD


def _last(check: Checked) -> str:
    return f"last answered {_day(check.answered_at)}" if check.answered_at else "never answered"


def _day(moment: datetime) -> str:
    return f"on {moment:%Y-%m-%d}"
