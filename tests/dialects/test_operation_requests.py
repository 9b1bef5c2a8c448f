"""Requests of the operations beside chat, from one dialect into another, member by member."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.operations import OPERATIONS
from gateway.errors import BadParameter, DialectCannotCarry


def translated(route: Any, client: Any, provider: Any, tree: dict[str, Any], model: str | None = None) -> Any:
    """(the body that a provider gets, what was lost on the way)."""
    operation = OPERATIONS[route]
    codec = operation.clients[client]
    request = codec.decode_request(tree, codec.envelope(tree, model, path_stream=False))
    encoded = operation.providers[provider].encode_request(request, "target", strict=False)
    return json.loads(encoded.body), {loss.feature for loss in encoded.losses}


def test_openai_to_gemini() -> None:
    tree = {"model": "m", "input": ["a", "b"], "dimensions": 8, "user": "u", "encoding_format": "base64", "odd": 1}
    body, lost = translated("embeddings", "openai_chat", "gemini", tree)
    assert lost == {"user", "unknown"}
    assert body == {
        "requests": [
            {"model": "models/target", "content": {"parts": [{"text": text}]}, "outputDimensionality": 8}
            for text in ("a", "b")
        ]
    }


def test_openai_to_mistral() -> None:
    tree = {"model": "m", "input": "a", "dimensions": 8, "encoding_format": "base64"}
    body, lost = translated("embeddings", "openai_chat", "mistral", tree)
    assert (body, lost) == ({"model": "target", "input": ["a"], "output_dimension": 8}, set())


def test_mistral_to_openai() -> None:
    tree = {"model": "m", "input": ["a"], "output_dimension": 8, "output_dtype": "float", "metadata": {"a": "b"}}
    body, lost = translated("embeddings", "mistral", "openai_chat", tree)
    assert (body, lost) == ({"model": "target", "input": ["a"], "dimensions": 8}, {"metadata"})


@pytest.mark.parametrize("spelling", ["outputDimensionality", "output_dimensionality"])
def test_gemini_to_openai(spelling: str) -> None:
    one = {"content": {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}, spelling: 8, "taskType": 3}
    tree = {"requests": [one, one | {"content": {"parts": {"text": "c"}}}]}
    body, lost = translated("embeddings", "gemini", "openai_chat", tree, "m")
    assert (body, lost) == ({"model": "target", "input": ["a\nb", "c"], "dimensions": 8}, {"task_type"})


def test_a_batch_of_different_wishes_is_not_translated() -> None:
    one = {"content": {"parts": [{"text": "a"}]}}
    with pytest.raises(BadParameter, match=r"requests\[1\]"):
        translated("embeddings", "gemini", "mistral", {"requests": [one, one | {"title": "t"}]}, "m")


@pytest.mark.parametrize("part", [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}, {"fileData": {}}])
def test_pictures_are_not_translated(part: dict[str, Any]) -> None:
    tree = {"content": {"parts": [{"text": "a"}, part]}}
    with pytest.raises(DialectCannotCarry, match=r"content.parts\[1\]"):
        translated("embed_content", "gemini", "openai_chat", tree, "m")


@pytest.mark.parametrize(
    "tree",
    [
        {"content": {"parts": [{"text": 1}]}},
        {"content": {"parts": 7}},
        {"content": {"parts": [7]}},
        {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 0},
        {"content": {"parts": [{"text": "a"}]}, "taskType": 99},
    ],
    ids=repr,
)
def test_a_wrong_type_is_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        translated("embed_content", "gemini", "openai_chat", tree, "m")


@pytest.mark.parametrize("given", [[1, "a"], [[]], [["a"]], [None], [[1], "a", 2]], ids=repr)
def test_mixed_inputs_are_refused(given: Any) -> None:
    with pytest.raises(BadParameter, match="input"):
        translated("embeddings", "openai_chat", "gemini", {"model": "m", "input": given})


def test_a_count_for_claude_holds_what_a_count_takes() -> None:
    tree = {
        "contents": [{"parts": [{"text": "a"}]}],
        "systemInstruction": {"parts": [{"text": "s"}]},
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "object"}}]}],
        "generationConfig": {"temperature": 0.5, "maxOutputTokens": 9},
    }
    body, _ = translated("count_tokens", "gemini", "anthropic", {"generateContentRequest": tree}, "m")
    assert body.keys() == {"model", "system", "messages", "tools"}


def test_a_count_for_gemini_is_a_whole_request() -> None:
    tree = {"model": "m", "system": "s", "messages": [{"role": "user", "content": "a"}]}
    body, _ = translated("count_tokens", "anthropic", "gemini", tree)
    inner = body["generateContentRequest"]
    assert inner["model"] == "models/target"
    assert inner["systemInstruction"] == {"parts": [{"text": "s"}]}
    assert inner["contents"][0]["parts"] == [{"text": "a"}]


def test_foreign_state_is_taken_out_of_a_relayed_count() -> None:
    provider = OPERATIONS["count_tokens"].providers["gemini"]
    client = OPERATIONS["count_tokens"].clients["gemini"]
    tree = {"generateContentRequest": {"model": "models/a", "contents": [{"parts": [{"text": "x"}]}]}}
    edits = provider.retarget(tree, client.envelope(tree, "a", path_stream=False), "b")
    assert [(edit.at, edit.value) for edit in edits] == [(("generateContentRequest", "model"), "models/b")]
    assert provider.retarget(tree, client.envelope(tree, "a", path_stream=False), "a") == ()
