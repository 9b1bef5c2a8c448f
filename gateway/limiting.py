"""All that limits need in one process, put together: counters, at home or in Redis, and what settles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from gateway.alerts.messages import overran
from gateway.core.alerting import Alarms
from gateway.core.charging import charge, has_overrun, is_unpriced
from gateway.core.counting import CountersDown
from gateway.core.jobs import JobBook
from gateway.core.money import Money
from gateway.core.objects import EarlierAnswers, read_in_all
from gateway.core.policy import Policy
from gateway.core.ports import Clock, PolicySource, PriceBook, UsageLedger, UsageRow
from gateway.core.spending import Spending
from gateway.core.usage import Usage
from gateway.errors import Overloaded
from gateway.journal.local import LocalJournal
from gateway.journal.open_calls import earliest, orphans
from gateway.journal.usage import USAGE
from gateway.providers.registry import ProviderRegistry
from gateway.quota.allowances import Allowances, escrow_of
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.budgets import Budgets
from gateway.quota.failover import FailoverCounters
from gateway.quota.job_holds import JobHolds
from gateway.quota.memory import MemoryCounters
from gateway.quota.no_counters import NoCounters
from gateway.quota.pace import PaceWatcher
from gateway.quota.settling import Settling
from gateway.quota.throttle import Throttle
from gateway.quota.usual_tokens import UsualTokens
from gateway.settings import Settings
from gateway.stages.money.end_jobs import JobsEnd
from gateway.stages.money.hold_jobs import JobHolder
from gateway.stages.money.input_at_provider import InputAtProvider
from gateway.storage.counters import RedisCounters
from gateway.storage.engine import Engine
from gateway.storage.spending import StoredSpending
from gateway.storage.stored_counters import StoredCounters
from gateway.tasks import cancel, spawn_unawaited

if TYPE_CHECKING:
    from gateway.storage.redis import Redis

SKEW: Final = 5.0
"""Seconds that the database's clock may be ahead of ours."""
AGAIN: Final = 1.0
"""Seconds before the counters, which gave no answer, are asked again."""


async def settle_orphans(
    journal: LocalJournal,
    policy: Policy,
    budgets: Budgets,
    earlier: EarlierAnswers,
    book: JobBook,
    ledger: UsageLedger,
    prices: PriceBook,
) -> float | None:
    """Write the rows of calls whose process died, before anybody asks what was spent. Returns when the first call was
    begun that a dead process has left, in Unix seconds.

    What is made in the background is charged in the row of its job; where the book of jobs gives no answer, here too:
    rather twice than never.
    """
    left = await asyncio.to_thread(journal.inherited)
    lost, jobs, is_away = orphans(left, USAGE), set[str](), False
    try:
        jobs = await book.begun_by([orphan.call.request_id for orphan in lost])
    except Overloaded:
        is_away = True  # each further question would wait as long, and nobody is served meanwhile
    for orphan in lost:
        row, held, cost = orphan.row(), orphan.call.held, None
        if row.request_id in jobs:
            row.usage = Usage()
            cost = Money(0, held[0].currency) if held else None  # the job holds what it may cost
        else:
            if (kept := orphan.call.kept) is not None:
                named = () if is_away else kept.named
                read = await read_in_all(earlier, named, kept.presumed, row.usage.input_tokens)
                row.usage = msgspec.structs.replace(row.usage, input_tokens=read)
            charge(row, policy, prices)
            row.unpriced, cost = is_unpriced(row, policy), row.cost
        ledger.record(row, None)
        budgets.settle_orphan(row.request_id, held, cost, policy, row.at)
    return await asyncio.to_thread(earliest, left)


class CountersOfReplicas:
    """Quotas in Redis; money there, or in the database for as long as Redis cannot be asked."""

    def __init__(
        self,
        redis: Redis,
        stored: StoredCounters,
        shipped: Callable[[], Awaitable[None]],
        policies: PolicySource,
    ) -> None:
        self.quotas = RedisCounters(redis)
        self._stored = stored

        def escrow(counter: str, limit: int) -> int:
            return escrow_of(counter, limit) if policies.current.without_counters == "escrow" else 0

        self._in_redis = RedisCounters(redis, "gateway:{budgets}:", stored.held, escrow)
        self.money = FailoverCounters(
            self._in_redis,
            stored,
            stored.home,
            redis_is_up=lambda: redis.up,
            shipped=shipped,
            without=lambda: policies.current.without_counters,
        )
        self._in_redis.alone = self.money.may_go_alone

    def start(self) -> None:
        self.quotas.start()
        self._in_redis.start()

    async def close(self) -> None:
        await self.money.close()
        await self._stored.close()
        await self._in_redis.close()
        await self.quotas.close()


class CountersOfWorkers:
    """Without Redis: money in the database that they share; quotas are for each process to count."""

    quotas = None

    def __init__(self, stored: StoredCounters, shipped: Callable[[], Awaitable[None]]) -> None:
        self._stored = stored
        self.money = FailoverCounters(
            NoCounters(), stored, stored.home, redis_is_up=lambda: False, shipped=shipped, without=lambda: "exact"
        )

    def start(self) -> None:
        """Nothing runs before something is reserved."""

    async def close(self) -> None:
        await self.money.close()
        await self._stored.close()


class Limits:
    """`start` once Redis is, `close` before it and after the last usage row."""

    def __init__(
        self,
        shared: CountersOfReplicas | CountersOfWorkers | None,
        clock: Clock,
        spending: Spending,
        shipped: Callable[[], Awaitable[None]],
        alarms: Alarms,
        policies: PolicySource,
    ) -> None:
        self._alarms = alarms
        self._clock = clock
        self._shared = shared
        self._shipped = shipped
        self._recounting: asyncio.Task[None] | None = None
        own = MemoryCounters(clock)
        counters = own if shared is None or shared.quotas is None else shared.quotas
        money = own if shared is None else shared.money
        self.settling = Settling(counters, counters.settle_now)
        settling_at_home = self.settling if counters is own else Settling(own, own.settle_now)
        self._settling_money = self.settling if money is own else Settling(money, money.settle_now)
        self._settlings = {self.settling, settling_at_home, self._settling_money}
        self.outputs = UsualTokens()
        self.at_provider = InputAtProvider()
        self.allowances = Allowances()
        self.throttle = Throttle((counters, self.settling), (own, settling_at_home))
        self.pace = PaceWatcher(spending, money, alarms, clock)
        watcher = BudgetWatcher(money, alarms, clock)
        self.jobs = JobHolds(money, self._settling_money, watcher)
        self.budgets = Budgets(
            money, self._settling_money, spending, self.outputs, shipped, watcher, self.pace, self.jobs, policies
        )

    def start(self, left_since: float | None = None) -> None:
        """`left_since`: as `settle_orphans` has it."""
        if self._shared is not None:
            self._shared.start()
            if left_since is not None:
                self._recounting = spawn_unawaited(
                    self._recount(self._shared.money, left_since), "count what the dead have spent"
                )
        for settling in self._settlings:
            settling.start()
        self.pace.start()

    async def _recount(self, money: FailoverCounters, left_since: float) -> None:
        """Counters that were told what the ledger says while a process was dead know nothing of what it had not yet
        shipped, nor do they hold what it held: once that is in the ledger, they are told anew.
        """
        await self._shipped()
        while True:
            try:
                return await money.recount(self._clock.now() - left_since + SKEW)
            except CountersDown:
                await asyncio.sleep(AGAIN)

    async def drain(self) -> None:
        """Return when all that has ended is settled."""
        await self.settling.drain()
        await self._settling_money.drain()

    def settle(self, row: UsageRow) -> None:
        """The row is final."""
        self.budgets.settle(row)
        if row.said_at_most is not None and has_overrun(row):
            self._alarms.raise_alarm(overran(row, datetime.fromtimestamp(row.at, UTC).date().isoformat()))

    async def close(self) -> None:
        await cancel(self._recounting)
        await self.pace.close()
        await self.budgets.close()
        await self.throttle.close()
        for settling in self._settlings:
            await settling.close()
        if self._shared is not None:
            await self._shared.close()


def limits_of(
    settings: Settings,
    redis: Redis | None,
    engine: Engine,
    clock: Clock,
    shipped: Callable[[], Awaitable[None]],
    alarms: Alarms,
    policies: PolicySource,
) -> Limits:
    """With the database's ledger, and the counters of Redis where there is one. `shipped` as `Budgets` has it."""
    shared: CountersOfReplicas | CountersOfWorkers | None = None
    if redis is not None:
        shared = CountersOfReplicas(redis, StoredCounters(engine), shipped, policies)
    elif settings.several:
        shared = CountersOfWorkers(StoredCounters(engine), shipped)
    return Limits(shared, clock, StoredSpending(engine), shipped, alarms, policies)


def jobs_of(
    limits: Limits,
    earlier: EarlierAnswers,
    book: JobBook,
    ledger: UsageLedger,
    prices: PriceBook,
    policies: PolicySource,
    clock: Clock,
    providers: ProviderRegistry,
) -> tuple[JobHolder, JobsEnd]:
    """What holds the money of batches, and what ends it."""
    ends = JobsEnd(book, limits.jobs, ledger, prices, policies, clock, providers.provider, providers.upstream)
    told = limits.at_provider, earlier, book, ends.refused, ends.end
    holder = JobHolder(limits.budgets, limits.allowances, limits.jobs, prices, limits.outputs, *told)
    return holder, ends
