"""`docs/ledger.md`: what calls cost their callers, and what a population comes to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scripted_calls.ledger import Row
from scripted_calls.playing import KEY_SECONDS, TYPED_DIGIT_SECONDS
from scripted_calls.population import DROPS, REDIAL_SECONDS, WITHHOLDING, WRONG_KEYS
from scripted_calls.population import KEY_SECONDS as TIRED_KEY_SECONDS
from scripted_calls.serving import ACT_SECONDS

GROUPS_READ: Final = 7
_OPENING = """\
# What a call costs

Written by `activation-line calls ledger --write docs/ledger.md`; a test plays the calls again \
and compares.

Each row is a call, or a call and its resumption, of a scripted caller. Flow, register, \
switchboard and console are the real ones, in one process with the simulated phone network, which \
throws away keys that are pressed before it listens. The caller takes {key} s a key and {typed} s \
for each digit typed into the wizard, and hears every question to its end; the representative \
works {work:g} s beside what is said. How long a text takes is measured on the synthesised voice \
(`phone-network say`). Who is cut off rings again after {redial:g} s.

| | digits keyed | more | other keys | digits heard | seconds | calls |
|---|---|---|---|---|---|---|
"""
_BESIDE = """
*Digits keyed* are those of codes: both IDs, the last group as proof of hearing, closing code, \
case number, proof of resumption. *Other keys* are menus, `#` and `*`. *More* is beside the \
straight call, and for the group that was misheard beside the closed centre's.

The same straight call through real processes, signed HTTP and a real license server \
(`activation-line run --once`) keys the same 64 digits, and took 236.4 s when this was written. \
Its codes are new each time, and a nine takes longer to say than an eight: twenty straight calls \
in one process, with codes of their own, took 236.4 to 238.4 s.

## Beside lines of this kind

Callers of telephone activation lines report 54 digits in and 42 to 48 out, six minutes for an \
average call, and that one wrong digit costs everything: all of them again, to a person, after a \
wait. Here {keyed} go in and {heard} come out (35 of them the new ID), in {minutes}; a wrong \
digit costs five, and a call that drops {drop} at most in these rows.

What is under way when a call drops is lost on any such line: the network hands keys over when a \
breath of them ends, not one by one. In *drop in keying* {lost} digits were under way, so \
resuming itself cost two. Whoever keys all seven groups in one breath and is cut off at the last \
digit has 34 to key again, and two. A caller whose number is withheld can resume once the case \
number was said; before that, such a call begins anew.
"""
_POPULATION = """
## A population

{callers} simulated callers, one seed: {wrong:.0%} of all keys and typed digits miss and hit the \
key beside, star and hash included; {drops:.0%} of calls break at a random moment and are \
resumed; {key} s a key, {typed} s a typed digit. They ring at all hours, with five reasons, \
{withheld:.0%} with their number withheld; of every three products one lets the line issue at any \
hour. Nobody knows more than what is heard and what the wizard shows. Whoever reports a \
compromised key while every centre is closed is promised a call-back, and counts as not \
confirmed.

| | |
|---|---|
"""
_REPEAT = """
`activation-line calls population --callers {callers} --seed {seed} --json` repeats them \
(`--jobs` shares them out among processes). What "asked for twice without cause" means stands in \
`scripted_calls/asking.py`, and is checked for every caller.
"""


def page(rows: Sequence[Row], population: Mapping[str, Any]) -> str:
    """The Markdown page; `population` holds the figures as the command prints them."""
    found = {row.trouble.name: row for row in rows}
    straight = found["straight"]
    minutes, seconds = divmod(round(straight.seconds), 60)
    drops = [row.keyed - straight.keyed for row in rows if row.calls > 1]
    opening = _OPENING.format(
        key=KEY_SECONDS,
        typed=TYPED_DIGIT_SECONDS,
        work=own_work(),
        redial=REDIAL_SECONDS,
    )
    beside = _BESIDE.format(
        keyed=straight.keyed,
        heard=straight.heard,
        minutes=f"{minutes} minutes {seconds} seconds",
        drop=max(drops),
        lost=found["drop-keying"].lost,
    )
    people = _POPULATION.format(
        callers=population["callers"],
        wrong=WRONG_KEYS,
        drops=DROPS,
        key=TIRED_KEY_SECONDS,
        typed=TYPED_DIGIT_SECONDS,
        withheld=WITHHOLDING,
    )
    table = "".join(_line(row, found[row.trouble.beside]) for row in rows)
    figures = "".join(f"| {name} | {value} |\n" for name, value in _figures(population))
    return opening + table + beside + people + figures + _REPEAT.format(**population)


def own_work() -> float:
    """The seconds that a representative works in a straight call, beside what is said."""
    once = sum(ACT_SECONDS[act] for act in ("answer", "verify", "issue", "ask-closing-code"))
    return once + GROUPS_READ * ACT_SECONDS["read"]


def _line(row: Row, beside: Row) -> str:
    more = row.keyed - beside.keyed
    return (
        f"| {row.trouble.title} | {row.keyed} | {f'+{more}' if more else ''} | {row.menus} "
        f"| {row.heard} | {row.seconds:.0f} | {row.calls} |\n"
    )


def _figures(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    share = found["confirmed"] / found["callers"]
    yield "confirmed, in one call or its resumption", f"{found['confirmed']} ({share:.2%})"
    yield "median from first dialling to last hang-up", f"{found['median_seconds']:.0f} s"
    yield "95 of 100 within", f"{found['percentile_95_seconds']:.0f} s"
    yield "keys pressed, median", f"{found['median_keyed']:g}"
    yield "callers with a wrong key", str(found["with_wrong_keys"])
    yield "callers who were cut off", str(found["dropped"])
    yield "issued by the line itself", str(found["by_line"])
    yield "callers asked for a group twice without cause", str(found["asked_twice"])
    for ending, count in found["endings"]:
        if ending != "confirmed":
            yield f"not confirmed: {ending}", str(count)
