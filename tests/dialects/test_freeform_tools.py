"""Freeform tools and their grammars: OpenAI's two spellings of them, and functions of one text for everybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.answer import gather
from gateway.core.events import BlockClosed, BlockOpened, Delta, Ended, Finished, Started
from gateway.core.messages import Dialect
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from gateway.dialects.sse import SseSplitter
from gateway.errors import BadParameter

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


CODECS = {**{name: PROVIDER_CODECS[name] for name in ("anthropic", "gemini", "mistral")},
          "local": LOCAL_PROVIDER_CODECS["openai_chat"]}  # fmt: skip


def function(target: str, body: Any) -> tuple[str, Any]:
    """(description, schema) of the one tool."""
    match target:
        case "anthropic":
            return body["tools"][0]["description"], body["tools"][0]["input_schema"]
        case "gemini":
            (declared,) = body["tools"][0]["functionDeclarations"]
            return declared["description"], declared["parametersJsonSchema"]
        case _:
            told = body["tools"][0]["function"]
            return told["description"], told["parameters"]


@pytest.mark.parametrize("client", TREES)
@pytest.mark.parametrize("target", CODECS)
def test_elsewhere_the_tool_is_a_function_of_one_text(client: Dialect, target: str) -> None:
    codec = CLIENT_CODECS[client]
    conversation = codec.decode_request(TREES[client], codec.envelope(TREES[client], None, False))
    encoded = CODECS[target].encode_request(conversation, "m", True)
    description, schema = function(target, json.loads(encoded.body))
    assert description.startswith("d\n\n")
    assert INNER["definition"] in description
    assert (list(schema["properties"]), schema["required"]) == (["input"], ["input"])
    assert {loss.feature: loss.action for loss in encoded.losses} == {
        "custom_tool": "approximated",
        "custom_tool_grammar": "approximated",
    }


HISTORY: dict[Dialect, dict[str, Any]] = {
    "openai_chat": {
        **TREES["openai_chat"],
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "tool_calls": [
                {"id": "abcdefghi", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}]},
            {"role": "tool", "tool_call_id": "abcdefghi", "content": "a.txt"},
        ],
    },
    "openai_responses": {
        **TREES["openai_responses"],
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "custom_tool_call", "call_id": "abcdefghi", "name": "shell", "input": "ls -l"},
            {"type": "custom_tool_call_output", "call_id": "abcdefghi", "output": "a.txt"},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("client", HISTORY)
@pytest.mark.parametrize("target", CODECS)
def test_what_it_was_told_before_goes_as_the_function_is_told(client: Dialect, target: str) -> None:
    codec = CLIENT_CODECS[client]
    conversation = codec.decode_request(HISTORY[client], codec.envelope(HISTORY[client], None, False))
    body = json.loads(CODECS[target].encode_request(conversation, "m", False).body)
    match target:
        case "anthropic":
            told = body["messages"][1]["content"][0]["input"]
        case "gemini":
            told = body["contents"][1]["parts"][0]["functionCall"]["args"]
        case _:
            told = json.loads(body["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert told == {"input": "ls -l"}


@pytest.mark.parametrize("client", TREES)
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [('{"input": "ls -l\\n"}', "ls -l\n"), ('{"input": 1}', '{"input": 1}'), ("{broken", "{broken")],
)
def test_its_call_comes_back_as_a_freeform_tools(client: Dialect, arguments: str, shown: str) -> None:
    facts = AnswerFacts(fallback_id="r", now=1, model="m", request=TREES[client])
    call = [
        BlockOpened(0, "tool_call", id="c", name="shell"), Delta(0, arguments[:7]), Delta(0, arguments[7:]),
        BlockClosed(0), BlockOpened(1, "tool_call", id="d", name="other"), Delta(1, "{}"), BlockClosed(1),
        Finished("tool_use"), Ended(),
    ]  # fmt: skip
    events: list[Any] = [Started("a", "m"), *call]
    whole = json.loads(CLIENT_CODECS[client].encode_answer(gather(events), facts))
    raw = CLIENT_CODECS[client].stream_encoder(facts).feed(events)
    frames = [json.loads(one.data) for one in SseSplitter().feed(raw) if one.data != b"[DONE]"]
    if client == "openai_chat":
        calls = whole["choices"][0]["message"]["tool_calls"]
        assert calls[0]["custom"] == {"name": "shell", "input": shown}
        assert calls[1]["function"] == {"name": "other", "arguments": "{}"}
        pieces = [call for frame in frames for call in frame["choices"][0]["delta"].get("tool_calls", ())]
        assert "".join(piece["custom"]["input"] for piece in pieces if "custom" in piece) == shown
    else:
        for output in (whole["output"], frames[-1]["response"]["output"]):
            assert (output[0]["type"], output[0]["input"]) == ("custom_tool_call", shown)
            assert (output[1]["type"], output[1]["arguments"]) == ("function_call", "{}")


@pytest.mark.parametrize("words", [["ls ", '"-l"'], []])
def test_what_a_freeform_tool_was_told_is_an_object_for_clients_that_know_functions_alone(words: list[str]) -> None:
    """Where its answer came from an API that has such tools."""
    facts = AnswerFacts(fallback_id="r", now=1, model="m", request={})
    opened = BlockOpened(0, "tool_call", id="c", name="shell", custom=True)
    events: list[Any] = [
        Started("a", "m"), opened, *(Delta(0, word) for word in words), BlockClosed(0), Finished("tool_use"), Ended(),
    ]  # fmt: skip
    told = []
    for client in ("mistral", "anthropic"):
        whole = json.loads(CLIENT_CODECS[client].encode_answer(gather(events), facts))
        raw = CLIENT_CODECS[client].stream_encoder(facts).feed(events)
        frames = [json.loads(one.data) for one in SseSplitter().feed(raw) if one.data != b"[DONE]"]
        if client == "mistral":
            told.append(json.loads(whole["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]))
            calls = [call for one in frames for call in one["choices"][0]["delta"].get("tool_calls") or ()]
            told.append(json.loads(calls[0]["function"]["arguments"]))
        else:
            told.append(whole["content"][0]["input"])
            told.append(json.loads("".join(one["delta"].get("partial_json", "") for one in frames if "delta" in one)))
    assert told == [{"input": "".join(words)}] * 4


@pytest.mark.parametrize(
    "form",
    [{"type": "grammar"}, {"type": "grammar", "syntax": "lark"}, {"type": "other"}, {"type": "grammar", "syntax": 1}],
)
def test_half_a_grammar_is_refused(form: dict[str, Any]) -> None:
    tree = {**TREES["openai_responses"], "tools": [{**FLAT, "format": form}]}
    with pytest.raises(BadParameter) as refused:
        crossed("openai_responses", tree, "openai_chat")
    assert (refused.value.param or "").startswith("tools[0].format")
