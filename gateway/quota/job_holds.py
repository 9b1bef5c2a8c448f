"""Money that is held for work which providers have not done yet: for hours, through restarts, by nobody's process.

Promise: a job's cost is reserved of every budget over it from the moment at which it is asked for until its usage row
says what it came to, in whichever life of the counters.

Invariants
- A job has one reservation a counter, named by both: so a counter that is told by the ledger what was spent is told
  by the jobs in it what is held, and no other counter is touched.
- What the ledger has is never held as well: jobs and sums are read at one moment, and a job's reservation ends before
  its row is written. One that was put in by a process that had looked before that is ended again (`look_again`).
- What a request cost, to budgets newer than it is, is posted in the same way: by a reservation that is settled at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from gateway.core.counting import Counters, CountersDown
from gateway.core.identity import Principal
from gateway.core.jobs import Job
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import UsageRow
from gateway.policy.resolve import levels_over
from gateway.quota.allowances import Allowance, allowances_at
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.settling import Settling
from gateway.tasks import spawn

BRIEFLY: Final = 60.0
"""Seconds for which a reservation of nothing lives, that is settled at once."""
LIFE: Final = 10 * 86_400.0
"""Seconds that a job's reservation lives by itself: longer than any provider works at one."""


def row_of(id: str) -> str:
    """The request id of the usage row that a reservation ends with."""
    return id.partition("@")[0]


class JobHolds:
    """One a process."""

    MOST_PUT_IN: ClassVar = 10_000

    def __init__(self, counters: Counters, settling: Settling, watcher: BudgetWatcher) -> None:
        self._counters = counters
        self._settling = settling
        self._watcher = watcher
        self._put_in: dict[str, Job] = {}

    async def hold(self, job: Job, policy: Policy, seconds: float) -> None:
        """Of every budget over it, whether or not it fits: whoever asks has made room. Raises CountersDown."""
        for allowance in over(policy, job):
            units = None if job.held is None else allowance.units(job.held, policy, job.at)
            if units is not None:
                await self._counters.restore(_name(job, allowance), allowance.line(units), seconds)

    async def keep(self, job: Job, policy: Policy) -> None:
        """The provider works at it: what is held lives as long. Raises CountersDown."""
        await self._counters.extend([_name(job, allowance) for allowance in over(policy, job)], LIFE)

    async def put_in(self, allowance: Allowance, policy: Policy, jobs: Iterable[Job]) -> None:
        """Into a counter that is about to be told what was spent. Raises CountersDown."""
        for job in jobs:
            units = None if job.held is None else allowance.units(job.held, policy, job.at)
            if units is not None:
                await self._counters.restore(_name(job, allowance), allowance.line(units), LIFE)
                if len(self._put_in) >= self.MOST_PUT_IN:
                    self._put_in.clear()
                self._put_in[job.row_id] = job

    def end(self, job: Job, cost: Money | None, policy: Policy) -> None:
        """By what it cost; where that is not known in a budget's currency, by what was held for it; and where that is
        not known any more either, it is left to end by its time, posted as it was reserved. Never waits.
        """
        for allowance in over(policy, job):
            known = [allowance.units(money, policy, job.at) for money in (cost, job.held) if money is not None]
            units = next((each for each in known if each is not None), None)
            if units is None:
                continue
            if allowance.budget.alerts:
                self._watcher.mark_changed((allowance,))
            self._settling.settle(_name(job, allowance), (units,), self._watcher.check_changed)

    def post(
        self, row: UsageRow, costs: tuple[Money, ...], policy: Policy, principal: Principal, settled: frozenset[str]
    ) -> None:
        """What a request cost, to the budgets over whoever asked that it held nothing of, as they are newer: to all
        counters but those in `settled`. Never waits.
        """
        for allowance in allowances_at(policy, levels_over(policy, principal), principal, row.at, row.model_asked):
            units = sum(allowance.units(cost, policy, row.at) or 0 for cost in costs)
            if units and allowance.counter not in settled:
                spawn(self._post(f"{row.request_id}@{allowance.counter}", allowance, units), "post to a newer budget")

    async def _post(self, name: str, allowance: Allowance, units: int) -> None:
        # Not tried again: counters that were lost meanwhile are told of it by the ledger, and would count it twice.
        with contextlib.suppress(CountersDown):
            await self._counters.restore(name, allowance.line(0), BRIEFLY)
            if allowance.budget.alerts:
                self._watcher.mark_changed((allowance,))
            self._settling.settle(name, (units,), self._watcher.check_changed)

    @property
    def put_in_here(self) -> tuple[str, ...]:
        """Row ids of jobs that this process told a counter of, to be looked at again."""
        return tuple(self._put_in)

    def look_again(self, costs: Mapping[str, Money], policy: Policy) -> None:
        """Of those jobs, these have ended."""
        for row_id, cost in costs.items():
            job = self._put_in.pop(row_id, None)
            if job is not None:
                self.end(job, cost, policy)


def over(policy: Policy, job: Job) -> tuple[Allowance, ...]:
    """Every budget over whoever asked for the job, in the window in which that was."""
    principal = Principal(key_id=job.key_id, name=job.key_name, team=job.team, user=job.user)
    return allowances_at(policy, levels_over(policy, principal), principal, job.at, job.model_asked)


def _name(job: Job, allowance: Allowance) -> str:
    return f"{job.row_id}@{allowance.counter}"
