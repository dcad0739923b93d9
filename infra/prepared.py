"""Statements of hot paths: compiled once, and handed straight to the driver inside the unit of work's transaction.

What a session does around a statement (building it, finding it among those it knows, crossing into its greenlet,
wrapping the answer) takes five to ten times as long as PostgreSQL does for a small one. A call that arrives makes
two dozen. These know their own SQL; transaction, scope and row-level security are the session's as ever.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Executable, Table, Text, bindparam, event, insert, literal_column, update
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import SQLModel

from infra.database import Session, TenantTable
from infra.scope import current_tenant

_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
_DRIVER = "driver"
_KEY = "key_"


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg ships no types
    """A row: by position, by name, or unpacked."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Prepared:
    """A Core statement with named binds, or an insert or update of these `columns`; what has its value when the
    statement is made keeps it. For lists there is `any_`, or `words`. Raises what a session raises."""

    __slots__ = ("_binds", "_columns", "_sql", "_statement")

    def __init__(self, statement: Executable, *columns: str) -> None:
        self._statement = statement
        self._columns = columns
        self._sql = ""
        self._binds: list[tuple[str, bool, Any, Callable[[Any], Any] | None]] = []

    async def all(self, session: Session, **values: Any) -> list[Row]:
        """Every row."""
        arguments = self.arguments(values)
        return await _fetch(session, self.sql, arguments)

    async def first(self, session: Session, **values: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(session, **values)
        return rows[0] if rows else None

    async def value(self, session: Session, **values: Any) -> Any:
        """The first row's first column, or None."""
        rows = await self.all(session, **values)
        return rows[0][0] if rows else None

    @property
    def takes(self) -> int:
        """How many arguments."""
        return len(self._binds)

    @property
    def sql(self) -> str:
        """As the driver takes it."""
        if not self._sql:
            self._compile()
        return self._sql

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """What goes with it, in its order."""
        if not self._sql:
            self._compile()
        given = [(values[name] if asked else held, process) for name, asked, held, process in self._binds]
        return [process(value) if process else value for value, process in given]

    def _compile(self) -> None:
        compiled: Any = self._statement.compile(  # type: ignore[attr-defined]  # every executable clause has it
            dialect=_DIALECT, column_keys=list(self._columns) or None
        )
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            self._binds.append((name, bind.required, bind.effective_value, process))
        self._sql = compiled.string


def table(model: type[SQLModel]) -> Table:
    """A model's table. Its columns carry no ORM, so that statements of them give plain rows."""
    made: Table = model.__table__  # type: ignore[attr-defined]  # every model with `table=True` has one
    return made


def word(value: str) -> ColumnElement[str]:
    """A word of our own, such as a state, that stands in the SQL itself: a partial index is found by nothing else."""
    if not value.isidentifier():
        raise ValueError(value)
    return literal_column(f"'{value}'", Text)


def words(*values: str) -> list[ColumnElement[str]]:
    """Several of them, for `in_`."""
    return [word(value) for value in values]


class Batch:
    """Rows that are written in one go. None of these writes sees another, so each row may be in it once."""

    def __init__(self) -> None:
        self._writes: list[Prepared] = []
        self._arguments: list[Any] = []

    def add(self, model: type[SQLModel], /, **values: Any) -> None:
        """Insert one row of these columns; others are null. A tenant's row is that of the tenant in scope."""
        if issubclass(model, TenantTable):
            values["tenant_id"] = current_tenant()
        self._take(_insert(model, tuple(values)), values)

    def change(self, model: type[SQLModel], key: UUID, /, **values: Any) -> None:
        """Write these columns of the row with this id."""
        self._take(_update(model, tuple(values)), {**values, _KEY: key})

    def _take(self, write: Prepared, values: dict[str, Any]) -> None:
        self._writes.append(write)
        self._arguments += write.arguments(values)

    async def write(self, session: Session) -> None:
        """Do it, and be empty again."""
        writes, self._writes = tuple(self._writes), []
        arguments, self._arguments = self._arguments, []
        if writes:
            await _fetch(session, _together(writes), arguments)


async def add(session: Session, model: type[SQLModel], /, **values: Any) -> None:
    """Insert one row, as a batch of its own."""
    batch = Batch()
    batch.add(model, **values)
    await batch.write(session)


async def change(session: Session, model: type[SQLModel], key: UUID, /, **values: Any) -> None:
    """Write some columns of one row, as a batch of its own."""
    batch = Batch()
    batch.change(model, key, **values)
    await batch.write(session)


@lru_cache(maxsize=500)
def _together(writes: tuple[Prepared, ...]) -> str:
    """One statement of several, its arguments numbered on."""
    if len(writes) == 1:
        return writes[0].sql
    parts, before = [], 0
    for place, write in enumerate(writes):
        shifted = re.sub(r"\$(\d+)", lambda found, by=before: f"${int(found[1]) + by}", write.sql)  # type: ignore[misc]  # mypy infers no lambda with a default
        parts.append(f"w{place} AS ({shifted})")
        before += write.takes
    return f"WITH {', '.join(parts)} SELECT"


@lru_cache(maxsize=500)
def _insert(model: type[SQLModel], columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table(model)), *columns)


@lru_cache(maxsize=500)
def _update(model: type[SQLModel], columns: tuple[str, ...]) -> Prepared:
    rows = table(model)
    return Prepared(update(rows).where(rows.c.id == bindparam(_KEY)), *columns)


async def _fetch(session: Session, sql: str, arguments: list[Any]) -> list[Row]:
    driver = await _driver(session)
    try:
        rows: list[Row] = await driver.fetch(sql, *arguments, record_class=Row)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        kind = IntegrityError if isinstance(error, asyncpg.IntegrityConstraintViolationError) else OperationalError
        raise kind(sql, None, error, hide_parameters=True) from error
    return rows


async def _driver(session: Session) -> Any:
    """The transaction's connection, begun if it hasn't. What isn't written yet of the session's objects is."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    held = session.info.get(_DRIVER)
    if held is None:
        adapted: Any = (await (await session.connection()).get_raw_connection()).dbapi_connection
        if adapted._transaction is None:
            await adapted._start_transaction()  # SQLAlchemy begins with its first statement, which this may be
        held = session.info[_DRIVER] = adapted.driver_connection
    return held


@event.listens_for(Session.sync_session_class, "after_transaction_create")
@event.listens_for(Session.sync_session_class, "after_transaction_end")
def _forget(session: Any, _transaction: Any) -> None:
    """Ask for the connection again: a savepoint is only made when somebody does, and after its transaction a
    connection goes back to the pool and is somebody else's."""
    session.info.pop(_DRIVER, None)
