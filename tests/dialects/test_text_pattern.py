"""A stream whose plain pieces are known by their pattern says what it says when every piece is decoded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.events import Delta, Event, Failed
from gateway.dialects.openai_chat import PROVIDER, stream_in
from gateway.dialects.sse import SseSplitter
from gateway.errors import UpstreamNonsense
from gateway.stages.answers import StreamedAnswer


def piece(text: str, index: int = 0, *, ascii_only: bool = False, **more: Any) -> bytes:
    choice = {"index": index, "delta": {"content": text}, "finish_reason": None}
    told = {"id": "c", "created": 7, "model": "m", "choices": [choice], **more}
    return b"data: " + json.dumps(told, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") + b"\n\n"


def other(**choice: Any) -> bytes:
    return b"data: " + json.dumps({"id": "c", "choices": [{"index": 0, "delta": {}, **choice}]}).encode() + b"\n\n"


OTHERS = (
    other(delta={"reasoning": "hm"}),
    other(delta={"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{}"}}]}),
    other(finish_reason="stop"),
    b": still here\n\n",
    b"data: [DONE]\n\n",
    b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
    b'data: {"error":{"message":"overloaded"}}\n\n',
)
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["content", "c", "id", 'a"b', "a\\nb", "a\nb", "\x7f", "é", "\u2028", "m"]
)
READS = st.lists(
    st.builds(piece, TEXTS, st.integers(0, 1), ascii_only=st.booleans())
    | st.builds(piece, TEXTS)
    | st.sampled_from(OTHERS)
    | st.binary(max_size=3).map(lambda odd: piece("word").replace(b"word", odd)),
    max_size=12,
)


async def told(reads: Sequence[bytes]) -> list[Event]:
    async def chunks() -> AsyncIterator[bytes]:
        for read in reads:
            yield read

    answer = StreamedAnswer(chunks(), PROVIDER.stream_decoder())
    return [event async for batch in answer for frame in batch for event in frame.events]


def decoded(reads: Sequence[bytes]) -> list[Event]:
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events: list[Event] = []
    try:
        for read in reads:
            for event in splitter.feed(read):
                events += decoder.feed(event)
        for event in splitter.close():
            events += decoder.feed(event)
    except UpstreamNonsense as error:
        return [*events, Failed(error)]
    return [*events, *decoder.close()]


def plain(events: list[Event]) -> list[object]:
    return [("failed", str(event.error)) if isinstance(event, Failed) else event for event in events]


@given(READS)
@example([piece("one"), piece("two"), piece("three")[:-1], b"\n", piece("four")])
@example([piece("one"), piece("two"), piece('x"}}],"usage":{"completion_tokens":9},"a":[{"b":{"c":"y'), piece("three")])
@example([piece("one"), piece("two"), piece("three").replace(b"three", b"\xff\xfe"), piece("four")])
@example([piece("one"), piece("two"), piece("x").replace(b"x", b"a\n\ndata: b"), piece("three")])
@example([piece("content"), piece("content"), piece("c"), piece("m"), piece("m")])
@example([piece("one"), piece("two"), other(finish_reason="stop"), piece("three"), b"data: [DONE]\n\n"])
def test_what_is_told_is_what_decoding_tells(reads: list[bytes]) -> None:
    assert plain(asyncio.run(told(reads))) == plain(decoded(reads))


def test_pieces_behind_the_first_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decodes: list[bytes] = []
    decode = stream_in.decode_plain_chunk
    monkeypatch.setattr(stream_in, "decode_plain_chunk", lambda data: [decodes.append(data), decode(data)][1])
    words = [f"word {number} é " for number in range(50)]
    events = asyncio.run(told([piece(word) for word in words]))
    assert [event.text for event in events if isinstance(event, Delta)] == words
    assert len(decodes) == 2, "the second piece, and the probe"
