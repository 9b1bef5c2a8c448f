"""A response of a provider, read as far as it takes to know what it is: an answer, whole or streamed, or a refusal.

Invariants
- A stream that calls itself something else is told by its first bytes, and so is a JSON body that calls itself a
  stream.
- An error under status 200 is a refusal like any other.
"""

from __future__ import annotations

import contextlib
from codecs import BOM_UTF8
from typing import NoReturn

from gateway.core.events import Event, Failed, Frame
from gateway.core.policy import Secret
from gateway.dialects.batch_lines import usage_in_any_body
from gateway.dialects.codec import ProviderCodec
from gateway.dialects.surrogates import mended
from gateway.errors import UpstreamCut, UpstreamNonsense
from gateway.providers.transport import UpstreamResponse
from gateway.stages.answers.flows import MAX_ANSWER_BYTES, StreamedAnswer, WholeAnswer, once, with_usage
from gateway.stages.calls.hidden_credential import hide_in_failure

MAX_ERROR_BYTES = 256 * 1024

_STREAM_BEGINNINGS = (b"data:", b"event:", b":", b"id:", b"retry:")
"""Relays and engines are seen to call an event stream JSON or text, and no JSON begins so."""


async def raise_refusal(response: UpstreamResponse, codec: ProviderCodec) -> NoReturn:
    """Raise the UpstreamError that an answer with another status than 2xx is."""
    if 400 <= response.status < 600:
        raise codec.decode_error(response.status, response.headers, await response.read(MAX_ERROR_BYTES))
    unknown = UpstreamNonsense(f"The provider answered with status {response.status}, which its dialect does not know.")
    unknown.worked = False
    raise unknown


async def read_answer(
    response: UpstreamResponse, codec: ProviderCodec, credential: Secret | None, *, past_prelude: bool
) -> WholeAnswer | StreamedAnswer:
    """The answer behind a head with status 200, of which something was said already; raises UpstreamError.

    `credential`: that the provider was asked with.
    """
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        body = (await response.read(MAX_ANSWER_BYTES)).removeprefix(BOM_UTF8)
        if not body.startswith(_STREAM_BEGINNINGS):
            try:
                return _whole(codec, body, credential)
            except UpstreamNonsense as error:
                error.used = usage_in_any_body(body)  # no answer, and yet it is billed
                raise
        answer = StreamedAnswer(once(body), codec.stream_decoder(), credential)
    else:
        answer = StreamedAnswer(response.chunks(), codec.stream_decoder(), credential, response.offer)
    try:
        await answer.begin(past_prelude=past_prelude)
    except UpstreamCut:
        body = answer.unread.removeprefix(BOM_UTF8).strip()
        if not body.startswith(b"{"):
            raise
        with contextlib.suppress(UpstreamNonsense):
            return _whole(codec, body, credential)
        raise
    return answer


def _whole(codec: ProviderCodec, body: bytes, credential: Secret | None) -> WholeAnswer:
    """The answer that a body is; raises UpstreamNonsense, and the error that it tells."""
    events, body = _decoded(codec, body)
    for event in events:
        # An error under status 200 is a refusal like any other, unless the dialect tells failures so.
        if isinstance(event, Failed) and not event.native:
            raise with_usage(event.error, [Frame(events)])
    frame = Frame(events, body)
    if Failed in map(type, events):
        hide_in_failure(frame, credential)
    return WholeAnswer(frame)


def _decoded(codec: ProviderCodec, whole: bytes) -> tuple[list[Event], bytes]:
    try:
        return codec.decode_answer(whole), whole
    except UpstreamNonsense:
        without_halves = mended(whole)
        if without_halves == whole:
            raise
        return codec.decode_answer(without_halves), without_halves
