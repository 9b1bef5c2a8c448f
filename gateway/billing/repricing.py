"""A past month at the prices of today's policy: what the books would say, had it been in force.

Promise: reproducible. The same rows, price list and policy give the same figures and the same digest, whoever asks and
whenever; and corrections that were recorded are taken into account, so that applying twice corrects once.

A batch is the sum of its calls, and its row does not say how long these were: it is priced as calls of a short context,
or all of a long one, whichever comes nearer to what was charged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.billing.calendar import days_of
from gateway.core.jobs import ROW_OF_A_JOB, portions
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook
from gateway.core.usage import Usage, read_calls
from gateway.storage.costs import Adjustment, adjustments_of
from gateway.storage.engine import Connection
from gateway.storage.priced_rows import charged_rows
from gateway.storage.tables import ADJUSTED_KEYS, TOKEN_COUNTS

Place = tuple[str | None, ...]
"""The values of ADJUSTED_KEYS, and a currency."""


class Repriced(msgspec.Struct):
    """Nano-units of one place's currency."""

    calls: int = 0
    recorded: int = 0
    adjusted: int = 0
    corrections: int = 0
    """How many come to `adjusted`."""
    now: int = 0

    @property
    def difference(self) -> int:
        return self.now - self.recorded - self.adjusted


class Repricing(msgspec.Struct, frozen=True, kw_only=True):
    month: str
    places: dict[Place, Repriced]
    unpriced: int
    """Rows that have no price now; they keep what they were charged."""
    digest: str

    def corrections(self, reason: str, at: float) -> list[Adjustment]:
        """One for each place that differs; their ids are made of what they correct, and of how many came before them:
        a price may come back, and whoever corrects the same at the same time is told.
        """
        found = []
        for place, repriced in sorted(self.places.items(), key=lambda item: tuple(map(str, item[0]))):
            if repriced.difference:
                named = msgspec.json.encode([self.month, place, repriced.corrections, repriced.difference])
                found.append(
                    Adjustment(
                        id=hashlib.sha256(named).hexdigest()[:32],
                        month=self.month,
                        recorded_at=at,
                        reason=reason,
                        key=dict(zip(ADJUSTED_KEYS, place, strict=False)),
                        currency=place[-1] or "",
                        nano=repriced.difference,
                    )
                )
        return found


async def reprice(
    connection: Connection, month: str, policy: Policy, prices: PriceBook, progress: Callable[[int, int], None]
) -> Repricing:
    """Every row of the month, priced again. `progress(done, of)` after each day."""
    places: dict[Place, Repriced] = {}
    unpriced = 0
    first, last = days_of(month)
    number = int(last[8:])
    for done in range(1, number + 1):
        async for page in charged_rows(connection, f"{first[:8]}{done:02}"):
            for row in page:
                key = tuple(getattr(row, name) for name in ADJUSTED_KEYS)
                if row.cost_nano is not None:
                    recorded = places.setdefault((*key, row.currency), Repriced())
                    recorded.recorded += row.cost_nano
                    recorded.calls += 1
                tokens: dict[str, Any] = {name: getattr(row, name) or 0 for name in TOKEN_COUNTS}
                usage = Usage(**tokens, service_tier=row.service_tier, calls=read_calls(row.calls_by_kind))
                priced = _priced(row, usage, policy, prices)
                if priced is not None:
                    places.setdefault((*key, priced.currency), Repriced()).now += priced.nano
                else:
                    unpriced += 1
                    if row.cost_nano is not None:
                        places[*key, row.currency].now += row.cost_nano
        progress(done, number)
    for adjustment in await adjustments_of(connection, month, month):
        place = (*(adjustment.key[name] for name in ADJUSTED_KEYS), adjustment.currency)
        corrected = places.setdefault(place, Repriced())
        corrected.adjusted += adjustment.nano
        corrected.corrections += 1
    lines = sorted([list(map(str, place)), repriced.recorded, repriced.now] for place, repriced in places.items())
    digest = hashlib.sha256(msgspec.json.encode([month, lines])).hexdigest()
    return Repricing(month=month, places=places, unpriced=unpriced, digest=digest)


def _priced(row: Any, usage: Usage, policy: Policy, prices: PriceBook) -> Money | None:
    """What the row's usage costs by that policy; None where nobody knows."""
    batch = row.request_id.endswith(ROW_OF_A_JOB) and usage.tier_alone == "batch"
    parts = portions(usage, 0) if batch else (usage,)
    each = [prices.cost(policy, row.provider, row.model, part, row.at) for part in parts]
    found = [priced[0] for priced in each if priced is not None]
    if not found:
        return None
    short = Money(sum(money.nano for money in found), found[0].currency)
    whole = prices.cost(policy, row.provider, row.model, usage, row.at) if len(parts) > 1 else None
    if whole is None or row.cost_nano is None or row.currency != short.currency:
        return short
    long, charged = whole[0], row.cost_nano
    if abs(long.nano - charged) >= abs(short.nano - charged):
        return short
    rounded = abs(long.nano - charged) <= len(parts)  # once for each call, of which there were no more
    return Money(charged, long.currency) if rounded else long
