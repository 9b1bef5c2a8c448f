"""Tools in namespaces: one joined name on the way to a model that knows none, the namespace again on the way back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.messages import Tool, ToolCall
from gateway.dialects.openai_responses import CLIENT
from gateway.dialects.openai_responses.namespaces import LONGEST_NAME, joined, namespaces_in
from tests.support.running import RunningGateway
from tests.support.sdk_clients import openai_client

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = {"type": "function", "name": "lookup", "description": "Look up", "parameters": SCHEMA}
GROUP = {"type": "namespace", "name": "crm", "description": "Customers", "tools": [FUNCTION]}
NAME = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)


def read(**more: Any) -> Any:
    tree = {"model": "m", "input": "Hi", **more}
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))


def test_a_namespace_is_as_many_tools_as_it_holds() -> None:
    other = {"type": "custom", "name": "shell"}
    conversation = read(tools=[{**GROUP, "tools": [FUNCTION, {**FUNCTION, "name": "save"}, other]}, FUNCTION])
    tools = [tool for tool in conversation.tools if isinstance(tool, Tool)]
    assert [tool.name for tool in tools] == ["crm__lookup", "crm__save", "crm__shell", "lookup"]
    assert [tool.description for tool in tools] == ["Customers\n\nLook up", "Look up", None, "Look up"]
    assert conversation.unclaimed == ()


def test_a_call_of_a_namespace_is_read_by_its_joined_name() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "lookup", "namespace": "crm", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "namespace": "crm", "output": "r"}
    conversation = read(input=[call, output])
    (part,) = conversation.messages[0].parts
    assert isinstance(part, ToolCall)
    assert part.name == "crm__lookup"
    assert conversation.unclaimed == ()


@given(NAME, NAME)
def test_a_joined_name_fits_and_comes_apart(namespace: str, name: str) -> None:
    whole = joined(namespace, name)
    assert len(whole) <= LONGEST_NAME
    tree = {"tools": [{"type": "namespace", "name": namespace, "tools": [{"type": "function", "name": name}]}]}
    assert namespaces_in(tree) == {whole: (namespace, name)}


@pytest.mark.parametrize("tools", [None, 7, [None], [{"type": "namespace"}], [{**GROUP, "tools": [7, {"name": 7}]}]])
def test_nothing_in_a_request_is_trusted(tools: Any) -> None:
    assert namespaces_in({"tools": tools}) == {}


@pytest.mark.sdk
@pytest.mark.parametrize(
    "model", ["claude/claude-sonnet-4-5", "gemini/gemini-2.5-flash", "mistral/mistral-large-latest"]
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_call_comes_back_in_its_namespace(gateway: RunningGateway, model: str, streamed: bool) -> None:
    tools: Any = [GROUP]
    asked: dict[str, Any] = {"model": model, "tools": tools, "tool_choice": "required", "store": False}
    with openai_client(gateway.url, gateway.key) as client:
        if streamed:
            with client.responses.stream(input="Look up Bern", **asked) as stream:
                answer = stream.get_final_response()
        else:
            answer = client.responses.create(input="Look up Bern", **asked)
        (call,) = [item for item in answer.output if item.type == "function_call"]
        assert (call.namespace, call.name) == ("crm", "lookup")
        echoed: Any = [
            {"role": "user", "content": "Look up Bern"},
            call.model_dump(exclude_none=True),
            {"type": "function_call_output", "call_id": call.call_id, "output": "Bern it is"},
        ]
        again = client.responses.create(input=echoed, **{**asked, "tool_choice": "auto"})
        assert again.output_text
