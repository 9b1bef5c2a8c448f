"""Providers that compress without being asked: the client gets the answer, and what cannot be read is told in words."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

from gateway.errors import UpstreamCut, UpstreamNonsense
from gateway.providers.unpacking import AT_ONCE, unpacked
from tests.laws.test_audit import WHOLE, audited_as
from tests.laws.test_pipeline import FRAMES, SSE, request
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.asyncio

JSON = {"content-type": "application/json"}


async def asked(status: int, headers: dict[str, str], script: list[Any]) -> tuple[AsgiCall, ScriptedResponse]:
    answer = ScriptedResponse(status, headers, script)
    call = AsgiCall("/v1/chat/completions", request(stream=headers["content-type"] != JSON["content-type"]))
    await call.run(Stand(audited_as(), ScriptedUpstream(answer)).edge)
    return call, answer


def split(packed: bytes, size: int) -> list[bytes]:
    return [packed[first : first + size] for first in range(0, len(packed), size)]


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate"])
async def test_a_whole_answer_is_unpacked(coding: str) -> None:
    packed = zlib.compress(WHOLE) if coding == "deflate" else gzip.compress(WHOLE[:50]) + gzip.compress(WHOLE[50:])
    call, answer = await asked(200, {**JSON, "content-encoding": coding}, split(packed, 7))
    assert (call.status, answer.closed) == (200, True)
    assert json.loads(call.body)["choices"] == json.loads(WHOLE)["choices"]
    assert "content-encoding" not in call.headers


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_deflate_without_the_head_that_it_should_have_is_unpacked(size: int) -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(WHOLE) + packer.flush()
    call, _ = await asked(200, {**JSON, "content-encoding": "deflate"}, split(packed, size))
    assert call.status == 200
    assert json.loads(call.body)["choices"] == json.loads(WHOLE)["choices"]
    with pytest.raises(UpstreamCut):
        await unpacked(ScriptedResponse(200, {"content-encoding": "deflate"}, split(packed[:-9], size))).read(10_000)


async def test_a_stream_is_unpacked_event_by_event() -> None:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    script = [packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH) for frame in FRAMES]
    script.append(packer.flush())
    plain, _ = await asked(200, SSE, list(FRAMES))
    call, _ = await asked(200, {**SSE, "content-encoding": "gzip"}, script)
    assert (call.status, call.body) == (200, plain.body)
    assert b"data: [DONE]" in call.body


async def test_a_refusal_is_unpacked() -> None:
    refusal = gzip.compress(b'{"error": {"message": "no such thing", "type": "invalid_request_error", "code": "x"}}')
    call, _ = await asked(404, {**JSON, "content-encoding": "gzip"}, [refusal])
    assert call.status == 404
    assert json.loads(call.body)["error"]["message"] == "no such thing"


@pytest.mark.parametrize(
    ("coding", "body", "told"),
    [
        ("br", b"\x0b\x02\x80{}\x03", "asked not to. Turn compression off"),
        ("gzip, br", gzip.compress(WHOLE), "asked not to. Turn compression off"),
        ("gzip", WHOLE, "said to be compressed, and is not"),
        ("gzip", gzip.compress(WHOLE)[:-20], "broke off"),
    ],
)
async def test_what_cannot_be_read_is_told(coding: str, body: bytes, told: str) -> None:
    call, answer = await asked(200, {**JSON, "content-encoding": coding}, [body])
    assert (call.status, answer.closed) == (502, True)
    assert told in json.loads(call.body)["error"]["message"]


async def test_little_that_unpacks_to_much_is_read_in_pieces_and_up_to_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=1)
    answer = ScriptedResponse(200, {**JSON, "content-encoding": "gzip"}, split(bomb, 65_536))
    tracemalloc.start()
    try:
        with pytest.raises(UpstreamNonsense, match="longer than"):
            await unpacked(answer).read(1024 * 1024)
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert answer.closed
    answer = ScriptedResponse(200, {**JSON, "content-encoding": "gzip"}, [bomb])
    chunks = unpacked(answer).chunks()
    assert {len(await anext(chunks)) for _ in range(20)} == {AT_ONCE}


@pytest.mark.parametrize("size", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
@pytest.mark.parametrize("at_once", [1000, 10_000_000])
async def test_nothing_is_lost_at_the_edges_of_pieces(size: int, at_once: int) -> None:
    body = bytes(number * number % 251 for number in range(size))
    packed = split(gzip.compress(body), at_once)
    headers = {"content-encoding": "gzip"}
    assert await unpacked(ScriptedResponse(200, headers, packed)).read(size) == body
    with pytest.raises(UpstreamCut):
        await unpacked(ScriptedResponse(200, headers, [*packed[:-1], packed[-1][:-1]])).read(size)
    assert await unpacked(ScriptedResponse(200, headers, [])).read(size) == b""
