"""Statements of a turn, compiled once for each database instead of looked up each time.

SQLAlchemy's own cache is keyed by walking through the statement, which costs more than SQLite does
for the whole change. A statement that never differs is compiled here once, and sent as text; its
values are still converted by the types of its columns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

# What a value of a column's type goes through on its way to the driver.
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one driver reads it, and its parameters in that driver's order."""

    text: str
    names: tuple[str, ...]
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    converts: tuple[tuple[int, Convert], ...]
    positional: bool

    def values(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a tuple or a dict, by driver
        values = list(self.pick(given))
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))


class Prepared:
    """A changing statement whose shape never differs, with named parameters."""

    def __init__(self, statement: UpdateBase, names: Sequence[str] | None = None) -> None:
        """`names`: the columns that an INSERT fills, each by the parameter of its name."""
        self._statement = statement
        self._columns = list(names) if names is not None else None
        self._compiled: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()

    def run(self, conn: Connection, values: Mapping[str, Any]) -> None:
        """Carry it out once."""
        compiled = self._compiled.get(conn.dialect) or self._compile(conn.dialect)
        conn.exec_driver_sql(compiled.text, compiled.values(values))

    def run_all(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each row, by one call of the driver."""
        compiled = self._compiled.get(conn.dialect) or self._compile(conn.dialect)
        conn.exec_driver_sql(compiled.text, [compiled.values(row) for row in rows])

    def _compile(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=dialect, column_keys=self._columns)
        assert isinstance(made, SQLCompiler)  # noqa: S101 -- for the type checker
        # The bound names in the statement's order where the driver takes them by place.
        names = tuple(made.positiontup or made.bind_names.values())
        compiled = _Compiled(
            text=str(made),
            names=names,
            pick=itemgetter(*names),
            converts=tuple(_converts(made, names, dialect)),
            positional=made.positional,
        )
        self._compiled[dialect] = compiled
        return compiled


def _converts(
    made: SQLCompiler, names: Sequence[str], dialect: Dialect
) -> Iterator[tuple[int, Convert]]:
    """The places of the values that do not go to the driver as they are."""
    for place, name in enumerate(names):
        convert = made.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            yield place, convert
