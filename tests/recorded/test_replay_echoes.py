"""The second turn of a conversation with tools, by clients that echo only text and calls.

Gemini's thought signatures, Claude's signed thinking and OpenAI's encrypted reasoning never show in what such a
client sends back. They must reach the provider all the same, byte for byte and in their place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.recorded_provider import RecordedProvider
from tests.support.recorded_requests import read, write
from tests.support.recordings import Recording, data_of
from tests.support.replaying import CLIENT_DIALECTS, Case, Outcome, recorded, replay, replayable
from tests.support.running import LoopThread
from tests.support.sdk_asking import Sdks

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not replayable(), reason="the folder of recordings is not at hand"),
]

State = list[tuple[str, ...]]
"""("sign", state) and ("call", name), in the order in which they stand in an assistant's turn."""


def told_state(recording: Recording) -> State:
    """Of the recorded answer."""
    body = recording.tree["response"]["body"]
    pieces = [body] if body else data_of(recording.payload)
    match recording.dialect:
        case "gemini":
            parts = [
                part
                for piece in pieces
                for candidate in piece.get("candidates", ())
                for part in candidate.get("content", {}).get("parts", ())
            ]
            return gemini_state([part for part in parts if "functionCall" in part])
        case "anthropic":
            return anthropic_state(body["content"] if body else assembled(pieces))
        case "openai_responses":
            return responses_state(body["output"] if body else pieces[-1]["response"]["output"])
        case _:
            return []


def assembled(pieces: list[Any]) -> list[Any]:
    content: list[Any] = []
    for piece in pieces:
        if piece["type"] == "content_block_start":
            content.append(dict(piece["content_block"]))
        elif piece["type"] == "content_block_delta" and "signature" in piece["delta"]:
            content[-1]["signature"] = piece["delta"]["signature"]
    return content


def gemini_state(parts: list[Any]) -> State:
    state: State = []
    for part in parts:
        if part.get("functionCall"):
            signature = part.get("thoughtSignature")
            state += [("sign", signature)] if signature else []
            state.append(("call", part["functionCall"]["name"]))
    return state


def anthropic_state(content: list[Any]) -> State:
    state: State = []
    for block in content:
        match block["type"]:
            case "thinking" | "redacted_thinking":
                state.append(("sign", block.get("signature") or block.get("data")))
            case "tool_use":
                state.append(("call", block["name"]))
            case _:
                pass
    return state


def responses_state(items: list[Any]) -> State:
    state: State = []
    for item in items:
        if item.get("type") == "reasoning" and item.get("encrypted_content"):
            state.append(("sign", item["encrypted_content"]))
        elif item.get("type") == "function_call":
            state.append(("call", item["name"]))
    return state


def sent_state(recording: Recording, body: dict[str, Any], before: int) -> State:
    """Of the last turn with calls in a request that reached the provider."""
    match recording.dialect:
        case "gemini":
            turns = [content["parts"] for content in body["contents"] if content["role"] == "model"]
            return gemini_state(turns[-1])
        case "anthropic":
            turns = [message["content"] for message in body["messages"] if message["role"] == "assistant"]
            return anthropic_state(turns[-1])
        case _:
            return responses_state(body["input"][before:])


async def echo(clients: Sdks, provider: RecordedProvider, name: str, case: Case) -> Outcome:
    """Ask, then answer the calls with results and ask again; the second request is `sent`."""
    recording, model = case.recording, f"{name}/{case.recording.model}"
    told, _ = await clients.ask(case.client, model, case.body, recording.stream)
    asked = read(case.client, case.body)
    if told.text:
        asked.turns.append(("assistant", ("text", told.text)))
    for call_id, (called, arguments) in zip(told.call_ids, told.calls, strict=True):
        asked.turns.append(("assistant", ("call", call_id, called, arguments)))
    for call_id, (called, _) in zip(told.call_ids, told.calls, strict=True):
        asked.turns.append(("tool", ("result", call_id, called, "done")))
    asked.choice = None
    body = write(case.client, asked, model, recording.stream)
    await clients.ask(case.client, model, body, recording.stream)
    return Outcome(case, told, sent=provider.asked(name))


def signed() -> list[Recording]:
    """Answers with calls and state that belongs to them."""
    made = []
    for recording in replayable():
        if recording.status == 200 and recording.told.calls:
            state = told_state(recording)
            if any(kind == "sign" for kind, _ in state):
                made.append(recording)
    return made


@pytest.mark.parametrize("client", CLIENT_DIALECTS)
def test_state_survives_a_client_that_echoes_only_text_and_calls(
    client: str, gateway_thread: LoopThread, tmp_path: Path
):
    cases = [Case(client, one, recorded(one), one.name) for one in signed() if one.dialect != client]
    assert cases
    found = {}
    for outcome in gateway_thread.run(replay(cases, tmp_path, echo), timeout=110):
        assert outcome.sent
        first, second = outcome.sent
        recording = outcome.case.recording
        sent = sent_state(recording, second, len(first.get("input", ())))
        wanted = told_state(recording)
        while wanted[-1][0] == "sign":
            wanted.pop()  # after the last call there is no call to carry it
        if sent != wanted:
            found[recording.name] = [(kind, text[:24]) for kind, text in sent], [(k, t[:24]) for k, t in wanted]
    assert not found, f"{len(found)} of {len(cases)}"
