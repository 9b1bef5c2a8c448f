"""Drives a gateway with the OpenAI SDK, 2 or 3: Responses. Nothing is stored; the history travels with each request."""

from __future__ import annotations

from typing import Any

from tests.sdk.drive_openai import connected, describe
from tests.sdk.driving import Seen, call, drive, dropped


class Responses:
    def __init__(self, url: str, key: str, case: dict[str, Any], option: str) -> None:
        self.resource = connected(url, key).responses
        self.case = case
        content: Any = case["prompt"]
        if "image" in case:
            image = {"type": "input_image", "image_url": f"data:image/png;base64,{case['image']}", "detail": "auto"}
            content = [{"type": "input_text", "text": content}, image]
        self.items: list[Any] = [{"role": "user", "content": content}]
        self.calls: list[Any] = []
        self.asked: dict[str, Any] = {"model": case["model"], "max_output_tokens": case["max_tokens"], "store": False}
        if "tools" in case:
            self.asked["tools"] = [
                {
                    "type": "function",
                    "name": tool["name"],
                    "description": tool["description"],
                    "parameters": tool["schema"],
                    "strict": False,
                }
                for tool in case["tools"]
            ]
        if "schema" in case:
            form = {"type": "json_schema", "name": "place", "schema": case["schema"], "strict": True}
            self.asked["text"] = {"format": form}
        if "reasoning" in case:
            self.asked["reasoning"] = {"effort": "high", "summary": "auto"}
            self.asked["include"] = ["reasoning.encrypted_content"]

    def ask(self, seen: Seen) -> None:
        done = self._streamed(seen) if self.case.get("stream") else self._whole(seen)
        seen["finish"] = done.status
        seen["text"] = done.output_text
        thoughts = [item for item in done.output if item.type == "reasoning"]
        parts = [part for item in thoughts for part in (*item.summary, *(item.content or []))]
        seen["reasoning"] = "".join(part.text for part in parts)
        self.calls = [item for item in done.output if item.type == "function_call"]
        seen["calls"] = [call(made.name, made.arguments) for made in self.calls]
        if done.usage:
            seen["input_tokens"], seen["output_tokens"] = done.usage.input_tokens, done.usage.output_tokens
            seen["reasoning_tokens"] = done.usage.output_tokens_details.reasoning_tokens
        self.items += [item.model_dump(exclude_none=True) for item in done.output]

    def answer_calls(self, seen: Seen) -> None:
        for made in self.calls:
            result = self.case["results"][made.name]
            self.items.append({"type": "function_call_output", "call_id": made.call_id, "output": result})
        self.ask(seen)

    def _whole(self, seen: Seen) -> Any:
        raw = self.resource.with_raw_response.create(input=self.items, **self.asked)
        seen["dropped"] = dropped(raw.headers)
        return raw.parse()

    def _streamed(self, seen: Seen) -> Any:
        """The response that the SDK's own accumulator made of the stream."""
        seen["pieces"] = 0
        with self.resource.stream(input=self.items, **self.asked) as stream:
            seen["dropped"] = dropped(stream._response.headers)
            for event in stream:
                seen["pieces"] += event.type == "response.output_text.delta"
                if event.type in ("response.completed", "response.incomplete"):
                    return event.response
            return stream.get_final_response()


if __name__ == "__main__":
    drive(Responses, describe)
