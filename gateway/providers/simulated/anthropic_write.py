"""Messages as Anthropic writes them: a `message`, or its events with `event:` lines and a ping.

Source: recorded traffic, field by field. `input_tokens` excludes what the cache wrote or gave; a stream tells the
input with message_start and the final numbers with message_delta, which replace them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.providers.simulated.answering import CACHE_THRESHOLD, Answer
from gateway.providers.simulated.ask import Ask
from gateway.providers.simulated.replies import Frame, frame
from gateway.providers.simulated.signatures import sign

_encode = msgspec.json.encode
_PING = frame(b'event: ping\ndata: {"type": "ping"}\n\n')
_JSON_PIECE = 10
"""Characters of a call's input in one frame."""

_STOP_REASONS = {
    "stop": "end_turn",
    "stop_sequence": "stop_sequence",
    "length": "max_tokens",
    "tool_use": "tool_use",
    "refusal": "refusal",
}


def cache_split(ask: Ask) -> tuple[int, int, int]:
    """(read, written for five minutes, written for an hour), tokens.

    A conversation that holds an earlier answer reads its marked prefix; a new one writes it.
    """
    marked = min(ask.cacheable_tokens, ask.prompt_tokens) if ask.cacheable_tokens >= CACHE_THRESHOLD else 0
    if not marked:
        return 0, 0, 0
    if ask.continues:
        return marked, 0, 0
    return (0, 0, marked) if ask.cache_marks[-1] == "1h" else (0, marked, 0)


def usage_of(ask: Ask, made: Answer) -> dict[str, Any]:
    """The `usage` of a finished message."""
    read, five_minutes, hour = cache_split(ask)
    usage: dict[str, Any] = {
        "input_tokens": made.prompt_tokens - read - five_minutes - hour,
        "cache_creation_input_tokens": five_minutes + hour,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": five_minutes, "ephemeral_1h_input_tokens": hour},
        "output_tokens": made.output_tokens + made.reasoning_tokens,
    }
    if made.reasoning:
        usage["output_tokens_details"] = {"thinking_tokens": made.reasoning_tokens}
    return usage | {"service_tier": "standard", "inference_geo": "us" if ask.in_the_us else "global"}


def whole(ask: Ask, made: Answer, seed: str) -> dict[str, Any]:
    """A `message`."""
    message = _shell(ask, seed)
    message["content"] = blocks_of(made)
    message |= {"stop_reason": _STOP_REASONS[made.finish], "stop_sequence": made.stop}
    if ask.tells_usage:
        message["usage"] = usage_of(ask, made)
    return message


def blocks_of(made: Answer) -> list[dict[str, Any]]:
    """The content: thinking with its signature, text, tool uses."""
    blocks: list[dict[str, Any]] = []
    if made.reasoning:
        thought = "".join(made.reasoning)
        blocks.append({"type": "thinking", "thinking": thought, "signature": sign("anthropic-thinking", thought)})
    if text := "".join(made.text[0]):
        blocks.append({"type": "text", "text": text})
    for call in made.calls:
        arguments = msgspec.json.decode(call.arguments)
        blocks.append({"type": "tool_use", "id": f"toolu_01{call.id}", "name": call.name, "input": arguments})
    return blocks


def frames(ask: Ask, made: Answer, seed: str, *, pings: bool) -> list[Frame]:
    """All events of a stream, the ping after the first block's start."""
    usage = usage_of(ask, made)
    start = _shell(ask, seed)
    begun = {name: value for name, value in usage.items() if name != "output_tokens_details"}
    start["usage"] = begun | {"output_tokens": 1} if ask.tells_usage else {"input_tokens": 0, "output_tokens": 0}
    parts = [_event({"type": "message_start", "message": start})]
    for index, block in enumerate(blocks_of(made)):
        opening, deltas = _stream_block(block, made)
        parts.append(_event({"type": "content_block_start", "index": index, "content_block": opening}))
        if pings and index == 0:
            parts.append(_PING)
        parts += [
            _event({"type": "content_block_delta", "index": index, "delta": delta}, tokens) for delta, tokens in deltas
        ]
        parts.append(_event({"type": "content_block_stop", "index": index}))
    ending: dict[str, Any] = {
        "type": "message_delta",
        "delta": {"stop_reason": _STOP_REASONS[made.finish], "stop_sequence": made.stop},
        "usage": {"output_tokens": 0},
    }
    if ask.tells_usage:
        counted = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        ending["usage"] = {name: usage[name] for name in counted}
    return [*parts, _event(ending), _event({"type": "message_stop"})]


def _shell(ask: Ask, seed: str) -> dict[str, Any]:
    return {
        "model": ask.model,
        "id": f"msg_01{seed[:22]}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _stream_block(block: dict[str, Any], made: Answer) -> tuple[dict[str, Any], Iterator[tuple[dict[str, Any], int]]]:
    match block["type"]:
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}, _thinking_deltas(block, made)
        case "text":
            text = ({"type": "text_delta", "text": token} for token in made.text[0])
            return {"type": "text", "text": ""}, ((delta, 1) for delta in text)
        case _:
            first = block["id"] == f"toolu_01{made.calls[0].id}"
            return block | {"input": {}}, _input_deltas(block, made.output_tokens if first else 0)


def _thinking_deltas(block: dict[str, Any], made: Answer) -> Iterator[tuple[dict[str, Any], int]]:
    for token in made.reasoning:
        yield {"type": "thinking_delta", "thinking": token}, 1
    yield {"type": "signature_delta", "signature": block["signature"]}, 0


def _input_deltas(block: dict[str, Any], tokens: int) -> Iterator[tuple[dict[str, Any], int]]:
    yield {"type": "input_json_delta", "partial_json": ""}, tokens
    if block["input"]:
        text = _encode(block["input"]).decode()
        for start in range(0, len(text), _JSON_PIECE):
            yield {"type": "input_json_delta", "partial_json": text[start : start + _JSON_PIECE]}, 0


def _event(event: dict[str, Any], tokens: int = 0) -> Frame:
    return frame(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), _encode(event)), tokens)
