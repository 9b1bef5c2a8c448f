"""Shadows: a request asked once more of somebody on trial, after its client was answered.

Promise: a shadow never answers, and never slows or fails a real request; it goes nowhere where the real one may not go;
what it costs stands in the books, and that it left the house in the audit.

Invariants
- It walks the pipeline's own stages from Account on, so it is held, recorded, marked and settled as any call is.
- It has a breaker and limits of its own: what goes wrong there is told to nobody who routes real requests.
- It is left out, never put off: where its places are taken, where its provider, its server's queue or this replica is
  busy, and from the moment that the replica leaves, when those under way are ended, too.
- It is not asked where asking twice would do something twice: tools that the provider runs, answers that it keeps.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, Final, Literal

from gateway.core.edits import Edit
from gateway.core.identity import Principal
from gateway.core.policy import Alias, Effective, Policy, ProviderPolicy, Shadow, Target
from gateway.core.ports import Clock, UsageRow
from gateway.core.shadows import SHADOW_KEY, Comparison
from gateway.errors import GatewayError, ShuttingDown
from gateway.exchange import Attempt, Batch, Exchange
from gateway.pipeline import Note, Pipeline
from gateway.policy.model_names import may_see
from gateway.policy.resolve import Resolver
from gateway.providers.provider import Provider
from gateway.routing.answer_similarity import agreement, compared_answer, overlap
from gateway.routing.health import Health
from gateway.routing.pace import TargetName
from gateway.routing.replicas import Seen, hindrance
from gateway.stages.calls.side_effects import has_side_effects
from gateway.stages.choosing.choose_among import able, attempt_at, without_unpermitted
from gateway.tasks import spawn

MOST_AT_ONCE: Final = 32
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of the requests whose shadows are under way: they are in memory longer than their clients wait."""
BUSY_PART: Final = 0.5
"""Of a provider's connections: where real requests have taken so many, a shadow would be in their way."""
STRAINED: Final = 0.7
"""From here on a replica sheds its least urgent work, and a shadow is less urgent."""

Outcome = Literal["answered", "failed", "refused", "busy", "unfit", "stopped"]
"""The provider answered · did not · a budget or the audit said no · left out, as there was no room · left out, as the
request may not go there · ended, as the replica leaves."""


class _Unheard:
    """Reads an answer to its end, for nobody. Implements `pipeline.Reply`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ended_by: GatewayError | None = None

    async def relay(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        record = exchange.record
        async for batch in flow:
            if record.first_byte_ms is None:
                record.http_status = 200
                record.first_byte_ms = int((self._clock.monotonic() - exchange.inbound.received) * 1000)
            note(exchange, batch)

    async def refuse(self, exchange: Exchange, error: GatewayError) -> None:
        """Nobody waits for it."""


class Room:
    """Whether a shadow would be in anybody's way. `health`, `seen`: of real requests, and only read.

    `strain`: how near this replica is to its end, from 0 to 1.
    """

    def __init__(self, health: Health, seen: Seen, clock: Clock, strain: Callable[[], float]) -> None:
        self._health = health
        self._seen = seen
        self._clock = clock
        self._strain = strain

    def is_there(self, target: Target, provider: ProviderPolicy) -> bool:
        """At the target, at its provider and here."""
        name, load = (target.provider, target.model), self._seen.get(target.provider)
        at_provider = sum(calls for (where, _), calls in self._health.under_way.items() if where == target.provider)
        return (
            self._strain() < STRAINED
            and at_provider < provider.max_connections * BUSY_PART
            and not self._health.wait(name, self._clock.monotonic())
            and name not in self._health.pace.limited
            and not hindrance(target, self._seen)
            and (load is None or not load.waiting)
        )


class Mirrors:
    """Of one replica. `pipeline`: the stages that a shadow walks, with a `Call` of its own.

    `draw` gives a number from 0 up to, not including, 1; `compared` is told of each comparison.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        room: Room,
        provider_of: Callable[[Policy, str], Provider | None],
        clock: Clock,
        draw: Callable[[], float],
        compared: Callable[[Comparison], object],
    ) -> None:
        self._pipeline = pipeline
        self._room = room
        self._provider_of = provider_of
        self._clock = clock
        self._draw = draw
        self._compared = compared
        self._resolver = Resolver()
        self.calls: Counter[TargetName] = Counter()
        """That are under way."""
        self._bytes = 0
        self._tasks: dict[asyncio.Task[None], _Unheard] = {}
        self._stopping = False
        self.counts: Counter[tuple[str, str, str]] = Counter()
        """(model asked, `provider/model` of the shadow, outcome) -> requests."""

    @property
    def under_way(self) -> int:
        """Shadows that are being asked."""
        return len(self._tasks)

    def offer(self, exchange: Exchange, alias: Alias) -> None:
        """Implements `stages.mirror.Shadows`."""
        for number, shadow in enumerate(alias.shadows):
            if shadow.share < 10_000 and self._draw() * 10_000 >= shadow.share:
                continue
            other = None
            obstacle = self._no_room(exchange, shadow)
            if obstacle is None:
                other = self._other(exchange, shadow, f"{exchange.record.request_id}.shadow{number + 1}")
                obstacle = "unfit" if other is None else None
            if other is None:
                self._count(alias, shadow, obstacle or "unfit")
                continue
            reply = _Unheard(self._clock)
            self._take(exchange, shadow, 1)
            task = spawn(self._pipeline.run(other, reply), "ask a shadow")
            self._tasks[task] = reply
            task.add_done_callback(partial(self._ended, exchange, other, alias, shadow))

    def stop(self) -> None:
        """Ask nobody any more, and end what is under way."""
        self._stopping = True
        for task, reply in self._tasks.items():
            reply.ended_by = ShuttingDown("This replica is shutting down.", retry_after=1)
            task.cancel()

    async def close(self) -> None:
        """Stop, and return when all of it is settled."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _no_room(self, exchange: Exchange, shadow: Shadow) -> Outcome | None:
        """Why it is not asked now."""
        if self._stopping:
            return "stopped"
        target = shadow.target
        is_free = (
            len(self._tasks) < MOST_AT_ONCE
            and self.calls[target.provider, target.model] < shadow.concurrent
            and self._bytes + len(exchange.body) <= MOST_BYTES
            and self._room.is_there(target, exchange.policy.providers[target.provider])
        )
        return None if is_free else "busy"

    def _other(self, exchange: Exchange, shadow: Shadow, request_id: str) -> Exchange | None:
        """The shadow's own exchange, within every border of the request; None where it may not be asked."""
        attempt = self._attempt(exchange, shadow)
        payer = self._payer(exchange, shadow)
        if attempt is None or payer is None:
            return None
        record, target = exchange.record, attempt.target
        own = UsageRow(
            request_id=request_id,
            at=self._clock.now(),
            key_id=SHADOW_KEY,
            team=payer[0].name,
            operation=record.operation,
            dialect=record.dialect,
            model_asked=f"{target.provider}/{target.model}",
            stream=record.stream,
            cost_center=payer[0].cost_center,
            policy_version=record.policy_version,
            prompt=record.prompt,
        )
        instead: dict[str, Any] = {}
        if attempt.dialect == "openai_responses" or exchange.tree.get("store"):  # an answer that nobody would hold
            instead = {
                "tree": {**exchange.tree, "store": False},
                "edits": [*exchange.edits, Edit(("store",), False, "mirror")],
            }
        other = exchange.side_call("shadow_of", own, attempt, self._clock.monotonic(), **instead)
        other.payer = payer
        return other

    def _attempt(self, exchange: Exchange, shadow: Shadow) -> Attempt | None:
        target, operation = shadow.target, exchange.inbound.operation
        provider = self._provider_of(exchange.policy, target.provider)
        if provider is None or operation.free or exchange.owned_objects:
            return None
        if not may_see(exchange.team, provider.policy):
            return None
        attempt = attempt_at(provider, target, operation, exchange.reader.dialect)
        if attempt is None or attempt.estimated:
            return None
        if attempt.dialect != exchange.reader.dialect and exchange.tree.get("store"):
            return None
        if exchange.stays_home and not exchange.is_sovereign(attempt):
            return None
        if has_side_effects(exchange):
            return None
        try:
            able(exchange, target.model, [(target, attempt)], [])
            without_unpermitted(exchange, [attempt])
        except GatewayError:
            return None
        return attempt

    def _payer(self, exchange: Exchange, shadow: Shadow) -> tuple[Effective, Principal] | None:
        principal = Principal(key_id=SHADOW_KEY, team=shadow.paid_by or exchange.team.name)
        team = self._resolver.effective(exchange.policy, principal)
        return None if team is None else (team, principal)

    def _take(self, exchange: Exchange, shadow: Shadow, number: int) -> None:
        """Take a place, or with -1 give it back."""
        self.calls[shadow.target.provider, shadow.target.model] += number
        self._bytes += len(exchange.body) * number

    def _ended(
        self, exchange: Exchange, other: Exchange, alias: Alias, shadow: Shadow, task: asyncio.Task[None]
    ) -> None:
        self._tasks.pop(task)
        self._take(exchange, shadow, -1)
        outcome: Outcome = "stopped" if task.cancelled() else _outcome(other.record)
        self._count(alias, shadow, outcome)
        if outcome in ("answered", "failed") and other.record.attempts:
            self._compared(_comparison(exchange, other, alias))

    def _count(self, alias: Alias, shadow: Shadow, outcome: Outcome) -> None:
        self.counts[alias.name, f"{shadow.target.provider}/{shadow.target.model}", outcome] += 1


def _outcome(record: UsageRow) -> Outcome:
    if record.error_code == ShuttingDown.code:
        return "stopped"
    return "answered" if record.status == "ok" else "refused" if record.status == "refused" else "failed"


def _comparison(exchange: Exchange, other: Exchange, alias: Alias) -> Comparison:
    real, shadow = compared_answer(exchange.trail.answer), compared_answer(other.trail.answer)
    both = exchange.record.status == other.record.status == "ok"
    return Comparison(
        request_id=other.record.request_id,
        real_id=exchange.record.request_id,
        at=other.record.at,
        model=alias.name,
        characters=len(shadow.text),
        real_characters=len(real.text),
        refused=shadow.refused,
        real_refused=real.refused,
        tools=agreement(real, shadow) if both else None,
        overlap=overlap(real, shadow) if both else None,
    )
