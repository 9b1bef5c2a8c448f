"""What the ledger says was spent: sums over usage rows, by currency and by day, as reports have it.

Implements `core.spending.Spending`.

Promise: one look at one moment. What is taken off is taken off as of that same moment, so that a row written between
the two questions is neither missed nor counted twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from sqlalchemy import BigInteger, BindParameter, ColumnElement, String, and_, bindparam, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.money import Money
from gateway.core.spending import Books, LedgerDown, Scope, ScopeKind, Spent
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.jobs import jobs_within
from gateway.storage.prepared import Prepared
from gateway.storage.tables import usage

HOUR: Final = 3600.0
AT_ONCE: Final = 500
"""Request ids in one question."""

Sums = dict[tuple[str | None, str], tuple[float, int]]
"""Day and currency -> a moment of it, and nano-units."""
_Word = str | BindParameter[str]


class StoredSpending:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def spent(self, scope: Scope, start: float, end: float, counted: Callable[[], Awaitable[list[str]]]) -> Books:
        try:
            async with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                else:
                    await connection.exec_driver_sql("BEGIN")  # the driver begins nothing before a SELECT
                sums = await _sums(connection, scope, start, end)
                jobs = await jobs_within(connection, scope, start, end)
                ids = await counted()
                for first in range(0, len(ids), AT_ONCE):
                    for key, nano in await _some(connection, scope, start, end, ids[first : first + AT_ONCE]):
                        at, so_far = sums[key]
                        sums[key] = at, so_far - nano
                await connection.rollback()
        except DATABASE_ERRORS as error:
            raise LedgerDown from error
        spent = [Spent(at, Money(nano, currency)) for (_, currency), (at, nano) in sums.items() if nano]
        return Books(spent, jobs)

    async def hours(self, scope: Scope, ends: Sequence[float]) -> list[list[Spent]]:
        within = [and_(usage.c.at > end - HOUR, usage.c.at <= end) for end in ends]
        number = case(*((hour, place) for place, hour in enumerate(within))).label("place")
        statement = (
            select(number, usage.c.currency, func.sum(usage.c.cost_nano))
            .where(_of(scope.kind, scope.team, scope.name), or_(*within), usage.c.cost_nano > 0)
            .group_by("place", usage.c.currency)  # by name: expressions with parameters are never equal
        )
        found: list[list[Spent]] = [[] for _ in ends]
        try:
            async with self._engine.connect() as connection:
                for place, currency, nano in await connection.execute(statement):
                    found[place].append(Spent(ends[place], Money(int(nano), currency)))
        except DATABASE_ERRORS as error:
            raise LedgerDown from error
        return found

    async def hour(self, end: float) -> Mapping[Scope, list[Spent]]:
        whose = usage.c.team, usage.c.project, usage.c.user, usage.c.key_id, usage.c.model_asked
        statement = (
            select(*whose, usage.c.currency, func.sum(usage.c.cost_nano))
            .where(usage.c.at > end - HOUR, usage.c.at <= end, usage.c.cost_nano > 0)
            .group_by(*whose, usage.c.currency)
        )
        found: dict[Scope, list[Spent]] = {}
        try:
            async with self._engine.connect() as connection:
                for *whose_spent, currency, nano in await connection.execute(statement):
                    spent = Spent(end, Money(int(nano), currency))
                    for scope in _over(*whose_spent):
                        found.setdefault(scope, []).append(spent)
        except DATABASE_ERRORS as error:
            raise LedgerDown from error
        return found


def _over(team: str, project: str | None, user: str | None, key_id: str, asked: str | None) -> Iterator[Scope]:
    yield Scope(kind="organisation")
    yield Scope(kind="team", team=team)
    if project:
        yield Scope(kind="project", team=team, name=project)
    if user:
        yield Scope(kind="user", team=team, name=user)
    yield Scope(kind="key", team=team, name=key_id)
    if asked:
        yield Scope(kind="model", name=asked)


def _of(kind: ScopeKind, team: _Word, name: _Word) -> ColumnElement[bool]:
    match kind:
        case "organisation":
            return true()
        case "team":
            return usage.c.team == team
        case "project":
            return and_(usage.c.team == team, usage.c.project == name)
        case "user":
            return and_(usage.c.team == team, usage.c.user == name)
        case "key":
            return usage.c.key_id == name
        case "model":
            return usage.c.model_asked == name


def _summing(kind: ScopeKind) -> Prepared:
    """Every team's first call asks it, after a start and of each window."""
    c, start, end = usage.c, bindparam("start", type_=BigInteger), bindparam("end", type_=BigInteger)
    within = (
        _of(kind, bindparam("team", type_=String), bindparam("name", type_=String)),
        c.at >= start,
        c.at < end,
        c.cost_nano.is_not(None),
    )
    groups = c.local_day, c.currency
    return Prepared(lambda _: select(*groups, func.min(c.at), func.sum(c.cost_nano)).where(*within).group_by(*groups))


_SUMMING: Final[dict[ScopeKind, Prepared]] = {kind: _summing(kind) for kind in get_args(ScopeKind)}


async def _sums(connection: AsyncConnection, scope: Scope, start: float, end: float) -> Sums:
    between = {"start": round(start * MICROSECONDS), "end": round(end * MICROSECONDS)}
    found: Iterable[Any] = await _SUMMING[scope.kind].run(connection, team=scope.team, name=scope.name, **between)
    return {(day, currency): (at / MICROSECONDS, int(nano)) for day, currency, at, nano in found}


async def _some(
    connection: AsyncConnection, scope: Scope, start: float, end: float, ids: Sequence[str]
) -> list[tuple[tuple[str | None, str], int]]:
    """As `_sums`, without the moments, of some requests."""
    within = _of(scope.kind, scope.team, scope.name), usage.c.at >= start, usage.c.at < end
    groups = usage.c.local_day, usage.c.currency
    costing = usage.c.cost_nano.is_not(None), usage.c.request_id.in_(ids)
    sums = select(*groups, func.sum(usage.c.cost_nano)).where(*within, *costing).group_by(*groups)
    return [((day, currency), int(nano)) for day, currency, nano in await connection.execute(sums)]
