"""Answers that a provider stores are held by the team that asked: a part of Call.

Invariants
- An answer that was not to be stored, or that is shown in another dialect's shape, is held by nobody.
- What an answer used is in its own usage row, but for one that is made in the background: that is recorded when it is
  first seen ended (`call_objects`).
"""

from __future__ import annotations

import contextlib

from gateway.core.objects import Holding, ObjectRegister, family, is_object_id
from gateway.core.ports import Clock
from gateway.errors import Overloaded
from gateway.exchange import Attempt, Exchange
from gateway.providers.provider import Provider
from gateway.stages.answers import StreamedAnswer, WholeAnswer


class AnswerHolder:
    def __init__(self, register: ObjectRegister, clock: Clock) -> None:
        self._register = register
        self._clock = clock

    async def hold(
        self, exchange: Exchange, attempt: Attempt, provider: Provider, answer: WholeAnswer | StreamedAnswer
    ) -> None:
        """Before the client hears of it. What cannot be written down now is answered, but held by nobody."""
        if exchange.reader.dialect != attempt.dialect or exchange.inbound.operation.name != "chat":
            return
        told = answer.told_id
        if told is None or not is_object_id(told) or not provider.keeps("response"):
            return
        if exchange.tree.get("store") is False:
            return
        now = self._clock.now()
        holding = Holding(
            id=told,
            provider=attempt.target.provider,
            dialect=family(attempt.dialect),
            kind="response",
            team=exchange.team.name,
            created_at=now,
            model=attempt.target.model,
            usage_recorded_at=None if exchange.envelope.deferred else now,
        )
        with contextlib.suppress(Overloaded):
            await self._register.hold([holding])
