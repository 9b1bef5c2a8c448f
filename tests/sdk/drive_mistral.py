"""Drives a gateway with the mistralai SDK, 2 or 3: chat."""

from __future__ import annotations

import functools
from typing import Any

import httpx
from mistralai.client import Mistral, errors
from mistralai.client.utils import serializers

from tests.sdk.driving import Seen, call, drive, dropped, functions, place_schema

_made = serializers.create_model


@functools.cache
def _made_once(name: str, kind: Any) -> Any:
    """The SDK makes a model for each value that it reads; those of one type are alike, and cost it half of its time."""
    return _made(name, body=(kind, ...), __config__={"populate_by_name": True, "arbitrary_types_allowed": True})


serializers.create_model = lambda name, body, __config__: _made_once(name, body[0])

heard: list[httpx.Headers] = []
"""Of each response: the SDK shows headers only with errors."""


@functools.cache
def connected(url: str, key: str) -> Mistral:
    client = httpx.Client(timeout=30, event_hooks={"response": [lambda response: heard.append(response.headers)]})
    return Mistral(server_url=f"{url}/mistral", api_key=key, client=client)


class Chat:
    def __init__(self, url: str, key: str, case: dict[str, Any], option: str) -> None:
        self.chat = connected(url, key).chat
        self.case = case
        content: Any = case["prompt"]
        if "image" in case:
            image = f"data:image/png;base64,{case['image']}"
            content = [{"type": "text", "text": content}, {"type": "image_url", "image_url": image}]
        self.messages: list[Any] = [{"role": "user", "content": content}]
        self.calls: list[Any] = []
        self.asked: dict[str, Any] = {"model": case["model"], "max_tokens": case["max_tokens"]}
        if "tools" in case:
            self.asked["tools"] = functions(case)
        if "schema" in case:
            self.asked["response_format"] = place_schema(case)
        if "reasoning" in case:
            self.asked["reasoning_effort"] = "high"

    def ask(self, seen: Seen) -> None:
        chunks = self._streamed(seen) if self.case.get("stream") else self._whole()
        seen["dropped"] = dropped(heard[-1])
        content: list[Any] = []
        self.calls = []
        for choice, message, usage in chunks:
            said = message.content or []
            content += (
                [{"type": "text", "text": said}] if isinstance(said, str) else [part.model_dump() for part in said]
            )
            self.calls += message.tool_calls or []
            seen["finish"] = choice.finish_reason
            if usage:
                seen["input_tokens"], seen["output_tokens"] = usage.prompt_tokens, usage.completion_tokens
        seen["text"] = "".join(part["text"] for part in content if part["type"] == "text")
        thoughts = [inner for part in content if part["type"] == "thinking" for inner in part["thinking"]]
        seen["reasoning"] = "".join(inner["text"] for inner in thoughts)
        seen["calls"] = [call(made.function.name, made.function.arguments) for made in self.calls]
        self.messages.append({"role": "assistant", "content": content, "tool_calls": self.calls or None})

    def answer_calls(self, seen: Seen) -> None:
        for made in self.calls:
            result = self.case["results"][made.function.name]
            told = {"role": "tool", "tool_call_id": made.id, "name": made.function.name, "content": result}
            self.messages.append(told)
        self.ask(seen)

    def _whole(self) -> Any:
        done = self.chat.complete(messages=self.messages, **self.asked)
        return [(done.choices[0], done.choices[0].message, done.usage)]

    def _streamed(self, seen: Seen) -> Any:
        seen["pieces"] = 0
        chunks = []
        with self.chat.stream(messages=self.messages, **self.asked) as stream:
            for event in stream:
                for choice in event.data.choices:
                    seen["pieces"] += bool(choice.delta.content)
                    chunks.append((choice, choice.delta, event.data.usage))
        return chunks


def describe(error: Exception) -> Seen:
    if isinstance(error, errors.SDKError):
        return {"status": error.status_code, "retry_after": error.headers.get("retry-after")}
    return {}


if __name__ == "__main__":
    drive(Chat, describe)
