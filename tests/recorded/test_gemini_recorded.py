"""Recorded Gemini traffic, replayed through both sides; every expectation is read straight from the JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.answer import Answer, gather
from gateway.core.events import Ended, Event, Failed
from gateway.core.messages import Conversation, Message, Reasoning, Text, ToolCall, ToolResult
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.gemini import ARRAY_CLIENT, CLIENT, PROVIDER
from gateway.dialects.sse import SseSplitter
from tests.support.each_case import each_case

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS", Path(__file__).parents[3] / "shared" / "recordings")) / "gemini"
CHATS = sorted(path for path in FOLDER.glob("*.json") if path.name.startswith(("generate-", "stream-")))
FACTS = AnswerFacts(fallback_id="req-1", now=0, model="m")

STREAMS = [path for path in CHATS if path.name.startswith("stream-")]

pytestmark = pytest.mark.recorded
each_chat = each_case("path", CHATS, lambda path: path.stem)
each_stream = each_case("path", STREAMS, lambda path: path.stem)


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def responses(recording: dict[str, Any]) -> list[dict[str, Any]]:
    response = recording["response"]
    if response.get("raw") is None:
        return [response["body"]]
    return [json.loads(line[5:]) for line in response["raw"].splitlines() if line.startswith("data:")]


def decoded(recording: dict[str, Any], size: int = 1 << 20) -> list[Event]:
    response = recording["response"]
    if response.get("raw") is None:
        return PROVIDER.decode_answer(json.dumps(response["body"]).encode())
    return streamed(response["raw"].encode(), size)


def streamed(raw: bytes, size: int) -> list[Event]:
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events: list[Event] = []
    for start in range(0, len(raw), size):
        for event in splitter.feed(raw[start : start + size]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    return events + decoder.close()


def shape(answer: Answer) -> Any:
    return [
        (
            candidate.reason,
            "".join(part.text for part in candidate.parts if isinstance(part, Text)),
            "".join(part.text for part in candidate.parts if isinstance(part, Reasoning)),
            [
                (part.name, json.loads(part.arguments), part.provider_state)
                for part in candidate.parts
                if isinstance(part, ToolCall)
            ],
        )
        for candidate in answer.candidates
    ]


@each_chat
def test_the_answer_says_what_the_json_says(path: Path) -> None:
    recording = load(path)
    if recording["response"]["status"] >= 400:
        body = json.dumps(recording["response"]["body"]).encode()
        refused = PROVIDER.decode_error(recording["response"]["status"], recording["response"]["headers"], body)
        error = recording["response"]["body"]["error"]
        assert (refused.status, refused.message, refused.code) == (error["code"], error["message"], error["status"])
        assert refused.raw == body
        return
    events = decoded(recording)
    assert isinstance(events[-1], Ended)
    assert not any(isinstance(event, Failed) for event in events)
    answer = gather(events)
    told = responses(recording)
    parts = [
        part
        for response in told
        for candidate in response.get("candidates", ())
        for part in candidate.get("content", {}).get("parts", ())
    ]
    (reason, text, thought, calls) = shape(answer)[0]
    assert text == "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))
    assert thought == "".join(part["text"] for part in parts if "text" in part and part.get("thought"))
    assert [(name, args) for name, args, _ in calls] == [
        (part["functionCall"]["name"], part["functionCall"]["args"]) for part in parts if "functionCall" in part
    ]
    signatures = [part["thoughtSignature"] for part in parts if "thoughtSignature" in part]
    found = [part.provider_state.value for part in answer.candidates[0].parts if getattr(part, "provider_state", None)]
    assert found == signatures
    ids = [part.id for part in answer.candidates[0].parts if isinstance(part, ToolCall)]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    word = [one["finishReason"] for response in told for one in response.get("candidates", ()) if "finishReason" in one]
    assert answer.candidates[0].raw_reason == word[-1]
    expected = {"STOP": "tool_use" if calls else "stop", "MAX_TOKENS": "length"}
    assert reason == expected[word[-1]]
    usage = told[-1]["usageMetadata"]
    assert answer.usage is not None
    assert answer.usage.total_tokens == usage["totalTokenCount"]
    assert answer.usage.input_tokens == usage["promptTokenCount"] + usage.get("toolUsePromptTokenCount", 0)
    assert answer.usage.reasoning_tokens == usage.get("thoughtsTokenCount", 0)
    assert answer.usage.cached_tokens == usage.get("cachedContentTokenCount", 0)
    assert (answer.id, answer.model) == (told[0]["responseId"], told[0]["modelVersion"])


@each_stream
def test_any_chunking_gives_the_same_events(path: Path) -> None:
    recording = load(path)
    whole = decoded(recording)
    for size in (3, 64):
        assert decoded(recording, size) == whole


@each_chat
def test_our_client_side_writes_what_our_provider_side_reads_again(path: Path) -> None:
    recording = load(path)
    if recording["response"]["status"] >= 400:
        refused = PROVIDER.decode_error(404, {}, json.dumps(recording["response"]["body"]).encode())
        assert json.loads(CLIENT.encode_error(refused, "r"))["error"]["code"] == 404
        return
    events = decoded(recording)
    answer = gather(events)
    again = gather(PROVIDER.decode_answer(CLIENT.encode_answer(answer, FACTS)))
    assert shape(again) == shape(answer)
    assert (again.usage, again.id, again.model) == (answer.usage, answer.id, answer.model)
    encoder = CLIENT.stream_encoder(FACTS)
    wire = b"".join(encoder.feed([event]) for event in events)
    assert shape(gather(streamed(wire, 100))) == shape(answer)
    array = ARRAY_CLIENT.stream_encoder(FACTS)
    body = b"".join(array.feed([event]) for event in events)
    assert shape(gather(PROVIDER.decode_answer(body))) == shape(answer)
    assert isinstance(json.loads(body), list)


def bare(conversation: Conversation) -> Any:
    """Without paths and books, texts of one tool result joined."""

    def part(one: Any) -> Any:
        changes: dict[str, Any] = {"at": ()}
        if isinstance(one, ToolResult):
            changes["parts"] = tuple(part(inner) for inner in one.parts)
        return msgspec.structs.replace(one, **changes)

    messages = tuple(
        Message(role=message.role, parts=tuple(part(one) for one in message.parts)) for message in conversation.messages
    )
    tools = tuple(msgspec.structs.replace(tool, at=()) for tool in conversation.tools)
    return msgspec.structs.replace(conversation, messages=messages, tools=tools, features={}, unclaimed=())


@each_chat
def test_the_request_decodes_and_survives_our_provider_side(path: Path) -> None:
    request = load(path)["request"]
    model = request["path"].rpartition("models/")[2].partition(":")[0]
    envelope = CLIENT.envelope(request["body"], model, request["path"].endswith("streamGenerateContent"))
    conversation = CLIENT.decode_request(request["body"], envelope)
    assert conversation.unclaimed == ()
    encoded = PROVIDER.encode_request(conversation, model, strict=False)
    assert {loss.feature for loss in encoded.losses} <= {"safety", "reasoning", "reasoning_replay"}
    tree = json.loads(encoded.body)
    again = CLIENT.decode_request(tree, CLIENT.envelope(tree, model, envelope.stream))
    assert again.unclaimed == ()
    assert bare(again) == bare(conversation)
    assert PROVIDER.retarget(request["body"], envelope, "other") == ()
