"""A freeform tool's grammar, in OpenAI's two spellings: carried from one to the other, refused elsewhere by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.messages import Dialect
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from gateway.errors import BadParameter, DialectCannotCarry

INNER = {"syntax": "lark", "definition": "start: /[a-z]+/"}
FLAT = {"type": "custom", "name": "shell", "description": "d", "format": {"type": "grammar", **INNER}}
NESTED = {
    "type": "custom",
    "custom": {"name": "shell", "description": "d", "format": {"type": "grammar", "grammar": INNER}},
}
TREES: dict[Dialect, dict[str, Any]] = {
    "openai_chat": {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [NESTED]},
    "openai_responses": {"model": "m", "input": "hi", "tools": [FLAT]},
}


def crossed(client: Dialect, tree: dict[str, Any], target: Dialect) -> Any:
    codec = CLIENT_CODECS[client]
    conversation = codec.decode_request(tree, codec.envelope(tree, None, False))
    return json.loads(PROVIDER_CODECS[target].encode_request(conversation, "m", True).body)


def test_both_ways() -> None:
    assert crossed("openai_chat", TREES["openai_chat"], "openai_responses")["tools"] == [FLAT]
    assert crossed("openai_responses", TREES["openai_responses"], "openai_chat")["tools"] == [NESTED]


@pytest.mark.parametrize("client", TREES)
@pytest.mark.parametrize("target", ["anthropic", "gemini", "mistral"])
def test_elsewhere_the_tool_is_refused(client: Dialect, target: Dialect) -> None:
    with pytest.raises(DialectCannotCarry) as refused:
        crossed(client, TREES[client], target)
    assert refused.value.param == "tools[0]"


def test_local_engines_too() -> None:
    codec = CLIENT_CODECS["openai_responses"]
    tree = TREES["openai_responses"]
    conversation = codec.decode_request(tree, codec.envelope(tree, None, False))
    with pytest.raises(DialectCannotCarry):
        LOCAL_PROVIDER_CODECS["openai_chat"].encode_request(conversation, "m", False)


@pytest.mark.parametrize(
    "form",
    [{"type": "grammar"}, {"type": "grammar", "syntax": "lark"}, {"type": "other"}, {"type": "grammar", "syntax": 1}],
)
def test_half_a_grammar_is_refused(form: dict[str, Any]) -> None:
    tree = {**TREES["openai_responses"], "tools": [{**FLAT, "format": form}]}
    with pytest.raises(BadParameter) as refused:
        crossed("openai_responses", tree, "openai_chat")
    assert (refused.value.param or "").startswith("tools[0].format")
