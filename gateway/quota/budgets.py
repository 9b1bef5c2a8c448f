"""Money, held before it is spent: the allowances of a request, taken together, and settled with its usage row.

Promise: what is posted and reserved of a budget never passes its limit at the moment of a reservation; a reservation
ends with the request's row, however the request ends; and a counter that was lost is told by the ledger what was spent
before anything is taken from it.

Invariants
- A call that reached no provider, or that the provider refused, costs nothing; one whose cost is not known in the end
  costs what was reserved for it.
- Where the counters or the ledger cannot be asked, nothing is admitted.
- What a call cost under which the policy has changed is posted to the budgets of the present one, too, where it held
  money of any: a budget that is new, or has another name or period, was told by the ledger what had ended before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

import msgspec

from gateway.core.calls import Held, consulted_rows
from gateway.core.counting import Counters, CountersAway, CountersDown, LimitReached, NotLoaded, Verdict
from gateway.core.identity import Principal
from gateway.core.limit_errors import BudgetSpent, LimitsUnavailable, PriceUnknown
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import PolicySource, UsageRow
from gateway.core.spending import LedgerDown, Spending
from gateway.quota.allowances import Allowance, in_words
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.job_holds import JobHolds, row_of
from gateway.quota.pace import PaceWatcher
from gateway.quota.settling import Settling
from gateway.quota.unchecked import UncheckedBudgets
from gateway.quota.usual_tokens import UsualTokens
from gateway.tasks import spawn

TRIES: Final = 4
"""Of a reservation whose counters are cold: each reads the ledger anew."""
READ_SECONDS: Final = 5.0
"""For which nothing is held, so that the counter has been told what the ledger says."""
SHIPPED_SECONDS: Final = 10.0
"""For what this process has journalled to reach the ledger: without it, the ledger says too little."""
UNAVAILABLE: Final = "Budgets cannot be checked at the moment, so nothing is spent. Try again shortly."
_NO_COUNTERS: Final = "the counters give no answer"
_NO_LEDGER: Final = "what was spent cannot be read from the database, or does not reach it from this machine's journal"
_counter: Final = attrgetter("counter")
_COLD: Final = "the counters are lost again and again before they are told what was spent"


class _Held(msgspec.Struct, frozen=True):
    allowances: tuple[Allowance, ...]
    amounts: tuple[int, ...]
    policy: Policy
    cost: Money
    principal: Principal | None


class Budgets:
    """One a process. `settle` is told of every usage row."""

    def __init__(
        self,
        counters: Counters,
        settling: Settling,
        spending: Spending,
        outputs: UsualTokens,
        shipped: Callable[[], Awaitable[None]],
        watcher: BudgetWatcher,
        pace: PaceWatcher,
        jobs: JobHolds,
        policies: PolicySource,
    ) -> None:
        self._policies = policies
        self._counters = counters
        self._settling = settling
        self._spending = spending
        self._outputs = outputs
        self._shipped = shipped
        self._watcher = watcher
        self._pace = pace
        self._jobs = jobs
        self.unchecked = UncheckedBudgets()
        self._held: dict[str, _Held] = {}
        self._loads: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def hold(
        self,
        id: str,
        policy: Policy,
        allowances: tuple[Allowance, ...],
        cost: Money,
        at: float,
        seconds: float,
        principal: Principal | None = None,
    ) -> None:
        """Reserve `cost` of every allowance; raises BudgetSpent, PriceUnknown, LimitsUnavailable.

        `principal`: whose budgets they are; None for what is released again, and never settled with a row.
        """
        held = _Held(allowances, _amounts(policy, allowances, cost, at), policy, cost, principal)
        lines = tuple(map(Allowance.line, allowances, held.amounts))
        verdict: Verdict = NotLoaded(())
        try:
            for _ in range(TRIES):
                verdict = await self._counters.reserve(id, lines, seconds)
                if not isinstance(verdict, NotLoaded):
                    break
                by_counter = {allowance.counter: allowance for allowance in allowances}
                with contextlib.suppress(CountersDown):  # lost, or moved, meanwhile: they are asked again
                    await asyncio.gather(
                        *(self._loaded(by_counter[name], policy, verdict.life) for name in verdict.counters)
                    )
        except (CountersDown, asyncio.CancelledError) as error:
            if not isinstance(error, CountersAway):
                self._settling.settle(id, (0,) * len(lines))  # it may have been taken, and nobody was told
            if isinstance(error, CountersDown):
                raise self._unavailable(str(error), allowances) from error
            raise
        except LedgerDown as error:
            raise self._unavailable(_NO_LEDGER, allowances) from error
        if isinstance(verdict, NotLoaded):
            raise self._unavailable(_COLD, allowances)
        self.unchecked.checked(map(_counter, allowances))
        if isinstance(verdict, LimitReached):
            allowance = allowances[verdict.line]
            self._watcher.refused(allowance, verdict.left)
            raise _spent(allowance, verdict.left, held.amounts[verdict.line])
        self._held[id] = held

    async def hold_side_call(self, id: str, request_id: str, cost: Money, at: float, seconds: float) -> None:
        """Reserve `cost` of what `request_id` holds money of, for a call of it that is booked as `id`; raises as `hold`
        does. Nothing where that holds nothing.
        """
        held = self._held.get(request_id)
        if held is not None:
            await self.hold(id, held.policy, held.allowances, cost, at, seconds, held.principal)

    async def spent_and_held(self, id: str, policy: Policy, allowance: Allowance, at: float) -> tuple[Money, Money]:
        """What is posted of it, and what is reserved; raises LimitsUnavailable, PriceUnknown. `id` as of a request."""
        with contextlib.suppress(BudgetSpent):
            await self.hold(id, policy, (allowance,), Money(0, allowance.budget.limit.currency), at, READ_SECONDS)
        self.release(id)
        try:
            posted, reserved = await self._counters.read(allowance.counter)
        except CountersDown as error:
            raise self._unavailable(str(error), (allowance,)) from error
        return allowance.money(posted), allowance.money(reserved)

    def release(self, id: str) -> None:
        """Nothing will be spent of what this request held; nor is anything reserved where it held nothing."""
        held = self._held.pop(id, None)
        if held is not None:
            self._settling.settle(id, (0,) * len(held.amounts))

    def cost_held(self, id: str) -> Money | None:
        """What this request may cost, as far as budgets are over it."""
        held = self._held.get(id)
        return None if held is None else held.cost

    def held(self, id: str) -> tuple[Held, ...]:
        """What a journal must know of a reservation, so that another process can settle it."""
        held = self._held.get(id)
        if held is None:
            return ()
        return tuple([Held(each.budget.limit.currency, each.unit) for each in held.allowances])

    def settle_orphan(self, id: str, held: tuple[Held, ...], cost: Money | None, policy: Policy, at: float) -> None:
        """End what a process that died had reserved, by what its call is presumed to cost. Where that is not known in a
        currency, the reservation is left to end by its time, posted as it was reserved.
        """
        actual: list[int] = []
        for each in held:
            converted = (
                None if cost is None else policy.exchange.convert(cost, each.currency, policy.reporting.day_of(at))
            )
            if converted is None:
                return
            actual.append(-(-converted.nano // each.unit))
        self._settling.settle(id, tuple(actual))

    def settle(self, row: UsageRow) -> None:
        """The row is final: end what was reserved for it, if anything was, and learn from it."""
        told = row.usage.output_tokens and not row.usage.estimated
        if told and row.model is not None and row.usage.tier_alone != "batch":  # which is many answers
            self._outputs.learn(row.key_id, row.model, row.usage.output_tokens)
        held = self._held.pop(row.request_id, None)
        if held is None:
            return
        current, principal = self._policies.current, held.principal
        if held.policy is not current and principal is not None and row.cost is not None:
            settled = frozenset(map(_counter, held.allowances))
            self._jobs.post(row, (row.cost, *row.beside), current, principal, settled)
        each = zip(held.allowances, held.amounts, strict=True)
        if row.cost is not None:
            cost, at = row.cost, row.at
            actual = tuple([_spent_of(allowance, amount, cost, held.policy, at) for allowance, amount in each])
            for more in row.beside:
                beside = [_spent_of(allowance, 0, more, held.policy, at) for allowance in held.allowances]
                actual = tuple(map(sum, zip(actual, beside, strict=True)))
        elif not row.chargeable:
            actual = (0,) * len(held.amounts)
        else:
            actual = held.amounts
        watched = tuple([allowance for allowance in held.allowances if allowance.budget.alerts])
        if watched and row.cost is not None and row.cost.nano:
            self._pace.mark_changed(watched, held.policy)
        self._watcher.mark_changed(watched)
        self._settling.settle(row.request_id, actual, self._watcher.check_changed if watched else None)

    async def close(self) -> None:
        """Nobody asks the ledger any more, whoever waits for it."""
        loads = list(self._loads.values())
        for load in loads:
            load.cancel()
        await asyncio.gather(*loads, return_exceptions=True)

    def _unavailable(self, why: str, allowances: Sequence[Allowance]) -> LimitsUnavailable:
        self.unchecked.note(why or _NO_COUNTERS, map(_counter, allowances))
        return LimitsUnavailable(UNAVAILABLE, retry_after=2)

    async def _loaded(self, allowance: Allowance, policy: Policy, life: str) -> None:
        """Tell a counter what the ledger says; those who ask at the same time share the question."""
        name = (allowance.counter, life)
        task = self._loads.get(name)
        if task is None:
            task = self._loads[name] = spawn(self._load(allowance, policy, life), "read the ledger for a budget")
            task.add_done_callback(lambda _: self._loads.pop(name, None))
        await asyncio.shield(task)

    async def _load(self, allowance: Allowance, policy: Policy, life: str) -> None:
        await self._counters.quiet()
        try:
            async with asyncio.timeout(SHIPPED_SECONDS):
                await self._shipped()
        except TimeoutError as error:
            raise LedgerDown from error
        window = allowance.window

        async def counted() -> list[str]:
            settled = list(map(row_of, await self._counters.counted(allowance.counter)))
            return [row for request in settled for row in (request, *consulted_rows(request))]  # `UsageRow.beside`

        books = await self._spending.spent(allowance.scope, window.start, window.end, counted)
        posted = 0
        for each in books.spent:
            units = allowance.units(each.money, policy, each.at)
            if units is None:
                raise _no_rate(each.money, allowance)
            posted += units
        await self._jobs.put_in(allowance, policy, books.jobs)
        await self._counters.load(allowance.counter, posted, window.end, life)


def _amounts(policy: Policy, allowances: tuple[Allowance, ...], cost: Money, at: float) -> tuple[int, ...]:
    amounts: list[int] = []
    for allowance in allowances:
        units = allowance.units(cost, policy, at)
        if units is None:
            raise _no_rate(cost, allowance)
        amounts.append(units)
    return tuple(amounts)


def _spent_of(allowance: Allowance, held: int, cost: Money, policy: Policy, at: float) -> int:
    """In the allowance's units; what was held, where the cost cannot be brought into them."""
    units = allowance.units(cost, policy, at)
    return held if units is None else units


def _no_rate(money: Money, allowance: Allowance) -> PriceUnknown:
    currency = allowance.budget.limit.currency
    return PriceUnknown(
        f"The budget {allowance.budget.name!r} of {allowance.scope.title} is in {currency}, and the policies state no "
        f"rate from {money.currency} ('prices.exchange'). Ask the gateway's administrators."
    )


def _spent(allowance: Allowance, left: int, asked: int) -> BudgetSpent:
    """`left` and `asked` in the allowance's units, and told in its currency, whatever prices are in."""
    budget, window = allowance.budget, allowance.window
    reset = datetime.fromtimestamp(window.end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    error = BudgetSpent(
        f"The budget {budget.name!r} of {allowance.scope.title} has {in_words(allowance.money(left))} left of "
        f"{in_words(allowance.money(allowance.limit))} a {budget.period}, and this request may cost "
        f"{in_words(allowance.money(asked))}. It is renewed at {reset}. Ask for less (a lower token limit, a cheaper "
        "model), wait, or have it raised."
    )
    error.budget, error.instead = budget.name, budget.downgrade
    return error
