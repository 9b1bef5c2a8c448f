"""Answers behind a head with status 200: whole, streamed, and streamed under another name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gateway.core.answer import gather
from gateway.core.events import Event
from gateway.core.messages import Text
from gateway.dialects.registry import PROVIDER_CODECS
from gateway.errors import UpstreamCut, UpstreamNonsense, UpstreamRefused
from gateway.providers.transport import Offer
from gateway.stages.answers.flows import StreamedAnswer, WholeAnswer
from gateway.stages.calls.read_answer import read_answer

WHOLE = (
    b'{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}'
)
STREAM = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)

STEP = b'data: {"id":"c","choices":[{"index":0,"delta":{"reasoning_details":[]},"finish_reason":null}]}\n\n'
"""Work at an answer that is none yet."""


class FakeResponse:
    """`pieces` of a body under a content type."""

    status = 200

    def __init__(self, content_type: str, *pieces: bytes) -> None:
        self.headers = {"content-type": content_type}
        self._pieces = pieces

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    def offer(self, take: Offer) -> None:
        pass

    async def read(self, limit: int) -> bytes:
        return b"".join(self._pieces)

    def close(self) -> None:
        pass


async def read(response: Any) -> tuple[type, list[Event]]:
    answer = await read_answer(response, PROVIDER_CODECS["openai_chat"], None, past_prelude=True)
    return type(answer), [event async for batch in answer for frame in batch for event in frame.events]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (FakeResponse("application/json", WHOLE), WholeAnswer),
        (FakeResponse("", WHOLE), WholeAnswer),
        (FakeResponse("text/event-stream; charset=utf-8", STREAM[:50], STREAM[50:]), StreamedAnswer),
        (FakeResponse("application/json; charset=UTF-8", STREAM[:50], STREAM[50:]), StreamedAnswer),
        (FakeResponse("text/plain", b"event: message\n" + STREAM), StreamedAnswer),
        (FakeResponse("application/json", b": thinking\n\n" + STREAM), StreamedAnswer),
        (FakeResponse("text/event-stream", WHOLE[:50], WHOLE[50:]), WholeAnswer),
        (FakeResponse("text/event-stream", b"\r\n\r\n", b"\xef\xbb\xbf" + WHOLE + b"\n\n"), WholeAnswer),
        (FakeResponse("text/event-stream", msgspec.json.format(WHOLE)), WholeAnswer),
        (FakeResponse("text/event-stream", *([STEP * 100] * 101), STREAM), StreamedAnswer),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_is_what_its_bytes_say(response: FakeResponse, kind: type):
    found, events = await read(response)
    answer = gather(events)
    assert found is kind
    assert [(type(part), part.text) for part in answer.candidates[0].parts] == [(Text, "hi")]
    assert answer.candidates[0].reason == "stop"


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (FakeResponse("application/json", b""), UpstreamNonsense),
        (FakeResponse("text/html", b"<html>"), UpstreamNonsense),
        (FakeResponse("text/event-stream"), UpstreamCut),
        (FakeResponse("text/event-stream", WHOLE[:50]), UpstreamCut),
        (FakeResponse("text/event-stream", b'{"error": {"message": "no"}}'), UpstreamRefused),
        (FakeResponse("text/plain", b"data: {}"), UpstreamCut),
        (FakeResponse("text/event-stream", *([b": wait\n\n" * 100] * 101), STREAM), UpstreamNonsense),
        (FakeResponse("text/event-stream", *([b": " + b"w" * 2**20 + b"\n\n"] * 65), STREAM), UpstreamNonsense),
    ],
)
@pytest.mark.asyncio
async def test_what_says_nothing_is_no_answer(response: FakeResponse, error: type[Exception]):
    with pytest.raises(error):
        await read(response)
