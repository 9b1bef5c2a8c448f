"""What goes over the wire in a bench: one chat request, and what a provider answers, in two dialects, precomputed.

Sizes are those of the published measurements: a request of 1.45 kB, an answer of 0.8 kB, a stream of 60 events.
"""

from __future__ import annotations

import json
from collections.abc import Callable

REQUEST_BYTES = 1450
ANSWER_BYTES = 800
EVENTS = 60
EVENT_INTERVAL = 0.010
"""Seconds between two events of a stream."""

_SENTENCE = "The quarterly report lists revenue by region and product line, with notes on what moved each number. "
_WORDS = [word + " " for word in _SENTENCE.split()]


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def request_body(model: str, *, stream: bool) -> bytes:
    """A chat request in OpenAI's dialect, padded to REQUEST_BYTES."""
    body: dict[str, object] = {
        "model": model,
        "messages": [
            {"role": "system", "content": "You are a careful analyst. Answer briefly and name your sources."},
            {"role": "user", "content": ""},
        ],
        "temperature": 0.2,
        "max_tokens": 300,
    }
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    room = REQUEST_BYTES - len(_compact(body))
    body["messages"] = [
        {"role": "system", "content": "You are a careful analyst. Answer briefly and name your sources."},
        {"role": "user", "content": (_SENTENCE * 20)[:room]},
    ]
    return _compact(body)


def _http(content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def _padded(build: Callable[[str], object], text: str) -> bytes:
    room = ANSWER_BYTES - len(_compact(build("")))
    return _compact(build((text * 20)[:room]))


def _openai_answer(text: str) -> object:
    return {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "bench-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 290, "completion_tokens": 90, "total_tokens": 380},
        "system_fingerprint": "fp_bench",
    }


def _anthropic_answer(text: str) -> object:
    return {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "bench-model",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 290, "output_tokens": 90},
    }


def _openai_events() -> list[bytes]:
    frame = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "bench-model",
        "system_fingerprint": "fp_bench",
    }

    def event(delta: dict[str, object], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + _compact(frame | {"choices": [choice]}) + b"\n\n"

    usage = frame | {"choices": [], "usage": {"prompt_tokens": 290, "completion_tokens": 57, "total_tokens": 347}}
    events = [event({"role": "assistant", "content": ""})]
    events += [event({"content": _WORDS[i % len(_WORDS)]}) for i in range(EVENTS - 3)]
    events.append(event({}, "stop"))
    events.append(b"data: " + _compact(usage) + b"\n\ndata: [DONE]\n\n")
    return events


def _anthropic_events() -> list[bytes]:
    def event(value: dict[str, object]) -> bytes:
        return b"event: %s\ndata: %s\n\n" % (str(value["type"]).encode(), _compact(value))

    message: dict[str, object] = {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "bench-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 290, "output_tokens": 1},
    }
    start = event({"type": "message_start", "message": message})
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    events = [start + event(block)]
    for i in range(EVENTS - 3):
        delta = {"type": "text_delta", "text": _WORDS[i % len(_WORDS)]}
        events.append(event({"type": "content_block_delta", "index": 0, "delta": delta}))
    events.append(event({"type": "content_block_stop", "index": 0}))
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    end = event({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 57}})
    events.append(end + event({"type": "message_stop"}))
    return events


ANSWERS: dict[str, bytes] = {
    "openai": _http("application/json", _padded(_openai_answer, _SENTENCE)),
    "anthropic": _http("application/json", _padded(_anthropic_answer, _SENTENCE)),
}
STREAMS: dict[str, list[bytes]] = {
    "openai": [_chunk(event) for event in _openai_events()],
    "anthropic": [_chunk(event) for event in _anthropic_events()],
}
