"""What the readers of recorded chat completions share, whoever answered: OpenAI, xAI, a local engine, Mistral.

`Chats` are the recordings of one dialect, its codecs, and the laws that hold for each of them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.messages import AnyPart, Conversation, Reasoning, Refusal, Text, ToolCall
from gateway.dialects import mistral, openai_chat
from gateway.dialects.codec import AnswerFacts, ClientCodec, ProviderCodec
from gateway.dialects.sse import SseSplitter

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS") or Path(__file__).parents[2].parent / "shared" / "recordings")
FACTS = AnswerFacts(fallback_id="chatcmpl-fallback", now=1, model="asked", include_usage=True)


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def recorded(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes())


def bodies(response: dict[str, Any]) -> list[dict[str, Any]]:
    if response.get("raw") is None:
        return [response["body"]]
    lines = [line[6:] for line in response["raw"].splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def told(response: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What the answer says, by choice: read as simply as can be."""
    choices: dict[int, dict[str, Any]] = {}
    for tree in bodies(response):
        for choice in tree["choices"]:
            _take(choices, choice, choice.get("delta") or choice.get("message") or {})
    return choices


def _take(choices: dict[int, dict[str, Any]], choice: dict[str, Any], said: dict[str, Any]) -> None:
    empty = {"text": "", "thinking": "", "refusal": "", "calls": {}, "finish": None}
    mine = choices.setdefault(choice["index"], empty)
    content = said.get("content") or ""
    for piece in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        if piece["type"] == "thinking":
            mine["thinking"] += "".join(part["text"] for part in piece["thinking"])
        else:
            mine["text"] += piece["text"]
    mine["thinking"] += said.get("reasoning_content") or said.get("reasoning") or ""
    mine["refusal"] += said.get("refusal") or ""
    for place, call in enumerate(said.get("tool_calls") or ()):
        slot = mine["calls"].setdefault(call.get("index", place), ["", "", ""])
        slot[0] = slot[0] or call.get("id") or ""
        slot[1] = slot[1] or call["function"].get("name") or ""
        slot[2] += call["function"].get("arguments") or ""
    mine["finish"] = choice.get("finish_reason") or mine["finish"]


def joined(candidate: Candidate, kind: type[Text | Refusal | Reasoning]) -> str:
    return "".join(part.text for part in candidate.parts if isinstance(part, kind))


def with_arguments(part: AnyPart) -> AnyPart:
    """Clients parse a call's arguments: none at all becomes an empty object on the way out."""
    return msgspec.structs.replace(part, arguments=part.arguments or "{}") if isinstance(part, ToolCall) else part


def without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_places(inner) for name, inner in value.items() if name != "at"}
    if isinstance(value, (list, tuple)):
        return [without_places(inner) for inner in value]
    return value


class Chats:
    """`api` as the recordings call it; `providers` are their folders."""

    def __init__(self, api: str, providers: tuple[str, ...], client: ClientCodec, provider: ProviderCodec) -> None:
        self.client, self.provider = client, provider
        self.all = [
            path
            for folder in providers
            for path in sorted(FOLDER.glob(f"{folder}/*.json"))
            if recorded(path)["api"] == api
        ]
        self.answers = [path for path in self.all if recorded(path)["response"]["status"] == 200]
        self.streams = [path for path in self.answers if recorded(path)["response"].get("raw")]
        self.refusals = [path for path in self.all if path not in self.answers]

    def decoded(self, response: dict[str, Any], size: int = 1 << 20) -> Answer:
        if response.get("raw") is None:
            return gather(self.provider.decode_answer(json.dumps(response["body"]).encode()))
        raw = response["raw"].encode()
        splitter, decoder = SseSplitter(), self.provider.stream_decoder()
        events = []
        for start in range(0, len(raw), size):
            for event in splitter.feed(raw[start : start + size]):
                events += decoder.feed(event)
        for event in splitter.close():
            events += decoder.feed(event)
        return gather([*events, *decoder.close()])

    def request(self, path: Path) -> Conversation:
        return self.request_in(recorded(path)["request"]["body"])

    def request_in(self, tree: dict[str, Any]) -> Conversation:
        conversation = self.client.decode_request(tree, self.client.envelope(tree, None, False))
        assert isinstance(conversation, Conversation)
        return conversation

    def check_answer(self, path: Path) -> None:
        """The codec reads what the JSON says."""
        response = recorded(path)["response"]
        answer, expected = self.decoded(response), told(response)
        assert len(answer.candidates) == len(expected)
        for number, candidate in enumerate(answer.candidates):
            mine = expected[number]
            assert joined(candidate, Text) == mine["text"]
            assert joined(candidate, Refusal) == mine["refusal"]
            assert joined(candidate, Reasoning) == mine["thinking"]
            calls = [part for part in candidate.parts if isinstance(part, ToolCall)]
            assert [[call.id, call.name, call.arguments] for call in calls] == list(mine["calls"].values())
            assert candidate.raw_reason == mine["finish"]
            assert (candidate.reason == "tool_use") == (bool(calls) and mine["finish"] != "length")
        usage = next((tree["usage"] for tree in reversed(bodies(response)) if tree.get("usage")), None)
        assert (answer.usage is None) == (usage is None)
        if usage is not None and answer.usage is not None:
            assert answer.usage.input_tokens == usage["prompt_tokens"]
            assert answer.usage.output_tokens == usage["completion_tokens"]
            details = usage.get("prompt_tokens_details") or {}
            assert answer.usage.cached_tokens == details.get("cached_tokens", 0)
            details = usage.get("completion_tokens_details") or {}
            assert answer.usage.reasoning_tokens == details.get("reasoning_tokens", 0)

    def check_encoders(self, path: Path) -> None:
        """An answer survives being written and read again."""
        answer = self.decoded(recorded(path)["response"])
        for candidate in answer.candidates:
            candidate.parts = [with_arguments(part) for part in candidate.parts]
        again = gather(self.provider.decode_answer(self.client.encode_answer(answer, FACTS)))
        assert [one.parts for one in again.candidates] == [one.parts for one in answer.candidates]
        assert [one.reason for one in again.candidates] == [one.reason for one in answer.candidates]
        assert (again.usage, again.id, again.model) == (answer.usage, answer.id, answer.model)

    def check_round_trip(self, path: Path, provider: ProviderCodec, *ignored: str) -> None:
        """A request survives being written by `provider` and read again."""
        conversation = self.request(path)
        encoded = provider.encode_request(conversation, conversation.model, strict=False)
        again = self.request_in(json.loads(encoded.body))
        plain, plain_again = (
            {
                name: without_places(value)
                for name, value in msgspec.to_builtins(one).items()
                if name not in {"features", "unclaimed", *ignored}
            }
            for one in (conversation, again)
        )
        assert plain_again == plain


OPENAI = Chats("openai.chat", ("openai", "local", "xai"), openai_chat.CLIENT, openai_chat.PROVIDER)
MISTRAL = Chats("mistral.chat", ("mistral",), mistral.CLIENT, mistral.PROVIDER)
