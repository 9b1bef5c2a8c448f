"""What the caches of answers did, summed from the usage rows that are still there.

Invariants
- Only requests of teams with a cache count, and of those only such as may be kept: for the others it was not asked.
- What vectors cost that were made to find texts that mean the same is told beside what was saved by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.caching import CHECKS, RECALLED, VECTOR, CacheUse
from gateway.core.money import Money
from gateway.storage.tables import usage

ASKED: tuple[CacheUse, ...] = ("miss", *sorted(RECALLED), *CHECKS)
_COLUMNS = {"team": usage.c.team, "cost_center": usage.c.cost_center, "model": usage.c.model, "day": usage.c.local_day}


class CacheUses(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one day that the cache did the same for; `use` None: calls for vectors. Money in one currency."""

    day: str
    key: tuple[str | None, ...]
    use: CacheUse | None
    requests: int
    saved: Money | None
    cost: Money | None


async def cache_uses(engine: AsyncEngine, first_day: str, last_day: str, by: Sequence[str]) -> list[CacheUses]:
    """Of the days from the first to the last, in the calendar of reports; `by` of team, cost_center, model, day.

    Database errors pass through.
    """
    is_vector = usage.c.request_id.endswith(VECTOR, autoescape=True)
    groups = usage.c.local_day, *(_COLUMNS[name] for name in by), usage.c.cache, is_vector, usage.c.currency
    statement = (
        select(*groups, func.count(), func.sum(usage.c.saved_nano), func.sum(usage.c.cost_nano))
        .where(usage.c.local_day.between(first_day, last_day), or_(usage.c.cache.in_(ASKED), is_vector))
        .group_by(*groups)
    )
    async with engine.connect() as connection:
        rows = await connection.execute(statement)
    return [_cache_use(tuple(row)) for row in rows]


def _cache_use(row: tuple[Any, ...]) -> CacheUses:
    day, *key, use, is_vector, currency, requests, saved, cost = row
    return CacheUses(
        day=day,
        key=tuple(key),
        use=None if is_vector else use,
        requests=requests,
        saved=None if saved is None or currency is None else Money(int(saved), currency),
        cost=None if cost is None or currency is None else Money(int(cost), currency),
    )
