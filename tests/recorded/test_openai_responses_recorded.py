"""Every recorded response of OpenAI and xAI, and everyone's answers shown as responses.

The readers here know nothing of the codec; what is shown to clients is held to the types of the installed OpenAI SDK.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.core.answer import Answer, gather
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect, Opaque, Reasoning, Refusal, Text, ToolCall
from gateway.dialects import openai_responses
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.openai_responses.encryption import issuer_of
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from tests.support.each_case import each_case

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS") or Path(__file__).parents[2].parent / "shared" / "recordings")
DIALECTS: dict[str, Dialect] = {
    "openai.responses": "openai_responses",
    "openai.chat": "openai_chat",
    "anthropic.messages": "anthropic",
    "gemini.generate": "gemini",
    "gemini.stream": "gemini",
    "mistral.chat": "mistral",
}
STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


@functools.cache
def recorded(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(path.read_bytes())
    return tree


CHATS = [path for path in sorted(FOLDER.glob("*/*.json")) if recorded(path)["api"] in DIALECTS]
OWN = [path for path in CHATS if recorded(path)["api"] == "openai.responses"]
ANSWERS = [path for path in OWN if recorded(path)["response"]["status"] == 200]
REFUSALS = [path for path in OWN if path not in ANSWERS]
ALL_ANSWERS = [path for path in CHATS if recorded(path)["response"]["status"] == 200]

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not OWN, reason="the folder of recordings is not at hand"),
]


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def told(response: dict[str, Any]) -> dict[str, Any]:
    """The response object: the body, or what the last event of the stream holds."""
    if response.get("raw") is None:
        whole: dict[str, Any] = response["body"]
        return whole
    lines = [json.loads(line[6:]) for line in response["raw"].splitlines() if line.startswith("data: {")]
    return next(line["response"] for line in reversed(lines) if "response" in line)


def deltas(response: dict[str, Any], kind: str) -> str:
    lines = [json.loads(line[6:]) for line in response["raw"].splitlines() if line.startswith("data: {")]
    return "".join(line["delta"] for line in lines if line["type"] == kind)


def events_of(path: Path, size: int = 1 << 20) -> list[Event]:
    recording = recorded(path)
    codecs = LOCAL_PROVIDER_CODECS if recording["provider"] == "local" else PROVIDER_CODECS
    codec, response = codecs[DIALECTS[recording["api"]]], recording["response"]
    if response.get("raw") is None:
        return codec.decode_answer(json.dumps(response["body"]).encode())
    raw = response["raw"].encode()
    if not recording["stream"]:
        return codec.decode_answer(raw)
    splitter, decoder = SseSplitter(), codec.stream_decoder()
    events: list[Event] = []
    for start in range(0, len(raw), size):
        for event in splitter.feed(raw[start : start + size]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    return [*events, *decoder.close()]


def said(item: dict[str, Any], member: str) -> str:
    return "".join(part.get(member, "") for part in item.get("content") or ())


@each_case("path", ANSWERS, by_name)
def test_the_answer_says_what_the_json_says(path: Path) -> None:
    response = recorded(path)["response"]
    answer, truth = gather(events_of(path)), told(response)
    assert (answer.id, answer.model, answer.created) == (truth["id"], truth["model"], truth["created_at"])
    parts, items = answer.candidates[0].parts, truth["output"]
    messages = [item for item in items if item["type"] == "message"]
    assert "".join(p.text for p in parts if isinstance(p, Text)) == "".join(said(one, "text") for one in messages)
    assert "".join(p.text for p in parts if isinstance(p, Refusal)) == "".join(said(one, "refusal") for one in messages)
    assert [(p.id, p.name, p.arguments) for p in parts if isinstance(p, ToolCall)] == [
        (item["call_id"], item["name"], item["arguments"]) for item in items if item["type"] == "function_call"
    ]
    thoughts = [item for item in items if item["type"] == "reasoning"]
    assert [p.text for p in parts if isinstance(p, Reasoning)] == [
        "\n\n".join(part["text"] for part in item["summary"]) for item in thoughts
    ]
    for part, item in zip((p for p in parts if isinstance(p, Reasoning)), thoughts, strict=True):
        if item.get("encrypted_content"):
            assert part.provider_state is not None
            assert json.loads(part.provider_state.value) == item
    assert [p.value["type"] for p in parts if isinstance(p, Opaque)] == [
        item["type"] for item in items if item["type"].endswith("_call") and item["type"] != "function_call"
    ]
    usage = truth["usage"]
    assert answer.usage is not None
    assert answer.usage.input_tokens == usage["input_tokens"]
    assert answer.usage.output_tokens == usage["output_tokens"]
    assert answer.usage.cached_tokens == usage["input_tokens_details"]["cached_tokens"]
    assert answer.usage.reasoning_tokens == usage["output_tokens_details"]["reasoning_tokens"]
    called = any(isinstance(part, ToolCall) for part in parts)
    refused = any(isinstance(part, Refusal) for part in parts)
    ended = "length" if truth["status"] == "incomplete" else "tool_use" if called else "refusal" if refused else "stop"
    assert answer.candidates[0].reason == ended


@each_case("path", [path for path in ANSWERS if recorded(path)["stream"]], by_name)
def test_a_stream_tells_its_deltas_and_cutting_the_bytes_elsewhere_changes_nothing(path: Path) -> None:
    answer, response = gather(events_of(path)), recorded(path)["response"]
    parts = answer.candidates[0].parts
    text = deltas(response, "response.output_text.delta")
    assert "".join(part.text for part in parts if isinstance(part, Text)) == text
    arguments = deltas(response, "response.function_call_arguments.delta")
    assert "".join(part.arguments for part in parts if isinstance(part, ToolCall)) == arguments
    assert events_of(path, 7) == events_of(path)


@each_case("path", REFUSALS, by_name)
def test_a_refusal_keeps_status_and_code(path: Path) -> None:
    response = recorded(path)["response"]
    body = json.dumps(response["body"]).encode()
    error = openai_responses.PROVIDER.decode_error(response["status"], response["headers"], body)
    assert error.status == response["status"]
    if "code" in response["body"]:  # xAI's flat shape; here it refuses the key
        assert (error.code, error.kind, error.raw) == (response["body"]["code"], "authentication", None)
        assert "key" not in error.message
    else:
        assert error.code == response["body"]["error"]["code"]
        assert (error.message, error.raw) == (response["body"]["error"]["message"], body)


def enveloped(tree: dict[str, Any]) -> Envelope:
    return openai_responses.CLIENT.envelope(tree, None, False)


def decoded_request(tree: dict[str, Any]) -> Conversation:
    return openai_responses.CLIENT.decode_request(tree, enveloped(tree))


@each_case("path", OWN, by_name)
def test_every_path_of_the_request_is_understood(path: Path) -> None:
    tree = recorded(path)["request"]["body"]
    assert decoded_request(tree).unclaimed == ()
    assert openai_responses.PROVIDER.retarget(tree, enveloped(tree), tree["model"]) == ()


def plain(value: Any) -> Any:
    """Without places; `strict` left out and `strict: false` are no wish, either."""
    if isinstance(value, dict):
        return {
            name: plain(inner) or False if name == "strict" else plain(inner)
            for name, inner in value.items()
            if name != "at"
        }
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


@each_case("path", OWN, by_name)
def test_the_request_survives_a_round_trip(path: Path) -> None:
    conversation = decoded_request(recorded(path)["request"]["body"])
    encoded = openai_responses.PROVIDER.encode_request(conversation, conversation.model, strict=False)
    assert encoded.losses == ()
    again = decoded_request(json.loads(encoded.body))
    before, after = (
        {name: plain(value) for name, value in msgspec.to_builtins(one).items() if name not in {"features", "further"}}
        for one in (conversation, again)
    )
    assert after == before


def facts_of(path: Path) -> AnswerFacts:
    recording = recorded(path)
    request = recording["request"]["body"] if recording["api"] == "openai.responses" else {}
    return AnswerFacts(fallback_id="req_1", now=5, model="asked", request=request)


def frames_of(path: Path) -> list[ServerSentEvent]:
    encoder, splitter = openai_responses.CLIENT.stream_encoder(facts_of(path)), SseSplitter()
    frames = splitter.feed(b"".join(encoder.feed([event]) for event in events_of(path)))
    assert splitter.close() == []
    return frames


def shown(response: Response) -> list[tuple[str, str]]:
    calls = [item for item in response.output if item.type == "function_call"]
    return [(call.name, call.arguments) for call in calls]


def calls_of(answer: Answer) -> list[tuple[str, str]]:
    return [(p.name, p.arguments or "{}") for p in answer.candidates[0].parts if isinstance(p, ToolCall)]


@each_case("path", ALL_ANSWERS, by_name)
def test_anyones_answer_is_a_response_to_the_sdk_whole_and_streamed(path: Path) -> None:
    answer = gather(events_of(path))
    whole = Response.model_validate_json(openai_responses.CLIENT.encode_answer(answer, facts_of(path)))
    assert whole.output_text == "".join(p.text for p in answer.candidates[0].parts if isinstance(p, Text))
    assert shown(whole) == calls_of(answer)
    if answer.usage is not None:
        assert whole.usage is not None
        assert whole.usage.input_tokens == answer.usage.input_tokens
        assert whole.usage.output_tokens == answer.usage.output_tokens
    frames = frames_of(path)
    trees = [json.loads(frame.data) for frame in frames]
    assert [tree["sequence_number"] for tree in trees] == list(range(len(trees)))
    assert [frame.name.decode() for frame in frames] == [tree["type"] for tree in trees]
    last = [STREAM_EVENT.validate_python(tree) for tree in trees][-1]
    assert last.response == whole


@each_case("path", ALL_ANSWERS, by_name)
def test_anyones_answer_is_read_back_as_it_was(path: Path) -> None:
    answer, decoder = gather(events_of(path)), openai_responses.PROVIDER.stream_decoder()
    events = [event for frame in frames_of(path) for event in decoder.feed(frame)]
    assert decoder.close() == []
    again = gather(events)
    for kind in (Text, Refusal):
        mine, theirs = (
            "".join(part.text for part in one.candidates[0].parts if isinstance(part, kind)) for one in (again, answer)
        )
        assert mine == theirs
    assert calls_of(again) == calls_of(answer)
    assert (again.usage is None) == (answer.usage is None)


SEALED = [
    path
    for path in ANSWERS
    if any(item.get("encrypted_content") for item in told(recorded(path)["response"])["output"])
    and any(item["type"] == "function_call" for item in told(recorded(path)["response"])["output"])
]


@each_case("path", SEALED, by_name)
@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic", "gemini", "mistral"])
def test_clients_of_every_other_dialect_carry_reasoning_items(dialect: Dialect, path: Path) -> None:
    """Their requests bring it back before its call, if they echo nothing but the calls."""
    client, answer = CLIENT_CODECS[dialect], gather(events_of(path))
    body = json.loads(client.encode_answer(answer, AnswerFacts(fallback_id="req_1", now=5, model="m")))
    tree: dict[str, Any]
    match dialect:
        case "openai_chat" | "mistral":
            calls = body["choices"][0]["message"]["tool_calls"]
            tree = {"model": "m", "messages": [{"role": "assistant", "content": "", "tool_calls": calls}]}
        case "anthropic":
            calls = [block for block in body["content"] if block["type"] == "tool_use"]
            tree = {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": calls}]}
        case _:
            calls = [part for part in body["candidates"][0]["content"]["parts"] if "functionCall" in part]
            tree = {"contents": [{"role": "model", "parts": calls}]}
    again = client.decode_request(tree, client.envelope(tree, "m", False)).messages[0].parts
    carried = [part.provider_state for part in again if isinstance(part, Reasoning)]
    assert carried == [part.provider_state for part in answer.candidates[0].parts if isinstance(part, Reasoning)]
    assert isinstance(again[0], Reasoning)
    assert [part.id for part in again if isinstance(part, ToolCall)] == [
        part.id for part in answer.candidates[0].parts if isinstance(part, ToolCall)
    ]


SEALED = [
    path
    for path in ANSWERS
    if any(item.get("encrypted_content") for item in told(recorded(path)["response"])["output"])
]


@each_case("path", SEALED, by_name)
def test_who_encrypted_an_item_is_told_by_its_form(path: Path) -> None:
    for item in told(recorded(path)["response"])["output"]:
        if item.get("encrypted_content"):
            assert issuer_of(item) == path.parent.name
