"""The same question by each official SDK, and what of the answer a program sees: its text, or a call's argument."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from google.genai import types

from tests.support.sdk_clients import anthropic_client, genai_client, mistral_client, openai_client

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
Ask = Callable[[str, str, str], str]
"""(address, model, prompt) -> what was said."""


def chat(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
        return answer.choices[0].message.content or ""


def chat_stream(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        chunks = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": prompt}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


TOOL: Any = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def chat_call(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        answer = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": prompt}], tools=[TOOL]
        )
        [call] = answer.choices[0].message.tool_calls or []
        assert call.type == "function"
        return str(json.loads(call.function.arguments)["q"])


def chat_call_stream(url: str, model: str, prompt: str) -> str:
    with (
        openai_client(url, "good") as client,
        client.chat.completions.stream(
            model=model, messages=[{"role": "user", "content": prompt}], tools=[TOOL]
        ) as stream,
    ):
        final = stream.get_final_completion()
    [call] = final.choices[0].message.tool_calls or []
    return str(json.loads(call.function.arguments)["q"])


def responses(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        return client.responses.create(model=model, input=prompt).output_text


def responses_stream(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client, client.responses.stream(model=model, input=prompt) as stream:
        pieces = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        assert stream.get_final_response().output_text == pieces
    return pieces


RESPONSES_TOOL: Any = {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}


def responses_call(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        answer = client.responses.create(model=model, input=prompt, tools=[RESPONSES_TOOL])
        [item] = [item for item in answer.output if item.type == "function_call"]
        return str(json.loads(item.arguments)["q"])


def responses_call_stream(url: str, model: str, prompt: str) -> str:
    with openai_client(url, "good") as client:
        stream = client.responses.create(model=model, input=prompt, tools=[RESPONSES_TOOL], stream=True)
        arguments = "".join(event.delta for event in stream if event.type == "response.function_call_arguments.delta")
        return str(json.loads(arguments)["q"])


def messages(url: str, model: str, prompt: str) -> str:
    with anthropic_client(url, "good") as client:
        answer = client.messages.create(model=model, max_tokens=100, messages=[{"role": "user", "content": prompt}])
        [block] = answer.content
        assert block.type == "text"
        return block.text


def messages_stream(url: str, model: str, prompt: str) -> str:
    with (
        anthropic_client(url, "good") as client,
        client.messages.stream(model=model, max_tokens=100, messages=[{"role": "user", "content": prompt}]) as stream,
    ):
        return "".join(stream.text_stream)


MESSAGES_TOOL: Any = {"name": "f", "input_schema": SCHEMA}


def messages_call(url: str, model: str, prompt: str) -> str:
    with anthropic_client(url, "good") as client:
        answer = client.messages.create(
            model=model, max_tokens=100, messages=[{"role": "user", "content": prompt}], tools=[MESSAGES_TOOL]
        )
        [block] = answer.content
        assert block.type == "tool_use"
        return str(block.input["q"])


def messages_call_stream(url: str, model: str, prompt: str) -> str:
    with (
        anthropic_client(url, "good") as client,
        client.messages.stream(
            model=model, max_tokens=100, messages=[{"role": "user", "content": prompt}], tools=[MESSAGES_TOOL]
        ) as stream,
    ):
        [block] = stream.get_final_message().content
    assert block.type == "tool_use"
    return str(block.input["q"])


def generate(url: str, model: str, prompt: str) -> str:
    with genai_client(url, "good") as client:
        return client.models.generate_content(model=model, contents=prompt).text or ""


def generate_stream(url: str, model: str, prompt: str) -> str:
    with genai_client(url, "good") as client:
        return "".join(
            chunk.text or "" for chunk in client.models.generate_content_stream(model=model, contents=prompt)
        )


def _gemini_tools() -> types.GenerateContentConfig:
    declared = types.FunctionDeclaration(name="f", parameters_json_schema=SCHEMA)
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[declared])],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def generate_call(url: str, model: str, prompt: str) -> str:
    with genai_client(url, "good") as client:
        answer = client.models.generate_content(model=model, contents=prompt, config=_gemini_tools())
        [call] = answer.function_calls or []
        return str((call.args or {})["q"])


def generate_call_stream(url: str, model: str, prompt: str) -> str:
    with genai_client(url, "good") as client:
        stream = client.models.generate_content_stream(model=model, contents=prompt, config=_gemini_tools())
        [call] = [call for chunk in stream for call in chunk.function_calls or []]
        return str((call.args or {})["q"])


def mistral(url: str, model: str, prompt: str) -> str:
    with mistral_client(f"{url}/mistral", "good") as client:
        answer = client.chat.complete(model=model, messages=[{"role": "user", "content": prompt}])
        return str(answer.choices[0].message.content)


def mistral_stream(url: str, model: str, prompt: str) -> str:
    with mistral_client(f"{url}/mistral", "good") as client:
        stream = client.chat.stream(model=model, messages=[{"role": "user", "content": prompt}])
        return "".join(str(event.data.choices[0].delta.content or "") for event in stream if event.data.choices)


def mistral_call(url: str, model: str, prompt: str) -> str:
    with mistral_client(f"{url}/mistral", "good") as client:
        answer = client.chat.complete(model=model, messages=[{"role": "user", "content": prompt}], tools=[TOOL])
        [call] = answer.choices[0].message.tool_calls
        return str(json.loads(str(call.function.arguments))["q"])


def mistral_call_stream(url: str, model: str, prompt: str) -> str:
    with mistral_client(f"{url}/mistral", "good") as client:
        stream = client.chat.stream(model=model, messages=[{"role": "user", "content": prompt}], tools=[TOOL])
        arguments = ""
        for event in stream:
            for choice in event.data.choices:
                arguments += "".join(str(call.function.arguments) for call in choice.delta.tool_calls or [])
        return str(json.loads(arguments)["q"])


TEXTS: dict[str, Ask] = {
    "chat": chat,
    "chat stream": chat_stream,
    "responses": responses,
    "responses stream": responses_stream,
    "messages": messages,
    "messages stream": messages_stream,
    "generate": generate,
    "generate stream": generate_stream,
    "mistral": mistral,
    "mistral stream": mistral_stream,
}
CALLS: dict[str, Ask] = {
    "chat": chat_call,
    "chat stream": chat_call_stream,
    "responses": responses_call,
    "responses stream": responses_call_stream,
    "messages": messages_call,
    "messages stream": messages_call_stream,
    "generate": generate_call,
    "generate stream": generate_call_stream,
    "mistral": mistral_call,
    "mistral stream": mistral_call_stream,
}
