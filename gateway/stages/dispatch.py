"""Dispatch: the call, on record, before the first byte leaves. What a crash cuts short is paid for all the same.

Invariants
- Where the audit is `strict`, or money is counted, the mark and the request's record are on the disk before the stages
  below are entered; for others they are there milliseconds later.
- What providers do not charge for leaves no mark.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gateway.audit.log import AuditLog
from gateway.core.calls import Dispatched, Kept, OpenCalls
from gateway.core.policy import Target
from gateway.core.ports import Journal
from gateway.dialects.bounds import read_at_most
from gateway.exchange import Exchange
from gateway.quota.budgets import Budgets
from gateway.stages.attest import Attest
from gateway.stages.money.bounds_of_jobs import said_in_background
from gateway.stages.money.input_at_provider import InputAtProvider
from gateway.stages.reserve import Reserve
from gateway.stages.stage import Stage


class Dispatch(Stage):
    after = (Attest, Reserve)  # both are waited for; what is sent has been paid for

    def __init__(
        self, calls: OpenCalls, journal: Journal, budgets: Budgets, log: AuditLog, at_provider: InputAtProvider
    ) -> None:
        self._calls = calls
        self._journal = journal
        self._budgets = budgets
        self._log = log
        self._at_provider = at_provider

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        intent = exchange.trail.intent
        number, held = intent, False
        if exchange.attempts and not exchange.inbound.operation.free:
            number, held = self._mark(exchange)
        if intent:
            return self._log.durable(number)
        return self._journal.durable(number) if held else None

    def _mark(self, exchange: Exchange) -> tuple[int, bool]:
        """Write the call down: its number in the journal, and whether money is held for it."""
        record, attempt = exchange.record, exchange.attempts[0]
        target = attempt.target
        call = marked(exchange, record.request_id, target.provider, target.model, attempt.region, self._at_provider)
        call.held = self._budgets.held(record.request_id)
        number = self._calls.begin(call, exchange.trail.answer)
        return number, bool(call.held)


def marked(
    exchange: Exchange, request_id: str, provider: str, model: str, region: str, at_provider: InputAtProvider
) -> Dispatched:
    """What is written down of a call of this request, which is booked as `request_id`."""
    record = exchange.record
    call = Dispatched(
        request_id=request_id,
        at=record.at,
        key_id=record.key_id,
        team=record.team,
        user=record.user,
        operation=record.operation,
        dialect=record.dialect,
        model_asked=_safe(record.model_asked),
        provider=provider,
        model=_safe(model) or "",
        region=region,
        stream=record.stream,
        policy_version=record.policy_version,
        read=read_at_most(exchange.body),
    )
    # Not in the call: Python makes a dict of more than 15 names, which costs as much as all the rest.
    call.cost_center, call.project, call.tags = record.cost_center, _safe(record.project), _safe(record.tags)
    if exchange.envelope.deferred:
        targets = (each.target for each in exchange.attempts)
        same = (each for each in targets if (each.provider, each.model) == (provider, model))
        call.goes_on = said_in_background(exchange, next(same, Target(provider=provider, model=model)))
    if exchange.names_kept:
        call.kept = Kept(exchange.owned_objects, at_provider.presumed(exchange, provider, model))
    return call


def _safe(text: str | None) -> str | None:
    """What a client wrote may hold halves of characters, which nothing can encode."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()
