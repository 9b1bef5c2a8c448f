"""Drives a gateway with the google-genai SDK, 2 or 3: generateContent."""

from __future__ import annotations

import base64
import functools
from typing import Any

from google import genai
from google.genai import errors, types

from tests.sdk.driving import Seen, call, drive, dropped


@functools.cache
def connected(url: str, key: str) -> genai.Client:
    return genai.Client(api_key=key, vertexai=False, http_options=types.HttpOptions(base_url=url, timeout=30_000))


class Contents:
    def __init__(self, url: str, key: str, case: dict[str, Any], option: str) -> None:
        self.models = connected(url, key).models
        self.case = case
        parts = [types.Part(text=case["prompt"])]
        if "image" in case:
            parts.append(types.Part.from_bytes(data=base64.b64decode(case["image"]), mime_type="image/png"))
        self.contents: list[Any] = [types.Content(role="user", parts=parts)]
        self.calls: list[Any] = []
        self.config = types.GenerateContentConfig(max_output_tokens=case["max_tokens"])
        if "tools" in case:
            declared = [
                types.FunctionDeclaration(
                    name=tool["name"], description=tool["description"], parameters_json_schema=tool["schema"]
                )
                for tool in case["tools"]
            ]
            self.config.tools = [types.Tool(function_declarations=declared)]
        if "schema" in case:
            self.config.response_mime_type = "application/json"
            self.config.response_json_schema = case["schema"]
        if "reasoning" in case:
            self.config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)

    def ask(self, seen: Seen) -> None:
        asked = {"model": self.case["model"], "contents": self.contents, "config": self.config}
        if self.case.get("stream"):
            seen["pieces"] = 0
            answers = []
            for chunk in self.models.generate_content_stream(**asked):
                answers.append(chunk)
                seen["pieces"] += bool(_text(_parts(chunk)))
        else:
            answers = [self.models.generate_content(**asked)]
        last = answers[-1]
        parts = [part for answer in answers for part in _parts(answer)]
        seen["dropped"] = dropped(last.sdk_http_response.headers)
        reason = last.candidates[0].finish_reason
        seen["finish"] = reason.name if reason else None
        seen["text"] = _text(parts)
        seen["reasoning"] = "".join(part.text for part in parts if part.text and part.thought)
        self.calls = [part.function_call for part in parts if part.function_call]
        seen["calls"] = [call(made.name, made.args) for made in self.calls]
        usage = last.usage_metadata
        if usage:
            seen["input_tokens"], seen["output_tokens"] = usage.prompt_token_count, usage.candidates_token_count
            seen["reasoning_tokens"] = usage.thoughts_token_count
        self.contents.append(types.Content(role="model", parts=parts))

    def answer_calls(self, seen: Seen) -> None:
        parts = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=made.id, name=made.name, response={"result": self.case["results"][made.name]}
                )
            )
            for made in self.calls
        ]
        self.contents.append(types.Content(role="user", parts=parts))
        self.ask(seen)


def _parts(answer: Any) -> list[Any]:
    candidates = answer.candidates or []
    content = candidates[0].content if candidates else None
    return (content.parts or []) if content else []


def _text(parts: list[Any]) -> str:
    return "".join(part.text for part in parts if part.text and not part.thought)


def describe(error: Exception) -> Seen:
    if isinstance(error, errors.APIError):
        return {"status": error.code, "retry_after": error.response.headers.get("retry-after")}
    return {}


if __name__ == "__main__":
    drive(Contents, describe)
