"""Values of types that nobody expects, in requests and in answers: a clear word, and never a fault of the gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving
from tests.support.wire_server import Peer
from tests.support.wire_server import serving as wire_serving

HUGE = 10**30
CHAT = {"messages": [{"role": "user", "content": "hi"}]}


@dataclass
class Stage:
    gateway: RunningGateway
    answers: list[bytes]

    def ask(self, path: str, body: Any, answer: Any) -> httpx.Response:
        self.answers[0] = json.dumps(answer).encode()
        headers = {"authorization": f"Bearer {self.gateway.key}"}
        return httpx.post(self.gateway.url + path, json=body, headers=headers, trust_env=False, timeout=20)


@asynccontextmanager
async def scripted(folder: Path) -> AsyncIterator[Stage]:
    answers = [b""]

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answers[0])}\r\n\r\n"
            await peer.send(head.encode() + answers[0])

    async with wire_serving(script) as wire, serving(policy_for(wire.origin), folder) as gateway:
        yield Stage(gateway, answers)


@pytest.fixture(scope="module")
def stage(gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with in_thread(scripted(tmp_path_factory.mktemp("state")), gateway_thread) as running:
        yield running


def claude(**more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    said = {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn", "usage": usage}
    return {**said, "content": [{"type": "text", "text": "hello"}], **more}


@pytest.mark.parametrize(
    "more",
    [
        {"unheard_of": HUGE},
        {"content": [{"type": "hologram", "size": HUGE}, {"type": "text", "text": "hello"}]},
        {"content": [{"type": "text", "text": "hello", "citations": [{"type": "x", "start": -HUGE}]}]},
    ],
)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
def test_numbers_that_no_machine_word_holds_are_relayed_and_audited(
    stage: Stage, path: str, more: dict[str, Any]
) -> None:
    answer = stage.ask(path, {"model": "claude/m", "max_tokens": 9, **CHAT}, claude(**more))
    assert answer.status_code == 200
    assert "hello" in answer.text
    assert path != "/v1/messages" or answer.json() == claude(**more)


def test_arguments_of_a_call_keep_their_digits(stage: Stage) -> None:
    content = [{"type": "tool_use", "id": "t", "name": "f", "input": {"number": HUGE}}]
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    told = claude(content=content, stop_reason="tool_use")
    answer = stage.ask("/v1/chat/completions", {"model": "claude/m", "tools": tools, **CHAT}, told)
    [call] = answer.json()["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"number": HUGE}


ODD = {"type": "x"}
MISTRAL = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": [{"type": ODD}, {"type": "text", "text": "hello"}]},
            "finish_reason": "stop",
        }
    ],
}
TURNS = [{"role": "user", "content": "a"}, {"role": "assistant", "content": [{"type": ODD, "id": "t"}]}]


@pytest.mark.parametrize(
    ("path", "body", "answer", "statuses"),
    [
        ("/v1/messages", {"model": "claude/m", "max_tokens": 9, "messages": TURNS}, claude(), (200, 400)),
        ("/v1/embeddings", {"model": "openai/m", "input": "a", "encoding_format": [ODD]}, {}, (400,)),
        ("/v1/chat/completions", {"model": "mistral/m", **CHAT}, MISTRAL, (200,)),
        ("/v1/messages", {"model": "mistral/m", "max_tokens": 9, **CHAT}, MISTRAL, (200,)),
        (
            "/v1beta/models/gemini/m:countTokens",
            {"generateContentRequest": {"model": ODD, "contents": [{"parts": [{"text": "a"}]}]}},
            {"totalTokens": 1},
            (200, 400),
        ),
        (
            "/v1beta/models/gemini/m:batchEmbedContents",
            {"requests": [{"model": ODD, "content": {"parts": [{"text": "a"}]}}]},
            {"embeddings": [{"values": [0.5]}]},
            (200, 400),
        ),
    ],
)
def test_an_object_in_place_of_a_word_is_no_fault(
    stage: Stage, path: str, body: Any, answer: Any, statuses: tuple[int, ...]
) -> None:
    assert stage.ask(path, body, answer).status_code in statuses


def test_a_vector_of_bytes_that_are_no_text_is_the_providers_nonsense(stage: Stage) -> None:
    stage.answers[0] = b'{"object":"list","model":"m","data":[{"index":0,"embedding":"\xed\xa0\xbd"}],"usage":{}}'
    headers = {"authorization": f"Bearer {stage.gateway.key}"}
    body = {"model": "openai/m", "input": "a"}
    url = f"{stage.gateway.url}/v1/embeddings"
    answer = httpx.post(url, json=body, headers=headers, trust_env=False, timeout=20)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_invalid")
