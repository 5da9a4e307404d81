"""Statements of a turn, compiled once for each database instead of looked up each time.

SQLAlchemy's own cache is keyed by walking through the statement, which costs more than SQLite does
for the whole change. A statement that never differs is compiled here once, and sent as text; its
values are still converted by the types of its columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

# What a value goes through on its way to the driver; None where it goes as it is.
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one driver reads it, and its parameters in that driver's order."""

    text: str
    names: tuple[tuple[str, Convert], ...]
    positional: bool

    def values(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a tuple or a dict, by driver
        if self.positional:
            return tuple(
                given[name] if convert is None else convert(given[name])
                for name, convert in self.names
            )
        return {
            name: given[name] if convert is None else convert(given[name])
            for name, convert in self.names
        }


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
        converts = (
            made.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
        )
        pairs = tuple(zip(names, converts, strict=True))
        compiled = _Compiled(str(made), pairs, made.positional)
        self._compiled[dialect] = compiled
        return compiled
