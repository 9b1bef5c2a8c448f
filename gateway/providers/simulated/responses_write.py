"""The Responses API as OpenAI and xAI write it: a `response`, or its events with `sequence_number`.

Source: recorded traffic, field by field. Differences kept: xAI's ids are UUIDs, it always shows a summary of its
thinking, pads nothing and repeats `num_sources_used`; OpenAI puts `obfuscation` into its deltas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from gateway.providers.simulated import words
from gateway.providers.simulated.answering import Answer
from gateway.providers.simulated.ask import Ask
from gateway.providers.simulated.openai_chat_write import call_id, created, logprob
from gateway.providers.simulated.replies import Frame, frame
from gateway.providers.simulated.signatures import sealed

Flavour = Literal["openai", "xai"]
Event = tuple[dict[str, Any], int]

_encode = msgspec.json.encode
_PADDING = "nB5sK8vQ2hJ6dZx"


def usage_of(flavour: Flavour, made: Answer) -> dict[str, Any]:
    """The `usage` object; reasoning is part of output_tokens at both."""
    output = made.output_tokens + made.reasoning_tokens
    usage: dict[str, Any] = {
        "input_tokens": made.prompt_tokens,
        "input_tokens_details": {"cached_tokens": made.cached_tokens},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": made.reasoning_tokens},
        "total_tokens": made.prompt_tokens + output,
    }
    if flavour == "xai":
        usage |= {"num_sources_used": 0, "num_server_side_tools_used": 0, "cost_in_usd_ticks": 100 * output}
        usage["context_details"] = {"input_tokens": made.prompt_tokens, "output_tokens": output}
    return usage


def whole(flavour: Flavour, ask: Ask, made: Answer, seed: str, asked: dict[str, Any]) -> dict[str, Any]:
    """A finished `response`; `asked` is the request body, whose settings are repeated."""
    response = _shell(flavour, ask, seed, asked)
    response |= {"completed_at": created(seed) + 1, "status": "completed"}
    if made.finish == "length":
        response |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    response["output"] = _items(flavour, ask, made, seed, asked)
    response["usage"] = usage_of(flavour, made) if ask.tells_usage else None
    return response


def frames(flavour: Flavour, ask: Ask, made: Answer, seed: str, asked: dict[str, Any]) -> list[Frame]:
    """All events, each with its `event:` line."""
    parts: list[Frame] = []
    for number, (event, tokens) in enumerate(_events(flavour, ask, made, seed, asked)):
        event["sequence_number"] = number
        if flavour == "openai" and event["type"].endswith(".delta"):
            event["obfuscation"] = _PADDING[: 2 + number % 13]
        parts.append(frame(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), _encode(event)), tokens))
    return parts


def _shell(flavour: Flavour, ask: Ask, seed: str, asked: dict[str, Any]) -> dict[str, Any]:
    reasoning = asked.get("reasoning") or {}
    shell: dict[str, Any] = {
        "id": f"resp_{seed}" if flavour == "openai" else _uuid(seed),
        "object": "response",
        "created_at": created(seed),
        "status": "in_progress",
        "background": False,
        "completed_at": None,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "max_output_tokens": asked.get("max_output_tokens"),
        "max_tool_calls": None,
        "model": ask.model,
        "output": [],
        "parallel_tool_calls": asked.get("parallel_tool_calls", True),
        "presence_penalty": 0.0,
        "previous_response_id": asked.get("previous_response_id"),
        "prompt_cache_key": asked.get("prompt_cache_key"),
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "safety_identifier": None,
        "service_tier": "default",
        "store": asked.get("store", True),
        "temperature": asked.get("temperature") or 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"} | (asked.get("text") or {}),
        "tool_choice": asked.get("tool_choice") or "auto",
        "tools": asked.get("tools") or [],
        "top_logprobs": asked.get("top_logprobs") or 0,
        "top_p": asked.get("top_p") or 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": asked.get("metadata") or {},
    }
    if flavour == "xai":
        shell["metadata"] = {"system_fingerprint": "fp_simulated"}
        shell["text"] = {"format": {"type": "text"}} | (asked.get("text") or {})
    else:
        shell |= {"billing": {"payer": "developer"}, "prompt_cache_retention": "in_memory", "moderation": None}
    return shell


def _items(flavour: Flavour, ask: Ask, made: Answer, seed: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if ask.thinks:
        thought = "".join(made.reasoning)
        item: dict[str, Any] = {"id": _item_id(flavour, "rs", seed, 0), "type": "reasoning", "summary": []}
        if ask.shows_thinking:
            item["summary"] = [{"type": "summary_text", "text": thought}]
        if "reasoning.encrypted_content" in (asked.get("include") or []):
            item["encrypted_content"] = sealed(flavour, thought)
        if flavour == "xai":
            item["status"] = "completed"
        items.append(item)
    for number, call in enumerate(made.calls):
        kind = "custom_tool_call" if call.custom else "function_call"
        items.append(
            {
                "id": _item_id(flavour, "ctc" if call.custom else "fc", seed, number),
                "type": kind,
                "status": "completed",
                "input" if call.custom else "arguments": call.arguments,
                "call_id": call_id(flavour, call),
                "name": call.name,
            }
        )
    if not made.calls and made.text[0]:
        message = {"id": _item_id(flavour, "msg", seed, 0), "type": "message", "status": "completed"}
        if made.finish == "length":
            message["status"] = "incomplete"
        items.append(message | {"content": [_part(ask, made)], "role": "assistant"})
    return items


def _part(ask: Ask, made: Answer) -> dict[str, Any]:
    text = "".join(made.text[0])
    if made.finish == "refusal":
        return {"type": "refusal", "refusal": text}
    probabilities: list[Any] = []
    if ask.top_logprobs is not None:
        probabilities = [logprob(token, ask.top_logprobs) for token in made.text[0]]
    return {"type": "output_text", "annotations": [], "logprobs": probabilities, "text": text}


def _events(flavour: Flavour, ask: Ask, made: Answer, seed: str, asked: dict[str, Any]) -> Iterator[Event]:
    shell = _shell(flavour, ask, seed, asked)
    yield {"type": "response.created", "response": shell}, 0
    yield {"type": "response.in_progress", "response": shell}, 0
    for place, item in enumerate(_items(flavour, ask, made, seed, asked)):
        match item["type"]:
            case "reasoning":
                yield from _reasoning_events(ask, made, item, place)
            case "message":
                yield from _message_events(ask, made, item, place)
            case _:
                yield from _call_events(item, place)
        yield {"type": "response.output_item.done", "item": item, "output_index": place}, 0
    done = whole(flavour, ask, made, seed, asked)
    yield {"type": "response.incomplete" if made.finish == "length" else "response.completed", "response": done}, 0


def _reasoning_events(ask: Ask, made: Answer, item: dict[str, Any], place: int) -> Iterator[Event]:
    opening = {name: value for name, value in item.items() if name != "encrypted_content"} | {"summary": []}
    hidden = 0 if ask.shows_thinking else made.reasoning_tokens
    yield {"type": "response.output_item.added", "item": opening, "output_index": place}, hidden
    if not ask.shows_thinking:
        return
    where = {"item_id": item["id"], "output_index": place, "summary_index": 0}
    kind = "response.reasoning_summary"
    yield {"type": f"{kind}_part.added"} | where | {"part": {"type": "summary_text", "text": ""}}, 0
    for token in made.reasoning:
        yield {"type": f"{kind}_text.delta", "delta": token} | where, 1
    yield {"type": f"{kind}_text.done", "text": "".join(made.reasoning)} | where, 0
    yield {"type": f"{kind}_part.done"} | where | {"part": item["summary"][0]}, 0


def _message_events(ask: Ask, made: Answer, item: dict[str, Any], place: int) -> Iterator[Event]:
    opening = item | {"status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "item": opening, "output_index": place}, 0
    where = {"item_id": item["id"], "output_index": place, "content_index": 0}
    part = item["content"][0]
    refused = part["type"] == "refusal"
    empty = {"type": "refusal", "refusal": ""} if refused else part | {"text": "", "logprobs": []}
    kind = "response.refusal" if refused else "response.output_text"
    yield {"type": "response.content_part.added"} | where | {"part": empty}, 0
    for token in made.text[0]:
        delta: dict[str, Any] = {"type": f"{kind}.delta", "delta": token} | where
        if not refused:
            delta["logprobs"] = [] if ask.top_logprobs is None else [logprob(token, ask.top_logprobs)]
        yield delta, 1
    said = {"refusal": part["refusal"]} if refused else {"text": part["text"], "logprobs": part["logprobs"]}
    yield {"type": f"{kind}.done"} | where | said, 0
    yield {"type": "response.content_part.done"} | where | {"part": part}, 0


def _call_events(item: dict[str, Any], place: int) -> Iterator[Event]:
    key = "input" if "input" in item else "arguments"
    kind = "response.custom_tool_call_input" if key == "input" else "response.function_call_arguments"
    opening = item | {"status": "in_progress", key: ""}
    yield {"type": "response.output_item.added", "item": opening, "output_index": place}, 4
    where = {"item_id": item["id"], "output_index": place}
    text = item[key]
    for start in range(0, len(text), 6):
        yield {"type": f"{kind}.delta", "delta": text[start : start + 6]} | where, 0
    yield {"type": f"{kind}.done", key: text} | where, words.count(text)


def _item_id(flavour: Flavour, prefix: str, seed: str, number: int) -> str:
    tail = f"{seed}{number:02}" if flavour == "openai" else f"{_uuid(seed)}_{number}"
    return f"{prefix}_{tail}"


def _uuid(seed: str) -> str:
    return f"{seed[:8]}-{seed[8:12]}-{seed[12:16]}-{seed[16:20]}-{seed[20:32]}"
