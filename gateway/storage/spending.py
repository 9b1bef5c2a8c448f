"""What the ledger says was spent: sums over usage rows, by currency and by day, as reports have it.

Implements `core.spending.Spending`.

Promise: one look at one moment. What is taken off is taken off as of that same moment, so that a row written between
the two questions is neither missed nor counted twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.money import Money
from gateway.core.spending import Books, LedgerDown, Scope, Spent
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.jobs import jobs_within
from gateway.storage.tables import usage

HOUR: Final = 3600.0
AT_ONCE: Final = 500
"""Request ids in one question."""

Sums = dict[tuple[str | None, str], tuple[float, int]]
"""Day and currency -> a moment of it, and nano-units."""


class StoredSpending:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def spent(self, scope: Scope, start: float, end: float, counted: Callable[[], Awaitable[list[str]]]) -> Books:
        within = and_(_of(scope), usage.c.at >= start, usage.c.at < end, usage.c.cost_nano.is_not(None))
        try:
            async with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                else:
                    await connection.execute(text("BEGIN"))  # the driver begins nothing before a SELECT
                sums = await _sums(connection, within)
                jobs = await jobs_within(connection, scope, start, end)
                ids = await counted()
                for first in range(0, len(ids), AT_ONCE):
                    some = usage.c.request_id.in_(ids[first : first + AT_ONCE])
                    for key, (_, nano) in (await _sums(connection, and_(within, some))).items():
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
            .where(_of(scope), or_(*within), usage.c.cost_nano > 0)
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


async def _sums(connection: AsyncConnection, where: ColumnElement[bool]) -> Sums:
    groups = usage.c.local_day, usage.c.currency
    sums = select(*groups, func.min(usage.c.at), func.sum(usage.c.cost_nano)).where(where).group_by(*groups)
    return {(day, currency): (at, int(nano)) for day, currency, at, nano in await connection.execute(sums)}


def _of(scope: Scope) -> ColumnElement[bool]:
    match scope.kind:
        case "organisation":
            return true()
        case "team":
            return usage.c.team == scope.team
        case "project":
            return and_(usage.c.team == scope.team, usage.c.project == scope.name)
        case "user":
            return and_(usage.c.team == scope.team, usage.c.user == scope.name)
        case "key":
            return usage.c.key_id == scope.name
        case "model":
            return usage.c.model_asked == scope.name
