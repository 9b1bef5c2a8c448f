"""Call: the attempts, one by one; the only stage that leaves the house.

Invariants
- The first event of an answer is awaited before the client hears 200 (where another attempt remains, the first with
  content): an early failure is still a status code, or the next attempt.
- After that there is no other attempt: what the client has seen is never said twice.
- Same dialect without edits sends the very bytes received, whatever the operation.
- The provider's connection is let go however the exchange ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from gateway.core.edits import apply_edits
from gateway.core.messages import Dialect
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.dialects.losses import declared
from gateway.errors import UpstreamError, UpstreamNonsense, UpstreamRefused
from gateway.exchange import Attempt, Exchange
from gateway.providers.provider import Provider
from gateway.providers.transport import RawHeaders, Upstream, UpstreamRequest, UpstreamResponse
from gateway.stages.answers import StreamedAnswer, read_answer
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage

MAX_ERROR_BYTES = 256 * 1024

RETRIED_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""A provider's refusals that another target may not share."""

PASSED_HEADERS: dict[Dialect, tuple[str, ...]] = {"anthropic": ("anthropic-version", "anthropic-beta")}
"""The client's headers that go along within one dialect; all others are built here, from scratch."""


class Call(Stage):
    """Sets `attempt`, `answer`, `streamed`, `native`, `spoken`, `let_go`; and provider, model, losses in the record."""

    after = (Choose,)  # an attempt is what Choose allowed

    def __init__(
        self,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
        codec_of: Callable[[Operation, Provider, Dialect], ProviderCodec],
        clock: Clock,
    ) -> None:
        self._provider_of = provider_of
        self._upstream_of = upstream_of
        self._codec_of = codec_of
        self._clock = clock

    async def enter(self, exchange: Exchange) -> None:
        last = len(exchange.attempts) - 1
        for number, attempt in enumerate(exchange.attempts):
            try:
                await self._try(exchange, attempt, last=number == last)
            except UpstreamError as error:
                if number == last or not _another_may_help(error):
                    raise
            else:
                return

    def settle(self, exchange: Exchange) -> None:
        let_go = getattr(exchange, "let_go", None)
        if let_go is not None:
            let_go()

    async def _try(self, exchange: Exchange, attempt: Attempt, *, last: bool) -> None:
        provider = self._provider_of(exchange.policy, attempt.target.provider)
        assert provider is not None, "Choose allows only providers that exist"
        operation = exchange.inbound.operation
        codec = self._codec_of(operation, provider, attempt.dialect)
        record, envelope = exchange.record, exchange.envelope
        record.provider, record.model, record.region = attempt.target.provider, attempt.target.model, attempt.region
        body, passed = self._request(exchange, attempt, codec)
        request = UpstreamRequest(
            method="POST",
            path=provider.path(operation.path, attempt.dialect, attempt.target.model, envelope.stream),
            headers=provider.headers(attempt.dialect, passed, len(body)),
            body=body,
        )
        record.attempts += 1
        began = self._clock.monotonic()
        response = await self._upstream_of(provider).send(request, provider.policy.timeouts)
        headers = response.headers
        record.upstream_request_id = headers.get("x-request-id") or headers.get("request-id")
        try:
            if response.status != 200:
                await _refuse(response, codec)
            # Where another attempt remains, it may take over until content comes; the last answers at once.
            answer = await read_answer(response, codec, past_prelude=not last)
        except BaseException:
            response.close()
            raise
        record.overhead_ms = max(0, int((began - exchange.inbound.received) * 1000))
        exchange.attempt = attempt
        exchange.streamed = isinstance(answer, StreamedAnswer)
        exchange.native = attempt.dialect == exchange.inbound.dialect
        exchange.spoken = codec
        exchange.let_go = response.close
        exchange.answer = answer
        record.status = "upstream_cut"  # until the provider's own end is seen

    def _request(self, exchange: Exchange, attempt: Attempt, codec: ProviderCodec) -> tuple[bytes, RawHeaders]:
        """The body to send, and those of the client's headers that go along."""
        model, record = attempt.target.model, exchange.record
        if attempt.dialect == exchange.reader.dialect:
            edits = (*exchange.edits, *codec.retarget(exchange.tree, exchange.envelope, model))
            headers = exchange.inbound.headers
            passed = tuple((name, headers[name]) for name in PASSED_HEADERS.get(attempt.dialect, ()) if name in headers)
            record.dropped = None
            return apply_edits(exchange.body, edits), passed
        encoded = codec.encode_request(exchange.request, model, exchange.strict)
        record.dropped = declared(encoded.losses)
        return encoded.body, ()


def _another_may_help(error: UpstreamError) -> bool:
    return not isinstance(error, UpstreamRefused) or error.status in RETRIED_STATUSES


async def _refuse(response: UpstreamResponse, codec: ProviderCodec) -> NoReturn:
    if not 400 <= response.status < 600:
        raise UpstreamNonsense(f"The provider answered with status {response.status}, which its dialect does not know.")
    raise codec.decode_error(response.status, response.headers, await response.read(MAX_ERROR_BYTES))
