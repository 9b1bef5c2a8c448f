"""Another call for the same request, after one that failed: what is done before it is sent. A part of Call.

Invariants
- A failed call that may be billed is booked before another is made, in a row of its own (`….failed1`): with what its
  provider told, else with its input counted as an estimate, since nobody tells whether a call that ran out of time,
  or broke off after a while (`failures.HARDLY_BEGUN`), is billed; of an answer in the background with all that it may
  say, too.
- What it may cost is held beside what the request holds, and settled by that row. Where a budget has no room for it, no
  other call is made: what failed is then the request's last call, and its row's.
- Both calls are on record: a process that dies leaves each of them accounted for, at the provider that had it.
"""

from __future__ import annotations

from gateway.core.calls import FAILED, OF_THE_REQUEST, OpenCalls
from gateway.core.charging import charge, is_unpriced
from gateway.core.ports import Estimate, FailedCall, Journal, PriceBook, UsageLedger, UsageRow
from gateway.exchange import Attempt, Exchange
from gateway.stages.account import add_input
from gateway.stages.dispatch import marked
from gateway.stages.money.hold_money import MoneyHolder


class AnotherCall:
    def __init__(
        self, calls: OpenCalls, journal: Journal, money: MoneyHolder, ledger: UsageLedger, prices: PriceBook
    ) -> None:
        self._calls = calls
        self._journal = journal
        self._money = money
        self._ledger = ledger
        self._prices = prices

    async def prepare(self, exchange: Exchange, attempt: Attempt) -> None:
        """Book the call that failed, and put the one that `attempt` makes on record.

        Raises BudgetSpent, LimitsUnavailable and JournalUnavailable: then it is not to be made.
        """
        if exchange.inbound.operation.free:
            return
        record = exchange.record
        if record.failed is not None:
            await self._book(exchange, record.failed)
        target = attempt.target
        at_provider = self._money.input_at_provider
        call = marked(exchange, record.request_id, target.provider, target.model, attempt.region, at_provider)
        call.held = self._money.held(record.request_id)
        number = self._calls.begin(call, exchange.trail.answer)
        if call.held:
            await self._journal.durable(number)

    async def _book(self, exchange: Exchange, failed: FailedCall) -> None:
        record = exchange.record
        row = UsageRow(
            request_id=f"{record.request_id}{FAILED}{record.failed_rows + 1}",
            at=record.at,
            provider=failed.provider,
            model=failed.model,
            region=failed.region,
            status="upstream_error",
            http_status=failed.status,
            error_code=failed.code,
            attempts=1,
            chargeable=True,
            **{name: getattr(record, name) for name in OF_THE_REQUEST},
        )
        await self._money.hold_failed(exchange, row.request_id, failed)
        record.failed_rows += 1
        record.failed, record.chargeable = None, False
        if failed.usage is not None:
            row.usage = failed.usage
            charge(row, exchange.policy, self._prices)
            row.unpriced = is_unpriced(row, exchange.policy)
            self._ledger.record(row, None)
            return
        at_provider = self._money.input_at_provider
        call = marked(exchange, row.request_id, failed.provider, failed.model, failed.region, at_provider)
        call.held = self._money.held(row.request_id)
        self._calls.begin(call, [])  # until its input is counted, only this tells of it
        row.usage = failed.presumed
        estimate = Estimate(prompt=b"", answer=[], policy=exchange.policy)
        add_input(estimate, exchange, at_provider.presumed(exchange, failed.provider, failed.model))
        self._ledger.record(row, estimate)
