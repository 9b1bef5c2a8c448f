"""Every recorded chat with Mistral, against a reader that knows nothing of the codec."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.messages import AnyPart, Conversation, Reasoning, Text, ToolCall
from gateway.dialects import mistral
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.sse import SseSplitter

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS") or Path(__file__).parents[2].parent / "shared" / "recordings")
RECORDINGS = [
    path for path in sorted(FOLDER.glob("mistral/*.json")) if json.loads(path.read_bytes())["api"] == "mistral.chat"
]
ANSWERS = [path for path in RECORDINGS if json.loads(path.read_bytes())["response"]["status"] == 200]
REFUSALS = [path for path in RECORDINGS if path not in ANSWERS]
FACTS = AnswerFacts(fallback_id="chatcmpl-fallback", now=1, model="asked", include_usage=True)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS, reason="the folder of recordings is not at hand"),
]


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def recorded(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes())


def told(response: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What the answer says, by choice: read as simply as can be."""
    choices: dict[int, dict[str, Any]] = {}

    def take(choice: dict[str, Any], said: dict[str, Any]) -> None:
        mine = choices.setdefault(choice["index"], {"text": "", "thinking": "", "calls": {}, "finish": None})
        content = said.get("content") or ""
        for piece in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if piece["type"] == "thinking":
                mine["thinking"] += "".join(part["text"] for part in piece["thinking"])
            else:
                mine["text"] += piece["text"]
        for place, call in enumerate(said.get("tool_calls") or ()):
            slot = mine["calls"].setdefault(call.get("index", place), ["", "", ""])
            slot[0] = slot[0] or call.get("id") or ""
            slot[1] = slot[1] or call["function"].get("name") or ""
            slot[2] += call["function"].get("arguments") or ""
        mine["finish"] = choice.get("finish_reason") or mine["finish"]

    for tree in bodies(response):
        for choice in tree["choices"]:
            take(choice, choice.get("delta") or choice.get("message") or {})
    return choices


def bodies(response: dict[str, Any]) -> list[dict[str, Any]]:
    if response.get("raw") is None:
        return [response["body"]]
    lines = [line[6:] for line in response["raw"].splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def usage_told(response: dict[str, Any]) -> dict[str, Any] | None:
    return next((tree["usage"] for tree in reversed(bodies(response)) if tree.get("usage")), None)


def decoded(response: dict[str, Any], size: int = 1 << 20) -> Answer:
    if response.get("raw") is None:
        return gather(mistral.PROVIDER.decode_answer(json.dumps(response["body"]).encode()))
    raw = response["raw"].encode()
    splitter, decoder = SseSplitter(), mistral.PROVIDER.stream_decoder()
    events = []
    for start in range(0, len(raw), size):
        for event in splitter.feed(raw[start : start + size]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    return gather([*events, *decoder.close()])


def joined(candidate: Candidate, kind: type[Text | Reasoning]) -> str:
    return "".join(part.text for part in candidate.parts if isinstance(part, kind))


@pytest.mark.parametrize("path", ANSWERS, ids=by_name)
def test_the_answer_says_what_the_json_says(path: Path) -> None:
    response = recorded(path)["response"]
    answer = decoded(response)
    expected = told(response)
    assert len(answer.candidates) == len(expected)
    for number, candidate in enumerate(answer.candidates):
        mine = expected[number]
        assert joined(candidate, Text) == mine["text"]
        assert joined(candidate, Reasoning) == mine["thinking"]
        calls = [part for part in candidate.parts if isinstance(part, ToolCall)]
        assert [[call.id, call.name, call.arguments] for call in calls] == list(mine["calls"].values())
        assert candidate.raw_reason == mine["finish"]
        assert (candidate.reason == "tool_use") == (bool(calls) and mine["finish"] != "length")
    usage = usage_told(response)
    assert (answer.usage is None) == (usage is None)
    if usage is not None and answer.usage is not None:
        assert answer.usage.input_tokens == usage["prompt_tokens"]
        assert answer.usage.output_tokens == usage["completion_tokens"]
        details = usage.get("prompt_tokens_details") or {}
        assert answer.usage.cached_tokens == details.get("cached_tokens", 0)
        details = usage.get("completion_tokens_details") or {}
        assert answer.usage.reasoning_tokens == details.get("reasoning_tokens", 0)


@pytest.mark.parametrize("path", [path for path in ANSWERS if recorded(path)["response"].get("raw")], ids=by_name)
def test_cutting_the_bytes_elsewhere_changes_nothing(path: Path) -> None:
    response = recorded(path)["response"]
    assert decoded(response, 7) == decoded(response)


def with_arguments(part: AnyPart) -> AnyPart:
    """Clients parse a call's arguments: none at all becomes an empty object on the way out."""
    return msgspec.structs.replace(part, arguments=part.arguments or "{}") if isinstance(part, ToolCall) else part


@pytest.mark.parametrize("path", ANSWERS, ids=by_name)
def test_the_answer_survives_both_of_our_encoders(path: Path) -> None:
    answer = decoded(recorded(path)["response"])
    for candidate in answer.candidates:
        candidate.parts = [with_arguments(part) for part in candidate.parts]
    again = gather(mistral.PROVIDER.decode_answer(mistral.CLIENT.encode_answer(answer, FACTS)))
    assert [candidate.parts for candidate in again.candidates] == [candidate.parts for candidate in answer.candidates]
    assert [candidate.reason for candidate in again.candidates] == [candidate.reason for candidate in answer.candidates]
    assert (again.usage, again.id, again.model) == (answer.usage, answer.id, answer.model)


@pytest.mark.parametrize("path", REFUSALS, ids=by_name)
def test_a_refused_credential_is_told_in_our_words(path: Path) -> None:
    response = recorded(path)["response"]
    error = mistral.PROVIDER.decode_error(
        response["status"], response["headers"], json.dumps(response["body"]).encode()
    )
    assert (error.status, error.kind, error.raw) == (401, "authentication", None)
    assert response["body"]["detail"] not in error.message


def decoded_request(tree: dict[str, Any]) -> Conversation:
    return mistral.CLIENT.decode_request(tree, mistral.CLIENT.envelope(tree, None, False))


@pytest.mark.parametrize("path", RECORDINGS, ids=by_name)
def test_every_path_of_the_request_is_understood(path: Path) -> None:
    assert decoded_request(recorded(path)["request"]["body"]).unclaimed == ()


def without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_places(inner) for name, inner in value.items() if name != "at"}
    if isinstance(value, (list, tuple)):
        return [without_places(inner) for inner in value]
    return value


@pytest.mark.parametrize("path", RECORDINGS, ids=by_name)
def test_the_request_survives_a_round_trip(path: Path) -> None:
    conversation = decoded_request(recorded(path)["request"]["body"])
    encoded = mistral.PROVIDER.encode_request(conversation, conversation.model, strict=False)
    again = decoded_request(json.loads(encoded.body))
    ignored = {"features", "unclaimed"}
    plain, plain_again = (
        {name: without_places(value) for name, value in msgspec.to_builtins(one).items() if name not in ignored}
        for one in (conversation, again)
    )
    assert plain_again == plain
