"""Admit: how much at once. 429 where a limit on requests, tokens or calls under way has no room.

Invariants
- All limits of all levels, or none: who is refused by one has used up no other.
- A place is given back however the exchange ends; tokens that were expected and not used, too.
- A request whose policy has no quotas pays nothing for this.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Final

from gateway.core.counting import LimitReached, Reserved
from gateway.core.limit_errors import QuotaExceeded
from gateway.core.policy import Alias
from gateway.core.ports import Clock
from gateway.exchange import Exchange
from gateway.quota.throttle import Plans, Quota, Throttle
from gateway.quota.usual_tokens import UsualTokens
from gateway.stages.money.believable_usage import usage_so_far
from gateway.stages.stage import Stage
from gateway.stages.understand import Understand

BYTES_A_TOKEN: Final = 4
USUAL_ANSWER: Final = 256
"""Tokens, where neither the request nor earlier answers tell."""

_PARTS: Final = ("limit", "remaining", "reset")
_ANTHROPIC: Final = {
    of: tuple(f"anthropic-ratelimit-{of}-{part}".encode() for part in _PARTS) for of in ("requests", "tokens")
}
_OTHERS: Final = {of: tuple(f"x-ratelimit-{part}-{of}".encode() for part in _PARTS) for of in ("requests", "tokens")}

_NAMES: Final = {"requests": "requests per minute", "tokens": "tokens per minute", "concurrent": "calls at once"}


class Admit(Stage):
    """Sets `exchange.permit` and `exchange.limit_headers`."""

    after = (Understand,)  # tokens are expected by the body, and nothing dearer is done for who is refused

    def __init__(self, throttle: Throttle, outputs: UsualTokens, clock: Clock) -> None:
        self._throttle = throttle
        self._outputs = outputs
        self._clock = clock
        self._plans = Plans()

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        alias = exchange.policy.models.get(exchange.record.model_asked or "")
        if not exchange.team.quotas_given and (alias is None or not alias.quotas.given):
            return None
        return self._take(exchange, alias)

    async def _take(self, exchange: Exchange, alias: Alias | None) -> None:
        quotas = self._plans.over(exchange.team, exchange.principal, self._expected(exchange, alias), alias)
        permit, verdict = await self._throttle.take(f"{exchange.record.request_id}/admit", quotas)
        if isinstance(verdict, LimitReached):
            quota = quotas[verdict.line]
            exchange.limit_headers = self._headers(exchange, (quota,), (verdict.left,))
            raise _exceeded(quota, verdict.wait)
        assert isinstance(verdict, Reserved)
        assert permit is not None
        exchange.permit = permit
        exchange.limit_headers = self._headers(exchange, quotas, verdict.left)

    def settle(self, exchange: Exchange) -> None:
        permit = exchange.permit
        if permit is None:
            return
        self._throttle.settle(permit, _tokens_used(exchange))

    def _expected(self, exchange: Exchange, alias: Alias | None) -> int:
        envelope, operation = exchange.envelope, exchange.inbound.operation
        if operation.free:
            return 0  # nobody counts its tokens
        read = len(exchange.body) // BYTES_A_TOKEN
        if operation.wordless:
            return read
        learned = self._outputs.expected(exchange.principal.key_id, _likely_model(envelope.model, alias))
        answer = envelope.max_output_tokens or USUAL_ANSWER
        return read + (answer if learned is None else min(answer, learned))

    def _headers(self, exchange: Exchange, quotas: Sequence[Quota], lefts: Sequence[int]) -> list[tuple[bytes, bytes]]:
        """Of the tightest limit of each kind, in the words of the client's dialect."""
        tightest: dict[str, tuple[int, int]] = {}
        for quota, left in zip(quotas, lefts, strict=True):
            of = quota.of
            if of != "concurrent" and ((known := tightest.get(of)) is None or left < known[0]):
                tightest[of] = left, quota.limit
        if exchange.inbound.dialect == "anthropic":
            names, reset_at = _ANTHROPIC, self._moment
        else:
            names, reset_at = _OTHERS, _in_seconds
        headers: list[tuple[bytes, bytes]] = []
        for of, (left, limit) in tightest.items():
            told, remaining, reset = names[of]
            headers += (told, b"%d" % limit), (remaining, b"%d" % left), (reset, reset_at((limit - left) * 60 / limit))
        return headers

    def _moment(self, seconds: float) -> bytes:
        """In so many seconds, rounded up."""
        moment = datetime.fromtimestamp(self._clock.now() + math.ceil(seconds), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def _tokens_used(exchange: Exchange) -> int | None:
    """None where nobody told, and there was work for somebody."""
    record = exchange.record
    if not record.attempts or not (record.chargeable or record.failed_rows or exchange.inbound.call):
        return 0  # nobody was asked, whatever an answer tells that was given before, or whoever was would not have it
    return usage_so_far(exchange).total_tokens or None


def _in_seconds(seconds: float) -> bytes:
    return b"%ds" % math.ceil(seconds)


def _likely_model(asked: str, alias: Alias | None) -> str:
    """The provider's name of the model that the request will probably reach: where it goes is decided later."""
    if alias is None:
        provider, _, model = asked.partition("/")
        return model or provider
    return alias.targets[0].model if alias.targets else asked


def _exceeded(quota: Quota, wait: float) -> QuotaExceeded:
    limit = f"{quota.limit} {_NAMES[quota.of]} of {quota.scope.title}"
    if quota.of == "concurrent":
        return QuotaExceeded(
            f"All {limit} are under way. Wait until one has ended, or ask for a higher limit.", retry_after=1
        )
    error = QuotaExceeded(
        f"The limit of {limit} is reached. There is room again in {math.ceil(wait)} s.", retry_after=max(wait, 0.001)
    )
    error.worth_retrying = False  # at once it is known to fail, and a crowd of SDKs would come back at one moment
    return error
