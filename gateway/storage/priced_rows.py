"""Usage rows one by one, for what sums cannot answer: what they cost at other prices, and whether a bill agrees."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.tables import ADJUSTED_KEYS, COST_METERS, TOKEN_COUNTS, usage

PAGE: Final = 5_000

_COLUMNS: Final = (
    "request_id",
    "at",
    "service_tier",
    "estimated",
    "cost_nano",
    "currency",
    "price_source",
    *TOKEN_COUNTS,
    *COST_METERS,
    "calls_by_kind",
    *ADJUSTED_KEYS,
)


async def charged_rows(connection: AsyncConnection, day: str) -> AsyncIterator[Sequence[Any]]:
    """Pages of the day's rows that used something, by request id."""
    after = ""
    while True:
        wanted = select(*(usage.c[name] for name in _COLUMNS)).where(
            usage.c.local_day == day,
            usage.c.request_id > after,
            usage.c.provider.is_not(None),
            usage.c.input_tokens + usage.c.output_tokens + func.coalesce(usage.c.billed_calls, 0) > 0,
        )
        page = (await connection.execute(wanted.order_by(usage.c.request_id).limit(PAGE))).all()
        if not page:
            return
        yield page
        after = page[-1].request_id


async def rows_between(connection: AsyncConnection, provider: str, start: float, end: float) -> AsyncIterator[Any]:
    """The provider's rows from one instant up to another, in no order, as they are read."""
    wanted = select(*(usage.c[name] for name in _COLUMNS)).where(
        usage.c.provider == provider, usage.c.at >= start, usage.c.at < end, usage.c.attempts > 0
    )
    result = await connection.stream(wanted)
    async for row in result:
        yield row
