"""What keys spent and were refused, from the usage rows. Implements `core.key_status.KeyHistory`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.key_status import ModelSpend, Refusal, Unknown
from gateway.core.money import Money
from gateway.core.spending import Spent
from gateway.storage.costs import cost_groups
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.job_tables import provider_job as jobs
from gateway.storage.tables import usage

SOON: Final = 1.0
"""Seconds that who asks waits for the journal. A database that takes no rows for longer may still be read."""


class StoredKeyHistory:
    def __init__(self, engine: AsyncEngine, recorded: Callable[[], Awaitable[None]]) -> None:
        """`recorded` returns when every usage row of this process is in the database."""
        self._engine = engine
        self._recorded = recorded

    async def written(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                await self._recorded()

    async def spent(self, first_day: str, last_day: str, of: Mapping[str, str]) -> list[ModelSpend]:
        dimensions = ("provider", "model", "local_day")
        try:
            async with self._engine.connect() as connection:
                groups = await cost_groups(connection, first_day, last_day, dimensions, of, ("requests", "cost_nano"))
        except DATABASE_ERRORS as error:
            raise Unknown from error
        return [
            ModelSpend(
                provider=group.key["provider"] or "",
                model=group.key["model"] or "",
                day=group.key["local_day"] or first_day,
                requests=group.sums["requests"],
                cost=Money(group.sums["cost_nano"], currency) if (currency := group.key["currency"]) else None,
            )
            for group in groups
            if group.sums["requests"]
        ]

    async def held(self, start: float, end: float, of: Mapping[str, str]) -> list[Spent]:
        within = select(jobs.c.at, jobs.c.held_nano, jobs.c.currency).where(
            jobs.c.at >= start, jobs.c.at < end, jobs.c.currency.is_not(None)
        )
        for name, value in of.items():
            within = within.where(jobs.c[name] == value)
        try:
            async with self._engine.connect() as connection:
                return [Spent(row[0], Money(row[1], row[2])) for row in await connection.execute(within)]
        except DATABASE_ERRORS as error:
            raise Unknown from error

    async def refusals(self, key_id: str, number: int) -> list[Refusal]:
        columns = usage.c.request_id, usage.c.at, usage.c.error_code, usage.c.model_asked
        refused = select(*columns).where(usage.c.key_id == key_id, usage.c.status == "refused")
        try:
            async with self._engine.connect() as connection:
                rows = await connection.execute(refused.order_by(usage.c.at.desc()).limit(number))
                return [Refusal(request_id=row[0], at=row[1], code=row[2] or "refused", model=row[3]) for row in rows]
        except DATABASE_ERRORS as error:
            raise Unknown from error
