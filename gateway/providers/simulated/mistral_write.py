"""Chat completions as Mistral writes them.

Source: recorded traffic, field by field. Every chunk has finish_reason, the last one the usage too; content is a
list of parts while it thinks; calls come whole; frames are padded with `p`; ids of calls are nine alphanumerics.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.providers.simulated.answering import Answer
from gateway.providers.simulated.ask import Ask
from gateway.providers.simulated.openai_chat_write import created, logprob
from gateway.providers.simulated.replies import Frame, frame

_encode = msgspec.json.encode
_PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"
_FINISH = {"stop": "stop", "stop_sequence": "stop", "length": "length", "tool_use": "tool_calls", "refusal": "stop"}


def usage_of(made: Answer) -> dict[str, Any]:
    """The `usage` object; thinking is part of completion_tokens and not told apart."""
    output = made.output_tokens + made.reasoning_tokens
    return {
        "prompt_tokens": made.prompt_tokens,
        "total_tokens": made.prompt_tokens + output,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": made.cached_tokens},
        "service_tier": "standard",
    }


def whole(ask: Ask, made: Answer, seed: str) -> dict[str, Any]:
    """A `chat.completion`."""
    body: dict[str, Any] = {"id": seed, "created": created(seed), "model": ask.model}
    if ask.tells_usage:
        body["usage"] = usage_of(made)
    choices: list[dict[str, Any]] = []
    for index, tokens in enumerate(made.text):
        text: Any = "".join(tokens)
        if made.reasoning:
            text = [_thinking("".join(made.reasoning)), {"type": "text", "text": text}]
        message = {"role": "assistant", "tool_calls": _calls(made) or None, "content": text}
        choice: dict[str, Any] = {"index": index, "finish_reason": _FINISH[made.finish], "message": message}
        if ask.top_logprobs is not None:
            choice["logprobs"] = {"content": [logprob(token, ask.top_logprobs) for token in tokens]}
        choices.append(choice)
    return body | {"object": "chat.completion", "choices": choices}


def frames(ask: Ask, made: Answer, seed: str) -> list[Frame]:
    """The frames of a stream, the last one `[DONE]`."""
    envelope = {"id": seed, "object": "chat.completion.chunk", "created": created(seed), "model": ask.model}
    deltas: list[tuple[int, dict[str, Any], int]] = []
    for index, tokens in enumerate(made.text):
        deltas.append((index, {"role": "assistant", "content": ""}, 0))
        if index == 0:
            deltas += [(0, {"content": [_thinking(token)]}, 1) for token in made.reasoning]
        deltas += [(index, {"content": token}, 1) for token in tokens]
        deltas.append((index, {"tool_calls": _calls(made)} if made.calls else {"content": ""}, -1))
    parts: list[Frame] = []
    for number, (index, delta, carried) in enumerate(deltas):
        last = carried < 0
        choice = {"index": index, "delta": delta, "finish_reason": _FINISH[made.finish] if last else None}
        chunk: dict[str, Any] = envelope | {"choices": [choice]}
        if last and index == len(made.text) - 1 and ask.tells_usage:
            chunk["usage"] = usage_of(made)
        if number:
            chunk["p"] = _PADDING[: 1 + number * 7 % 36]
        spent = made.output_tokens if last and made.calls else max(carried, 0)
        parts.append(frame(b"data: %b\n\n" % _encode(chunk), spent))
    return [*parts, frame(b"data: [DONE]\n\n")]


def _thinking(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}], "closed": True}


def _calls(made: Answer) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id[:9],
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
            "index": index,
        }
        for index, call in enumerate(made.calls)
    ]
