"""Chat completions as OpenAI, xAI and vLLM write them: a body, or frames of `chat.completion.chunk`.

Source: recorded traffic, field by field. Differences kept: OpenAI pads its frames (`obfuscation`) and says "stop"
after a forced tool; xAI counts reasoning outside completion_tokens and leaves finish_reason out until the end;
vLLM adds `stop_reason` and names the thinking `reasoning` (newer) or `reasoning_content` (models called qwen…).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from gateway.providers.simulated.answering import Answer
from gateway.providers.simulated.ask import Ask, Call
from gateway.providers.simulated.replies import Frame, frame
from gateway.providers.simulated.signatures import short_digest

Flavour = Literal["openai", "xai", "local"]

_encode = msgspec.json.encode
_EPOCH = 1_790_000_000
_DONE = frame(b"data: [DONE]\n\n")
_PADDING = "qY7rT2mXc9Lw4Pz"
_ARGUMENT_PIECE = 8
"""Characters of a call's arguments in one frame."""


def created(seed: str) -> int:
    """A stamp in Unix seconds that depends on the request only."""
    return _EPOCH + int(seed[:5], 16)


def usage_of(flavour: Flavour, made: Answer) -> dict[str, Any]:
    """The `usage` object."""
    reasoning = made.reasoning_tokens
    output = made.output_tokens + (0 if flavour == "xai" else reasoning)
    usage: dict[str, Any] = {
        "prompt_tokens": made.prompt_tokens,
        "completion_tokens": output,
        "total_tokens": made.prompt_tokens + made.output_tokens + reasoning,
    }
    if flavour == "local":
        return usage | {"prompt_tokens_details": None}
    inward: dict[str, Any] = {"cached_tokens": made.cached_tokens, "audio_tokens": 0}
    outward: dict[str, Any] = {
        "reasoning_tokens": reasoning,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    }
    if flavour == "xai":
        inward |= {"text_tokens": made.prompt_tokens, "image_tokens": 0}
        usage |= {"num_sources_used": 0}
    return usage | {"prompt_tokens_details": inward, "completion_tokens_details": outward}


def whole(flavour: Flavour, ask: Ask, made: Answer, seed: str) -> dict[str, Any]:
    """A `chat.completion`."""
    body = _frame_of(flavour, ask, seed, "chat.completion")
    body["choices"] = [_choice(flavour, ask, made, index) for index in range(len(made.text))]
    if ask.tells_usage:
        body["usage"] = usage_of(flavour, made)
    return body


def frames(flavour: Flavour, ask: Ask, made: Answer, seed: str, *, include_usage: bool) -> list[Frame]:
    """The frames of a stream, the last one `[DONE]`."""
    envelope = _frame_of(flavour, ask, seed, "chat.completion.chunk")
    if flavour == "openai" and include_usage:
        envelope["usage"] = None
    parts: list[Frame] = []
    for index in range(len(made.text)):
        for number, (delta, finish, tokens) in enumerate(_deltas(flavour, ask, made, index)):
            choice: dict[str, Any] = {"index": index, "delta": delta}
            if flavour != "xai":
                choice["logprobs"] = None
            if finish is not None or flavour != "xai":
                choice["finish_reason"] = finish
            if ask.top_logprobs is not None and "content" in delta and delta["content"]:
                choice["logprobs"] = {"content": [logprob(delta["content"], ask.top_logprobs)], "refusal": None}
            if flavour == "local" and finish is not None:
                choice["stop_reason"] = made.stop
            chunk = envelope | {"choices": [choice]}
            if flavour == "openai":
                chunk["obfuscation"] = _PADDING[: 3 + number % 12]
            parts.append(frame(b"data: %b\n\n" % _encode(chunk), tokens))
    if include_usage and ask.tells_usage:
        last = envelope | {"choices": [], "usage": usage_of(flavour, made)}
        parts.append(frame(b"data: %b\n\n" % _encode(last)))
    return [*parts, _DONE]


def logprob(token: str, alternatives: int) -> dict[str, Any]:
    """One entry of `logprobs.content`."""

    def entry(text: str, place: int) -> dict[str, Any]:
        return {"token": text, "logprob": -0.125 * (place + 1), "bytes": list(text.encode())}

    others = [entry(token if place == 0 else f"{token}{place}", place) for place in range(alternatives)]
    return entry(token, 0) | {"top_logprobs": others}


def call_of(flavour: Flavour, call: Call) -> dict[str, Any]:
    """One member of `tool_calls`."""
    identifier = call_id(flavour, call)
    if call.custom:
        return {"id": identifier, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    return {"id": identifier, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def call_id(flavour: Flavour, call: Call) -> str:
    """The call's id in the server's own form."""
    match flavour:
        case "openai":
            return f"call_{call.id}"
        case "xai":
            return f"call-{short_digest(call.id)}-0"
        case "local":
            return f"chatcmpl-tool-{short_digest(call.id)}"


def finish_of(ask: Ask, made: Answer, flavour: Flavour) -> str:
    """The finish reason; a tool that was named in tool_choice ends with "stop" at OpenAI."""
    match made.finish:
        case "tool_use":
            return "stop" if flavour == "openai" and ask.forced not in (None, "*") else "tool_calls"
        case "length":
            return "length"
        case "stop" | "stop_sequence" | "refusal":
            return "stop"


def _frame_of(flavour: Flavour, ask: Ask, seed: str, kind: str) -> dict[str, Any]:
    prefix = "" if flavour == "xai" else "chatcmpl-"
    head: dict[str, Any] = {"id": f"{prefix}{seed}", "object": kind, "created": created(seed), "model": ask.model}
    if flavour == "openai":
        head |= {"service_tier": "default", "system_fingerprint": "fp_simulated"}
    elif flavour == "xai":
        head["system_fingerprint"] = "fp_simulated"
    return head


def _thinking_name(flavour: Flavour, model: str) -> str:
    return "reasoning" if flavour == "local" and "qwen" not in model.lower() else "reasoning_content"


def _shows(flavour: Flavour, made: Answer) -> bool:
    return flavour != "openai" and bool(made.reasoning)


def _choice(flavour: Flavour, ask: Ask, made: Answer, index: int) -> dict[str, Any]:
    text: str | None = "".join(made.text[index])
    message: dict[str, Any] = {"role": "assistant", "content": text or (None if made.calls else "")}
    if flavour != "local":
        message["refusal"] = None
    if made.finish == "refusal" and flavour == "openai":
        message |= {"content": None, "refusal": text}
    if _shows(flavour, made):
        message[_thinking_name(flavour, ask.model)] = "".join(made.reasoning)
    if made.calls:
        message["tool_calls"] = [call_of(flavour, call) for call in made.calls]
    elif flavour == "local":
        message["tool_calls"] = []
    if flavour == "openai":
        message["annotations"] = []
    choice: dict[str, Any] = {"index": index, "message": message, "logprobs": None}
    if ask.top_logprobs is not None:
        content = [logprob(token, ask.top_logprobs) for token in made.text[index]]
        choice["logprobs"] = {"content": content, "refusal": None}
    choice["finish_reason"] = finish_of(ask, made, flavour)
    if flavour == "local":
        choice["stop_reason"] = made.stop
    return choice


def _deltas(flavour: Flavour, ask: Ask, made: Answer, index: int) -> Iterator[tuple[dict[str, Any], str | None, int]]:
    """(delta, finish reason, output tokens) of each frame; reasoning that stays hidden is billed with the first."""
    refused = made.finish == "refusal" and flavour == "openai"
    hidden = 0 if _shows(flavour, made) or index else made.reasoning_tokens
    first: dict[str, Any] = {"role": "assistant", "content": None if made.calls or refused else ""}
    if flavour == "openai":
        first["refusal"] = "" if refused else None
    yield first, None, hidden
    if _shows(flavour, made) and index == 0:
        for token in made.reasoning:
            yield {_thinking_name(flavour, ask.model): token}, None, 1
    for token in made.text[index]:
        yield {"refusal" if refused else "content": token}, None, 1
    yield from ((delta, None, tokens) for delta, tokens in _call_deltas(flavour, made))
    yield {}, finish_of(ask, made, flavour), 0


def _call_deltas(flavour: Flavour, made: Answer) -> Iterator[tuple[dict[str, Any], int]]:
    spent = made.output_tokens
    for index, call in enumerate(made.calls):
        opening = call_of(flavour, call)
        inner = opening["custom"] if call.custom else opening["function"]
        key = "input" if call.custom else "arguments"
        if flavour == "xai":  # its calls come whole, in one frame
            yield {"tool_calls": [{"index": index} | opening]}, spent
            spent = 0
            continue
        inner[key] = ""
        yield {"tool_calls": [{"index": index} | opening]}, spent
        spent = 0
        for start in range(0, len(call.arguments), _ARGUMENT_PIECE):
            piece = {key: call.arguments[start : start + _ARGUMENT_PIECE]}
            yield {"tool_calls": [{"index": index, "custom" if call.custom else "function": piece}]}, 0
