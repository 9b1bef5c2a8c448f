"""Usage rows for people: pages, newest first. Database errors pass through."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.money import Money
from gateway.storage.tables import usage


class UsageLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of `usage` says of one request, without its timings."""

    request_id: str
    at: float
    key_id: str
    team: str
    user: str | None
    operation: str
    model_asked: str | None
    provider: str | None
    model: str | None
    region: str | None
    status: str
    http_status: int
    error_code: str | None
    input_tokens: int
    output_tokens: int
    calls_by_kind: str | None
    """`web_search=3`: what the provider bills by the call."""
    cost: Money | None
    policy_version: str | None


class UsagePages:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def newest(
        self,
        limit: int,
        *,
        teams: Collection[str] | None,
        since: float,
        until: float,
        after: tuple[float, str] | None = None,
    ) -> list[UsageLine]:
        """`teams` None: all. `after`: (at, request_id) of the last line of the page before."""
        wanted = _between(select(usage), teams, since, until)
        wanted = wanted.order_by(usage.c.at.desc(), usage.c.request_id.desc()).limit(limit)
        if after is not None:
            wanted = wanted.where(tuple_(usage.c.at, usage.c.request_id) < tuple_(*_bound(after)))
        async with self._engine.connect() as connection:
            return [_line(dict(row._mapping)) for row in await connection.execute(wanted)]


def _between(wanted: Select[Any], teams: Collection[str] | None, since: float, until: float) -> Select[Any]:
    wanted = wanted.where(usage.c.at >= since, usage.c.at < until)
    return wanted if teams is None else wanted.where(usage.c.team.in_(sorted(teams)))


def _bound(after: tuple[float, str]) -> tuple[Any, Any]:
    return literal(after[0], usage.c.at.type), literal(after[1], usage.c.request_id.type)


def _line(row: dict[str, Any]) -> UsageLine:
    cost = None if row["currency"] is None else Money(row["cost_nano"], row["currency"])
    kept = {name: row[name] for name in UsageLine.__struct_fields__ if name != "cost"}
    return UsageLine(**kept, cost=cost)
