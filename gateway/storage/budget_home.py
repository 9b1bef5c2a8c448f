"""Who counts budgets at the moment, Redis or the database: one row that every process follows.

Promise: the two never count at the same time. A move is a new turn, made by one statement that only one process wins.
What a turn's counters admit waits until every process has taken note of the turn, and put in what it holds.

Invariants
- A turn has one life of its counters: where they have lost their memory meanwhile, another turn begins.
- A process that was last seen longer than `LOST` ago is waited for no more.
- The time is the database's own.
- Whoever holds the row's lock sees a turn that does not end before his transaction does.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.counting import CountersDown, Home, Place
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.tables import metadata

LOST: Final = 15.0
"""Seconds; several times what a process lets pass between two signs of life."""

_NOW: Final = {
    "postgresql": text("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"),
    "sqlite": text("CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"),
}
"""Microseconds."""

budget_home: Final = Table(
    "budget_home",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("place", String(16), nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    # Of its counters, as whoever loaded the first of them found it; empty where nobody has.
    Column("life", String(128), nullable=False, server_default=""),
)

budget_process: Final = Table(
    "budget_process",
    metadata,
    Column("name", String(32), primary_key=True),
    # Of which turn it has taken note.
    Column("turn", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("sees_redis", Boolean, nullable=False),
)

budget_counter: Final = Table(
    "budget_counter",
    metadata,
    Column("name", String(1024), primary_key=True),
    Column("posted", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    # Whether it was told what the ledger says.
    Column("known", Boolean, nullable=False),
    # When its window ends, in microseconds; NULL for a minute where the release before wrote it.
    Column("until", BigInteger),
    Index(None, "until"),
)

budget_hold: Final = Table(
    "budget_hold",
    metadata,
    Column("id", String(1200), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("counter", String(1024), nullable=False),
    Column("amount", BigInteger, nullable=False),
    # While its counter was not known yet: the ledger's sum must leave it out.
    Column("ended", Boolean, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Index(None, "counter"),
    Index(None, "ends"),
)


class Row(msgspec.Struct, frozen=True):
    """The row, and the database's time in microseconds."""

    place: Place
    turn: int
    since: int
    open: bool
    life: str
    now: int


class BudgetHome:
    """As one process sees it. All methods raise CountersDown where the database cannot be asked."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._name = secrets.token_hex(16)
        self._build: Any = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    async def look(self) -> Home:
        try:
            async with self._engine.connect() as connection:
                row = await _read(connection, lock=False)
        except DATABASE_ERRORS as error:
            raise CountersDown from error
        return Home(row.place, row.turn, (row.now - row.since) / MICROSECONDS)

    async def acknowledge(self, turn: int, *, sees_redis: bool) -> None:
        """A sign of life: this process counts in that turn, and all that it holds is put in. A late one of an earlier
        turn changes nothing.
        """
        try:
            async with self._engine.begin() as connection:
                now = await connection.scalar(select(_now(connection)))
                values = {"turn": turn, "seen_at": now, "sees_redis": sees_redis}
                sign = self._build(budget_process).values(name=self._name, **values)
                newer = budget_process.c.turn <= turn
                await connection.execute(sign.on_conflict_do_update(index_elements=["name"], set_=values, where=newer))
        except DATABASE_ERRORS as error:
            raise CountersDown from error

    async def leave(self) -> None:
        """Be waited for no more."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(budget_process).where(budget_process.c.name == self._name))
        except DATABASE_ERRORS as error:
            raise CountersDown from error

    async def move(self, turn: int, place: Place) -> None:
        """End that turn, if it has not ended yet, for one at `place`; each of the database begins with empty books."""
        try:
            async with self._engine.connect() as connection:
                row = await locked(connection)
                if row.turn == turn:
                    await _begin(connection, row, place)
                await connection.commit()
        except DATABASE_ERRORS as error:
            raise CountersDown from error

    async def opened(self, turn: int, life: str) -> bool:
        """Whether every process has taken note of the turn. It ends where its counters had another life before."""
        try:
            async with self._engine.connect() as connection:
                row = await locked(connection)
                found = row.turn == turn and row.life in ("", life)
                if row.turn == turn and row.life not in ("", life):
                    await _begin(connection, row, row.place)
                elif found and not row.life:
                    await connection.execute(update(budget_home).values(life=life))
                found = found and await opened(connection, row)
                await connection.commit()
        except DATABASE_ERRORS as error:
            raise CountersDown from error
        return found

    async def seen_by_all(self) -> bool:
        """Whether every process says that it sees Redis."""
        try:
            async with self._engine.connect() as connection:
                row = await _read(connection, lock=False)
                blind = budget_process.c.sees_redis.is_(False)
                return not await connection.scalar(select(func.count()).where(blind, ~_lost(row.now)))
        except DATABASE_ERRORS as error:
            raise CountersDown from error


async def locked(connection: AsyncConnection) -> Row:
    """The row, which nobody else can change until the transaction ends."""
    if connection.dialect.name == "sqlite":
        await connection.execute(text("BEGIN IMMEDIATE"))  # the driver begins nothing before a SELECT
    return await _read(connection, lock=True)


async def opened(connection: AsyncConnection, row: Row) -> bool:
    """Whether the turn of the row, which the caller has locked, is open; it is opened where nobody is waited for."""
    if row.open:
        return True
    behind = select(func.count()).where(budget_process.c.turn < row.turn, ~_lost(row.now))
    if await connection.scalar(behind):
        return False
    await connection.execute(update(budget_home).values(open=True))
    return True


async def _begin(connection: AsyncConnection, row: Row, place: Place) -> None:
    """Another turn, after that of the row, which the caller has locked."""
    values = {"place": place, "turn": row.turn + 1, "since": row.now, "open": False, "life": ""}
    await connection.execute(update(budget_home).values(**values))
    for table in (budget_hold, budget_counter):
        await connection.execute(delete(table))
    await connection.execute(delete(budget_process).where(_lost(row.now)))


async def _read(connection: AsyncConnection, *, lock: bool) -> Row:
    columns = budget_home.c
    statement = select(columns.place, columns.turn, columns.since, columns.open, columns.life, _now(connection))
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one()
    return Row(*row)


def _now(connection: AsyncConnection) -> Any:
    return _NOW[connection.dialect.name]


def _lost(now: int) -> Any:
    return budget_process.c.seen_at < now - int(LOST * MICROSECONDS)
