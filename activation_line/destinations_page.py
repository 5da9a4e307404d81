"""`docs/destinations.md`: for every region and each hour of a week, where a call goes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from region_routing import Destination, Kind, RoutingTable
from region_routing.timetable import HOURS, Run, Timetable, monday_of, timetables

# Not by strftime, whose names are the locale's.
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()  # noqa: SIM905 -- reads as a list of names
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 -- as _DAYS
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = {Kind.LINE: ".", Kind.CALL_BACK: "~"}
_OPENING = """\
# Where calls go

Written by `activation-line routing table`; a test compares it with the tables of today.

Every region of the tables, and each hour of the week of {monday}, in UTC. No hour has "closed" \
for an answer: a call goes to an open support centre that speaks a language of its region (a \
letter), or the line itself issues a plain request and whoever needs a person is called back \
(`.`), or everybody is called back (`~`). Below each week stands for each such time its beginning, \
then who calls back and when. What is told of an hour holds at its beginning; dated exceptions are \
not in it.

Where a country's regulator keeps no numbers for fiction, its callers ring a number of another.

{regions} regions, {lines} lines, {centres} support centres, numbers as of {as_of}. Of {hours} \
hours {centre} go to a support centre, {line} to the line itself, {call_back} to a call-back.
"""


def page(table: RoutingTable, day: date) -> str:
    """The Markdown page for the week that `day` is in."""
    weeks = timetables(table, monday_of(day))
    hours = Counter[Kind]()
    for each in weeks:
        for found in each.destinations:
            hours[found.kind] += len(each.regions)
    opening = _OPENING.format(
        monday=weeks[0].monday.date(),
        regions=len(table.regions),
        lines=len(table.lines),
        centres=len(table.centres),
        as_of=table.as_of,
        hours=len(table.regions) * HOURS,
        centre=hours[Kind.CENTRE],
        line=hours[Kind.LINE],
        call_back=hours[Kind.CALL_BACK],
    )
    parts = [opening, "\n".join(_regions(table, weeks)), *_weeks(weeks)]
    return "\n".join(parts) + "\n"


def _regions(table: RoutingTable, weeks: Sequence[Timetable]) -> Iterator[str]:
    """One row for each region: its line, languages and centre, and how its week falls apart."""
    yield "## Regions\n"
    yield "| | region | line | number | languages | centre | week | centre / line / call-back |"
    yield "|---|---|---|---|---|---|---|---|"
    places = {code: at for at, each in enumerate(weeks, 1) for code in each.regions}
    for code, name in table.named_regions():
        route, at = table.route(code), places[code]
        hours = Counter(found.kind for found in weeks[at - 1].destinations)
        cells = (
            code,
            name,
            route.line.id,
            route.line.display,
            ", ".join(route.region.languages),
            route.centre.id,
            f"[{at}](#week-{at})",
            " / ".join(str(hours[kind]) for kind in Kind),
        )
        yield f"| {' | '.join(cells)} |"


def _weeks(weeks: Sequence[Timetable]) -> Iterator[str]:
    for at, each in enumerate(weeks, 1):
        yield f"\n## Week {at}\n\n{', '.join(each.regions)}\n"
        letters = _letters(each)
        yield "```text"
        yield "    0     6     12    18"
        for number, name in enumerate(_DAYS):
            hours = each.destinations[number * 24 : number * 24 + 24]
            yield f"{name} {''.join(_sign(found, letters) for found in hours)}"
        yield "```\n"
        places = (
            f"`{letter}` {centre}, in {tongue}" for (centre, tongue), letter in letters.items()
        )
        yield f"- {'; '.join(places)}"
        yield from _call_backs(each)


def _letters(week: Timetable) -> dict[tuple[str, str], str]:
    open_ones = (found for found in week.destinations if found.kind is Kind.CENTRE)
    places = dict.fromkeys((found.centre.id, found.language) for found in open_ones)
    return dict(zip(places, _LETTERS, strict=False))


def _sign(found: Destination, letters: dict[tuple[str, str], str]) -> str:
    return _SIGNS.get(found.kind) or letters[found.centre.id, found.language]


def _call_backs(week: Timetable) -> Iterator[str]:
    """When the hours without a centre begin, and who calls back when."""
    for kind, sign in _SIGNS.items():
        told = [_told(run) for run in week.runs() if run.destination.kind is kind]
        if told:
            yield f"- `{sign}` {'; '.join(told)}"


def _told(run: Run) -> str:
    found, start = run.destination, _moment(run.start)
    if found.opens is None:
        return f"{start} → nobody within a fortnight"
    day, name = found.opens.day, _DAYS[found.opens.weekday()]
    opens = f"{name} {day} {_MONTHS[found.opens.month - 1]} {found.opens:%H:%M}"
    return f"{start} → {opens} {found.centre.id}, in {found.language}"


def _moment(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at:%H:%M}"
