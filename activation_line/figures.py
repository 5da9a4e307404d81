"""The house's own figures: how many calls there are, and what the register's audit tells."""

import json

from sqlalchemy import Connection, bindparam, func, select

from activation_line.metrics import Metrics
from activation_line.wiring import Line
from clearinghouse.tables import audit_entries, audit_head
from data_store import reading
from switchboard.model import WAITING, CallState
from switchboard.tables import calls

AT_ONCE = 500
_E = audit_entries.c
_NEXT = (
    select(_E.number, _E.body)
    .where(_E.number > bindparam("after"))
    .order_by(_E.number)
    .limit(AT_ONCE)
)
_CALLS = (
    select(calls.c.centre, calls.c.state, func.count())
    .where(calls.c.state.in_([state for state in CallState if state is not CallState.ENDED]))
    .group_by(calls.c.centre, calls.c.state)
)


class Figures:
    """Looks from time to time, for whoever keeps house; counts from the first look on."""

    def __init__(self, line: Line, metrics: Metrics) -> None:
        self._line = line
        self._metrics = metrics
        self._after: int | None = None

    def look(self) -> None:
        """Bring the figures up to date."""
        with reading(self._line.engine) as connection:
            live = list(connection.execute(_CALLS))
            happened = self._actions(connection)
        waiting = dict.fromkeys(self._line.routing.centres, 0)
        for centre, state, count in live:
            if state in WAITING:
                waiting[centre] = waiting.get(centre, 0) + count
        on_the_line = sum(count for _, state, count in live if state != CallState.CALL_BACK)
        self._metrics.look(on_the_line, waiting)
        for action in happened:
            self._metrics.happened(action)

    def _actions(self, connection: Connection) -> list[str]:
        if self._after is None:
            self._after = connection.scalar(select(audit_head.c.number)) or 0
        entries = connection.execute(_NEXT, {"after": self._after}).all()
        if entries:
            self._after = entries[-1].number
        return [str(json.loads(entry.body)["action"]) for entry in entries]
