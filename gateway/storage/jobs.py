"""Work of providers that has not ended, in the database: `core.jobs.JobBook`.

Invariants
- Of several replicas that ask what is due, one is given each job.
- A job goes away in the transaction that writes its usage row (`storage.usage`), or when the provider refused it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    String,
    and_,
    bindparam,
    delete,
    insert,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.jobs import ROW_OF_A_JOB, Job
from gateway.core.money import Money
from gateway.core.spending import Scope, ScopeKind
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.engine import transaction
from gateway.storage.job_tables import provider_job as table
from gateway.storage.prepared import Prepared
from gateway.storage.tables import held_object, usage

_UNWRITTEN: Final = "What batches cost cannot be written down now. Try again shortly."
_ASKED_AT_ONCE: Final = 1000
"""Names in one statement."""
_FIELDS: Final = tuple(name for name in Job.__struct_fields__ if name != "held")
_COLUMNS: Final = (*(table.c[name] for name in _FIELDS), table.c.held_nano, table.c.currency)


class StoredJobs:
    """See the module's docstring."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open(self, job: Job) -> None:
        values: dict[str, Any] = {name: getattr(job, name) for name in _FIELDS}
        if job.held is not None:
            values |= {"held_nano": job.held.nano, "currency": job.held.currency}
        async with transaction(self._engine, _UNWRITTEN) as connection:
            await connection.execute(insert(table), {**values, "looked_at": job.at})

    async def made(self, job_id: str, object_id: str) -> None:
        async with transaction(self._engine, _UNWRITTEN) as connection:
            await connection.execute(update(table).where(table.c.id == job_id).values(object_id=object_id))

    async def drop(self, job_id: str) -> None:
        async with transaction(self._engine, _UNWRITTEN) as connection:
            await connection.execute(delete(table).where(table.c.id == job_id))

    async def find(self, provider: str, object_id: str) -> Job | None:
        wanted = select(*_COLUMNS).where(table.c.provider == provider, table.c.object_id == object_id).limit(1)
        async with transaction(self._engine, _UNWRITTEN) as connection:
            row = (await connection.execute(wanted)).mappings().first()
        return None if row is None else _job(row)

    async def due(self, looked_before: float, now: float, number: int) -> Sequence[Job]:
        async with transaction(self._engine, _UNWRITTEN) as connection:
            waiting = select(table.c.id).where(table.c.looked_at < looked_before).order_by(table.c.looked_at)
            ids = list(await connection.scalars(waiting.limit(number)))
            mine = (
                update(table)
                .where(table.c.id.in_(ids), table.c.looked_at < looked_before)
                .values(looked_at=now)
                .returning(*_COLUMNS)
            )
            return [_job(row) for row in (await connection.execute(mine)).mappings()] if ids else []

    async def begun_by(self, request_ids: Sequence[str]) -> set[str]:
        begun: set[str] = set()
        for start in range(0, len(request_ids), _ASKED_AT_ONCE):
            some = request_ids[start : start + _ASKED_AT_ONCE]
            rows = [f"{name}{ROW_OF_A_JOB}" for name in some]
            under_way = select(table.c.id).where(table.c.id.in_(some))
            ended = select(usage.c.request_id).where(usage.c.request_id.in_(rows))
            async with transaction(self._engine, _UNWRITTEN) as connection:  # one statement: no job ends meanwhile
                begun.update(await connection.scalars(union_all(under_way, ended)))
        return {name.removesuffix(ROW_OF_A_JOB) for name in begun}

    async def costs_of(self, row_ids: Sequence[str]) -> dict[str, Money]:
        columns = usage.c.request_id, usage.c.cost_nano, usage.c.currency
        ended = select(*columns).where(usage.c.request_id.in_(row_ids), usage.c.cost_nano.is_not(None))
        async with transaction(self._engine, _UNWRITTEN) as connection:
            return {row[0]: Money(row[1], row[2]) for row in await connection.execute(ended)}


async def jobs_within(connection: AsyncConnection, scope: Scope | None, start: float, end: float) -> list[Job]:
    """Of the scope, or of everybody, asked for in [start, end), in the order of their ids."""
    scope = scope or Scope(kind="organisation")
    between = {"start": round(start * MICROSECONDS), "end": round(end * MICROSECONDS)}
    rows = await _WITHIN[scope.kind].run(connection, of_team=scope.team, name=scope.name, **between)
    return [_job({**row, "at": row["at"] / MICROSECONDS}) for row in rows.mappings()]


async def end_jobs(connection: AsyncConnection, request_ids: Iterable[str]) -> None:
    """Take away the jobs whose usage rows are among these, or note it at their objects; the caller commits."""
    ended = [name.removesuffix(ROW_OF_A_JOB) for name in request_ids if name.endswith(ROW_OF_A_JOB)]
    if ended:
        await connection.execute(delete(table).where(table.c.id.in_(ended)))
    for provider, _, object_id in (name.rpartition("/") for name in ended if "/" in name):  # `core.jobs.unbooked`
        of_it = held_object.c.provider == provider, held_object.c.id == object_id
        await connection.execute(update(held_object).where(*of_it).values(usage_recorded_at=time.time()))


def _within(kind: ScopeKind) -> Prepared:
    c, start, end = table.c, bindparam("start", type_=BigInteger), bindparam("end", type_=BigInteger)
    within = _of(kind), c.at >= start, c.at < end
    return Prepared(lambda _: select(*_COLUMNS).where(*within).order_by(c.id))


def _of(kind: ScopeKind) -> ColumnElement[bool]:
    if kind == "organisation":
        return true()
    name = bindparam("name", type_=String)
    if kind == "key":
        return table.c.key_id == name
    if kind == "model":
        return table.c.model_asked == name
    of_team = table.c.team == bindparam("of_team", type_=String)
    return of_team if kind == "team" else and_(of_team, table.c[kind] == name)


_WITHIN: Final[dict[ScopeKind, Prepared]] = {kind: _within(kind) for kind in get_args(ScopeKind)}


def _job(row: Mapping[Any, Any] | RowMapping) -> Job:
    values: dict[str, Any] = {**row}
    nano, currency = values.pop("held_nano"), values.pop("currency")
    return Job(**values, held=None if nano is None else Money(nano, currency))
