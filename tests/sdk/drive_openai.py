"""Drives a gateway with the OpenAI SDK, 2 or 3: Chat Completions."""

from __future__ import annotations

import functools
from typing import Any

import openai

from tests.sdk.driving import Seen, call, drive, dropped, functions, place_schema


@functools.cache
def connected(url: str, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=30)


class Chat:
    def __init__(self, url: str, key: str, case: dict[str, Any], option: str) -> None:
        self.completions = connected(url, key).chat.completions
        self.case = case
        content: Any = case["prompt"]
        if "image" in case:
            image = {"url": f"data:image/png;base64,{case['image']}"}
            content = [{"type": "text", "text": content}, {"type": "image_url", "image_url": image}]
        self.messages: list[Any] = [{"role": "user", "content": content}]
        self.calls: list[Any] = []
        self.asked: dict[str, Any] = {"model": case["model"], "max_completion_tokens": case["max_tokens"]}
        if "tools" in case:
            self.asked["tools"] = functions(case)
        if "schema" in case:
            self.asked["response_format"] = place_schema(case)
        if "reasoning" in case:
            self.asked["reasoning_effort"] = "high"

    def ask(self, seen: Seen) -> None:
        if self.case.get("stream"):
            message = self._streamed(seen)
        else:
            raw = self.completions.with_raw_response.create(messages=self.messages, **self.asked)
            seen["dropped"] = dropped(raw.headers)
            done = raw.parse()
            message = done.choices[0].message
            seen["finish"] = done.choices[0].finish_reason
            _count(seen, done.usage)
        seen["text"] = message.content
        seen["reasoning"] = getattr(message, "reasoning_content", None)
        self.calls = message.tool_calls or []
        seen["calls"] = [call(made.function.name, made.function.arguments) for made in self.calls]
        self.messages.append(message)

    def answer_calls(self, seen: Seen) -> None:
        for made in self.calls:
            result = self.case["results"][made.function.name]
            self.messages.append({"role": "tool", "tool_call_id": made.id, "content": result})
        self.ask(seen)

    def _streamed(self, seen: Seen) -> Any:
        """The message that the SDK's own accumulator made of the stream."""
        if "usage" in self.case:
            self.asked["stream_options"] = {"include_usage": True}
        seen["pieces"] = 0
        with self.completions.stream(messages=self.messages, **self.asked) as stream:
            seen["dropped"] = dropped(stream._response.headers)
            try:
                for event in stream:
                    seen["pieces"] += event.type == "content.delta"
                done: Any = stream.get_final_completion()
            except openai.LengthFinishReasonError as cut_short:  # the helper's word for finish_reason "length"
                done = cut_short.completion
        seen["finish"] = done.choices[0].finish_reason
        _count(seen, done.usage)
        return done.choices[0].message


def _count(seen: Seen, usage: Any) -> None:
    if usage is not None:
        seen["input_tokens"], seen["output_tokens"] = usage.prompt_tokens, usage.completion_tokens
        details = usage.completion_tokens_details
        seen["reasoning_tokens"] = details.reasoning_tokens if details else None


def describe(error: Exception) -> Seen:
    if isinstance(error, openai.APIStatusError):
        return {"status": error.status_code, "retry_after": error.response.headers.get("retry-after")}
    return {}


if __name__ == "__main__":
    drive(Chat, describe)
