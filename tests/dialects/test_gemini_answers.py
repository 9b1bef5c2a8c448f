"""Gemini answers, streams and errors, read on the provider's side and written on the client's."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.events import (
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    LogprobsReported,
    OpaqueEvent,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import Media, Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall
from gateway.core.usage import Calls, Usage
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.gemini import ARRAY_CLIENT, CLIENT, PROVIDER
from gateway.dialects.gemini.reasons import reason_out
from gateway.dialects.gemini.signatures import opened
from gateway.dialects.sse import SseSplitter
from gateway.dialects.state_in_ids import Sealed, unseal
from gateway.errors import BadParameter, Overloaded, UpstreamCut, UpstreamNonsense, UpstreamRefused

OWN = ProviderState("gemini", "thoughtSignature", "AB+/")
CLAUDE = ProviderState("anthropic", "signature", "sig==")
FACTS = AnswerFacts(fallback_id="req-1", now=0, model="alias")


def chunk(*parts: Any, **candidate: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "index": 0, **candidate}]}


def sse(*chunks: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\r\n\r\n" for one in chunks)


def stream(wire: bytes, cuts: tuple[int, ...] = ()) -> list[Event]:
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events: list[Event] = []
    borders = [0, *sorted({min(cut, len(wire)) for cut in cuts}), len(wire)]
    for start, end in itertools.pairwise(borders):
        for event in splitter.feed(wire[start:end]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    events += decoder.close()
    assert decoder.close() == []
    return events


def only_candidate(answer: Answer) -> Candidate:
    (candidate,) = answer.candidates
    return candidate


RICH = [
    {**chunk({"text": "Ich ", "thought": True}), "responseId": "R", "modelVersion": "gemini-x"},
    {**chunk({"text": "denke", "thought": True}), "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}},
    chunk({"text": "Grüezi "}),
    chunk({"text": ""}),
    chunk({"text": "Welt 🌍"}),
    chunk({"text": "", "thoughtSignature": "AB-_"}),
    chunk(
        {"functionCall": {"name": "f", "args": {"ü": [1, {"x": None}]}}, "thoughtSignature": "AB+/"},
        {"functionCall": {"name": "f", "args": {}}},
        {"functionCall": {"name": "g", "id": "own"}},
    ),
    {
        **chunk(finishReason="STOP", groundingMetadata={"webSearchQueries": ["q"]}, avgLogprobs=-0.5),
        "usageMetadata": {
            "promptTokenCount": 10,
            "cachedContentTokenCount": 4,
            "candidatesTokenCount": 7,
            "thoughtsTokenCount": 3,
            "toolUsePromptTokenCount": 2,
            "totalTokenCount": 22,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 6}],
            "serviceTier": "flex",
        },
    },
]


# --- reading


def test_a_stream_with_everything() -> None:
    events = stream(sse(*RICH))
    assert isinstance(events[0], Started)
    assert events[-1] == Ended()
    assert [event.kind for event in events if isinstance(event, BlockOpened)] == [
        "reasoning",
        "text",
        "tool_call",
        "tool_call",
        "tool_call",
    ]
    assert sum(isinstance(event, BlockClosed) for event in events) == 5
    answer = gather(events)
    assert (answer.id, answer.model) == ("R", "gemini-x")
    candidate = only_candidate(answer)
    assert (candidate.reason, candidate.raw_reason) == ("tool_use", "STOP")
    thought, text, first, second, third = candidate.parts
    assert thought == Reasoning(text="Ich denke")
    assert text == Text(text="Grüezi Welt 🌍", provider_state=OWN)
    assert first == ToolCall(id="call_gemini_R_0", name="f", arguments='{"ü":[1,{"x":null}]}', provider_state=OWN)
    assert second == ToolCall(id="call_gemini_R_1", name="f", arguments="{}")
    assert third == ToolCall(id="own", name="g", arguments="{}")
    assert answer.usage == Usage(
        input_tokens=12,
        output_tokens=10,
        cached_tokens=4,
        reasoning_tokens=3,
        input_audio_tokens=6,
        tool_prompt_tokens=2,
        service_tier="flex",
        calls=Calls(web_search=1),
    )
    assert [event for event in answer.opaque if event.value] == [
        OpaqueEvent(
            "gemini",
            {"candidates": [{"index": 0, "groundingMetadata": {"webSearchQueries": ["q"]}, "avgLogprobs": -0.5}]},
        )
    ]


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_any_chunking_gives_the_same_events(cuts: list[int]) -> None:
    assert stream(sse(*RICH), tuple(cuts)) == stream(sse(*RICH))


def test_a_body_that_came_whole() -> None:
    body = {**chunk({"text": "hi"}, finishReason="MAX_TOKENS"), "responseId": "R"}
    events = PROVIDER.decode_answer(json.dumps(body).encode())
    assert events == [
        Started("R"),
        BlockOpened(0, "text"),
        Delta(0, "hi"),
        BlockClosed(0),
        Finished("length", "MAX_TOKENS"),
        Ended(),
    ]


def test_ids_are_made_from_the_answer_where_it_has_none() -> None:
    body = json.dumps(chunk({"functionCall": {"name": "f"}}, {"functionCall": {"name": "f"}}, finishReason="STOP"))
    ids = [part.id for part in only_candidate(gather(PROVIDER.decode_answer(body.encode()))).parts]  # type: ignore[union-attr]
    again = [part.id for part in only_candidate(gather(stream(sse(json.loads(body))))).parts]  # type: ignore[union-attr]
    assert ids == again
    assert len(set(ids)) == 2


def test_ids_that_repeat_are_told_apart() -> None:
    """All results would be taken for the first call's."""
    calls = [{"functionCall": {"name": "f", "id": "abc", "args": {"a": number}}} for number in (1, 2)]
    for events in (
        stream(sse(chunk(*calls, finishReason="STOP"))),
        stream(sse(chunk(calls[0]), chunk(calls[1], finishReason="STOP"))),
    ):
        first, second = (part.id for part in only_candidate(gather(events)).parts)  # type: ignore[union-attr]
        assert first == "abc"
        assert second.startswith("call_gemini_")


def test_several_candidates_stay_apart() -> None:
    def both(first: str, second: str, **more: Any) -> dict[str, Any]:
        return {
            "candidates": [
                {"content": {"parts": [{"text": first}]}, **more},
                {"content": {"parts": [{"text": second}]}, "index": 1, **more},
            ]
        }

    answer = gather(stream(sse(both("a", "b"), both("c", "d", finishReason="STOP"))))
    assert [[part.text for part in one.parts] for one in answer.candidates] == [["ac"], ["bd"]]  # type: ignore[union-attr]
    cut = stream(sse(both("a", "b"), {"candidates": [{"finishReason": "STOP"}]}))
    assert isinstance(cut[-1], Failed)


def test_a_blocked_prompt_is_an_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {"promptTokenCount": 3}}
    for events in (stream(sse(blocked)), PROVIDER.decode_answer(json.dumps(blocked).encode())):
        answer = gather(events)
        assert events[-1] == Ended()
        assert (only_candidate(answer).reason, only_candidate(answer).raw_reason) == ("content_filter", "OTHER")
        told = json.loads(CLIENT.encode_answer(answer, FACTS))
        assert told["promptFeedback"] == {"blockReason": "OTHER"}
        assert "candidates" not in told
        last = json.loads(CLIENT.stream_encoder(FACTS).feed(events)[6:])
        assert last["promptFeedback"] == {"blockReason": "OTHER"}
        assert "candidates" not in last


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("SPII", "content_filter"),
        ("BLOCKLIST", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("OTHER", "other"),
        ("A_NEW_WORD", "other"),
    ],
)
def test_finish_reasons_there_and_back(word: str, reason: str) -> None:
    events = stream(sse(chunk({"text": "x"}, finishReason=word)))
    candidate = only_candidate(gather(events))
    assert (candidate.reason, candidate.raw_reason) == (reason, word)
    told = json.loads(CLIENT.encode_answer(gather(events), FACTS))["candidates"][0]["finishReason"]
    assert told == ("OTHER" if word == "A_NEW_WORD" else word)


def test_an_answer_of_which_nobody_told_why_it_ended_is_done() -> None:
    assert [reason_out("other", raw) for raw in (None, "", "a_new_word")] == ["STOP", "STOP", "OTHER"]


@pytest.mark.parametrize("wire", [b"", sse(chunk({"text": "x"})), sse({"usageMetadata": {}}), b": comment\n\n"])
def test_a_stream_without_a_finish_reason_is_cut(wire: bytes) -> None:
    failed = stream(wire)[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamCut)


@pytest.mark.parametrize(
    "wire",
    [
        sse(chunk({"text": "x"}), {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}),
        b'{\n  "error": {\n    "code": 503,\n    "message": "busy",\n    "status": "UNAVAILABLE"\n  }\n}\n\n',
        b'data: [{"error": {"code": "x", "message": "busy", "status": "UNAVAILABLE"}}]\n\n',
    ],
)
def test_an_error_in_the_stream_fails_it(wire: bytes) -> None:
    events = stream(wire + sse(chunk({"text": "late"}, finishReason="STOP")))
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamRefused)
    assert (failed.error.status, failed.error.kind, failed.error.message) == (503, "overloaded", "busy")
    assert failed.error.code == "UNAVAILABLE"


def test_a_finish_reason_in_every_chunk_loses_no_text() -> None:
    events = stream(sse(chunk({"text": "a"}, finishReason="STOP"), chunk({"text": "b"}, finishReason="STOP")))
    assert "".join(part.text for part in only_candidate(gather(events)).parts) == "ab"  # type: ignore[union-attr]
    assert sum(isinstance(event, Finished) for event in events) == 1
    assert events[-1] == Ended()


def test_arguments_that_come_in_pieces_make_one_call() -> None:
    def piece(*pieces: Any, **call: Any) -> dict[str, Any]:
        return chunk({"functionCall": {"partialArgs": list(pieces), **call}})

    events = stream(
        sse(
            piece(name="f", willContinue=True),
            piece({"jsonPath": "$.city", "stringValue": "New ", "willContinue": True}, willContinue=True),
            piece({"jsonPath": "$.city", "stringValue": "York"}, willContinue=True),
            piece({"jsonPath": "$.days[0].n", "numberValue": 1}, {"jsonPath": "$.ok", "boolValue": True}),
            chunk({"functionCall": {"name": "g", "args": {"a": 1}}}, finishReason="STOP"),
        )
    )
    first, second = only_candidate(gather(events)).parts
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert json.loads(first.arguments) == {"city": "New York", "days": [{"n": 1}], "ok": True}
    assert (second.name, second.arguments) == ("g", '{"a":1}')


def test_media_code_and_probabilities() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    result = {
        "chosenCandidates": [{"token": "ü", "logProbability": -0.1}],
        "topCandidates": [{"candidates": [{"token": "ü", "logProbability": -0.1}]}],
    }
    events = stream(
        sse(
            chunk({"inlineData": {"mimeType": "image/png", "data": "-_8="}}, code),
            chunk(finishReason="STOP", logprobsResult=result),
        )
    )
    candidate = only_candidate(gather(events))
    media, opaque = candidate.parts
    assert isinstance(media, Media)
    assert (media.kind, media.media_type, media.data) == ("image", "image/png", "+/8=")
    assert opaque == Opaque(dialect="gemini", value=code)
    entry = {"token": "ü", "logprob": -0.1, "bytes": [0xC3, 0xBC]}
    assert candidate.logprobs == [{**entry, "top_logprobs": [entry]}]
    told = json.loads(CLIENT.encode_answer(gather(events), FACTS))["candidates"][0]
    assert told["logprobsResult"] == result
    assert told["content"]["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "+/8="}}, code]


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"\xff",
        b"5",
        b"[5]",
        b'{"candidates": 5}',
        b'{"candidates": [5]}',
        b'{"candidates": [{"content": {"parts": 5}}]}',
        b'{"candidates": [{"content": {"parts": [5]}}]}',
        b'{"candidates": [{"content": {"parts": [{"functionCall": 5}]}}]}',
        b'{"candidates": [{"content": {"parts": [{"functionCall": {}}]}}]}',
        b"[" * 5000,
    ],
)
def test_garbage_is_nonsense(data: bytes) -> None:
    with pytest.raises(UpstreamNonsense):
        stream(b"data: " + data + b"\n\n")
    with pytest.raises(UpstreamNonsense):
        PROVIDER.decode_answer(data)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"candidates": []}', b'{"usageMetadata": {}}'])
def test_a_body_without_a_candidate_is_nonsense(body: bytes) -> None:
    with pytest.raises(UpstreamNonsense):
        PROVIDER.decode_answer(body)


names = st.sampled_from(
    [
        "candidates",
        "content",
        "parts",
        "text",
        "thought",
        "thoughtSignature",
        "functionCall",
        "name",
        "args",
        "id",
        "index",
        "finishReason",
        "STOP",
        "usageMetadata",
        "promptTokenCount",
        "error",
        "code",
        "status",
        "message",
        "details",
        "promptFeedback",
        "blockReason",
        "inlineData",
        "data",
        "partialArgs",
        "jsonPath",
        "willContinue",
        "$.a[0]",
        "logprobsResult",
        "chosenCandidates",
        "topCandidates",
        "responseId",
    ]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(trees, max_size=4), st.binary(max_size=40))
def test_nothing_but_nonsense_is_raised(chunks: list[Any], tail: bytes) -> None:
    wire = sse(*chunks) + b"data: " + tail
    try:
        events = stream(wire)
    except UpstreamNonsense:
        return
    assert isinstance(events[-1], Ended | Failed)
    CLIENT.stream_encoder(FACTS).feed(events)
    ARRAY_CLIENT.stream_encoder(FACTS).feed(events)


@given(st.binary(max_size=200) | trees.map(lambda tree: json.dumps(tree).encode()))
def test_any_error_body_is_a_refusal(body: bytes) -> None:
    refused = PROVIDER.decode_error(500, {}, body)
    assert (refused.status, refused.raw) == (500, None)


# --- writing


def test_our_two_sides_agree() -> None:
    events = stream(sse(*RICH))
    answer = gather(events)
    encoder, batched = CLIENT.stream_encoder(FACTS), CLIENT.stream_encoder(FACTS)
    one_by_one = b"".join(encoder.feed([event]) for event in events)
    for wire in (one_by_one, batched.feed(events)):
        again = gather(stream(wire))
        assert again.candidates == answer.candidates
        assert (again.usage, again.id, again.model) == (answer.usage, answer.id, answer.model)
    assert b"\n:" not in one_by_one
    assert all(line.startswith(b"data: {") for line in one_by_one.split(b"\n") if line)
    whole = gather(PROVIDER.decode_answer(CLIENT.encode_answer(answer, FACTS)))
    assert whole.candidates == answer.candidates
    assert whole.opaque == [event for event in answer.opaque if event.value]


FOREIGN: list[Event] = [
    Started("msg_1"),
    BlockOpened(0, "reasoning", "rs_1"),
    Delta(0, "I "),
    Delta(0, "think"),
    Signed(0, CLAUDE),
    BlockClosed(0),
    BlockOpened(1, "text"),
    Delta(1, "see"),
    Cited(1, "openai_responses", {"type": "url_citation", "url": "https://e.org", "title": "E", "start_index": 0}),
    BlockClosed(1),
    BlockOpened(2, "tool_call", "toolu_1", "f"),
    BlockOpened(3, "tool_call", "toolu_2", "f"),
    Delta(2, '{"a":\n'),
    Delta(3, '{"b": 12345678901234567890123'),
    Delta(2, "1}"),
    Delta(3, "}"),
    BlockClosed(2),
    BlockClosed(3),
    LogprobsReported(0, [{"token": "s", "logprob": -1.0, "bytes": None, "top_logprobs": []}]),
    Finished("tool_use", "tool_use"),
    UsageReported(Usage(input_tokens=9, output_tokens=5, reasoning_tokens=2, cached_tokens=1)),
    Ended(),
]


def test_a_stream_for_a_gemini_client() -> None:
    encoder = CLIENT.stream_encoder(FACTS)
    frames = [frame for event in FOREIGN if (frame := encoder.feed([event]))]
    assert all(frame.count(b"data: ") == 1 and frame.endswith(b"\n\n") for frame in frames)
    chunks = [json.loads(frame[6:]) for frame in frames]
    assert all((one["responseId"], one["modelVersion"]) == ("msg_1", "alias") for one in chunks)
    assert all("finishReason" not in one["candidates"][0] and "usageMetadata" not in one for one in chunks[:-1])
    parts = [part for one in chunks for part in one["candidates"][0]["content"]["parts"]]
    assert parts[:2] == [{"text": "I ", "thought": True}, {"text": "think", "thought": True}]
    assert opened(parts[2]["thoughtSignature"]).provider_state == CLAUDE
    assert parts[3] == {"text": "see"}
    called = parts[4]["functionCall"]
    assert (called["name"], called["args"]) == ("f", {"a": 1})
    assert unseal(called["id"]) == Sealed("toolu_1", None, (Reasoning(text="I think", provider_state=CLAUDE),))
    carried = opened(parts[4]["thoughtSignature"])
    assert carried.reasoning == (Reasoning(text="I think", provider_state=CLAUDE, id="rs_1"),)
    assert parts[5] == {"functionCall": {"id": "toolu_2", "name": "f", "args": {"b": 12345678901234567890123}}}
    last = chunks[-1]
    assert last["candidates"][0]["finishReason"] == "STOP"
    assert last["candidates"][0]["citationMetadata"] == {
        "citationSources": [{"uri": "https://e.org", "title": "E", "startIndex": 0}]
    }
    assert last["candidates"][0]["logprobsResult"]["chosenCandidates"] == [{"token": "s", "logProbability": -1.0}]
    assert last["usageMetadata"] == {
        "promptTokenCount": 9,
        "candidatesTokenCount": 3,
        "totalTokenCount": 14,
        "cachedContentTokenCount": 1,
        "thoughtsTokenCount": 2,
    }
    assert encoder.feed([Delta(1, "late")]) == b""
    assert encoder.heartbeat() == b""


def test_what_comes_together_is_one_chunk() -> None:
    wire = CLIENT.stream_encoder(FACTS).feed(FOREIGN)
    (told,) = [json.loads(frame[6:]) for frame in wire.split(b"\n\n") if frame]
    thought, text, first, _ = told["candidates"][0]["content"]["parts"]
    assert (thought["text"], thought["thought"], text) == ("I think", True, {"text": "see"})
    assert opened(thought["thoughtSignature"]).provider_state == CLAUDE
    assert unseal(first["functionCall"]["id"]).id == "toolu_1"


def test_the_whole_answer_of_another_provider_comes_back_whole() -> None:
    told = json.loads(CLIENT.encode_answer(gather(FOREIGN), FACTS))
    tree = {"contents": [{"parts": [{"text": "hi"}]}, told["candidates"][0]["content"]]}
    conversation = CLIENT.decode_request(tree, Envelope(model="m"))
    reasoning, text, first, second = conversation.messages[1].parts
    assert isinstance(reasoning, Reasoning)
    assert (reasoning.text, reasoning.provider_state, reasoning.id) == ("I think", CLAUDE, "rs_1")
    assert isinstance(text, Text)
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert (first.id, second.id) == ("toolu_1", "toolu_2")


def test_refusals_freeform_calls_and_broken_arguments() -> None:
    answer = Answer(
        candidates=[
            Candidate(
                parts=[
                    Refusal(text="no"),
                    ToolCall(id="1", name="f", arguments='{"a', custom=False),
                    ToolCall(id="2", name="g", arguments="{}", custom=True),
                    Media(kind="image", file_id="file-1"),
                    Opaque(dialect="anthropic", value={}),
                ],
                reason="refusal",
            ),
            Candidate(parts=[], reason="stop"),
        ]
    )
    told = json.loads(CLIENT.encode_answer(answer, FACTS))
    assert told["responseId"] == "req-1"
    assert told["candidates"] == [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "no"},
                    {"functionCall": {"id": "1", "name": "f", "args": {"input": '{"a'}}},
                    {"functionCall": {"id": "2", "name": "g", "args": {"input": "{}"}}},
                ],
            },
            "finishReason": "SAFETY",
            "index": 0,
        },
        {"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": "STOP", "index": 1},
    ]


@pytest.mark.parametrize("step", [1, 1000])
def test_the_array_form_is_valid_json_also_when_it_fails(step: int) -> None:
    def written(events: list[Event]) -> Any:
        encoder = ARRAY_CLIENT.stream_encoder(FACTS)
        wire = b"".join(encoder.feed(events[start : start + step]) for start in range(0, len(events), step))
        assert encoder.heartbeat() == encoder.feed(events) == b""
        return json.loads(wire)

    assert written(FOREIGN)[-1]["candidates"][0]["finishReason"] == "STOP"
    failed = Failed(UpstreamCut("cut"))
    told = written([*FOREIGN[:3], failed])
    assert told[0]["candidates"][0]["content"]["parts"] == [{"text": "I ", "thought": True}]
    assert told[1]["error"]["code"] == 502
    assert len(written([failed])) == 1


def test_a_failure_in_a_stream_is_an_error_object() -> None:
    encoder = CLIENT.stream_encoder(FACTS)
    text, error, bare = encoder.feed([*FOREIGN[:3], Failed(Overloaded("busy", retry_after=1.5)), Ended()]).split(
        b"\n\n"
    )
    assert b"candidates" in text
    assert error == b"data: " + bare, "older SDKs fail on what is no whole event, and take this error for a piece"
    told = json.loads(error[6:])["error"]
    assert (told["code"], told["status"], told["message"]) == (503, "UNAVAILABLE", "busy")
    assert {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"} in told["details"]
    error, bare = CLIENT.encode_stream_error(Overloaded("busy"), "req-9").split(b"\n\n")
    assert error.startswith(b'data: {"error":')
    assert error == b"data: " + bare


# --- errors


def test_errors_for_the_sdk() -> None:
    told = json.loads(CLIENT.encode_error(BadParameter("n is wrong.", param="n"), "req-9"))["error"]
    assert (told["code"], told["status"], told["message"]) == (400, "INVALID_ARGUMENT", "n is wrong.")
    kinds = {detail["@type"].rpartition(".")[2]: detail for detail in told["details"]}
    assert kinds["ErrorInfo"]["reason"] == "INVALID_PARAMETER"
    assert kinds["BadRequest"]["fieldViolations"][0]["field"] == "n"
    assert kinds["RequestInfo"]["requestId"] == "req-9"
    overloaded = UpstreamRefused("busy", status=529, kind="overloaded")
    assert json.loads(CLIENT.encode_error(overloaded, "r"))["error"]["status"] == "UNAVAILABLE"


def quota(*details: Any) -> bytes:
    return json.dumps(
        {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details": list(details)}}
    ).encode()


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"}


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, quota(RETRY), 12.5),
        ({"retry-after": "3"}, quota(RETRY), 3.0),
        ({"retry-after": "soon"}, quota(), None),
        ({}, quota({**RETRY, "retryDelay": "nan s"}), None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    refused = PROVIDER.decode_error(429, headers, body)
    assert (refused.status, refused.kind, refused.code, refused.raw) == (429, "rate_limit", "RESOURCE_EXHAUSTED", body)
    assert refused.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The provider answered with status 503."),
        (b"<html>busy</html>", "The provider answered with status 503."),
        (b"[]", "The provider answered with status 503."),
        (b"null", "The provider answered with status 503."),
        (b'[{"error": {"message": "busy"}}]', "busy"),
        (b'{"error": "busy"}', "busy"),
        (b'{"message": "busy"}', "busy"),
    ],
)
def test_errors_of_every_shape(body: bytes, message: str) -> None:
    refused = PROVIDER.decode_error(503, {}, body)
    assert (refused.status, refused.kind, refused.message) == (503, "overloaded", message)


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [(400, "API_KEY_INVALID", "authentication"), (401, "X", "authentication"), (403, "SERVICE_DISABLED", "permission")],
)
def test_words_about_our_own_key_stay_here(status: int, reason: str, kind: str) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    body = json.dumps({"error": {"message": "bad key AIza", "status": "INVALID_ARGUMENT", "details": [info]}}).encode()
    refused = PROVIDER.decode_error(status, {}, body)
    assert (refused.status, refused.kind, refused.code, refused.raw) == (status, kind, reason, None)
    assert "AIza" not in refused.message


def test_the_field_at_fault_is_named() -> None:
    bad = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "contents[0]"}]}
    body = json.dumps({"error": {"message": "m", "status": "INVALID_ARGUMENT", "details": [bad]}}).encode()
    assert PROVIDER.decode_error(400, {}, body).param == "contents[0]"


def test_only_frames_that_say_nothing_are_hidden() -> None:
    assert not PROVIDER.hides([Ended()], Envelope(model="m"))
    for wire in (b": waiting\r\n\r\n", b"data: [DONE]\n\n"):
        assert PROVIDER.hides(stream_events(wire), Envelope(model="m"))


def stream_events(wire: bytes) -> list[Event]:
    decoder = PROVIDER.stream_decoder()
    return [event for one in SseSplitter().feed(wire) for event in decoder.feed(one)]


@pytest.mark.parametrize(
    ("tier", "traffic"),
    [("standard", "ON_DEMAND"), ("default", "ON_DEMAND"), ("flex", "ON_DEMAND_FLEX"), ("scale", None)],
)
def test_the_tier_in_the_word_that_the_sdk_knows(tier: str, traffic: str | None) -> None:
    answer = Answer(candidates=[Candidate(parts=[Text(text="x")])], usage=Usage(1, 1, service_tier=tier))
    told = json.loads(CLIENT.encode_answer(answer, FACTS))["usageMetadata"]
    assert told.get("trafficType") == traffic
    assert "serviceTier" not in told
