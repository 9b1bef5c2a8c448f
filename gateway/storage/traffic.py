"""Recorded requests, grouped in the database: what a policy can be played through on.

Invariants
- Only what a policy decides on is read, and counts of tokens; a row holds no content in any case.
- Requests answered from the cache or by ourselves are left out: no provider would have been asked again; and so are
  calls beside a request (shadows, second calls of hedges, calls that failed before, vectors, advice): a policy or a
  model makes them, and nobody asked for them.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.caching import RECALLED, VECTOR
from gateway.core.calls import CONSULTED, FAILED, HEDGE
from gateway.core.identity import Principal
from gateway.core.shadows import SHADOW_KEY
from gateway.core.traffic import Traffic
from gateway.core.usage import Usage, read_calls
from gateway.storage.tables import TOKEN_COUNTS, usage, virtual_key

_GROUPS: Final = (
    *(usage.c.team, usage.c.user, usage.c.key_id, usage.c.model_asked, usage.c.operation),
    usage.c.calls_by_kind,
)
_OF_OTHER_CALLS: Final = (HEDGE, VECTOR, f"{FAILED}_", f"{CONSULTED}_")
_KEY: Final = (virtual_key.c.name, virtual_key.c.models)

_STATEMENT: Final = (
    select(
        *_GROUPS,
        *_KEY,
        func.count().label("requests"),
        *(func.sum(usage.c[name]).label(name) for name in TOKEN_COUNTS),
    )
    .select_from(usage.outerjoin(virtual_key, virtual_key.c.id == usage.c.key_id))
    .where(
        usage.c.model_asked.is_not(None),
        usage.c.cache.is_(None) | usage.c.cache.not_in((*RECALLED, "replay")),
        usage.c.key_id != SHADOW_KEY,
        *(usage.c.request_id.not_like(f"%{ending}") for ending in _OF_OTHER_CALLS),
    )
    .group_by(*_GROUPS, *_KEY)
    .order_by(*_GROUPS)
)


async def recorded(engine: AsyncEngine, since: float) -> list[Traffic]:
    """All groups of requests since then (Unix seconds)."""
    async with engine.connect() as connection:
        rows = await connection.execute(_STATEMENT.where(usage.c.at >= since))
        return [_traffic(row) for row in rows]


def _traffic(row: Row[Any]) -> Traffic:
    tokens: dict[str, Any] = {name: int(getattr(row, name) or 0) for name in TOKEN_COUNTS}
    return Traffic(
        principal=Principal(key_id=row.key_id, team=row.team, user=row.user, name=row.name, models=row.models),
        model=row.model_asked,
        operation=row.operation,
        requests=row.requests,
        total=Usage(**tokens),
        calls=read_calls(row.calls_by_kind),
    )
