"""Statements of a hot path, compiled once for each database and sent to the driver as text.

SQLAlchemy's own cache is keyed by walking through the statement, and its results are made for every
use: both cost more than SQLite does for the whole statement (45 against 7 microseconds for a row by
its key). A statement that never differs is compiled here once; its values still go through the
types of its columns, and an error of the driver is raised as SQLAlchemy raises it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select, Table, bindparam, insert
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

# What a value of a column's type goes through on its way to the driver, or from it.
Convert = Callable[[Any], Any]
Places = tuple[tuple[int, Convert], ...]
# A tuple with the columns' names.
Row = Any
MOST_ROWS = 16


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one driver reads it: its parameters' order, and what its rows go through."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    pick: Callable[[Mapping[str, Any]], Any]
    converts: Places
    results: Places
    named: Callable[[Iterable[Any]], Row]
    positional: bool

    def values(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a tuple or a dict, by driver
        picked = self.pick({**self.constants, **given} if self.constants else given)
        values = list(picked) if len(self.names) != 1 else [picked]
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))

    def row(self, raw: Iterable[Any]) -> Row:
        row = list(raw)
        for place, convert in self.results:
            if row[place] is not None:
                row[place] = convert(row[place])
        return self.named(row)


class Prepared:
    """A statement whose shape never differs, with named parameters, and constants if it has any.

    For connections of `transaction` and `reading`, which have begun already.
    """

    def __init__(self, statement: UpdateBase | Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()

    def run(self, conn: Connection, values: Mapping[str, Any]) -> None:
        """Carry it out once. Raises SQLAlchemy's `DBAPIError`, as all here do."""
        compiled = self._for(conn.dialect)
        given = compiled.values(values)
        _send(conn, compiled.text, given, lambda cursor: cursor.execute(compiled.text, given))

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Row:
        """The first row that it selects, converted and by names; None where there is none."""
        compiled = self._for(conn.dialect)
        given = compiled.values(values)

        def fetch(cursor: DBAPICursor) -> Any:  # noqa: ANN401 -- the driver's own row
            cursor.execute(compiled.text, given)
            return cursor.fetchone()

        raw = _send(conn, compiled.text, given, fetch)
        return None if raw is None else compiled.row(raw)

    def all(self, conn: Connection, values: Mapping[str, Any]) -> list[Row]:
        """All rows that it selects, converted."""
        compiled = self._for(conn.dialect)
        given = compiled.values(values)

        def fetch(cursor: DBAPICursor) -> Any:  # noqa: ANN401 -- the driver's own rows
            cursor.execute(compiled.text, given)
            return cursor.fetchall()

        return [compiled.row(raw) for raw in _send(conn, compiled.text, given, fetch)]

    def _for(self, dialect: Dialect) -> _Compiled:
        return self._compiled.get(dialect) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=dialect)
        assert isinstance(made, SQLCompiler)  # noqa: S101 -- for the type checker
        # The bound names in the statement's order where the driver takes them by place.
        names = tuple(made.positiontup or made.bind_names.values())
        columns = self._statement.exported_columns
        compiled = _Compiled(
            text=str(made),
            names=names,
            constants={
                name: made.binds[name].value for name in names if not made.binds[name].required
            },
            pick=itemgetter(*names) if names else _nothing,
            converts=_places(
                made.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
                for name in names
            ),
            results=_places(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in columns
            ),
            named=_row_type([str(column.key) for column in columns])._make,
            positional=made.positional,
        )
        self._compiled[dialect] = compiled
        return compiled


class PreparedInsert:
    """New rows of one table, of which the same columns are filled each time."""

    def __init__(self, table: Table, *names: str) -> None:
        self._table = table
        self._names = names
        self._by_count: dict[int, Prepared] = {}

    def run(self, conn: Connection, row: Mapping[str, Any]) -> None:
        """Add one row. Raises SQLAlchemy's `DBAPIError`."""
        self.run_all(conn, (row,))

    def run_all(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows, in order, by one statement for each few of them.

        Not by the driver's `executemany`, for which psycopg makes a pipeline (70 microseconds).
        """
        for at in range(0, len(rows), MOST_ROWS):
            few = rows[at : at + MOST_ROWS]
            values = {
                f"{name}_{place}": row[name]
                for place, row in enumerate(few)
                for name in self._names
            }
            self._for(len(few)).run(conn, values)

    def _for(self, count: int) -> Prepared:
        return self._by_count.get(count) or self._by_count.setdefault(count, self._of(count))

    def _of(self, count: int) -> Prepared:
        rows = [
            {
                name: bindparam(f"{name}_{place}", type_=self._table.c[name].type)
                for name in self._names
            }
            for place in range(count)
        ]
        return Prepared(insert(self._table).inline().values(rows))


def _row_type(names: Sequence[str]) -> Any:  # noqa: ANN401 -- a class made of the statement
    return namedtuple("Row", names)  # noqa: PYI024 -- names known at run time


def _nothing(_given: Mapping[str, Any]) -> tuple[()]:
    """The parameters of a statement without any."""
    return ()


def _places(converts: Iterable[Convert | None]) -> Places:
    """Those that do anything, by their places."""
    return tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)


def _send(
    conn: Connection,
    text: str,
    given: Any,  # noqa: ANN401 -- the driver's own parameters
    act: Callable[[DBAPICursor], Any],
) -> Any:  # noqa: ANN401 -- whatever `act` gives
    """Let the driver act on a cursor of the connection; its errors are raised as SQLAlchemy's."""
    cursor = conn.connection.cursor()
    try:
        return act(cursor)
    except conn.dialect.loaded_dbapi.Error as error:
        lost = conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, cursor)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance(
            text,
            given,
            error,
            conn.dialect.loaded_dbapi.Error,
            connection_invalidated=lost,
            dialect=conn.dialect,
        ) from error
    finally:
        cursor.close()


def watch(around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Have every prepared statement of this process sent by way of `around` from now on.

    What it gives is called as what it got: with the connection and the statement's text first. A
    process that nobody watches pays nothing for it.
    """
    global _send  # noqa: PLW0603 -- a parameter would cost every statement
    _send = around(_send)
