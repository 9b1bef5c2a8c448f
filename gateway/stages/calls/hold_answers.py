"""Answers that a provider stores are held by the team that asked: a part of Call.

Invariants
- An answer that was not to be stored, or that is shown in another dialect's shape, is held by nobody.
- What an answer used is in its own usage row, but for one that is made in the background: that is a job (`hold_jobs`),
  also where it is streamed meanwhile, since it goes on when nobody listens. Where the book of jobs confirms it no more,
  or nobody was told an id to ask for it by, it is presumed when the request ends.
"""

from __future__ import annotations

import asyncio
import contextlib

from gateway.core.objects import ObjectRegister, OwnedObject, family, is_object_id
from gateway.errors import Overloaded, UpstreamError
from gateway.exchange import Attempt, Exchange
from gateway.providers.provider import Provider
from gateway.providers.transport import NOT_SENT
from gateway.stages.answers.flows import StreamedAnswer, WholeAnswer
from gateway.stages.money.hold_jobs import JobHolder


class AnswerHolder:
    def __init__(self, register: ObjectRegister, jobs: JobHolder) -> None:
        self._register = register
        self._jobs = jobs

    async def hold(
        self, exchange: Exchange, attempt: Attempt, provider: Provider, answer: WholeAnswer | StreamedAnswer
    ) -> None:
        """Before the client hears of it. What cannot be written down now is answered, but held by nobody."""
        if exchange.reader.dialect != attempt.dialect or exchange.inbound.operation.name != "chat":
            return
        told = answer.answer_id
        if told is None or not is_object_id(told) or not provider.keeps("response"):
            return
        if exchange.tree.get("store") is False:
            return
        at = exchange.record.at  # by which its usage row is found (`storage.earlier_answers`)
        told_all = isinstance(answer, WholeAnswer) and answer.tells_usage
        later = exchange.envelope.deferred and not told_all
        owned = OwnedObject(
            id=told,
            provider=attempt.target.provider,
            dialect=family(attempt.dialect),
            kind="response",
            team=exchange.team.name,
            created_at=at,
            model=attempt.target.model,
            usage_recorded_at=at,
        )
        if later:
            await self._jobs.later(exchange, attempt, told)
        with contextlib.suppress(Overloaded):
            await self._register.hold([owned])

    def broke_off(self, exchange: Exchange, attempt: Attempt, error: BaseException) -> None:
        """Where the client left before the provider told the id of an answer in the background, or the provider never
        told it, it may well be made; where it left before the provider was told anything, there is nothing to pay for.
        """
        is_unheard = exchange.envelope.deferred and exchange.job is None
        if isinstance(error, UpstreamError):
            if is_unheard:
                error.presumed = self._jobs.unheard(exchange, attempt)
        elif isinstance(error, asyncio.CancelledError):
            if error.args == (NOT_SENT,):
                exchange.record.chargeable = False
            elif is_unheard:
                exchange.record.usage = self._jobs.unheard(exchange, attempt)
