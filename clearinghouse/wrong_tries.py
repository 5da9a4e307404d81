"""Wrong codes: counted per product, caller and request, and refused where there are too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from clearinghouse.model import Refusal, RefusalCode
from clearinghouse.tables import wrong_tries
from data_store import Prepared


@dataclass(frozen=True, slots=True)
class _Limit:
    word: str
    most: int
    period: timedelta


class Kind(Enum):
    """Whose wrong codes are counted, and how many are borne within which time.

    A request proof has five digits. With thirty guesses a day at one product, whoever makes them up
    would need nine years for an even chance; and what that opens is a request, not a server. The
    closing code and the challenge belong to a request whose proof held. A deactivation receipt has
    five digits as well. A signed request is one whose signature held, but not its request proof:
    only who holds the license server's last private key can bring it that far. A call that broke
    off goes on for two digits, which are soon guessed.
    """

    CALLER = _Limit("caller", 10, timedelta(hours=1))
    PRODUCT = _Limit("product", 30, timedelta(days=1))
    CLOSING_CODE = _Limit("closing_code", 10, timedelta(hours=1))
    CHALLENGE = _Limit("challenge", 5, timedelta(hours=1))
    RECEIPT = _Limit("receipt", 30, timedelta(days=1))
    SIGNED = _Limit("signed_request", 30, timedelta(days=1))
    RESUMING = _Limit("resuming", 3, timedelta(days=1))
    RESUMING_CALLER = _Limit("resuming_caller", 3, timedelta(days=1))


_LONGEST: Final = max(kind.value.period for kind in Kind)

_add = insert(wrong_tries)
_count = Prepared(
    select(func.count().label("tries"), func.min(wrong_tries.c.at).label("first")).where(
        wrong_tries.c.kind == bindparam("kind"),
        wrong_tries.c.subject == bindparam("subject"),
        wrong_tries.c.at > bindparam("since"),
    )
)
_forget = delete(wrong_tries).where(wrong_tries.c.at <= bindparam("until"))


def left(connection: Connection, kind: Kind, subject: str, now: datetime) -> int:
    """Say how many more tries are borne; at least one. Raises Refusal where none is."""
    limit = kind.value
    count, first = _count.first(
        connection, {"kind": limit.word, "subject": subject, "since": now - limit.period}
    )
    if count >= limit.most:
        raise Refusal(
            RefusalCode.TOO_MANY_WRONG_PROOFS, left=0, next_date=(first + limit.period).date()
        )
    return limit.most - int(count)


def record(connection: Connection, kind: Kind, subject: str, now: datetime) -> None:
    """Count a wrong try."""
    connection.execute(_add, {"kind": kind.value.word, "subject": subject, "at": now})


def forget(connection: Connection, now: datetime) -> None:
    """Delete the tries that no longer count."""
    connection.execute(_forget, {"until": now - _LONGEST})
