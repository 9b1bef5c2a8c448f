"""A stream whose plain pieces are known by their pattern says what it says when every piece is decoded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.events import Delta, Event, Failed
from gateway.dialects.anthropic import PROVIDER as CLAUDE
from gateway.dialects.codec import ProviderCodec
from gateway.dialects.gemini import PROVIDER as GEMINI
from gateway.dialects.openai_chat import PROVIDER, stream_in
from gateway.dialects.openai_responses import PROVIDER as RESPONSES
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.dialects.surrogates import SurrogateJoiner
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import UpstreamNonsense
from gateway.stages.answers.flows import StreamedAnswer


def _compact(told: Any, *, ascii_only: bool = False) -> str:
    return json.dumps(told, ensure_ascii=ascii_only, separators=(",", ":"))


def piece(text: str, index: int = 0, *, ascii_only: bool = False, **more: Any) -> bytes:
    choice = {"index": index, "delta": {"content": text}, "finish_reason": None}
    told = {"id": "c", "created": 7, "model": "m", "choices": [choice], **more}
    return b"data: " + _compact(told, ascii_only=ascii_only).encode("utf-8", "surrogatepass") + b"\n\n"


def claims(text: str, index: int = 0, blanks: int = 0, *, name: bool = True, ascii_only: bool = False) -> bytes:
    """As Anthropic tells a piece: padded by blanks."""
    told = {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}
    data = json.dumps(told, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    head = b"event: content_block_delta\n" if name else b""
    return head + b"data: " + data[:-1] + b" " * blanks + b"}\n\n"


def told_of(kind: str, **more: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps({"type": kind, **more}).encode())


def thought(text: str) -> bytes:
    return told_of("content_block_delta", index=1, delta={"type": "thinking_delta", "thinking": text})


def reasoned(text: str, index: int = 0, name: str = "reasoning_content", **more: Any) -> bytes:
    choice = {"index": index, "delta": {name: text, **more}, "finish_reason": None}
    return b"data: " + _compact({"id": "c", "created": 7, "model": "m", "choices": [choice]}).encode() + b"\n\n"


def argued(text: str, index: int | None = 0, *, ascii_only: bool = False, **more: Any) -> bytes:
    call = {"index": index, "function": {"arguments": text}, **more}
    told = {"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}
    return b"data: " + _compact(told, ascii_only=ascii_only).encode("utf-8", "surrogatepass") + b"\n\n"


def claims_arguments(text: str, index: int = 2) -> bytes:
    delta = {"type": "input_json_delta", "partial_json": text}
    return told_of("content_block_delta", index=index, delta=delta)


def responded(text: str, number: Any = 7, kind: str = "output_text", *, last: bool = False, **more: Any) -> bytes:
    """As OpenAI's Responses tell a piece; `last`: the number stands where vLLM writes it."""
    places = {"item_id": "i", "output_index": 0, "content_index": 0, "delta": text, **more}
    counted = {"sequence_number": number}
    told = {**places, **counted} if last else {**counted, **places}
    data = _compact({"type": f"response.{kind}.delta", **told}).encode("utf-8", "surrogatepass")
    return b"event: response.%s.delta\ndata: %s\n\n" % (kind.encode(), data)


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
ARGUMENTS = st.sampled_from(['{"city', '": "', "Bern", '"}', "", "\\n", "\n", '\\"', "é", "\u2028", "\ud83d", "x\\"])
READS = st.lists(
    st.builds(piece, TEXTS, st.integers(0, 1), ascii_only=st.booleans())
    | st.builds(piece, TEXTS)
    | st.builds(reasoned, TEXTS, st.integers(0, 1), st.sampled_from(["reasoning_content", "reasoning"]))
    | st.builds(reasoned, TEXTS)
    | st.builds(argued, TEXTS, st.integers(0, 1), ascii_only=st.booleans())
    | st.builds(argued, ARGUMENTS)
    | st.builds(argued, ARGUMENTS, st.sampled_from([0, None]), id=st.sampled_from(["t", "u"]))
    | st.builds(lambda text: argued(text, function={"name": "f", "arguments": text}), ARGUMENTS)
    | st.builds(lambda text: reasoned(text, reasoning=text), TEXTS)
    | st.builds(lambda text: reasoned(text, content=text), TEXTS)
    | st.sampled_from(OTHERS)
    | st.binary(max_size=3).map(lambda odd: piece("word").replace(b"word", odd)),
    max_size=12,
)


PADDING = st.sampled_from(["", "7PtWFHpeOfPzDO", "ab", "a-b", 'a"b', "a\\b", "é"])
PADDED = st.lists(
    st.builds(lambda text, padding: piece(text, obfuscation=padding), TEXTS, PADDING)
    | st.builds(lambda text, padding: piece(text, p=padding), TEXTS, PADDING)
    | st.builds(
        lambda text, padding: piece(text).replace(b"}\n\n", b',"p":"%s"}\n\n' % padding.encode()), TEXTS, PADDING
    )
    | st.sampled_from(OTHERS),
    max_size=12,
)
BEGUN = [
    told_of("message_start", message={"id": "m", "model": "c", "content": [], "usage": {"input_tokens": 1}}),
    told_of("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    told_of("content_block_start", index=1, content_block={"type": "thinking", "thinking": ""}),
    told_of("content_block_start", index=2, content_block={"type": "tool_use", "id": "t", "name": "f", "input": {}}),
]
CLAIMED = st.lists(
    st.builds(claims, TEXTS, st.integers(0, 2), st.integers(0, 9), name=st.booleans(), ascii_only=st.booleans())
    | st.builds(claims, TEXTS, blanks=st.integers(0, 9))
    | st.builds(thought, TEXTS)
    | st.builds(claims_arguments, ARGUMENTS, st.integers(1, 2))
    | st.builds(claims_arguments, ARGUMENTS)
    | st.sampled_from(
        [
            told_of("content_block_stop", index=0),
            told_of("content_block_stop", index=2),
            told_of("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            told_of(
                "content_block_start", index=0, content_block={"type": "tool_use", "id": "t", "name": "f", "input": {}}
            ),
            told_of("ping"),
            told_of("message_stop"),
            claims("word").replace(b"word", b"\xff"),
            claims("word").replace(b"word", b"a\n\ndata: b"),
            claims("word").replace(b"}\n\n", b"x}\n\n"),
            claims("word").replace(b"}\n\n", b"\n}\n\n"),
        ]
    ),
    max_size=12,
)


RESPONDING = [
    told_of("response.created", response={"id": "r", "model": "m", "created_at": 1}),
    told_of("response.output_item.added", output_index=1, item={"type": "function_call", "call_id": "t", "name": "f"}),
    told_of("response.output_item.added", output_index=0, item={"type": "message", "id": "i"}),
]
NUMBERS = st.integers(0, 120) | st.sampled_from([None, -1, 1.5, "8", [], 10**30])
RESPONDED = st.lists(
    st.builds(responded, TEXTS, NUMBERS, last=st.booleans())
    | st.builds(responded, TEXTS, NUMBERS, obfuscation=PADDING, logprobs=st.sampled_from([None, [], [{"token": "a"}]]))
    | st.builds(responded, TEXTS | ARGUMENTS, content_index=st.integers(0, 1), output_index=st.integers(0, 2))
    | st.builds(responded, TEXTS, last=st.just(True))
    | st.builds(responded, ARGUMENTS, NUMBERS, st.just("function_call_arguments"), output_index=st.just(1))
    | st.builds(
        responded,
        TEXTS,
        NUMBERS,
        st.sampled_from(["reasoning_summary_text", "reasoning_text", "refusal"]),
        output_index=st.just(3),
        summary_index=st.integers(0, 1),
    )
    | st.builds(lambda text, odd: responded(text, 4).replace(b":4,", b":%s," % odd), TEXTS, st.binary(max_size=2))
    | st.sampled_from(
        [
            told_of("response.output_item.done", output_index=0, item={"type": "message", "id": "i", "content": []}),
            told_of("response.output_item.done", output_index=1, item={"type": "function_call", "name": "f"}),
            told_of("response.content_part.done", output_index=0, content_index=0, part={"type": "output_text"}),
            told_of("response.output_text.done", output_index=0, content_index=0, text="a"),
            told_of("response.completed", response={"id": "r", "status": "completed", "output": []}),
            told_of("keepalive"),
            responded("word").replace(b"word", b"\xff"),
            responded("word").replace(b"word", b"a\n\ndata: b"),
            responded("word").replace(b"}\n\n", b"x}\n\n"),
        ]
    ),
    max_size=12,
)


async def told(reads: Sequence[bytes], codec: ProviderCodec = PROVIDER) -> list[Event]:
    async def chunks() -> AsyncIterator[bytes]:
        for read in reads:
            yield read

    answer = StreamedAnswer(chunks(), codec.stream_decoder())
    return [event async for batch in answer for frame in batch for event in frame.events]


def decoded(reads: Sequence[bytes], codec: ProviderCodec = PROVIDER) -> list[Event]:
    splitter, decoder, halves = SseSplitter(), codec.stream_decoder(), SurrogateJoiner()
    events: list[Event] = []

    def decode(event: ServerSentEvent) -> list[Event]:
        try:
            return decoder.feed(event)
        except UpstreamNonsense:
            if (whole := halves.mended(event)) is None:
                raise
            return decoder.feed(whole)

    try:
        for read in reads:
            for event in splitter.feed(read):
                events += decode(event)
        for event in splitter.close():
            events += decode(event)
    except UpstreamNonsense as error:
        return [*events, Failed(error)]
    return [*events, *decoder.close()]


def plain(events: list[Event]) -> list[object]:
    return [("failed", str(event.error)) if isinstance(event, Failed) else event for event in events]


def assert_told_as_decoded(reads: Sequence[bytes], codec: ProviderCodec = PROVIDER) -> None:
    """Also where several come in one read."""
    meant = plain(decoded(reads, codec))
    for size in (1, 2, 3):
        joined = [b"".join(reads[at : at + size]) for at in range(0, len(reads), size)]
        assert plain(asyncio.run(told(joined, codec))) == meant


@given(READS)
@example([piece("one"), piece("two"), piece("three")[:-1], b"\n", piece("four")])
@example([piece("one"), piece("two"), piece('x"}}],"usage":{"completion_tokens":9},"a":[{"b":{"c":"y'), piece("three")])
@example([piece("one"), piece("two"), piece("three").replace(b"three", b"\xff\xfe"), piece("four")])
@example([piece("one"), piece("two"), piece("x").replace(b"x", b"a\n\ndata: b"), piece("three")])
@example([piece("content"), piece("content"), piece("c"), piece("m"), piece("m")])
@example([piece("one"), piece("two"), other(finish_reason="stop"), piece("three"), b"data: [DONE]\n\n"])
def test_what_is_told_is_what_decoding_tells(reads: list[bytes]) -> None:
    assert_told_as_decoded(reads)


def test_pieces_behind_the_first_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decodes: list[bytes] = []
    decode = stream_in.decode_plain_chunk
    monkeypatch.setattr(stream_in, "decode_plain_chunk", lambda data: [decodes.append(data), decode(data)][1])
    words = [f"word {number} é " for number in range(50)]
    pieces = [piece(word) for word in words]
    events = asyncio.run(told([*pieces[:9], b"".join(pieces[9:13]), *pieces[13:]]))
    assert [event.text for event in events if isinstance(event, Delta)] == words
    assert len(decodes) == 2, "the second piece, and the probe"


@given(PADDED)
@example([piece("one"), piece("two", p="ab"), piece("three", p='","choices":[],"x":"'), piece("four", p="cd")])
def test_padding_says_nothing(reads: list[bytes]) -> None:
    assert_told_as_decoded(reads)


@given(CLAIMED)
@example([claims("one"), claims("two", blanks=3), told_of("content_block_stop", index=0), claims("three")])
@example([claims("one"), *(claims(half, ascii_only=True) for half in ("two \ud83d", "\ude00 three", "\udc00"))])
@example(
    [claims("one"), claims("two"), claims('x"}},"a":{"b":{"c":"y'), claims("three", 1), thought("a"), thought("b")]
)
def test_claude_too_is_told_as_decoding_tells(reads: list[bytes]) -> None:
    reads = [*BEGUN, *reads]
    assert_told_as_decoded(reads, CLAUDE)


@given(RESPONDED)
@example(
    [responded("one", 3), responded("two", 4), responded("three", 10**30), responded("four").replace(b":7", b":07")]
)
@example([responded("a", 3, last=True), responded("b", 4, last=True).replace(b":4", b":04")])
@example([responded("a", 1, "reasoning_text", content_index=index) for index in (0, 0, 1, 0, 0)])
def test_responses_too_are_told_as_decoding_tells(reads: list[bytes]) -> None:
    reads = [*RESPONDING, *reads]
    assert_told_as_decoded(reads, RESPONSES)


def generated(text: str, counts: Any, *, end: bytes = b"\r\n\r\n", part: Any = None, **more: Any) -> bytes:
    """As Gemini tells a piece: what was used until then stands beside it."""
    candidate = {"content": {"parts": [{"text": text, **(part or {})}], "role": "model"}, "index": 0, **more}
    told = {"candidates": [candidate], "usageMetadata": counts, "modelVersion": "g", "responseId": "r"}
    return b"data: " + json.dumps(told).encode("utf-8", "surrogatepass") + end


def used(number: int) -> dict[str, Any]:
    counted = {"promptTokenCount": 9, "candidatesTokenCount": number, "totalTokenCount": 9 + number}
    return {**counted, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}]}


COUNTS = st.builds(used, st.integers(0, 99)) | st.sampled_from(
    [{}, None, [], 7, "x", {"candidatesTokenCount": -1}, {"candidatesTokenCount": "7", "thoughtsTokenCount": 3}]
)
GENERATED = st.lists(
    st.builds(generated, TEXTS, COUNTS, end=st.sampled_from([b"\n\n", b"\r\n\r\n"]))
    | st.builds(generated, TEXTS | ARGUMENTS, st.builds(used, st.integers(0, 99)))
    | st.builds(generated, TEXTS, COUNTS, part=st.sampled_from([{"thought": True}, {"thoughtSignature": "c2ln"}]))
    | st.builds(generated, TEXTS, COUNTS, finishReason=st.just("STOP"))
    | st.builds(generated, TEXTS, COUNTS, groundingMetadata=st.just({"webSearchQueries": ["a"]}))
    | st.builds(lambda odd: generated("word", used(7)).replace(b'Count": 7', b'Count": ' + odd), st.binary(max_size=2))
    | st.builds(lambda one, two: generated(one, used(1)) + generated(two, used(2)), TEXTS, TEXTS)
    | st.sampled_from(
        [
            generated("word", used(7)).replace(b"word", b"\xff"),
            generated("word", used(7)).replace(b"word", b'a"}],"role":"user"},"index":1}],"usageMetadata":{'),
            generated("word", used(7)).replace(b'"responseId"', b'"promptFeedback"'),
            b'data: {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}\r\n\r\n',
        ]
    ),
    max_size=12,
)


@given(GENERATED)
@example(
    [generated("one", used(1)), generated("two", used(2)), generated("three", used(1)), generated("four", used(4))]
)
@example([generated("one", used(1)), generated("two", used(2)), generated("three", {}), generated("four", None)])
@example([generated("\ud83d", used(1)), generated("\ude00", used(2)), generated("\udc00", used(3))])
def test_gemini_too_is_told_as_decoding_tells(reads: list[bytes]) -> None:
    assert_told_as_decoded(reads, GEMINI)


def lengths(number: int) -> str:
    return "Ab3xYz9Qw1"[: number % 10]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told by patterns alone, as it is."""
    known: list[str] = []
    events_of = TextPattern.events_of

    def counted(pattern: TextPattern, chunk: bytes) -> list[Event] | None:
        events = events_of(pattern, chunk)
        known.extend([event.text for event in events or () if isinstance(event, Delta)])
        return events

    monkeypatch.setattr(TextPattern, "events_of", counted)
    return known


@pytest.mark.parametrize(
    ("reads", "codec"),
    [
        (
            [piece(f"word {n} ", usage=None, obfuscation=lengths(n)) for n in range(50)],
            PROVIDER,
        ),
        ([piece(f"word {n} ", p=lengths(n)) for n in range(50)], PROVIDER),
        ([reasoned(f"word {n} ") for n in range(50)], PROVIDER),
        ([*BEGUN, *[claims(f"word {n} ", blanks=n % 10) for n in range(50)]], CLAUDE),
        ([*BEGUN, *[thought(f"word {n} ") for n in range(50)]], CLAUDE),
        (
            [*RESPONDING] + [responded(f"word {n} ", n + 4, logprobs=[], obfuscation=lengths(n)) for n in range(50)],
            RESPONSES,
        ),
        ([*RESPONDING, *[responded(f"word {n} ", n, last=True) for n in range(50)]], RESPONSES),
        ([generated(f"word {n} ", used(n)) for n in range(50)], GEMINI),
        ([generated(f"word {n} ", used(n), part={"thought": True}, end=b"\n\n") for n in range(50)], GEMINI),
    ],
    ids=[
        *("openai", "mistral", "reasoning", "anthropic", "thinking", "responses", "responses of vLLM"),
        *("gemini", "thoughts of gemini"),
    ],
)
def test_padded_pieces_are_known_by_their_pattern(reads: list[bytes], codec: ProviderCodec, known: list[str]) -> None:
    events = asyncio.run(told(reads, codec))
    words = [event.text for event in events if isinstance(event, Delta)]
    assert words == [f"word {number} " for number in range(50)]
    assert known == words[-len(known) :]
    assert len(known) >= 48


CALLED = [other(delta={"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": ""}}]})]


@pytest.mark.parametrize(
    ("begun", "say", "codec"),
    [
        (CALLED, argued, PROVIDER),
        (BEGUN, claims_arguments, CLAUDE),
        (RESPONDING, lambda text: responded(text, 7, "function_call_arguments", output_index=1), RESPONSES),
    ],
    ids=["openai", "anthropic", "responses"],
)
def test_arguments_are_known_by_their_pattern_with_all_that_is_escaped_in_them(
    begun: list[bytes], say: Callable[[str], bytes], codec: ProviderCodec, known: list[str]
) -> None:
    pieces = ['{"', 'city": "', "Bern\\n", '\\"é\\"', '", "more": [', '"\\ud83d\\ude00"', "]}"] * 5
    events = asyncio.run(told([*begun, *map(say, pieces)], codec))
    assert [event.text for event in events if isinstance(event, Delta)] == pieces
    assert len(known) >= len(pieces) - 2
