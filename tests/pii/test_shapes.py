"""Held-out texts in every place where a request may hold one: none leaks more than in a plain message of a user."""

from __future__ import annotations

import contextlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from tests.pii.held_out import Labelled, labelled
from tests.pii.serving import policy_with
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.anyio

REFUSED = ScriptedResponse(400, {"content-type": "application/json"}, [b'{"error": {"message": "no"}}'])
RULES = "{hint: false, actions: {secret: redact, ch_uid: pseudonymise}}"
MORE = 0.02
"""By how much a shape may be worse than a plain message."""

Body = Callable[[str], dict[str, Any]]
HI: dict[str, Any] = {"role": "user", "content": "hi"}
GEMINI_HI: dict[str, Any] = {"role": "user", "parts": [{"text": "hi"}]}


def chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "chat/m", "messages": list(messages), **more}


def claude(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "messages/m", "max_tokens": 50, "messages": list(messages), **more}


def call(arguments: str) -> dict[str, Any]:
    function = {"name": "f", "arguments": arguments}
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "abcdefghi", "type": "function", "function": function}],
    }


def result(text: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "abcdefghi", "name": "f", "content": text}


def function(text: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"q": {"type": "string", "description": text, "enum": [text]}}}
    return {"name": "f", "description": text, "parameters": parameters}


def used(**given: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "f", "input": given}]}


def told(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": content}]}


def items(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "responses/m", "input": list(entries), **more}


def contents(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"contents": list(entries), **more}


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def cut(text: str, at: int, kind: str = "text") -> list[dict[str, str]]:
    typed = {} if kind == "part" else {"type": kind}
    return [{**typed, "text": text[:at]}, {**typed, "text": text[at:]}]


def turns(text: str, at: int, role: str = "user") -> list[dict[str, str]]:
    return [{"role": role, "content": text[:at]}, {"role": role, "content": text[at:]}]


CHAT, RESPONSES, CLAUDE = "/v1/chat/completions", "/v1/responses", "/v1/messages"
GEMINI, MISTRAL = "/v1beta/models/generate/m:generateContent", "/mistral/v1/chat/completions"
CALLED = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
TOOLS = [{"name": "f", "input_schema": {"type": "object"}}]
MODEL_CALLS = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}

SHAPES: dict[str, tuple[str, Body]] = {
    "chat user": (CHAT, lambda text: chat({**HI, "content": text})),
    "chat system": (CHAT, lambda text: chat({"role": "system", "content": text}, HI)),
    "chat developer": (CHAT, lambda text: chat({"role": "developer", "content": text}, HI)),
    "chat assistant": (CHAT, lambda text: chat(HI, {"role": "assistant", "content": text}, HI)),
    "chat arguments": (CHAT, lambda text: chat(HI, call(json.dumps({"note": text})), result("ok"))),
    "chat arguments in a list": (CHAT, lambda text: chat(HI, call(json.dumps({"a": [{"b": text}]})), result("ok"))),
    "chat result": (CHAT, lambda text: chat(HI, call("{}"), result(text))),
    "chat result in parts": (CHAT, lambda text: chat(HI, call("{}"), result([{"type": "text", "text": text}]))),
    "chat tool": (CHAT, lambda text: chat(HI, tools=[{"type": "function", "function": function(text)}])),
    "chat metadata": (CHAT, lambda text: chat(HI, metadata={"note": text})),
    "chat person": (CHAT, lambda text: chat(HI, user=text)),
    "chat name": (CHAT, lambda text: chat({**HI, "name": text})),
    "chat stop": (CHAT, lambda text: chat(HI, stop=[text])),
    "chat unknown field": (CHAT, lambda text: chat(HI, x_context={"deep": [{"note": text}]})),
    "chat schema": (
        CHAT,
        lambda text: chat(
            HI,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "s", "schema": {"type": "object", "description": text}},
            },
        ),
    ),
    "chat file": (
        CHAT,
        lambda text: chat(
            {
                "role": "user",
                "content": [
                    {
                        "type": "file",
                        "file": {"filename": "a.txt", "file_data": f"data:text/plain;base64,{encoded(text)}"},
                    }
                ],
            }
        ),
    ),
    "chat file name": (
        CHAT,
        lambda text: chat(
            {
                "role": "user",
                "content": [
                    {"type": "file", "file": {"filename": text, "file_data": f"data:text/plain;base64,{encoded('hi')}"}}
                ],
            }
        ),
    ),
    "responses text": (RESPONSES, lambda text: {"model": "responses/m", "input": text}),
    "responses instructions": (RESPONSES, lambda text: items(HI, instructions=text)),
    "responses developer": (RESPONSES, lambda text: items({"role": "developer", "content": text}, HI)),
    "responses arguments": (RESPONSES, lambda text: items(HI, {**CALLED, "arguments": json.dumps({"q": text})})),
    "responses result": (
        RESPONSES,
        lambda text: items(HI, CALLED, {"type": "function_call_output", "call_id": "c1", "output": text}),
    ),
    "responses tool": (RESPONSES, lambda text: items(HI, tools=[{"type": "function", **function(text)}])),
    "messages user": (CLAUDE, lambda text: claude({**HI, "content": text})),
    "messages system": (CLAUDE, lambda text: claude(HI, system=text)),
    "messages input": (CLAUDE, lambda text: claude(HI, used(note=text), told("ok"), tools=TOOLS)),
    "messages result": (CLAUDE, lambda text: claude(HI, used(), told(text), tools=TOOLS)),
    "messages result in blocks": (
        CLAUDE,
        lambda text: claude(HI, used(), told([{"type": "text", "text": text}]), tools=TOOLS),
    ),
    "messages tool": (CLAUDE, lambda text: claude(HI, tools=[{**TOOLS[0], "description": text}])),
    "messages document": (
        CLAUDE,
        lambda text: claude(
            {
                "role": "user",
                "content": [
                    {
                        "type": "document",
                        "source": {"type": "text", "media_type": "text/plain", "data": text},
                        "context": text,
                    }
                ],
            }
        ),
    ),
    "gemini user": (GEMINI, lambda text: contents({"role": "user", "parts": [{"text": text}]})),
    "gemini system": (GEMINI, lambda text: contents(GEMINI_HI, systemInstruction={"parts": [{"text": text}]})),
    "gemini arguments": (
        GEMINI,
        lambda text: contents(
            GEMINI_HI, {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"q": text}}}]}
        ),
    ),
    "gemini result": (
        GEMINI,
        lambda text: contents(
            GEMINI_HI,
            MODEL_CALLS,
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": text}}}]},
        ),
    ),
    "gemini tool": (GEMINI, lambda text: contents(GEMINI_HI, tools=[{"functionDeclarations": [function(text)]}])),
    "gemini file": (
        GEMINI,
        lambda text: contents(
            {"role": "user", "parts": [{"inlineData": {"mimeType": "text/plain", "data": encoded(text)}}]}
        ),
    ),
    "mistral user": (MISTRAL, lambda text: {**chat({**HI, "content": text}), "model": "mistral/m"}),
    "mistral arguments": (
        MISTRAL,
        lambda text: {**chat(HI, call(json.dumps({"q": text})), result("ok")), "model": "mistral/m"},
    ),
    "mistral result": (MISTRAL, lambda text: {**chat(HI, call("{}"), result(text)), "model": "mistral/m"}),
    "embeddings": ("/v1/embeddings", lambda text: {"model": "responses/m", "input": ["a", text]}),
    "completions": ("/v1/completions", lambda text: {"model": "responses/m", "prompt": text}),
    "moderations": ("/v1/moderations", lambda text: {"model": "responses/m", "input": text}),
}
CUTS: dict[str, tuple[str, Callable[[str, int], dict[str, Any]]]] = {
    "chat": (CHAT, lambda text, at: chat({"role": "user", "content": cut(text, at)})),
    "responses": (RESPONSES, lambda text, at: items({"role": "user", "content": cut(text, at, "input_text")})),
    "messages": (CLAUDE, lambda text, at: claude({"role": "user", "content": cut(text, at)})),
    "messages system": (CLAUDE, lambda text, at: claude(HI, system=cut(text, at))),
    "gemini": (GEMINI, lambda text, at: contents({"role": "user", "parts": cut(text, at, "part")})),
    "mistral": (MISTRAL, lambda text, at: {**chat({"role": "user", "content": cut(text, at)}), "model": "mistral/m"}),
    "chat turns": (CHAT, lambda text, at: chat(*turns(text, at))),
    "chat system turns": (CHAT, lambda text, at: chat(*turns(text, at, "system"), HI)),
    "responses turns": (RESPONSES, lambda text, at: items(*turns(text, at))),
    "messages turns": (CLAUDE, lambda text, at: claude(*turns(text, at))),
    "gemini turns": (
        GEMINI,
        lambda text, at: contents(*({"role": "user", "parts": [part]} for part in cut(text, at, "part"))),
    ),
    "mistral turns": (MISTRAL, lambda text, at: {**chat(*turns(text, at)), "model": "mistral/m"}),
}


def strings(node: Any) -> Iterator[str]:
    """What a provider reads: all strings, what JSON in them says, and parts and messages joined."""
    if isinstance(node, str):
        yield node
        if node[:1] in {"{", "["}:
            with contextlib.suppress(ValueError):
                yield from strings(json.loads(node))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from strings(value)
    elif isinstance(node, list):
        yield "".join(part["text"] for part in node if isinstance(part, dict) and isinstance(part.get("text"), str))
        yield "".join(said(turn) for turn in node if isinstance(turn, dict) and turn.get("role") in {"user", "system"})
        for value in node:
            yield from strings(value)


def said(turn: dict[str, Any]) -> str:
    content = turn.get("content", turn.get("parts"))
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


def texts(every: int) -> list[Labelled]:
    return [text for text in labelled() if text.values and text.kind != "adversarial"][::every]


async def left(
    stand: Stand, upstream: ScriptedUpstream, path: str, bodies: list[tuple[Labelled, dict[str, Any]]]
) -> int:
    """How many values a provider would have seen."""
    count = sent = 0
    for text, body in bodies:
        await AsgiCall(path, msgspec.json.encode(body)).run(stand.edge)
        seen = "\n".join(string for request in upstream.requests for string in strings(json.loads(request.body)))
        sent += bool(seen)
        upstream.requests.clear()
        count += sum(value.is_left_in(seen) for value in text.values)
    assert sent > len(bodies) * 0.9  # what cannot be replaced is refused
    return count


async def compared(every: int) -> dict[str, tuple[int, int]]:
    """Shape -> what leaked, and of how many values."""
    chosen = texts(every)
    values = sum(len(text.values) for text in chosen)
    upstream = ScriptedUpstream(REFUSED)
    stand = Stand(policy_with(RULES), upstream)
    found = {
        name: (await left(stand, upstream, path, [(text, make(text.text)) for text in chosen]), values)
        for name, (path, make) in SHAPES.items()
    }
    for name, (path, make) in CUTS.items():
        bodies = []
        for text in chosen:
            value = text.values[len(text.values) // 2].text
            bodies.append((text, make(text.text, text.text.index(value) + max(1, len(value) // 2))))
        found[f"{name} cut"] = await left(stand, upstream, path, bodies), values
    return found


def worse(found: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    plain = found["chat user"][0]
    return {name: (count, of) for name, (count, of) in found.items() if count > plain + MORE * of}


@pytest.mark.timeout(300)
async def test_no_shape_leaks_more_than_a_plain_message() -> None:
    assert not worse(await compared(every=60))


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_nor_does_any_with_all_texts() -> None:
    assert not worse(await compared(every=1))


@pytest.mark.parametrize("within", ["04.04.1964", "Zellweger;09"])
@pytest.mark.parametrize("messages", [False, True], ids=["parts", "messages"])
async def test_what_stands_below_a_cut_keeps_the_head_of_its_column(within: str, messages: bool) -> None:
    rows = [f"{number};Hans Zellweger;0{number}.0{number}.196{number};Bern" for number in range(1, 10)]
    text = "\n".join(["nr;name;geboren;ort", *rows])
    at = text.index(within) + 4
    upstream = ScriptedUpstream(REFUSED)
    body = chat(*turns(text, at)) if messages else chat({"role": "user", "content": cut(text, at)})
    await AsgiCall(CHAT, msgspec.json.encode(body)).run(Stand(policy_with(RULES), upstream).edge)
    [request] = upstream.requests
    assert "196" not in request.body.decode()
