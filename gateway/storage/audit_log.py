"""The log of the audit in the database: one writer at a time, and reading it in order.

Invariants
- Records enter in a `Turn`: a transaction that holds the lock of the one row of `audit_tree`. Turns follow one
  another, on both databases and over all replicas; a holder that lost its connection has lost its turn with it.
- A turn is all or nothing: records, keys, checkpoint and the tree's state are committed together.
- Reading for verification goes by place, in pages: memory holds one page.
- The checkpoint of no records says whose the log is (`gateway.audit.made_with`); of all others each covers some.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, Row, bindparam, cast, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import BigInteger

from gateway.storage.audit_tables import (
    audit_checkpoint,
    audit_erasure,
    audit_key,
    audit_person,
    audit_record,
    audit_tree,
)
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.copying import copy_in
from gateway.storage.engine import Connection, Engine
from gateway.storage.prepared import Prepared

PAGE: Final = 2000
LEAVES_AT_ONCE: Final = 10_000
_THE_TREE: Final = 1
FEW: Final = 16
"""Records for which a COPY of PostgreSQL's is not begun."""

_INSERT: Final = Prepared(lambda _: insert(audit_record))
_TAKE: Final = Prepared(
    lambda _: (
        update(audit_tree)
        .where(audit_tree.c.id == _THE_TREE)
        .values(turn=audit_tree.c.turn + 1)
        .returning(audit_tree.c.size, audit_tree.c.hashes)
    )
)
_ADVANCE: Final = Prepared(
    lambda _: (
        update(audit_tree)
        .where(audit_tree.c.id == _THE_TREE)
        .values(size=bindparam("size"), hashes=bindparam("hashes"))
    )
)
_CHECKPOINT: Final = Prepared(lambda _: insert(audit_checkpoint))
_NEWEST: Final = Prepared(
    lambda _: select(func.max(audit_record.c.number)).where(audit_record.c.writer == bindparam("writer"))
)
_MARKS: Final = Prepared(
    lambda _: (
        select(audit_erasure.c.subject, audit_erasure.c.at)
        .where(audit_erasure.c.at >= bindparam("since", type_=BigInteger))
        .order_by(audit_erasure.c.at)
    )
)

_AS_THEY_WERE_HASHED: Final = tuple(
    cast(column, column.type).label(column.name) if isinstance(column.type, LargeBinary) else column
    for column in audit_record.c
)
"""SQLite keeps text where bytes belong, if somebody puts it there, and its driver may not be able to read it."""

Values = dict[str, Any]


class Turn:
    """One process's turn to put records into the log. `size` and `hashes`: the tree before it."""

    def __init__(self, connection: Connection, size: int, hashes: bytes) -> None:
        self.connection = connection
        self.size = size
        self.hashes = hashes

    async def known(self, writer: bytes, numbers: Sequence[int]) -> set[int]:
        """Those of the writer's records that are in the log already."""
        newest = (await _NEWEST.run(self.connection, writer=writer)).scalar()
        if newest is None or newest < min(numbers):
            return set()
        c = audit_record.c
        wanted = select(c.number).where(c.writer == writer, c.number.in_(numbers))
        return {row.number for row in await self.connection.execute(wanted)}

    async def destroyed(self, keys: Collection[str], people: Collection[str]) -> set[str]:
        """Those of these data keys and salts that were."""
        key, person = audit_key.c, audit_person.c
        found: set[str] = set()
        for wanted in (
            select(key.id).where(key.id.in_(keys), key.destroyed_at.is_not(None)),
            select(person.id).where(person.id.in_(people), person.erased_at.is_not(None)),
        ):
            found.update(row.id for row in await self.connection.execute(wanted))
        return found

    async def drop_behind(self, writer: bytes, number: int, ids: Collection[str]) -> None:
        """Drop what is in the log already of the writer's records behind this one, under these data keys and salts."""
        c = audit_record.c
        theirs = (c.writer == writer, c.number > number, or_(c.key.in_(ids), c.person.in_(ids)))
        await self.connection.execute(update(audit_record).where(*theirs).values(content=None))

    async def add_keys(self, keys: Sequence[Values]) -> None:
        """Data keys and persons come with their first record; what is there already stays as it is."""
        await self._add(audit_key, keys)

    async def add_persons(self, persons: Sequence[Values]) -> None:
        await self._add(audit_person, persons)

    async def add_records(self, records: Sequence[tuple[Any, ...]]) -> None:
        """Each with its values in the order of the table's columns."""
        if self.connection.dialect.name == "postgresql" and len(records) >= FEW:
            await copy_in(self.connection, audit_record, records)  # none is there already: the turn is ours
        else:
            await _INSERT.run_all(self.connection, records)

    async def advance(self, size: int, hashes: bytes, note: str, at: float) -> None:
        """The tree after this turn, and the checkpoint that vouches for it."""
        await _ADVANCE.run(self.connection, size=size, hashes=hashes)
        await _CHECKPOINT.run(self.connection, size=size, at=round(at * MICROSECONDS), note=note)

    async def _add(self, table: Any, rows: Sequence[Values]) -> None:
        if rows:
            build: Any = sqlite.insert if self.connection.dialect.name == "sqlite" else postgresql.insert
            statement = build(table).on_conflict_do_nothing(index_elements=[table.c.id])
            await self.connection.execute(statement, list(rows))


async def take_turn(connection: Connection) -> Turn:
    """Wait for the turn; it lasts until the connection's transaction ends."""
    row = (await _TAKE.run(connection)).first()
    if row is None:
        build: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        first = build(audit_tree).values(id=_THE_TREE, size=0, hashes=b"", turn=0)
        await connection.execute(first.on_conflict_do_nothing(index_elements=[audit_tree.c.id]))
        row = (await _TAKE.run(connection)).one()
    return Turn(connection, row.size, row.hashes)


async def last_note(connection: Connection) -> str | None:
    """The newest checkpoint."""
    c = audit_checkpoint.c
    row = (await connection.execute(select(c.note).where(c.size > 0).order_by(c.size.desc()).limit(1))).first()
    return None if row is None else _text(row.note)


def _text(note: Any) -> str:
    """SQLite keeps bytes where text belongs, if somebody puts them there: no checkpoint, then."""
    return note if isinstance(note, str) else ""


async def marks_since(connection: Connection, at: float) -> dict[bytes, float]:
    """Person, or team's day -> when it was destroyed, of all that were at that time or later."""
    marks = await _MARKS.run(connection, since=round(at * MICROSECONDS))
    return {row.subject: row.at / MICROSECONDS for row in marks}


class AuditTables:
    """Database errors pass through."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def tree(self) -> tuple[int, bytes] | None:
        """(size, hashes) of the log's own state; None where nothing was ever recorded."""
        async with self.engine.connect() as connection:
            row = (await connection.execute(select(audit_tree.c.size, audit_tree.c.hashes))).first()
        return None if row is None else (row.size, row.hashes)

    async def records(self, start: int = 0, end: int | None = None) -> AsyncIterator[Sequence[Row[Any]]]:
        """Pages of whole rows in order of place, from `start` to before `end`."""
        c = audit_record.c
        while True:
            wanted = select(*_AS_THEY_WERE_HASHED).where(c.place >= start).order_by(c.place).limit(PAGE)
            if end is not None:
                wanted = wanted.where(c.place < end)
            async with self.engine.connect() as connection:
                page = (await connection.execute(wanted)).all()
            if page:
                yield page
            if len(page) < PAGE:
                return
            start = page[-1].place + 1

    async def leaves(self, end: int) -> AsyncIterator[list[bytes]]:
        """The stored hashes of the first `end` leaves, a page at a time."""
        c = audit_record.c
        start = 0
        while start < end:
            wanted = select(c.place, c.leaf).where(c.place >= start, c.place < end).order_by(c.place)
            async with self.engine.connect() as connection:
                rows = (await connection.execute(wanted.limit(LEAVES_AT_ONCE))).all()
            if not rows:
                return
            yield [row.leaf for row in rows]
            start = rows[-1].place + 1

    async def checkpoints(self) -> list[tuple[int, str]]:
        c = audit_checkpoint.c
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(c.size, c.note).where(c.size > 0).order_by(c.size))
            return [(row.size, _text(row.note)) for row in rows]

    async def begin(self, note: str, at: float) -> None:
        """The checkpoint of an empty log, where there is none yet: whose the log is, and no word about records."""
        async with self.engine.begin() as connection:
            build: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            row = build(audit_checkpoint).values(size=0, at=at, note=note)
            await connection.execute(row.on_conflict_do_nothing(index_elements=[audit_checkpoint.c.size]))

    async def first_checkpoint(self) -> tuple[int, str] | None:
        """That of an empty log included."""
        return await self._checkpoint(audit_checkpoint.c.size, least=0)

    async def last_checkpoint(self) -> tuple[int, str] | None:
        return await self._checkpoint(audit_checkpoint.c.size.desc(), least=1)

    async def _checkpoint(self, order: ColumnElement[int], least: int) -> tuple[int, str] | None:
        c = audit_checkpoint.c
        async with self.engine.connect() as connection:
            wanted = select(c.size, c.note).where(c.size >= least).order_by(order).limit(1)
            row = (await connection.execute(wanted)).first()
        return None if row is None else (row.size, _text(row.note))

    async def end(self) -> int:
        """The place behind the last record or checkpoint, wherever the log's own state says it ends."""
        async with self.engine.connect() as connection:
            place = await connection.scalar(select(func.max(audit_record.c.place)))
            size = await connection.scalar(select(func.max(audit_checkpoint.c.size)))
        return max(-1 if place is None else place, (size or 0) - 1) + 1

    async def keys_there(self) -> set[str]:
        """Ids of the data keys that still unwrap."""
        c = audit_key.c
        async with self.engine.connect() as connection:
            return {row.id for row in await connection.execute(select(c.id).where(c.wrapped.is_not(None)))}

    async def people_there(self) -> set[str]:
        """Ids of the persons who were not erased."""
        c = audit_person.c
        async with self.engine.connect() as connection:
            return {row.id for row in await connection.execute(select(c.id).where(c.salt.is_not(None)))}
