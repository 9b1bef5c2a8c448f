"""What one more call would cost at each target now, at hand for whoever chooses.

Promise: a request waits for no question to the ledger, and policies that prefer nothing ask none.

Invariants
- The ledger is asked when somebody wants to know and what is known is EVERY old; until it has answered once, nothing is
  preferred. What it cannot answer is known as of its last word.
- So a commitment may be passed by what is spent in EVERY, which costs its price like all that comes after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.billing.agreements import Use, earliest_day
from gateway.billing.calendar import month_of
from gateway.billing.marginal import depends_on_usage, marginal_costs
from gateway.billing.uses import uses_of
from gateway.core.policy import Policy, Target
from gateway.core.ports import Clock, PriceBook
from gateway.core.routes import MarginalCost
from gateway.core.spending import LedgerDown
from gateway.storage.costs import CostGroup
from gateway.tasks import cancel, spawn_for_good

EVERY: Final = 60.0
AGAIN: Final = 5.0
"""Seconds between two questions where the ledger does not answer."""
KEPT: Final = 4
"""Policies: more than are in use while one is on trial."""

Groups = Callable[[str, str], Awaitable[list[CostGroup]]]
_Costs = dict[tuple[str, str], MarginalCost]
"""By (provider, model)."""


class MarginalCosts:
    """`groups`: the ledger's sums from one day to another, as `billing.uses` wants them; raises LedgerDown."""

    def __init__(self, groups: Groups, prices: PriceBook, clock: Clock) -> None:
        self._groups = groups
        self._prices = prices
        self._clock = clock
        self._known: dict[str, tuple[float, _Costs]] = {}
        """Version of a policy -> until when it is known, and what."""
        self._wanted: dict[str, Policy] = {}
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._keep_reading(), "read the ledger for agreements")

    async def close(self) -> None:
        await cancel(self._task)

    def at(self, policy: Policy, target: Target) -> MarginalCost | None:
        """Of a call there now, by a target of an alias that prefers some; None while it is not known."""
        until, costs = self._known.get(policy.version, (float("-inf"), {}))
        if self._clock.monotonic() >= until:
            self._wanted[policy.version] = policy
            self._asked.set()
        return costs.get((target.provider, target.model))

    async def _keep_reading(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            while self._wanted:
                version, policy = self._wanted.popitem()
                try:
                    costs = await self._costs(policy)
                except LedgerDown:
                    await asyncio.sleep(AGAIN)  # whoever wants to know then asks again
                else:
                    self._known.pop(version, None)
                    self._known[version] = self._clock.monotonic() + EVERY, costs
                    if len(self._known) > KEPT:
                        del self._known[next(iter(self._known))]

    async def _costs(self, policy: Policy) -> _Costs:
        """In a thread, since a quarter has many days."""
        now = self._clock.now()
        today = policy.reporting.day_of(now)
        uses: list[Use] = []
        if depends_on_usage(policy):
            uses = uses_of(await self._groups(earliest_day(policy.agreements, month_of(today)), today))
        return await asyncio.to_thread(marginal_costs, policy, self._prices, uses, now)
