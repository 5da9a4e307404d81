"""Whether the line answers at its numbers: each is rung, and proves it by digits that it plays.

Who rings draws the digits and keeps them here. The line, rung, plays them as keys' tones; the
calling end hears them and brings them back. So the network rang the number, the number led to
this line and its database, and sound travels. The row keeps when that was last so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from switchboard.tables import number_checks

# A call that has not been answered by then is not the one that was asked for.
WINDOW = timedelta(minutes=3)
SPENT = ""
_ROW = select(number_checks).where(number_checks.c.number == bindparam("rung"))
_ALL = select(number_checks).order_by(number_checks.c.number)
_SET = update(number_checks).where(number_checks.c.number == bindparam("rung"))


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of one number.

    `problem` says why the last check that ended has failed, None where it held or none has ended.
    `is_proven`: the last check that was begun has held.
    """

    number: str
    asked_at: datetime
    answered_at: datetime | None
    problem: str | None
    is_proven: bool


def begin(conn: Connection, number: str, *, caller: str, digits: str, now: datetime) -> None:
    """A number is about to be rung by `caller`, and has to play these digits.

    What the check before came to stands until this one ends.
    """
    before = find(conn, number)
    conn.execute(delete(number_checks).where(number_checks.c.number == number))
    conn.execute(
        insert(number_checks).values(
            number=number,
            caller=caller,
            digits=digits,
            asked_at=now,
            answered_at=None if before is None else before.answered_at,
            problem=None if before is None else before.problem,
        )
    )


def digits_to_play(conn: Connection, number: str, caller: str, now: datetime) -> str | None:
    """What the line has to play to a caller at one of its numbers; None for everybody else."""
    row = conn.execute(_ROW, {"rung": number}).one_or_none()
    if row is None or row.caller != caller or now - row.asked_at > WINDOW:
        return None
    return row.digits or None


def heard(conn: Connection, number: str, digits: str, now: datetime) -> bool:
    """The calling end heard these digits: the number is dated where they are the ones.

    They prove it once.
    """
    row = conn.execute(_ROW, {"rung": number}).one_or_none()
    if row is None or not row.digits or now - row.asked_at > WINDOW:
        return False
    if not compare_digest(row.digits.encode(), digits.encode()):
        return False
    conn.execute(_SET, {"rung": number, "answered_at": now, "problem": None, "digits": SPENT})
    return True


def failed(conn: Connection, number: str, problem: str) -> None:
    """The check of a number ended without a proof."""
    conn.execute(_SET, {"rung": number, "problem": problem})


def find(conn: Connection, number: str) -> Checked | None:
    """What is known of a number; None where it was never rung."""
    row = conn.execute(_ROW, {"rung": number}).one_or_none()
    return None if row is None else _checked(row)


def every(conn: Connection) -> tuple[Checked, ...]:
    """What is known of every number that was ever rung."""
    return tuple(_checked(row) for row in conn.execute(_ALL))


def _checked(row: Any) -> Checked:  # noqa: ANN401 -- a row is as wide as the statement
    return Checked(
        row.number, row.asked_at, row.answered_at, row.problem, is_proven=row.digits == SPENT
    )
