"""A request that has ended is freed at once, by reference counts: nothing of it waits for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator

import pytest

from gateway.api.answer import Answering
from gateway.api.walk import Walk
from gateway.exchange import Exchange
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

CHAT = "/v1/chat/completions"
JSON = {"content-type": "application/json"}
ANSWER = json.dumps(
    {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [], "usage": None}
).encode()
CHUNK = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'


@pytest.fixture
def known() -> Iterator[set[int]]:
    """The collector is off; the ids of what other tests have left, by holding on to an error, for example."""
    gc.disable()
    others = _alive()
    yield {id(other) for other in others}
    gc.enable()


def body(*, stream: bool = False, model: str = "fast-chat") -> bytes:
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]}).encode()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (body(), ScriptedResponse(200, JSON, [ANSWER])),
        (body(stream=True), ScriptedResponse(200, {"content-type": "text/event-stream"}, [CHUNK, b"data: [DONE]\n\n"])),
        (body(stream=True), ScriptedResponse(200, {"content-type": "text/event-stream"}, [CHUNK])),
        (body(), ScriptedResponse(401, JSON, [b"{}"])),
        (body(model="nobody's"), None),
        (b"{", None),
    ],
    ids=["whole", "stream", "cut stream", "provider's refusal", "our refusal", "malformed"],
)
async def test_nothing_is_left(asked: bytes, answer: ScriptedResponse | None, known: set[int]) -> None:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(answer))
    await AsgiCall(CHAT, asked).run(stand.edge)
    await _until_freed(known)


@pytest.mark.asyncio
async def test_nothing_is_left_of_a_client_that_left(known: set[int]) -> None:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(None))
    call = AsgiCall(CHAT, body())
    asyncio.get_running_loop().call_later(0.05, call.leave)
    await call.run(stand.edge)
    await _until_freed(known)


def _alive() -> list[object]:
    return [one for one in gc.get_objects() if type(one) in (Exchange, Walk, Answering)]


async def _until_freed(known: set[int]) -> None:
    async with asyncio.timeout(60):
        while any(id(one) not in known for one in _alive()):
            await asyncio.sleep(0.01)
    assert {id(one) for one in _alive()} <= known
