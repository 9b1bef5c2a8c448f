"""Drives a gateway with the Anthropic SDK, 1 or 2: Messages."""

from __future__ import annotations

import functools
from typing import Any

import anthropic

from tests.sdk.driving import Seen, call, drive, dropped


@functools.cache
def connected(url: str, key: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=30)


class Messages:
    def __init__(self, url: str, key: str, case: dict[str, Any], option: str) -> None:
        self.resource = connected(url, key).messages
        self.case = case
        content: Any = case["prompt"]
        if "image" in case:
            source = {"type": "base64", "media_type": "image/png", "data": case["image"]}
            content = [{"type": "text", "text": content}, {"type": "image", "source": source}]
        self.messages: list[Any] = [{"role": "user", "content": content}]
        self.calls: list[Any] = []
        self.asked: dict[str, Any] = {"model": case["model"], "max_tokens": case["max_tokens"]}
        if "tools" in case:
            self.asked["tools"] = [
                {"name": tool["name"], "description": tool["description"], "input_schema": tool["schema"]}
                for tool in case["tools"]
            ]
        if "schema" in case:
            self.asked["output_config"] = {"format": {"type": "json_schema", "schema": case["schema"]}}
        if "reasoning" in case:
            self.asked["thinking"] = {"type": "enabled", "budget_tokens": 1024}

    def ask(self, seen: Seen) -> None:
        message = self._streamed(seen) if self.case.get("stream") else self._whole(seen)
        seen["finish"] = message.stop_reason
        seen["text"] = "".join(block.text for block in message.content if block.type == "text")
        seen["reasoning"] = "".join(block.thinking for block in message.content if block.type == "thinking")
        self.calls = [block for block in message.content if block.type == "tool_use"]
        seen["calls"] = [call(made.name, made.input) for made in self.calls]
        seen["input_tokens"], seen["output_tokens"] = message.usage.input_tokens, message.usage.output_tokens
        self.messages.append({"role": "assistant", "content": message.content})

    def answer_calls(self, seen: Seen) -> None:
        results = [
            {"type": "tool_result", "tool_use_id": made.id, "content": self.case["results"][made.name]}
            for made in self.calls
        ]
        self.messages.append({"role": "user", "content": results})
        self.ask(seen)

    def _whole(self, seen: Seen) -> Any:
        raw = self.resource.with_raw_response.create(messages=self.messages, **self.asked)
        seen["dropped"] = dropped(raw.headers)
        return raw.parse()

    def _streamed(self, seen: Seen) -> Any:
        """The message that the SDK's own accumulator made of the stream."""
        seen["pieces"] = 0
        with self.resource.stream(messages=self.messages, **self.asked) as stream:
            seen["dropped"] = dropped(stream.response.headers)
            for event in stream:
                seen["pieces"] += event.type == "text"
            return stream.get_final_message()


def describe(error: Exception) -> Seen:
    if isinstance(error, anthropic.APIStatusError):
        return {"status": error.status_code, "retry_after": error.response.headers.get("retry-after")}
    return {}


if __name__ == "__main__":
    drive(Messages, describe)
