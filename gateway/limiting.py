"""All that limits need in one process, put together: counters, at home or in Redis, and what settles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.core.alerting import Alarms
from gateway.core.charging import charge
from gateway.core.counting import Counters
from gateway.core.jobs import JobBook
from gateway.core.policy import Policy
from gateway.core.ports import Clock, PolicySource, PriceBook, UsageLedger
from gateway.core.spending import Spending
from gateway.journal.local import LocalJournal
from gateway.journal.open_calls import orphans
from gateway.journal.usage import USAGE
from gateway.providers.registry import ProviderRegistry
from gateway.quota.allowances import Allowances
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.budgets import Budgets
from gateway.quota.job_holds import JobHolds
from gateway.quota.memory import MemoryCounters
from gateway.quota.outputs import Outputs
from gateway.quota.pace import PaceWatcher
from gateway.quota.settling import Settling
from gateway.quota.throttle import Throttle
from gateway.stages.end_jobs import JobsEnd
from gateway.stages.hold_jobs import JobHolder
from gateway.storage.counters import RedisCounters
from gateway.storage.redis import Redis


async def presume(
    journal: LocalJournal, policy: Policy, prices: PriceBook, ledger: UsageLedger, budgets: Budgets
) -> None:
    """Write the rows of calls whose process died, before anybody asks what was spent."""
    for orphan in orphans(await asyncio.to_thread(journal.inherited), USAGE):
        row = orphan.row()
        charge(row, policy, prices)
        ledger.record(row, None)
        budgets.settle_for_the_dead(row.request_id, orphan.call.held, row.cost, policy, row.at)


class Limits:
    """`start` once Redis is, `close` before it and after the last usage row."""

    def __init__(
        self,
        redis: Redis | None,
        clock: Clock,
        spending: Spending,
        shipped: Callable[[], Awaitable[None]],
        alarms: Alarms,
    ) -> None:
        own = MemoryCounters(clock)
        self._shared = None if redis is None else RedisCounters(redis)
        counters: Counters = own if self._shared is None else self._shared
        self.settling = Settling(counters)
        self._own_settling = self.settling if self._shared is None else Settling(own)
        self.outputs = Outputs()
        self.allowances = Allowances()
        self.throttle = Throttle((counters, self.settling), (own, self._own_settling))
        self.pace = PaceWatcher(spending, alarms, clock)
        watcher = BudgetWatcher(counters, alarms, clock)
        self.jobs = JobHolds(counters, self.settling, watcher)
        self.budgets = Budgets(counters, self.settling, spending, self.outputs, shipped, watcher, self.pace, self.jobs)

    def start(self) -> None:
        if self._shared is not None:
            self._shared.start()
            self._own_settling.start()
        self.settling.start()
        self.pace.start()

    async def close(self) -> None:
        await self.pace.close()
        await self.settling.close()
        if self._shared is not None:
            await self._own_settling.close()
            await self._shared.close()


def jobs_of(
    limits: Limits,
    book: JobBook,
    ledger: UsageLedger,
    prices: PriceBook,
    policies: PolicySource,
    clock: Clock,
    providers: ProviderRegistry,
) -> tuple[JobHolder, JobsEnd]:
    """What holds the money of batches, and what ends it."""
    holder = JobHolder(limits.budgets, limits.allowances, limits.jobs, prices, limits.outputs, book)
    ends = JobsEnd(book, limits.jobs, ledger, prices, policies, clock, providers.provider, providers.upstream)
    return holder, ends
