"""Reserve: money before it is spent. 402 where a budget has too little left, 422 where nobody knows the price.

What a batch may cost is held, too, until it is known what it used (`hold_jobs`).

A request whose policy has no budgets pays nothing for this, nor does one that providers do not charge for. Where a
budget names a cheaper model, Choose has held the money already, since what is held for depends on who answers.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gateway.exchange import Exchange
from gateway.stages.money.hold_jobs import JobHolder
from gateway.stages.money.hold_money import MoneyHolder, is_budgeted
from gateway.stages.recall import Recall
from gateway.stages.stage import Stage


class Reserve(Stage):
    """Sets `exchange.job` for a request that makes a batch; Call does for one that is answered in the background."""

    after = (Recall,)  # a hit costs nothing

    def __init__(self, money: MoneyHolder, jobs: JobHolder) -> None:
        self._money = money
        self._jobs = jobs

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        if exchange.inbound.call is not None:
            return self._jobs.begin(exchange)
        team = exchange.team
        if team.downgrades or not is_budgeted(exchange, team):
            return None
        if exchange.inbound.operation.free or not exchange.attempts:
            return None
        return self._money.hold(exchange, exchange.attempts)

    def settle(self, exchange: Exchange) -> None:
        if exchange.inbound.call is not None:
            self._jobs.settle(exchange)
        else:
            self._money.input_at_provider.learn(exchange)
            self._jobs.heard(exchange)


class ReserveSideCall(Stage):
    """As Reserve, for a call beside the request's own: of the budgets of whoever pays for it."""

    def __init__(self, money: MoneyHolder) -> None:
        self._money = money

    async def enter(self, exchange: Exchange) -> None:
        if is_budgeted(exchange, exchange.payer[0]):
            await self._money.hold(exchange, exchange.attempts, exchange.payer)
