"""What Codex sends, for a model of xAI, which refuses tools and items that only OpenAI knows: by the SDK, and back.

The simulated xAI refuses them in xAI's own words.
"""

from __future__ import annotations

from typing import Any

import httpx
import openai
import pytest

from tests.support.running import RunningGateway
from tests.support.sdk_clients import openai_client

pytestmark = pytest.mark.sdk

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
LOOKUP = {"type": "function", "name": "lookup", "description": "Look up", "parameters": SCHEMA, "strict": False}
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"}
PATCH = {"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": GRAMMAR}
TOOLS: Any = [
    PATCH,
    {"type": "namespace", "name": "crm", "description": "Customers", "tools": [LOOKUP]},
    {"type": "web_search", "external_web_access": True},
]
MODEL = "grok/grok-4.3"
ASKED: dict[str, Any] = {"model": MODEL, "tools": TOOLS, "store": False, "include": ["reasoning.encrypted_content"]}


def answered(gateway: RunningGateway, text: Any, *, streamed: bool, **more: Any) -> Any:
    with openai_client(gateway.url, gateway.key) as client:
        if not streamed:
            return client.responses.create(input=text, **{**ASKED, **more})
        with client.responses.stream(input=text, **{**ASKED, **more}) as stream:
            return stream.get_final_response()


def as_codex_sends_back(answer: Any) -> list[dict[str, Any]]:
    """Its items, with the members that Codex writes as null."""
    items = [item.model_dump(exclude_none=True) for item in answer.output]
    return [{**item, "content": None} if item["type"] == "reasoning" else item for item in items]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_freeform_tool_is_called_and_answered(gateway: RunningGateway, streamed: bool) -> None:
    named: Any = {"type": "custom", "name": "apply_patch"}
    first = answered(gateway, "Patch it", streamed=streamed, tool_choice=named)
    (call,) = [item for item in first.output if item.type == "custom_tool_call"]
    assert call.name == "apply_patch"
    assert call.input
    assert not call.input.startswith("{")
    output = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "It is patched"}
    told = [{"role": "user", "content": "Patch it"}, *as_codex_sends_back(first), output]
    assert any(item["type"] == "reasoning" for item in told[1:])
    assert "It is patched" in answered(gateway, told, streamed=streamed).output_text


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_in_a_namespace_is_called_and_answered(gateway: RunningGateway, streamed: bool) -> None:
    first = answered(gateway, "use tool crm__lookup", streamed=streamed)
    (call,) = [item for item in first.output if item.type == "function_call"]
    assert (call.namespace, call.name) == ("crm", "lookup")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "Bern it is"}
    told = [{"role": "user", "content": "Look up"}, *as_codex_sends_back(first), output]
    assert "Bern it is" in answered(gateway, told, streamed=streamed).output_text


OFFERED = {
    "type": "additional_tools",
    "id": "at_1",
    "role": "developer",
    "tools": [{"type": "namespace", "name": "functions", "description": "Yours", "tools": [PATCH, LOOKUP]}],
}
"""As Codex offers its tools for newer models: among the items, and none beside them."""


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("model", [MODEL, "claude/claude-sonnet-5", "gemini/gemini-2.5-flash", "sim/m"])
def test_tools_that_stand_in_the_input_are_called_and_answered(
    gateway: RunningGateway, model: str, streamed: bool
) -> None:
    said: Any = [OFFERED, {"role": "user", "content": "use tool functions__lookup"}]
    first = answered(gateway, said, streamed=streamed, model=model, tools=openai.omit)
    (call,) = [item for item in first.output if item.type == "function_call"]
    assert (call.namespace, call.name) == ("functions", "lookup")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "Bern it is"}
    told = [*said, *as_codex_sends_back(first), output]
    assert "Bern it is" in answered(gateway, told, streamed=streamed, model=model, tools=openai.omit).output_text


def test_openai_gets_them_as_they_came(gateway: RunningGateway) -> None:
    said: Any = [{**OFFERED, "tools": [LOOKUP]}, {"role": "user", "content": "use tool lookup"}]
    first = answered(gateway, said, streamed=False, model="openai/gpt-5", tools=openai.omit)
    assert [item.name for item in first.output if item.type == "function_call"] == ["lookup"]


@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_that_is_given_again_has_the_clients_tools(gateway: RunningGateway, streamed: bool) -> None:
    body = {**ASKED, "input": "Patch it", "stream": streamed, "tool_choice": {"type": "custom", "name": "apply_patch"}}
    headers = {"authorization": f"Bearer {gateway.key}", "idempotency-key": f"grok-{streamed}"}
    asked = [
        httpx.post(f"{gateway.url}/v1/responses", json=body, headers=headers, timeout=30, trust_env=False)
        for _ in range(2)
    ]
    assert asked[1].headers["idempotent-replayed"] == "true"
    assert asked[0].text == asked[1].text
    assert '"custom_tool_call"' in asked[1].text


def told_of(gateway: RunningGateway, tools: Any, *, store: bool = False, **headers: str) -> httpx.Response:
    body = {"model": MODEL, "input": "Hi", "tools": tools, "store": store}
    sent = {"authorization": f"Bearer {gateway.key}", **headers}
    return httpx.post(f"{gateway.url}/v1/responses", json=body, headers=sent, timeout=30, trust_env=False)


def test_a_search_of_what_openai_keeps_is_no_search_of_the_web(gateway: RunningGateway) -> None:
    stored = {"type": "web_search", "external_web_access": False}
    answer = told_of(gateway, [LOOKUP, stored])
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-gateway-dropped"] == "tools[1]"
    assert told_of(gateway, [stored]).status_code == 200
    refused = told_of(gateway, [LOOKUP, stored], **{"x-gateway-strict": "1"})
    assert refused.status_code == 400
    assert "tools[1]" in refused.json()["error"]["message"]


def test_a_request_that_xai_takes_goes_as_it_came(gateway: RunningGateway) -> None:
    answer = told_of(gateway, [LOOKUP, {"type": "x_search"}, {"type": "web_search"}])
    assert answer.status_code == 200, answer.text
    assert "x-gateway-dropped" not in answer.headers


def test_no_answer_in_other_words_is_made_in_the_background(gateway: RunningGateway) -> None:
    body = {"model": MODEL, "input": "Hi", "tools": [PATCH], "background": True}
    sent = {"authorization": f"Bearer {gateway.key}"}
    told = httpx.post(f"{gateway.url}/v1/responses", json=body, headers=sent, timeout=30, trust_env=False)
    error = told.json()["error"]
    assert (told.status_code, error["code"], error["param"]) == (400, "untranslatable", "background")
    assert error["message"].startswith("background cannot go to a model of xAI with a request that")


def test_an_answer_that_is_told_in_other_words_is_held_by_nobody(gateway: RunningGateway) -> None:
    """Its id is the client's: what xAI keeps by its own would not show the client's tools."""
    for tools, found in ([LOOKUP], 200), ([LOOKUP, PATCH], 404):
        told = told_of(gateway, tools, store=True).json()["id"].removeprefix("resp_")
        sent = {"authorization": f"Bearer {gateway.key}"}
        kept = httpx.get(f"{gateway.url}/v1/responses/{told}", headers=sent, timeout=30, trust_env=False)
        assert kept.status_code == found, kept.text
