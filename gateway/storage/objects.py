"""Who holds which object, in the database: `core.objects.ObjectRegister`.

Invariants
- Every question names the team: no statement here can tell one team of another's object, but that it is another's.
- Items are many, and go with the answers that they are parts of: a team's old ones, as it holds new ones.
- An id that is held stays with its first holder, whatever a provider says later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Insert, Row, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind, ObjectPage, OwnedObject, Window
from gateway.storage.engine import transaction
from gateway.storage.tables import held_object as table

_COLUMNS: Final = tuple(table.c[name] for name in OwnedObject.__struct_fields__)


_AT_ONCE: Final = 500
"""Ids in a statement."""
ITEM_SECONDS: Final = 35 * 86_400
"""Items are kept for so long: providers keep answers for thirty days."""

AWAY: Final = "Who holds the object cannot be looked up now. Try again shortly."


class StoredObjects:
    """See the module's docstring."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        build: Callable[[Any], Any] = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
        self._insert: Insert = build(table).on_conflict_do_nothing(index_elements=[table.c.id, table.c.provider])

    async def hold(self, owned_objects: Sequence[OwnedObject]) -> None:
        if not owned_objects:
            return
        rows = [msgspec.structs.asdict(owned) for owned in owned_objects]
        async with transaction(self._engine, AWAY) as connection:
            await connection.execute(self._insert, rows)
            if items := [owned for owned in owned_objects if owned.kind == "item"]:
                old = table.c.created_at < items[0].created_at - ITEM_SECONDS
                await connection.execute(delete(table).where(*_own(items[0].team, items[0].dialect, "item"), old))

    async def find(self, team: str, dialect: Dialect, kind: ObjectKind, object_id: str) -> OwnedObject | None:
        wanted = select(*_COLUMNS).where(*_own(team, dialect, kind), table.c.id == object_id).limit(1)
        async with transaction(self._engine, AWAY) as connection:
            row = (await connection.execute(wanted)).first()
        return None if row is None else _owned(row)

    async def held(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> dict[str, OwnedObject]:
        rows = await self._among(ids, *_own(team, dialect, kind))
        return {row.id: _owned(row) for row in rows}

    async def foreign(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> set[str]:
        rows = await self._among(ids, table.c.team != team, table.c.dialect == dialect, table.c.kind == kind)
        return {row.id for row in rows}

    async def _among(self, ids: Collection[str], *where: ColumnElement[bool]) -> list[Row[Any]]:
        found: list[Row[Any]] = []
        wanted = list(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            named = table.c.id.in_(wanted[start : start + _AT_ONCE])
            async with transaction(self._engine, AWAY) as connection:
                found += (await connection.execute(select(*_COLUMNS).where(*where, named))).all()
        return found

    async def page(self, team: str, dialect: Dialect, kind: ObjectKind, window: Window) -> ObjectPage:
        own = _own(team, dialect, kind)
        wanted = (
            select(*_COLUMNS)
            .where(*own)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
            .limit(window.limit + 1)
            .offset(window.offset)
        )
        async with transaction(self._engine, AWAY) as connection:
            if window.after is not None:
                moment = select(table.c.created_at).where(*own, table.c.id == window.after).scalar_subquery()
                older = table.c.created_at < moment
                wanted = wanted.where(or_(older, and_(table.c.created_at == moment, table.c.id < window.after)))
            rows = (await connection.execute(wanted)).all()
            total = (await connection.execute(select(func.count()).select_from(table).where(*own))).scalar_one()
        shown = tuple(_owned(row) for row in rows[: window.limit])
        return ObjectPage(shown, more=len(rows) > window.limit, total=total)

    async def forget(self, owned: OwnedObject) -> None:
        async with transaction(self._engine, AWAY) as connection:
            await connection.execute(
                delete(table).where(
                    table.c.team == owned.team, table.c.provider == owned.provider, table.c.id == owned.id
                )
            )


def _own(team: str, dialect: Dialect, kind: ObjectKind) -> tuple[Any, ...]:
    return table.c.team == team, table.c.dialect == dialect, table.c.kind == kind


def _owned(row: Row[Any]) -> OwnedObject:
    return OwnedObject(**row._mapping)
