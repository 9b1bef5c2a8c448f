"""Call: the attempts, one by one; the only stage that leaves the house.

Invariants
- The first event of an answer is awaited before the client hears 200: an early failure is still a status code, or
  the next attempt.
- After that there is no other attempt: what the client has seen is never said twice.
- Same dialect without edits sends the very bytes received.
- The provider's connection is let go however the exchange ends.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping

from gateway.core.edits import apply_edits
from gateway.core.events import Failed, Frame, OpaqueEvent, Started, UsageReported
from gateway.core.messages import Dialect
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.dialects.codec import ProviderCodec, StreamDecoder
from gateway.dialects.losses import declared
from gateway.dialects.sse import SseSplitter
from gateway.errors import GatewayError, UpstreamError, UpstreamNonsense, UpstreamRefused
from gateway.exchange import Attempt, Batch, Exchange
from gateway.providers.provider import Provider
from gateway.providers.transport import RawHeaders, Upstream, UpstreamRequest, UpstreamResponse
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage

MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 256 * 1024

RETRIED_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""A provider's refusals that another target may not share."""

PASSED_HEADERS: dict[Dialect, tuple[str, ...]] = {"anthropic": ("anthropic-version", "anthropic-beta")}
"""The client's headers that go along within one dialect; all others are built here, from scratch."""

_MISLABELLED = (b"data:", b"event:")
"""How an event stream begins; relays and engines are seen to call it JSON or text, and no JSON begins so."""

_PRELUDE = frozenset({Started, UsageReported, OpaqueEvent})
"""Events that promise nothing yet."""


class Call(Stage):
    """Sets `attempt`, `answer`, `streamed` and `let_go`; writes provider, model and losses into the record."""

    after = (Choose,)  # an attempt is what Choose allowed

    def __init__(
        self,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
        codec_of: Callable[[Provider, Dialect], ProviderCodec],
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
                await self._try(exchange, attempt)
            except UpstreamError as error:
                if number == last or not _another_may_help(error):
                    raise
            else:
                return

    def settle(self, exchange: Exchange) -> None:
        let_go = getattr(exchange, "let_go", None)
        if let_go is not None:
            let_go()

    async def _try(self, exchange: Exchange, attempt: Attempt) -> None:
        provider = self._provider_of(exchange.policy, attempt.target.provider)
        assert provider is not None, "Choose allows only providers that exist"
        codec = self._codec_of(provider, attempt.dialect)
        record, envelope = exchange.record, exchange.envelope
        record.provider, record.model, record.region = attempt.target.provider, attempt.target.model, attempt.region
        body, passed = self._request(exchange, attempt, codec)
        request = UpstreamRequest(
            method="POST",
            path=provider.path(attempt.dialect, attempt.target.model, envelope.stream),
            headers=provider.headers(attempt.dialect, passed, len(body)),
            body=body,
        )
        record.attempts += 1
        began = self._clock.monotonic()
        response = await self._upstream_of(provider).send(request, provider.policy.timeouts)
        headers = response.headers
        record.upstream_request_id = headers.get("x-request-id") or headers.get("request-id")
        try:
            streamed, answer = await _answer(response, codec)
        except BaseException:
            response.close()
            raise
        record.overhead_ms = max(0, int((began - exchange.inbound.received) * 1000))
        exchange.attempt = attempt
        exchange.streamed = streamed
        exchange.let_go = response.close
        exchange.answer = answer
        record.status = "upstream_cut"  # until the provider's own end is seen

    def _request(self, exchange: Exchange, attempt: Attempt, codec: ProviderCodec) -> tuple[bytes, RawHeaders]:
        """The body to send, and those of the client's headers that go along."""
        model, record = attempt.target.model, exchange.record
        if attempt.dialect == exchange.inbound.dialect:
            edits = (*exchange.edits, *codec.retarget(exchange.tree, exchange.envelope, model))
            headers = exchange.inbound.headers
            passed = tuple((name, headers[name]) for name in PASSED_HEADERS.get(attempt.dialect, ()) if name in headers)
            record.dropped = None
            return apply_edits(exchange.body, edits), passed
        encoded = codec.encode_request(exchange.conversation, model, exchange.strict)
        record.dropped = declared(encoded.losses)
        return encoded.body, ()


def _another_may_help(error: UpstreamError) -> bool:
    return not isinstance(error, UpstreamRefused) or error.status in RETRIED_STATUSES


async def _answer(response: UpstreamResponse, codec: ProviderCodec) -> tuple[bool, AsyncGenerator[Batch, None]]:
    """(whether it streams, the answer), of which something was said already. Raises UpstreamError where it fails."""
    if response.status != 200:
        raise await _refusal(response, codec)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        whole = await response.read(MAX_ANSWER_BYTES)
        if not whole.startswith(_MISLABELLED):
            return False, _whole(Frame(codec.decode_answer(whole), whole))
        flow = _stream(_once(whole), codec.stream_decoder())
    else:
        flow = _stream(response.chunks(), codec.stream_decoder())
    first = await anext(flow, None)
    if first is None:
        raise UpstreamNonsense("The provider answered with an empty stream.")
    return True, _preceded(first, flow)


async def _refusal(response: UpstreamResponse, codec: ProviderCodec) -> UpstreamRefused:
    headers: Mapping[str, str] = response.headers
    if not 400 <= response.status < 600:
        raise UpstreamNonsense(
            f"The provider answered with the status {response.status}, which its dialect does not know."
        )
    return codec.decode_error(response.status, headers, await response.read(MAX_ERROR_BYTES))


def _speaks(batch: Batch) -> bool:
    """Whether the batch holds content. Raises the error of a stream that fails before any.

    Such a stream is a refusal with a status, as if it had never been a stream.
    """
    for frame in batch:
        for event in frame.events:
            kind = type(event)
            if kind is Failed:
                raise event.error  # type: ignore[union-attr]
            if kind not in _PRELUDE:
                return True
    return False


async def _whole(frame: Frame) -> AsyncGenerator[Batch, None]:
    yield [frame]


async def _preceded(first: Batch, flow: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
    try:
        yield first
        async for batch in flow:
            yield batch
    finally:
        await flow.aclose()


async def _once(whole: bytes) -> AsyncIterator[bytes]:
    yield whole


async def _stream(chunks: AsyncIterator[bytes], decoder: StreamDecoder) -> AsyncGenerator[Batch, None]:
    """Batches of the frames of each read, from the first that says something.

    Raises the error of a stream that fails before it says anything; later a failure is the last event.
    """
    splitter = SseSplitter()
    held: Batch = []
    spoken = False
    try:
        async for chunk in chunks:
            batch = [Frame(decoder.feed(event), event.raw) for event in splitter.feed(chunk)]
            if spoken:
                if batch:
                    yield batch
            else:
                held += batch
                if _speaks(batch):
                    spoken = True
                    yield held
        rest = [Frame(decoder.feed(event), event.raw) for event in splitter.close()]
        if ending := decoder.close():
            rest.append(Frame(ending))
    except GatewayError as error:
        if not spoken:
            raise
        rest = [Frame([Failed(error)])]
    if not spoken:
        _speaks(rest)
        rest = held + rest
    if rest:
        yield rest
