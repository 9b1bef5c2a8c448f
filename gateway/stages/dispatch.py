"""Dispatch: the call, on record, before the first byte leaves. What a crash cuts short is paid for all the same.

Invariants
- A request whose money is counted waits until the mark is on the disk; for others it is there milliseconds later.
- What providers do not charge for leaves no mark.
"""

from __future__ import annotations

from gateway.core.calls import Dispatched, OpenCalls
from gateway.core.ports import Journal
from gateway.dialects.bounds import read_at_most
from gateway.exchange import Exchange
from gateway.quota.budgets import Budgets
from gateway.stages.reserve import Reserve
from gateway.stages.stage import Stage


class Dispatch(Stage):
    after = (Reserve,)  # what is sent has been paid for

    def __init__(self, calls: OpenCalls, journal: Journal, budgets: Budgets) -> None:
        self._calls = calls
        self._journal = journal
        self._budgets = budgets

    async def enter(self, exchange: Exchange) -> None:
        if exchange.inbound.operation.free or not exchange.attempts:
            return
        record, attempt = exchange.record, exchange.attempts[0]
        held = self._budgets.held(record.request_id)
        number = self._calls.begin(
            Dispatched(
                request_id=record.request_id,
                at=record.at,
                key_id=record.key_id,
                team=record.team,
                user=record.user,
                operation=record.operation,
                dialect=record.dialect,
                model_asked=_safe(record.model_asked),
                provider=attempt.target.provider,
                model=_safe(attempt.target.model) or "",
                region=attempt.region,
                stream=record.stream,
                cost_center=record.cost_center,
                project=_safe(record.project),
                tags=_safe(record.tags),
                policy_version=record.policy_version,
                read=read_at_most(exchange.body),
                held=held,
            ),
            exchange.answer_text,
        )
        if held:
            await self._journal.durable(number)


def _safe(text: str | None) -> str | None:
    """What a client wrote may hold halves of characters, which nothing can encode."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()
