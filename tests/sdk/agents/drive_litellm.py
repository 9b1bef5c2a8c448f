"""LiteLLM's SDK, by the prefixes that decide which dialect it speaks."""

from __future__ import annotations

import json
from typing import Any

import litellm

from tests.sdk.agents import talking

_WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": talking.weather.__doc__,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class LiteLlm:
    def __init__(self, model: str, base: str, key: str) -> None:
        self._settings = {"model": model, "api_base": base, "api_key": key}

    def plain(self) -> str:
        return self._ask([_user(talking.PLAIN)]).content

    def streamed(self) -> list[str]:
        chunks = litellm.completion(messages=[_user(talking.STREAMED)], stream=True, **self._settings)
        pieces = [chunk.choices[0].delta.content for chunk in chunks]
        return [piece for piece in pieces if piece]

    def tool(self) -> str:
        messages: list[Any] = [_user(talking.TOOL)]
        called = self._ask(messages, tools=[_WEATHER])
        messages.append(called)
        for call in called.tool_calls:
            result = talking.weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        return self._ask(messages, tools=[_WEATHER]).content

    def _ask(self, messages: list[Any], **more: Any) -> Any:
        return litellm.completion(messages=messages, max_tokens=900, **more, **self._settings).choices[0].message


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


if __name__ == "__main__":
    talking.drive(
        {
            "chat": lambda url, key: LiteLlm("openai/gpt-5-mini", f"{url}/v1", key),
            "responses": lambda url, key: LiteLlm("openai/responses/gpt-5", f"{url}/v1", key),
            "anthropic": lambda url, key: LiteLlm("anthropic/claude-sonnet-5", url, key),
            "gemini": lambda url, key: LiteLlm("gemini/gemini-2.5-flash", url, key),
        }
    )
