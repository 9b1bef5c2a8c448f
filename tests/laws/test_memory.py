"""A request that has ended is freed at once, by reference counts: nothing of it waits for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator

import pytest

from gateway.api.answer import Answering
from gateway.api.walk import WATCH_AFTER_SECONDS, Walk
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
def _collector_off() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def body(*, stream: bool = False, model: str = "fast-chat") -> bytes:
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]}).encode()


@pytest.mark.asyncio
@pytest.mark.usefixtures("_collector_off")
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
async def test_nothing_is_left(asked: bytes, answer: ScriptedResponse | None) -> None:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(answer))
    await AsgiCall(CHAT, asked).run(stand.edge)
    await _until_freed()


@pytest.mark.asyncio
@pytest.mark.usefixtures("_collector_off")
async def test_nothing_is_left_of_a_client_that_left() -> None:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(None))
    call = AsgiCall(CHAT, body())
    asyncio.get_running_loop().call_later(3 * WATCH_AFTER_SECONDS, call.leave)
    await call.run(stand.edge)
    await _until_freed()


async def _until_freed() -> None:
    async with asyncio.timeout(5):
        while left := [kind for kind in map(type, gc.get_objects()) if kind in (Exchange, Walk, Answering)]:
            await asyncio.sleep(0.01)  # a cancelled watcher needs a round of the loop
    assert left == []
