"""Which schemas OpenAI holds answers to, where a client of another dialect takes that for granted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS

CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "near": {"anyOf": [{"$ref": "#/$defs/place"}, {"type": "null"}]}},
    "required": ["near", "city"],
    "additionalProperties": False,
    "$defs": {
        "place": {
            "type": "object",
            "properties": {"at": {"type": "string", "format": "date"}},
            "required": ["at"],
            "additionalProperties": False,
        }
    },
}
OPEN_BELOW = {**CITY, "$defs": {"place": {"type": "object", "properties": {"at": {"type": "string"}}}}}


def told(client: str, schema: Any, target: Any) -> tuple[Any, list[str]]:
    """(`strict` on the wire, what became of the schema)."""
    tree: dict[str, Any]
    if client == "anthropic":
        tree = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "model": "m"}
        tree["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    else:
        config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
        tree = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}], "generationConfig": config}
    codec = CLIENT_CODECS[client]  # type: ignore[index]
    conversation = codec.decode_request(tree, codec.envelope(tree, "m" if client == "gemini" else None, False))
    encoded = target.encode_request(conversation, "m", False)
    body = json.loads(encoded.body)
    described = body["text"]["format"] if "text" in body else body["response_format"]["json_schema"]
    fate = [loss.action for loss in encoded.losses if loss.feature == "json_schema"]
    return described.get("strict"), fate


@pytest.mark.parametrize("client", ["anthropic", "gemini"])
@pytest.mark.parametrize("target", ["openai_chat", "openai_responses", "mistral"])
@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CITY, True),
        (OPEN_BELOW, False),
        ({**CITY, "required": ["city"]}, False),
        ({**CITY, "properties": {**CITY["properties"], "city": {"type": "string", "minLength": 2}}}, False),
        ({**CITY, "properties": {**CITY["properties"], "city": {"type": "string", "format": "uri"}}}, False),
        ({"type": "array", "items": CITY}, False),
        ({**CITY, "properties": {**CITY["properties"], "city": True}}, False),
    ],
)
def test_what_is_held_to_its_schema_elsewhere_is_held_where_openai_can(
    client: str, target: Any, schema: Any, strict: bool
) -> None:
    expected = (True, []) if strict else (None, ["approximated"])
    assert told(client, schema, PROVIDER_CODECS[target]) == expected  # type: ignore[index]


def test_engines_make_a_grammar_of_any_schema() -> None:
    assert told("anthropic", OPEN_BELOW, LOCAL_PROVIDER_CODECS["openai_chat"]) == (None, [])
