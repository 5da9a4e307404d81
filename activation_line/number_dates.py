"""When the line's numbers answered last, for whoever looks after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from region_routing import RoutingTable
from switchboard.number_checks import Checked

# Numbers are rung once a day: three days without an answer are no accident.
OLD = timedelta(days=3)
NEVER_RUNG = "none has been rung yet: see `activation-line numbers check`."


def judge(checks: Sequence[Checked], routing: RoutingTable, now: datetime) -> tuple[bool, str]:
    """Whether the numbers that the line advertises answer, and a sentence that says since when."""
    advertised = {line.number for line in routing.lines.values()}
    checks = [each for each in checks if each.number in advertised]
    if not checks:
        return True, NEVER_RUNG
    wrong = [said for each in checks if (said := _trouble(each, now))]
    if wrong:
        return False, " ".join(wrong)
    answered = [each.answered_at for each in checks if each.answered_at]
    if not answered:
        return True, "the first check is under way."
    says = f"{len(answered)} of {len(advertised)} answered, "
    return True, f"{says}the one of longest ago {_day(min(answered))}."


def _trouble(check: Checked, now: datetime) -> str:
    """What is wrong with a number; empty where nothing is."""
    since = f"last answered {_day(check.answered_at)}" if check.answered_at else "never answered"
    if check.problem is not None:
        return f"{check.number} did not answer {_day(check.asked_at)}, {since}: {check.problem}"
    if now - (check.answered_at or check.asked_at) > OLD:
        return f"{check.number} {since} and was not rung since: does the timer run?"
    return ""


def _day(moment: datetime) -> str:
    return f"on {moment:%Y-%m-%d}"
