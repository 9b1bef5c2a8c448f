"""Anthropic's recorded traffic through both sides of the codec.

The expectations come from the JSON itself, by a reader as simple as can be.
"""

import json
import os
from pathlib import Path

import msgspec
import pytest

from gateway.core.answer import Answer, gather
from gateway.core.messages import AnyPart, Conversation, Opaque, Reasoning, Text, ToolCall
from gateway.dialects.anthropic import CLIENT, PROVIDER
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.sse import SseSplitter
from gateway.errors import UpstreamCut
from tests.support.each_case import each_case

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS", Path(__file__).parents[3] / "shared" / "recordings")) / "anthropic"
FACTS = AnswerFacts(fallback_id="msg_x", now=0, model="m")
RECORDINGS = {path.stem: json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("messages-*.json"))}

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS, reason="the folder of recordings is not at hand"),
]
EVERY = each_case("name", RECORDINGS)
ANSWERED = each_case("name", [name for name, one in RECORDINGS.items() if one["response"]["status"] == 200])
STREAMED = each_case(
    "name", [name for name, one in RECORDINGS.items() if one["stream"] and one["response"]["status"] == 200]
)


def events_of(raw: bytes, size: int):
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events = []
    for place in range(0, len(raw), size):
        for event in splitter.feed(raw[place : place + size]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    return events + decoder.close()


def decoded(recording, size=100_000):
    response = recording["response"]
    if recording["stream"]:
        return events_of(response["raw"].encode(), size)
    return PROVIDER.decode_answer(json.dumps(response["body"]).encode())


def plain_message(recording):
    """The final message, put together as an SDK does."""
    response = recording["response"]
    if not recording["stream"]:
        return response["body"]
    message, inputs = {}, {}
    for line in response["raw"].splitlines():
        if not line.startswith("data:"):
            continue
        event = json.loads(line[5:])
        match event["type"]:
            case "message_start":
                message = event["message"]
            case "content_block_start":
                message["content"].append(event["content_block"])
            case "content_block_delta":
                block, delta = message["content"][event["index"]], event["delta"]
                match delta["type"]:
                    case "text_delta":
                        block["text"] += delta["text"]
                    case "thinking_delta":
                        block["thinking"] += delta["thinking"]
                    case "signature_delta":
                        block["signature"] = delta["signature"]
                    case "citations_delta":
                        block["citations"] = [*(block.get("citations") or []), delta["citation"]]
                    case "input_json_delta":
                        inputs[event["index"]] = inputs.get(event["index"], "") + delta["partial_json"]
            case "message_delta":
                message |= event["delta"]
                message["usage"] |= {key: value for key, value in event["usage"].items() if value is not None}
    for index, text in inputs.items():
        if text:
            message["content"][index]["input"] = json.loads(text)
    return message


def as_wire(part: AnyPart):
    match part:
        case Text():
            return ("text", part.text, [citation for _, citation in part.citations])
        case Reasoning():
            return ("thinking", part.text, part.provider_state.value)
        case ToolCall():
            return ("tool_use", part.id, part.name, json.loads(part.arguments))
        case Opaque():
            return ("opaque", part.value)
    raise AssertionError(part)


def expected(block):
    match block["type"]:
        case "text":
            return ("text", block["text"], block.get("citations") or [])
        case "thinking":
            return ("thinking", block["thinking"], block["signature"])
        case "tool_use":
            return ("tool_use", block["id"], block["name"], block["input"])
        case _:
            return ("opaque", block)


@ANSWERED
def test_answers_say_what_the_provider_said(name):
    recording = RECORDINGS[name]
    message, answer = plain_message(recording), gather(decoded(recording))
    (candidate,) = answer.candidates
    assert (answer.id, answer.model) == (message["id"], message["model"])
    assert [as_wire(part) for part in candidate.parts] == [expected(block) for block in message["content"]]
    assert candidate.raw_reason == message["stop_reason"]
    assert candidate.stop_sequence == message["stop_sequence"]
    assert (candidate.reason == "tool_use") == any(block["type"] == "tool_use" for block in message["content"])
    counted, usage = message["usage"], answer.usage
    cached, written = counted.get("cache_read_input_tokens") or 0, counted.get("cache_creation_input_tokens") or 0
    assert usage.input_tokens == counted["input_tokens"] + cached + written
    assert (usage.cached_tokens, usage.cache_write_tokens) == (cached, written)
    assert usage.output_tokens == counted["output_tokens"]
    assert usage.reasoning_tokens == (counted.get("output_tokens_details") or {}).get("thinking_tokens", 0)


@STREAMED
@pytest.mark.parametrize("size", [1, 7, 100])
def test_chunks_of_any_size_give_the_same_events(name, size):
    recording = RECORDINGS[name]
    assert decoded(recording, size) == decoded(recording)


@STREAMED
def test_a_cut_is_never_an_end(name):
    raw = RECORDINGS[name]["response"]["raw"].encode()
    end = raw.index(b"event: message_stop")
    last = events_of(raw[:end], 1000)[-1]
    assert isinstance(last.error, UpstreamCut)


def without_places(value):
    """A conversation without where things stood, for comparison across a translation."""
    tree = msgspec.to_builtins(value)

    def stripped(node):
        if isinstance(node, dict):
            return {key: stripped(inner) for key, inner in node.items() if key not in ("at", "features", "unclaimed")}
        return [stripped(inner) for inner in node] if isinstance(node, list | tuple) else node

    return stripped(tree)


@EVERY
def test_requests_are_understood_in_full_and_written_again_the_same(name):
    body = RECORDINGS[name]["request"]["body"]

    def read(tree) -> Conversation:
        return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))

    conversation = read(body)
    assert conversation.unclaimed == ()
    encoded = PROVIDER.encode_request(conversation, body["model"], True)
    assert encoded.losses == ()
    assert without_places(read(json.loads(encoded.body))) == without_places(conversation)


@EVERY
def test_a_request_to_the_same_model_needs_no_edit(name):
    body = RECORDINGS[name]["request"]["body"]
    assert PROVIDER.retarget(body, CLIENT.envelope(body, None, False), body["model"]) == ()


def same(first: Answer, second: Answer):
    for answer in (first, second):
        for candidate in answer.candidates:
            candidate.parts = [
                msgspec.structs.replace(part, arguments=json.dumps(json.loads(part.arguments)))
                if isinstance(part, ToolCall)
                else part
                for part in candidate.parts
            ]
    assert first.candidates == second.candidates
    assert first.usage == second.usage
    assert (first.id, first.model) == (second.id, second.model)


@ANSWERED
def test_answers_written_for_clients_read_back_the_same(name):
    events = decoded(RECORDINGS[name])
    streamed = CLIENT.stream_encoder(FACTS).feed(events)
    same(gather(events_of(streamed, 1000)), gather(events))
    whole = CLIENT.encode_answer(gather(events), FACTS)
    same(gather(PROVIDER.decode_answer(whole)), gather(events))


@each_case("name", [name for name, one in RECORDINGS.items() if one["response"]["status"] != 200])
def test_refusals_keep_status_words_and_kind(name):
    response = RECORDINGS[name]["response"]
    error = PROVIDER.decode_error(response["status"], response["headers"], json.dumps(response["body"]).encode())
    assert error.status == response["status"]
    assert error.message == response["body"]["error"]["message"]
    assert error.type == response["body"]["error"]["type"]
