"""A provider that says what it was told to, in every dialect: for what travels there and back.

The text of the answer stands in the request: whatever follows `SAY:` in the last string that has it. A model that
calls a tool calls `f` with the text as its argument. Answers come whole or cut into pieces, as the test asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from gateway.core.policy import Timeouts
from gateway.providers.transport import UpstreamRequest, UpstreamResponse
from tests.support.fakes import ScriptedResponse

JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
MARK = "SAY:"

Tree = dict[str, Any]
Bend = Callable[[str], str]


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def told(body: bytes) -> str:
    """What the request says that is to be said."""
    said = [text for text in strings(json.loads(body)) if MARK in text]
    return said[-1].partition(MARK)[2]


class Echo:
    """An `Upstream` that keeps what it got. `bend` changes what is said, `cut` the characters a piece has."""

    def __init__(self) -> None:
        self.requests: list[UpstreamRequest] = []
        self.bend: Bend = lambda text: text
        self.cut: Callable[[], int] = lambda: 5
        self.calls = False

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        self.requests.append(request)
        text = self.bend(told(request.body))
        tree = json.loads(request.body)
        stream = tree.get("stream") is True or ":streamGenerateContent" in request.path
        writer = _WRITERS[_dialect(request.path)]
        frames = writer(self._pieces(text) if stream else [text], stream=stream, calls=self.calls)
        if not stream:
            return ScriptedResponse(200, JSON, [json.dumps(frames[0]).encode()])
        return ScriptedResponse(200, SSE, [_sse(frame) for frame in frames])

    async def close(self) -> None:
        """Nothing is held."""

    def _pieces(self, text: str) -> list[str]:
        pieces = []
        if self.calls:
            text = json.dumps({"q": text})
        while text:
            size = self.cut()
            pieces.append(text[:size])
            text = text[size:]
        return pieces


def _dialect(path: str) -> str:
    if "/messages" in path:
        return "anthropic"
    if "/responses" in path:
        return "openai_responses"
    if ":" in path:
        return "gemini"
    return "mistral" if "mistral" in path else "openai_chat"


def _sse(frame: Any) -> bytes:
    if frame is None:
        return b"data: [DONE]\n\n"
    name = f"event: {frame['type']}\n" if isinstance(frame.get("type"), str) else ""
    return f"{name}data: {json.dumps(frame, ensure_ascii=False)}\n\n".encode()


def _chat(pieces: list[str], *, stream: bool, calls: bool) -> list[Any]:
    head: Tree = {"id": "c1", "created": 1, "model": "m"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    reason = "tool_calls" if calls else "stop"
    if not stream:
        call = {
            "id": "call_1",
            "type": "function",
            "function": {"name": "f", "arguments": json.dumps({"q": pieces[0]})},
        }
        message: Tree = {"role": "assistant", "content": None if calls else pieces[0]}
        if calls:
            message["tool_calls"] = [call]
        choice: Tree = {"index": 0, "message": message, "finish_reason": reason}
        return [{**head, "object": "chat.completion", "choices": [choice], "usage": usage}]

    def chunk(delta: Tree, reason: str | None = None) -> Tree:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {**head, "object": "chat.completion.chunk", "choices": [choice]}

    frames: list[Any] = []
    for number, piece in enumerate(pieces):
        if calls:
            opening = {"id": "call_1", "type": "function"} if not number else {}
            function = {"name": "f", "arguments": piece} if not number else {"arguments": piece}
            frames.append(chunk({"tool_calls": [{"index": 0, **opening, "function": function}]}))
        else:
            frames.append(chunk({"role": "assistant", "content": piece} if not number else {"content": piece}))
    return [
        *frames,
        chunk({}, reason),
        {**head, "object": "chat.completion.chunk", "choices": [], "usage": usage},
        None,
    ]


def _anthropic(pieces: list[str], *, stream: bool, calls: bool) -> list[Any]:
    head: Tree = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    reason = "tool_use" if calls else "end_turn"
    opened: Tree = (
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}} if calls else {"type": "text", "text": ""}
    )
    if not stream:
        block = {**opened, "input": {"q": pieces[0]}} if calls else {"type": "text", "text": pieces[0]}
        return [{**head, "content": [block], "stop_reason": reason, "usage": usage}]
    frames: list[Any] = [
        {"type": "message_start", "message": {**head, "content": [], "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": opened},
    ]
    for piece in pieces:
        delta = {"type": "input_json_delta", "partial_json": piece} if calls else {"type": "text_delta", "text": piece}
        frames.append({"type": "content_block_delta", "index": 0, "delta": delta})
    ending = {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 1},
    }
    return [*frames, {"type": "content_block_stop", "index": 0}, ending, {"type": "message_stop"}]


def _gemini(pieces: list[str], *, stream: bool, calls: bool) -> list[Any]:
    def response(part: Tree, reason: str | None = None) -> Tree:
        candidate: Tree = {"index": 0, "content": {"role": "model", "parts": [part]}}
        if reason:
            candidate["finishReason"] = reason
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "r1"}

    if calls:
        argument = json.loads("".join(pieces)) if stream else {"q": pieces[0]}
        return [response({"functionCall": {"name": "f", "args": argument}}, "STOP")]
    if not stream:
        return [response({"text": pieces[0]}, "STOP")]
    return [
        response({"text": piece}, "STOP" if number == len(pieces) - 1 else None) for number, piece in enumerate(pieces)
    ]


def _responses(pieces: list[str], *, stream: bool, calls: bool) -> list[Any]:
    whole = "".join(pieces) if stream else (json.dumps({"q": pieces[0]}) if calls else pieces[0])
    usage = {
        "input_tokens": 1,
        "output_tokens": 1,
        "total_tokens": 2,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    if calls:
        item: Tree = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": whole}
        opened, kind = {**item, "arguments": "", "status": "in_progress"}, "function_call_arguments"
    else:
        part: Tree = {"type": "output_text", "text": whole, "annotations": []}
        item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
        opened, kind = {**item, "content": [], "status": "in_progress"}, "output_text"
    response: Tree = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [{**item, "status": "completed"}],
        "usage": usage,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    if not stream:
        return [response]
    started = {**response, "status": "in_progress", "output": [], "usage": None}
    place: Tree = {"item_id": item["id"], "output_index": 0}
    frames: list[Tree] = [
        {"type": "response.created", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
    ]
    if not calls:
        place["content_index"] = 0
        frames.append({"type": "response.content_part.added", **place, "part": {**part, "text": ""}})
    logprobs: Tree = {} if calls else {"logprobs": []}
    frames += [{"type": f"response.{kind}.delta", **place, "delta": piece, **logprobs} for piece in pieces]
    frames.append({"type": f"response.{kind}.done", **place, ("arguments" if calls else "text"): whole, **logprobs})
    if not calls:
        frames.append({"type": "response.content_part.done", **place, "part": part})
    frames.append({"type": "response.output_item.done", "output_index": 0, "item": {**item, "status": "completed"}})
    frames.append({"type": "response.completed", "response": response})
    return [{**frame, "sequence_number": number} for number, frame in enumerate(frames)]


def _mistral(pieces: list[str], *, stream: bool, calls: bool) -> list[Any]:
    """OpenAI's form, but calls come whole."""
    return _chat(["".join(pieces)] if calls else pieces, stream=stream, calls=calls)


_WRITERS: dict[str, Callable[..., list[Any]]] = {
    "openai_chat": _chat,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "openai_responses": _responses,
    "mistral": _mistral,
}
