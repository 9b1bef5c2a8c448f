"""Recorded provider traffic, and what each answer says, read as simply as can be and by nothing of the gateway.

The folder is `GATEWAY_RECORDINGS`, or `shared/recordings` beside the project; where it is absent there are none.
Counts of tokens in `Told` are in one convention: caches are part of the input, reasoning is part of the output.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS", Path(__file__).parents[3] / "shared" / "recordings"))

DIALECT_OF_API = {
    "openai.chat": "openai_chat",
    "openai.responses": "openai_responses",
    "anthropic.messages": "anthropic",
    "gemini.generate": "gemini",
    "gemini.stream": "gemini",
    "mistral.chat": "mistral",
}
"""The APIs that are chats; the rest (embeddings, counts of tokens, lists of models) is not replayed here."""


@dataclass
class Counts:
    input: int
    output: int
    cached: int = 0
    reasoning: int | None = None
    """None where nobody tells."""


@dataclass
class Told:
    """What an answer says. `finish` is stop, length, tool_use, content_filter or the provider's own word."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    call_ids: list[str] = field(default_factory=list)
    finish: str | None = None
    usage: Counts | None = None
    status: int = 200
    message: str = ""
    """Of an error."""


@dataclass(frozen=True)
class Recording:
    name: str
    tree: dict[str, Any]

    @property
    def provider(self) -> str:
        return self.tree["provider"]

    @property
    def api(self) -> str:
        return self.tree["api"]

    @property
    def dialect(self) -> str:
        return DIALECT_OF_API[self.api]

    @property
    def stream(self) -> bool:
        return self.tree["stream"]

    @property
    def model(self) -> str:
        return self.tree["model"]

    @property
    def body(self) -> dict[str, Any]:
        return self.tree["request"]["body"]

    @property
    def status(self) -> int:
        return self.tree["response"]["status"]

    @property
    def headers(self) -> dict[str, str]:
        return self.tree["response"]["headers"] or {}

    @property
    def payload(self) -> bytes:
        """The answer's bytes."""
        response = self.tree["response"]
        if response.get("raw"):
            return response["raw"].encode()
        return json.dumps(response["body"], ensure_ascii=False).encode()

    @property
    def told(self) -> Told:
        return told_by(self.dialect, self.payload, self.status, self.headers.get("content-type", ""), self.provider)


@cache
def recordings() -> dict[str, Recording]:
    """All of them, by name: `anthropic/messages-n-…`."""
    return {
        (name := f"{path.parent.name}/{path.stem}"): Recording(name, json.loads(path.read_text()))
        for path in sorted(FOLDER.glob("*/*.json"))
    }


def chats() -> dict[str, Recording]:
    return {name: one for name, one in recordings().items() if one.api in DIALECT_OF_API}


def data_of(stream: bytes) -> list[Any]:
    """The JSON values of a stream's `data:` lines."""
    text = stream.decode().replace("\r\n", "\n")
    lines = [line[5:].strip() for line in text.split("\n") if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def told_by(dialect: str, payload: bytes, status: int, content_type: str, provider: str = "") -> Told:
    """What the bytes of an answer say. A stream is put together first."""
    streamed = content_type.startswith("text/event-stream") or payload.startswith((b"data:", b"event:"))
    if status != 200:
        tree = json.loads(payload)
        error = tree.get("error", tree)
        message = error if type(error) is str else error.get("message") or error.get("detail") or ""
        return Told(status=status, message=str(message))
    pieces = data_of(payload) if streamed else [json.loads(payload)]
    match dialect:
        case "openai_chat" | "mistral":
            return _chat(pieces, provider)
        case "anthropic":
            return _anthropic(pieces)
        case "gemini":
            return _gemini(pieces)
        case _:
            return _responses(pieces)


def with_calls(finish: str | None, calls: list[Any]) -> str | None:
    """Providers say "stop" of an answer that calls tools, some of them always."""
    return "tool_use" if calls and finish == "stop" else finish


_CHAT_FINISH = {
    "stop": "stop",
    "length": "length",
    "model_length": "length",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filter",
}


def _chat(pieces: list[dict[str, Any]], provider: str) -> Told:
    told = Told()
    calls: dict[int, dict[str, str]] = {}
    usage = None
    for piece in pieces:
        usage = piece.get("usage") or usage
        for choice in piece.get("choices") or ():
            if choice.get("index", 0) != 0:
                continue
            message = choice.get("message") or choice.get("delta") or {}
            told.finish = choice.get("finish_reason") or told.finish
            content = message.get("content")
            if type(content) is str:
                told.text += content
            for chunk in content if type(content) is list else ():
                if chunk["type"] == "text":
                    told.text += chunk["text"]
                elif chunk["type"] == "thinking":
                    told.reasoning += "".join(one.get("text", "") for one in chunk["thinking"])
            told.reasoning += message.get("reasoning_content") or message.get("reasoning") or ""
            told.refusal += message.get("refusal") or ""
            for place, call in enumerate(message.get("tool_calls") or ()):
                known = calls.setdefault(call.get("index", place), {"id": "", "name": "", "arguments": ""})
                known["id"] = call.get("id") or known["id"]
                known["name"] += call["function"].get("name") or ""
                arguments = call["function"].get("arguments") or ""
                known["arguments"] += arguments if type(arguments) is str else json.dumps(arguments)
    for _, call in sorted(calls.items()):
        told.calls.append((call["name"], json.loads(call["arguments"] or "{}")))
        told.call_ids.append(call["id"])
    told.finish = with_calls(_CHAT_FINISH.get(told.finish or "", told.finish), told.calls)
    if usage:
        prompt, completion = usage.get("prompt_tokens_details") or {}, usage.get("completion_tokens_details") or {}
        reasoning = completion.get("reasoning_tokens")
        excluded = reasoning or 0 if provider == "xai" else 0
        told.usage = Counts(
            usage["prompt_tokens"],
            usage.get("completion_tokens", 0) + excluded,
            prompt.get("cached_tokens") or usage.get("num_cached_tokens") or 0,
            reasoning,
        )
    return told


_ANTHROPIC_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_use",
    "refusal": "content_filter",
}


def _anthropic(pieces: list[dict[str, Any]]) -> Told:
    message: dict[str, Any] = {}
    inputs: dict[int, str] = {}
    for piece in pieces:
        match piece["type"]:
            case "message":
                message = piece
            case "message_start":
                message = piece["message"]
            case "content_block_start":
                message["content"].append(piece["content_block"])
            case "content_block_delta":
                block, delta = message["content"][piece["index"]], piece["delta"]
                for member in ("text", "thinking"):
                    if member in delta:
                        block[member] += delta[member]
                if "partial_json" in delta:
                    inputs[piece["index"]] = inputs.get(piece["index"], "") + delta["partial_json"]
            case "message_delta":
                message |= piece["delta"]
                message["usage"] = message["usage"] | {k: v for k, v in piece["usage"].items() if v is not None}
            case _:
                pass
    for index, text in inputs.items():
        message["content"][index]["input"] = json.loads(text or "{}")
    told = Told(finish=_ANTHROPIC_FINISH.get(message["stop_reason"], message["stop_reason"]))
    for block in message["content"]:
        match block["type"]:
            case "text":
                told.text += block["text"]
            case "thinking":
                told.reasoning += block["thinking"]
            case "tool_use":
                told.calls.append((block["name"], block["input"]))
                told.call_ids.append(block["id"])
            case _:
                pass
    told.finish = with_calls(told.finish, told.calls)
    usage = message["usage"]
    cached, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    thinking = (usage.get("output_tokens_details") or {}).get("thinking_tokens")
    told.usage = Counts(usage["input_tokens"] + cached + written, usage["output_tokens"], cached, thinking)
    return told


_GEMINI_FINISH = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter"}


def _gemini(pieces: list[dict[str, Any]]) -> Told:
    told = Told()
    usage: dict[str, Any] = {}
    for piece in pieces:
        usage = usage | (piece.get("usageMetadata") or {})
        for candidate in piece.get("candidates") or ():
            if candidate.get("index", 0) != 0:
                continue
            told.finish = candidate.get("finishReason") or told.finish
            for part in (candidate.get("content") or {}).get("parts") or ():
                if call := part.get("functionCall"):
                    told.calls.append((call["name"], call.get("args") or {}))
                    told.call_ids.append(call.get("id") or "")
                elif part.get("thought"):
                    told.reasoning += part.get("text") or ""
                else:
                    told.text += part.get("text") or ""
    told.finish = with_calls(_GEMINI_FINISH.get(told.finish or "", told.finish), told.calls)
    if usage:
        thoughts = usage.get("thoughtsTokenCount")
        told.usage = Counts(
            usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0),
            usage.get("candidatesTokenCount", 0) + (thoughts or 0),
            usage.get("cachedContentTokenCount", 0),
            thoughts,
        )
    return told


def _responses(pieces: list[dict[str, Any]]) -> Told:
    response = pieces[-1].get("response") or pieces[0]
    for piece in pieces:
        if piece.get("type") in ("response.completed", "response.incomplete", "response.failed"):
            response = piece["response"]
    told = Told(finish="stop")
    for item in response["output"]:
        match item["type"]:
            case "message":
                for part in item["content"]:
                    told.text += part.get("text") or ""
                    told.refusal += part.get("refusal") or ""
            case "reasoning":
                told.reasoning += "".join(one["text"] for one in item.get("summary") or ())
                told.reasoning += "".join(one["text"] for one in item.get("content") or ())
            case "function_call":
                told.calls.append((item["name"], json.loads(item["arguments"] or "{}")))
                told.call_ids.append(item["call_id"])
            case _:
                pass
    if response["status"] == "incomplete":
        why = (response.get("incomplete_details") or {}).get("reason")
        told.finish = {"max_output_tokens": "length"}.get(why, why)
    elif response["status"] != "completed":
        told.finish = response["status"]
    told.finish = with_calls(told.finish, told.calls)
    if usage := response.get("usage"):
        told.usage = Counts(
            usage["input_tokens"],
            usage["output_tokens"],
            (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0,
            (usage.get("output_tokens_details") or {}).get("reasoning_tokens"),
        )
    return told
