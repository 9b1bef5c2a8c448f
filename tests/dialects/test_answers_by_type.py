"""Answers drawn from the vendors' own types, through the edge to every client: what the model said arrives, nothing is
invented, the client's official types are satisfied, and the usage row tells what the provider told.

Found by it: probabilities of tokens without `top_logprobs`, sound that vanished in silence.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final

import pytest
from anthropic.types import Message
from google.genai.types import Candidate, Content, GenerateContentResponse, Part
from mistralai.client.models import AssistantMessage, ChatCompletionChoice, ChatCompletionResponse
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice
from openai.types.responses import Response

from gateway.core.messages import Dialect
from gateway.core.policy import Policy, ProviderKind, ProviderPolicy, TeamPolicy
from tests.support.answer_schemas import unclean
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.values_of_types import Values, arguments, arguments_text

SEEDS: Final = range(9)
HI: Final = [{"role": "user", "content": "Hi"}]
CLIENTS: Final[dict[Dialect, tuple[str, dict[str, Any]]]] = {
    "openai_chat": ("/v1/chat/completions", {"model": "p/m", "messages": HI}),
    "openai_responses": ("/v1/responses", {"model": "p/m", "input": "Hi", "store": False}),
    "anthropic": ("/v1/messages", {"model": "p/m", "max_tokens": 99, "messages": HI}),
    "gemini": ("/v1beta/models/p/m:generateContent", {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}),
    "mistral": ("/mistral/v1/chat/completions", {"model": "p/m", "messages": HI}),
}
KINDS: Final[dict[Dialect, ProviderKind]] = {
    "openai_chat": "openai",
    "openai_responses": "openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "mistral": "mistral",
}
SAID: Final[dict[Dialect, str]] = {
    "openai_chat": r"message\.(content|refusal)|called|(custom|function|function_call)\.(name|input)",
    "openai_responses": r"output\[\]\.(content|summary)\[\]\.(text|refusal)|called",
    "anthropic": r"content\[\]\.(text|thinking)|called",
    "gemini": r"parts\[\]\.text|functionCall\.name|called",
    "mistral": r"content|content\[\]\.text|thinking\[\]\.text|function\.name|called",
}
"""Where in a type the model's words stand; what follows or precedes makes it another place."""
WORD: Final = re.compile(r"Word\d{4}x")


def chat_usage(values: Values) -> dict[str, Any]:
    prompt, completion = values.draw.randint(10, 90), values.draw.randint(10, 90)
    cached = values.draw.choice([None, {}, {"cached_tokens": 7}, {"cached_tokens": None, "audio_tokens": 1}])
    thought = values.draw.choice([None, {}, {"reasoning_tokens": 3}, {"accepted_prediction_tokens": 1}])
    told = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**told, "prompt_tokens_details": cached, "completion_tokens_details": thought}


def chat(values: Values) -> dict[str, Any]:
    answer = values.of(ChatCompletion)
    choice = {**(answer["choices"] or [values.of(Choice, ".choices[]")])[0], "index": 0}
    return {**answer, "choices": [choice], "usage": chat_usage(values)}


def mistral(values: Values) -> dict[str, Any]:
    answer = values.of(ChatCompletionResponse)
    choice = {**values.of(ChatCompletionChoice, ".choices[]"), "index": 0, "finish_reason": "stop"}
    message = {**values.of(AssistantMessage, ".choices[].message"), "role": "assistant"}
    for number, call in enumerate(message.get("tool_calls") or ()):
        call |= {"id": f"abcdefgh{number}", "type": "function", "index": number}
    choice = {name: value for name, value in choice.items() if name != "messages"}
    return {**answer, "choices": [{**choice, "message": message}], "usage": chat_usage(values)}


def claude(values: Values) -> dict[str, Any]:
    reason = values.draw.choice(["end_turn", "max_tokens", "tool_use", "stop_sequence"])
    caches = {"cache_read_input_tokens": values.draw.choice([None, 0, 5]), "cache_creation_input_tokens": 2}
    usage = {"input_tokens": values.draw.randint(10, 90), "output_tokens": values.draw.randint(10, 90), **caches}
    return {**values.of(Message), "stop_reason": reason, "usage": usage, "container": None}


def gemini(values: Values) -> dict[str, Any]:
    parts = [one_of_its_kinds(values, values.of(Part, ".parts[]", 3)) for _ in range(values.draw.randint(1, 4))]
    content = {**values.of(Content), "role": "model", "parts": parts}
    candidate = {**values.of(Candidate), "index": 0, "content": content, "finishReason": "STOP"}
    prompt, answer = values.draw.randint(10, 90), values.draw.randint(10, 90)
    counts = {"promptTokenCount": prompt, "candidatesTokenCount": answer, "thoughtsTokenCount": 4}
    usage = {**counts, "totalTokenCount": prompt + answer + 4}
    rest = {"responseId", "modelVersion", "createTime"}
    told = {name: value for name, value in values.of(GenerateContentResponse).items() if name in rest}
    answered: dict[str, Any] = without_nulls({**told, "candidates": [candidate], "usageMetadata": usage})
    return answered


def one_of_its_kinds(values: Values, part: dict[str, Any]) -> dict[str, Any]:
    """A part is one thing: a text, a call, a picture, a program or its result."""
    kinds = ("text", "functionCall", "inlineData", "executableCode", "codeExecutionResult")
    found = [kind for kind in kinds if part.get(kind) is not None]
    kept = {"thought": part.get("thought")}
    if part.get("functionCall") is not None:
        part["functionCall"]["name"] = part["functionCall"].get("name") or (values.word(".functionCall.name"))
    return {**kept, found[0]: part[found[0]]} if found else {**kept, "text": values.word(".parts[].text")}


def without_nulls(value: Any) -> Any:
    """Google's JSON has none."""
    if type(value) is dict:
        return {name: without_nulls(inside) for name, inside in value.items() if inside is not None}
    return [without_nulls(inside) for inside in value] if type(value) is list else value


def responses(values: Values) -> dict[str, Any]:
    details = {
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 2},
    }
    read, written = values.draw.randint(10, 90), values.draw.randint(10, 90)
    usage = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written, **details}
    settled = {"status": "completed", "error": None, "incomplete_details": None, "conversation": None, "usage": usage}
    return {**values.of(Response), **settled, "background": False, "prompt": None, "instructions": None}


DRAWN: Final = {
    "openai_chat": chat,
    "openai_responses": responses,
    "anthropic": claude,
    "gemini": gemini,
    "mistral": mistral,
}
SPECIAL: Final[dict[tuple[str, str], Any]] = {
    **{(name, "arguments"): lambda it: arguments_text(it, "called") for name in ("Function", "FunctionCall")},
    ("ResponseFunctionToolCall", "arguments"): lambda it: arguments_text(it, "called"),
    ("ToolUseBlock", "input"): lambda it: arguments(it, "called"),
    ("FunctionCall", "args"): lambda it: arguments(it, "called"),
    ("FunctionCall", "partialArgs"): lambda it: None,
    ("FunctionCall", "willContinue"): lambda it: None,
    ("Blob", "mimeType"): lambda it: it.draw.choice(["image/png", "audio/wav", "application/pdf"]),
    ("GenerateContentResponse", "parsed"): lambda it: None,  # made by the SDK
    ("ChatCompletionAudio", "data"): lambda it: "UklGRg==",
}


def told_usage(dialect: Dialect, tree: dict[str, Any]) -> tuple[int, int]:
    """(input, output) in the gateway's convention: caches are part of the input, thoughts of the output."""
    usage = tree["usageMetadata" if dialect == "gemini" else "usage"]
    match dialect:
        case "openai_chat" | "mistral":
            return usage["prompt_tokens"], usage["completion_tokens"]
        case "anthropic":
            caches = (usage["cache_read_input_tokens"] or 0) + usage["cache_creation_input_tokens"]
            return usage["input_tokens"] + caches, usage["output_tokens"]
        case "gemini":
            return usage["promptTokenCount"], usage["candidatesTokenCount"] + usage["thoughtsTokenCount"]
        case _:
            return usage["input_tokens"], usage["output_tokens"]


def asked(client: Dialect, dialect: Dialect, payload: bytes) -> tuple[AsgiCall, Stand]:
    spec = ProviderPolicy(
        name="p", kind=KINDS[dialect], base_url="http://127.0.0.1:9/v1", region="us", speaks=(dialect,)
    )
    policy = Policy(
        version="v", providers={"p": spec}, models={}, teams={"demo": TeamPolicy(name="demo", models=("*",))}
    )
    path, body = CLIENTS[client]
    call = AsgiCall(path, json.dumps(body).encode())

    async def run() -> Stand:
        answer = ScriptedResponse(200, {"content-type": "application/json"}, [payload])
        stand = Stand(policy, ScriptedUpstream(answer))
        await call.run(stand.edge)
        return stand

    return call, asyncio.run(run())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dialect", DRAWN)
def test_what_a_provider_may_say_arrives(dialect: Dialect, seed: int) -> None:
    values = Values(seed, SPECIAL)
    tree = DRAWN[dialect](values)
    payload = json.dumps(tree).encode()
    assert unclean(dialect, False, payload) == [], "the vendor's own type takes what was drawn"
    given = set(WORD.findall(payload.decode()))
    said = {word for word in given if re.search(rf"(^|\.)({SAID[dialect]})$", values.where[word])}
    for client in CLIENTS:
        call, stand = asked(client, dialect, payload)
        [row] = stand.ledger.rows
        assert (call.status, row.status) == (200, "ok"), call.body
        assert (row.usage.input_tokens, row.usage.output_tokens) == told_usage(dialect, tree)
        if client == dialect:
            assert call.body == payload
            continue
        assert unclean(client, False, call.body) == []
        arrived = set(WORD.findall(call.body.decode()))
        assert arrived <= given
        assert {values.where[word] for word in said - arrived} == set(), (client, call.headers.get("x-gateway-dropped"))
