"""Hedging: where the first target lets a request wait, the next is asked beside it, and the first that begins answers.

A part of Call, off where an alias says nothing.

Invariants
- Only until content comes: what the client has seen is of one answer.
- The second call is one of the attempts that Choose allowed, so within every border; it is paid from the retry budget
  of its target, and holds money, is put on record and is marked as any call is. Where there is no room, it is not made.
- Who loses is cancelled and has a usage row of its own (`….hedge`): what it may have read is presumed, as of any call
  that was broken off. The request's own row is that of the answer.
- What would be done twice, or kept by a provider, is not hedged.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import ExitStack
from typing import Final, Protocol

from gateway.core.calls import HEDGE, OF_THE_REQUEST
from gateway.core.ports import Clock, UsageRow
from gateway.errors import GatewayError, UpstreamError
from gateway.exchange import Attempt, Exchange
from gateway.routing.health import Health
from gateway.stages.calls.client_timeouts import too_late
from gateway.stages.calls.failures import another_may_help
from gateway.stages.calls.side_effects import has_side_effects, keeps_answer
from gateway.stages.stage import Stage, enter_stage
from gateway.tasks import cancel, spawn

LOST: Final = "hedge_lost"
"""The code in the row of a call that was cancelled, since another began before it."""
_OF_THE_CALL: Final = (
    *("provider", "model", "region", "dropped", "upstream_request_id", "overhead_ms"),
    *("chargeable", "failed"),
)
_OF_THE_ANSWER: Final = ("attempt", "streamed", "native", "spoken", "release", "is_probe", "waits", "answer")


class Ask(Protocol):
    def __call__(self, exchange: Exchange, attempt: Attempt, *, last: bool) -> Awaitable[None]:
        """Make the attempt, until its answer begins; raises UpstreamError."""
        ...


class Hedging:
    """`stages`: those that a second call enters, in order; the first of them holds nothing."""

    def __init__(self, stages: Sequence[Stage], health: Health, clock: Clock) -> None:
        self._stages = stages
        self._health = health
        self._clock = clock
        self.counts: Counter[tuple[str, str]] = Counter()
        """(model asked, `won`, `lost`, `failed` or `no_room`) -> second calls."""

    def after(self, exchange: Exchange) -> float | None:
        """Seconds from which on a second call is made; None where there is none."""
        alias = exchange.policy.models.get(exchange.record.model_asked or "")
        if alias is None or alias.hedge is None or exchange.inbound.operation.free:
            return None
        return None if keeps_answer(exchange) or has_side_effects(exchange) else alias.hedge

    async def race(self, exchange: Exchange, after: float, ask: Ask) -> None:
        """Make the first attempt, and the second beside it where that has not begun by then.

        Raises UpstreamError, and what else an attempt raises.
        """
        first = spawn(_made(ask, exchange, exchange.attempts[0]), "first call of a hedged request")
        other: Exchange | None = None
        second: asyncio.Task[None] | None = None
        won: asyncio.Task[None] | None = None
        try:
            await asyncio.wait({first}, timeout=after)
            if not first.done():
                other = await self._opened(exchange)
            if other is not None and not first.done():
                second = spawn(_made(ask, other, exchange.attempts[1]), "second call of a hedged request")
            won = await _winner([first] if second is None else [first, second])
        finally:
            await cancel(first, second)
            if other is not None:
                self._settle(exchange, other, first, second, won)
        if won is None and second is None:
            await self._next(exchange, first, ask)
        elif won is None:
            raise _last_word(first, second)

    async def _next(self, exchange: Exchange, first: asyncio.Task[None], ask: Ask) -> None:
        """The fallback, as without hedging."""
        error = _error(first)
        assert error is not None, "it did not win, so it failed"
        late = too_late(exchange, self._clock.monotonic())
        if late or not isinstance(error, UpstreamError) or not another_may_help(error):
            raise error
        await ask(exchange, exchange.attempts[1], last=True)

    async def _opened(self, exchange: Exchange) -> Exchange | None:
        """The second call's own exchange, held, on record and marked; None where it is not to be made."""
        attempt, now = exchange.attempts[1], self._clock.monotonic()
        target, record = (attempt.target.provider, attempt.target.model), exchange.record
        if too_late(exchange, now):
            self._count(exchange, "no_room")
            return None
        is_well = not self._health.wait(target, now) and target not in self._health.pace.limited
        if not is_well or not self._health.may_retry(target, now):
            self._count(exchange, "no_room")
            return None
        own = UsageRow(
            request_id=f"{record.request_id}{HEDGE}",
            at=self._clock.now(),
            **{name: getattr(record, name) for name in OF_THE_REQUEST},
        )
        other = exchange.side_call("hedge_of", own, attempt, exchange.inbound.received)
        other.payer = exchange.team, exchange.principal
        entered: list[Stage] = []
        try:
            for stage in self._stages:
                await enter_stage(stage, other)
                entered.append(stage)
        except GatewayError as refusal:
            if len(entered) > 1:  # what was held is given back with the row
                other.refused_with(refusal)
                _settled(other, entered)
            self._count(exchange, "no_room")
            return None
        except BaseException:
            own.status = "client_closed"
            _settled(other, entered)
            raise
        return other

    def _count(self, exchange: Exchange, outcome: str) -> None:
        self.counts[exchange.record.model_asked or "", outcome] += 1

    def _settle(
        self,
        exchange: Exchange,
        other: Exchange,
        first: asyncio.Task[None],
        second: asyncio.Task[None] | None,
        won: asyncio.Task[None] | None,
    ) -> None:
        """Give the request the answer that won, and the other row the call that lost."""
        lost, record = second, exchange.record
        if second is not None and (won is second or (won is None and isinstance(_error(second), UpstreamError))):
            lost = first  # the last word is the second's: the request's own row is about it
            _exchanged(record, other.record)
            slow = exchange.attempts[0].target
            noted = [record.tried or f"{slow.provider}/{slow.model} slow", other.record.tried]
            record.tried = ", ".join(note for note in noted if note)
        if second is not None and won is second:
            for name in _OF_THE_ANSWER:
                setattr(exchange, name, getattr(other, name))
            record.status = other.record.status
        elif other.release is not None:  # both began at once
            other.release()
            target = exchange.attempts[1].target
            self._health.abandoned((target.provider, target.model), streamed=other.streamed)
        error = _error(lost)
        if error is not None:
            other.refused_with(error)
        else:
            other.record.status, other.record.error_code = "client_closed", LOST
        self._count(exchange, "failed" if won is None else "lost" if won is first else "won")
        _settled(other, self._stages)


def _settled(other: Exchange, entered: Sequence[Stage]) -> None:
    """All of them, the last first, also where one fails."""
    with ExitStack() as stages:
        for stage in entered:
            stages.callback(stage.settle, other)


async def _made(ask: Ask, exchange: Exchange, attempt: Attempt) -> None:
    await ask(exchange, attempt, last=False)


async def _winner(running: list[asyncio.Task[None]]) -> asyncio.Task[None] | None:
    """The first that has begun an answer; None where none has. Raises what is a defect of ours."""
    while running:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            if task.done():
                error = task.exception()
                if error is None:
                    return task
                if not isinstance(error, GatewayError):
                    raise error
        running = [task for task in running if not task.done()]
    return None


def _error(task: asyncio.Task[None] | None) -> GatewayError | None:
    """How a call failed; None where it did not, or is not done, or was cancelled."""
    error = None if task is None or not task.done() or task.cancelled() else task.exception()
    return error if isinstance(error, GatewayError) else None


def _last_word(first: asyncio.Task[None], second: asyncio.Task[None] | None) -> GatewayError:
    """What the client is told where both have failed: the second's, unless that never reached its provider."""
    error, later = _error(first), _error(second)
    assert error is not None, "neither has won"
    return later if isinstance(later, UpstreamError) else error


def _exchanged(record: UsageRow, other: UsageRow) -> None:
    """Each row takes what the other says of its call."""
    for name in _OF_THE_CALL:
        mine, its = getattr(record, name), getattr(other, name)
        setattr(record, name, its)
        setattr(other, name, mine)
    record.attempts, other.attempts = record.attempts + other.attempts, record.attempts
