r"""Servers that cut texts between UTF-16's units write halves of characters, `"\ud83d"`: one becomes whole with the
other, or is U+FFFD; no answer breaks on it, for clients of any dialect.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.sse import SseSplitter
from gateway.dialects.surrogates import SurrogateJoiner, mended
from tests.api.test_answer_losses import ASKING
from tests.api.test_object_ownership import JSON, stand_with
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream
from tests.support.one_provider import MESSAGE
from tests.support.recordings import told_by

SSE = {"content-type": "text/event-stream"}
CLIENTS: dict[str, tuple[str, dict[str, Any]]] = {
    **ASKING,
    "gemini": ("/v1beta/models/{model}:generateContent", {"contents": [{"parts": [{"text": "Hi"}]}]}),
}
PIECES = ["Good", " day ", "\ud83d", "\ude00 and \ud83d\ude00", "\ud83d and ", "\ude00", " on"]
"""Of a stream; the last two halves are alone."""
SAID = "Good day 😀 and 😀\ufffd and \ufffd on"
ALONE = "Good \ud83d day \ude00 😀"


def chat(text: str, reason: str | None = None, name: str = "delta") -> dict[str, Any]:
    choice = {"index": 0, name: {"role": "assistant", "content": text}, "finish_reason": reason}
    return {"id": "c", "object": "x", "created": 1, "model": "m", "choices": [choice]}


def claude(pieces: list[str]) -> list[dict[str, Any]]:
    return [
        {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {}},
        {"type": "message_stop"},
    ]


def gemini(text: str, reason: str = "") -> dict[str, Any]:
    more = {"finishReason": reason} if reason else {}
    return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, **more}]}


WHOLE: dict[str, Any] = {
    "gpu": chat(ALONE, "stop", "message"),
    "mistral": chat(ALONE, "stop", "message"),
    "claude": {**MESSAGE, "content": [{"type": "text", "text": ALONE}]},
    "gemini": gemini(ALONE, "STOP"),
}
STREAMS: dict[str, list[dict[str, Any]]] = {
    "gpu": [*map(chat, PIECES), chat("", "stop")],
    "mistral": [*map(chat, PIECES), chat("", "stop")],
    "claude": claude(PIECES),
    "gemini": [*map(gemini, PIECES), gemini("", "STOP")],
}


def framed(tree: dict[str, Any]) -> bytes:
    name = f"event: {tree['type']}\n" if "type" in tree else ""
    return f"{name}data: {json.dumps(tree)}\n\n".encode()


def asked(client: str, provider: str, answer: ScriptedResponse, stream: bool) -> AsgiCall:
    path, body = CLIENTS[client]
    if client != "gemini":
        body = {"model": f"{provider}/m", "stream": stream, **body}
    elif stream:
        path = path.replace(":generate", ":streamGenerate")
    call = AsgiCall(path.replace("{model}", f"{provider}/m"), json.dumps(body).encode())
    call.scope["query_string"] = b"alt=sse" if client == "gemini" and stream else b""

    async def run() -> None:
        await call.run(stand_with(upstream=ScriptedUpstream(answer)).edge)

    asyncio.run(run())
    assert call.status == 200, call.body
    return call


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("provider", WHOLE)
def test_of_a_whole_answer(client: str, provider: str) -> None:
    call = asked(client, provider, ScriptedResponse(200, JSON, [json.dumps(WHOLE[provider]).encode()]), False)
    assert told_by(client, call.body, 200, "").text == "Good \ufffd day \ufffd 😀"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("provider", STREAMS)
@pytest.mark.parametrize("at_once", [False, True])
def test_of_a_stream(client: str, provider: str, at_once: bool) -> None:
    frames = [framed(tree) for tree in STREAMS[provider]]
    frames = [b"".join(frames)] if at_once else frames
    call = asked(client, provider, ScriptedResponse(200, SSE, frames), True)
    assert told_by(client, call.body, 200, SSE["content-type"]).text == SAID


def test_an_event_over_several_lines_stays_one() -> None:
    [event] = SseSplitter().feed(b'event: x\ndata: {"a":\ndata: "\\ud83d b"}\n\n')
    whole = SurrogateJoiner().mended(event)
    assert whole is not None
    assert SseSplitter().feed(whole.raw) == [whole]
    assert json.loads(whole.data) == {"a": "\ufffd b"}


@given(st.text(st.characters(categories=["Cs", "Ll"], include_characters='\\"u\n😀')))
def test_what_has_no_half_is_left_as_it_is(text: str) -> None:
    body = json.dumps({"a": text}).encode()
    alone = json.loads(body)["a"]
    mending = json.loads(mended(body))["a"]
    assert mending == "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in alone)
    assert (mended(body) == body) is (mending == alone)
