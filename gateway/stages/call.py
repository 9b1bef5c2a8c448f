"""Call: the attempts, one by one; the only stage that leaves the house.

Invariants
- The first event of an answer is awaited before the client hears 200 (where another attempt remains, the first with
  content; not of one in the background, which goes on): an early failure is still a status code, or the next attempt.
- After that there is no other attempt: what the client has seen is never said twice.
- Nothing is sent to a provider outside the regions that the policy permits, whatever stood before.
- The provider's connection is let go however the exchange ends.
- Nobody is kept waiting longer than the client waits (`stages.calls.client_timeouts`): no attempt begins for which too
  little of that is left.
- What may be tried is bounded: the attempts that Choose allowed; within one, another credential after a 401, 403 or
  429; and one retry of the last, paid from the target's budget. Never after a time-out, which may have cost money.
- What may have cost money is booked before another call is made, and that is put on record (`another_call`).
- How each call ended is told to `Health` once: at the failure, or at the end of the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gateway.background_work import run_yielding
from gateway.core.messages import Dialect
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.errors import CircuitOpen, NoPermittedRegion, UpstreamError, UpstreamTimedOut
from gateway.exchange import Attempt, Exchange
from gateway.policy.model_names import may_see
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream, UpstreamRequest, UpstreamResponse
from gateway.providers.unpacking import unpacked
from gateway.routing.allowance import exhausted_for
from gateway.routing.breaker import Admission
from gateway.routing.health import Health, circuit_open
from gateway.routing.pace import TargetName, busy
from gateway.routing.salts import CacheSalts
from gateway.routing.trials import Trials
from gateway.stages.answers.flows import StreamedAnswer
from gateway.stages.calls.another_call import AnotherCall
from gateway.stages.calls.call_objects import ObjectCalls
from gateway.stages.calls.client_timeouts import gave_up, limits, too_late
from gateway.stages.calls.failures import (
    RETRY_PAUSE,
    another_may_help,
    is_about_the_credential,
    is_impatience,
    is_passing,
    judge,
    note_failure,
    weigh_wait,
)
from gateway.stages.calls.hedge import Hedging
from gateway.stages.calls.hidden_credential import hide_credential, request_id_of
from gateway.stages.calls.hold_answers import AnswerHolder
from gateway.stages.calls.read_answer import raise_refusal, read_answer
from gateway.stages.calls.write_body import write_body
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage


class Providers(NamedTuple):
    """Who may be called, over what, and in which words."""

    by_name: Callable[[Policy, str], Provider | None]
    upstream: Callable[[Provider], Upstream]
    codec: Callable[[Operation, Provider, Dialect], ProviderCodec]


class Resilience(NamedTuple):
    """What calls learn of their targets, and what protects clients from those that fail."""

    health: Health
    trials: Trials
    hedging: Hedging | None = None


class Call(Stage):
    """Sets `attempt`, `answer`, `streamed`, `native`, `spoken`, `release`; in the record provider, model, losses."""

    after = (Choose,)  # an attempt is what Choose allowed

    def __init__(
        self,
        providers: Providers,
        resilience: Resilience,
        clock: Clock,
        draw: Callable[[], float],
        objects: ObjectCalls,
        answers: AnswerHolder,
        salts: CacheSalts,
        another: AnotherCall,
    ) -> None:
        self._provider_of, self._upstream_of, self._codec_of = providers
        self._health, self._trials, self._hedging = resilience
        self._clock, self._draw = clock, draw
        self._objects, self._answers = objects, answers
        self._salts, self._another = salts, another

    async def enter(self, exchange: Exchange) -> None:
        call = exchange.inbound.call
        if call is not None:
            await self._objects.answer(exchange, call)
            exchange.record.status = "upstream_cut"  # until the end of what came whole is noted
            return
        last = len(exchange.attempts) - 1
        if last and self._hedging is not None and (after := self._hedging.after(exchange)) is not None:
            await self._hedging.race(exchange, after, self._attempt)
            return
        for number, attempt in enumerate(exchange.attempts):
            try:
                await self._attempt(exchange, attempt, last=number == last)
            except UpstreamError as error:
                if number == last or not another_may_help(error) or too_late(exchange, self._clock.monotonic()):
                    raise
            else:
                return

    def settle(self, exchange: Exchange) -> None:
        release = exchange.release
        if release is None:
            return
        release()
        target, status, now = _name(exchange.attempt), exchange.record.status, self._clock.monotonic()
        if status == "upstream_cut" and _was_given_up(exchange, now):
            status = "client_closed"
        if status in ("ok", "upstream_cut", "upstream_error"):
            self._trials.ended(exchange.policy, target, exchange.record, now, failed=status != "ok")
        if status == "ok":
            self._health.succeeded(target, now, probe=exchange.is_probe, streamed=exchange.streamed)
        elif status == "upstream_cut":
            self._health.failed(target, now, unreachable=False, probe=exchange.is_probe, streamed=exchange.streamed)
        else:
            self._health.abandoned(target, streamed=exchange.streamed)

    async def _attempt(self, exchange: Exchange, attempt: Attempt, *, last: bool) -> None:
        """One attempt: its turn at the target, and then one call or more, as far as that may be repeated.

        Raises UpstreamError.
        """
        provider = self._provider_of(exchange.policy, attempt.target.provider)
        assert provider is not None, "Choose allows only providers that exist"
        lanes, target, now = provider.lanes, _name(attempt), self._clock.monotonic()
        lane = self._health.pick(lanes, target[1], now)
        assert lane is not None, "a provider has a lane"
        try:
            if not last and self._health.rests(lane, target[1], now):
                raise busy()  # it would refuse again, and another way remains
            await self._health.pace.turn(target, exchange.policy.overload, now)
            now = self._clock.monotonic()
            if not (begun := self._health.begin(target, now)):
                raise circuit_open(self._health.wait(target, now))
        except CircuitOpen as refused:
            note_failure(self._health, exchange, attempt, refused)
            raise
        asked, repeated = [lane], False
        while True:
            try:
                await self._ask(exchange, attempt, lane, last=last)
            except UpstreamError as error:
                now = self._clock.monotonic()
                note_failure(self._health, exchange, attempt, error)
                if not is_impatience(error):
                    self._trials.ended(exchange.policy, target, exchange.record, now, failed=True)
                judge(self._health, target, lane, lanes, error, now, alone=last, probe=begun is Admission.PROBE)
                if too_late(exchange, now):
                    raise
                following = self._following(target, lanes, asked, error, now, may_repeat=last and not repeated)
                if following is None:
                    raise
                if following is lane:
                    repeated = True
                    await asyncio.sleep(self._draw() * RETRY_PAUSE)
                else:
                    lane = following
                    asked.append(lane)
                if not (begun := self._health.begin(target, self._clock.monotonic())):
                    raise
            except BaseException:
                self._health.abandoned(target, probe=begun is Admission.PROBE)
                raise
            else:
                exchange.is_probe = begun is Admission.PROBE
                self._health.answers(target, streamed=exchange.streamed, probe=exchange.is_probe)
                return

    def _following(
        self,
        target: TargetName,
        lanes: Sequence[Provider],
        asked: Sequence[Provider],
        error: UpstreamError,
        now: float,
        *,
        may_repeat: bool,
    ) -> Provider | None:
        """Whom a failure is followed by: another credential, or the one asked last once more, paid from the target's
        budget of retries. None where the attempt has failed.
        """
        if is_about_the_credential(error) and (other := self._health.pick(lanes, target[1], now, after=asked)):
            return other
        return asked[-1] if may_repeat and is_passing(error) and self._health.may_retry(target, now) else None

    async def _ask(self, exchange: Exchange, attempt: Attempt, provider: Provider, *, last: bool) -> None:
        """One call, until its answer has begun. Raises UpstreamError, and whatever keeps it from being made."""
        if not may_see(exchange.team, provider.policy):  # Choose has seen to it; a border is worth a second look
            raise NoPermittedRegion(
                "The provider's region or operator is not permitted by this key's policy. Name another model."
            )
        if exchange.record.attempts:
            await self._another.prepare(exchange, attempt)
        operation = exchange.inbound.operation
        codec = self._codec_of(operation, provider, attempt.dialect)
        record, envelope = exchange.record, exchange.envelope
        record.provider, record.model, record.region = attempt.target.provider, attempt.target.model, attempt.region
        if exchange.size <= LARGE_BODY_BYTES:
            body, passed, codec, native = write_body(exchange, attempt, codec, provider.policy, self._salts)
        else:  # it may be changed in ten thousands of places
            writing = partial(write_body, exchange, attempt, codec, provider.policy, self._salts)
            body, passed, codec, native = await asyncio.to_thread(run_yielding, writing)
        request = UpstreamRequest(
            method="POST",
            path=provider.path(operation.path, attempt.dialect, attempt.target.model, envelope.stream),
            headers=provider.headers(attempt.dialect, passed),
            body=body,
        )
        record.attempts, record.chargeable = record.attempts + 1, True
        began, own = self._clock.monotonic(), provider.policy.timeouts
        cut = limits(own, exchange, began)
        response: UpstreamResponse | None = None
        try:
            response = unpacked(await self._upstream_of(provider).send(request, cut))
            headers = response.headers
            record.upstream_request_id = request_id_of(headers, provider.credential)
            if not 200 <= response.status < 300:  # SDKs take all of these; some frameworks answer a POST with 201
                await raise_refusal(response, codec)
            kept = native and attempt.dialect == "openai_responses"
            # Where another attempt remains, it may take over until content comes, but not from the background.
            past_prelude = not last and not (kept and envelope.deferred)
            answer = await read_answer(response, codec, provider.credential, past_prelude=past_prelude)
            if kept:
                await self._answers.hold(exchange, attempt, provider, answer)
        except BaseException as error:
            if response is not None:
                response.close()
            hide_credential(error, provider.credential)
            self._answers.broke_off(exchange, attempt, error)
            waited = self._clock.monotonic() - began
            answering = response is not None and (envelope.deferred or not envelope.stream)
            weigh_wait(error, own, cut, waited, answering=answering)
            raise
        now, streamed = self._clock.monotonic(), isinstance(answer, StreamedAnswer)
        self._health.pace.began(_name(attempt), now - began if streamed else None, now)
        if wait := exhausted_for(headers, self._clock.now):
            self._health.rest(provider, attempt.target.model, now, wait)
        record.overhead_ms = max(0, int((began - exchange.inbound.received) * 1000))
        exchange.attempt, exchange.streamed = attempt, streamed
        exchange.native, exchange.spoken = native, codec
        exchange.release, exchange.waits = response.close, (began, own, cut)
        exchange.answer = answer
        record.status = "upstream_cut"  # until the provider's own end is seen


def _was_given_up(exchange: Exchange, now: float) -> bool:
    """Whether the answer broke off since its client would not have waited longer."""
    began, own, cut = exchange.waits
    return exchange.record.error_code == UpstreamTimedOut.code and gave_up(own, cut, now - began, begun=True)


def _name(attempt: Attempt) -> TargetName:
    return attempt.target.provider, attempt.target.model
