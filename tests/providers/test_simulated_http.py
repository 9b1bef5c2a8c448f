"""The server's HTTP: keep-alive, pipelining, slow readers, leaving callers; and the process of its own."""

import asyncio
import json
import signal
import socket
import subprocess
import sys

import pytest

from gateway.providers.simulated.server import MAX_REMEMBERED, serve_simulated
from tests.support.simulated import calling
from tests.support.waiting import until

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()


def request(body: bytes = BODY, path: str = "/openai/v1/chat/completions", *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: x", "authorization: Bearer k", f"content-length: {len(body)}", *headers]
    return "\r\n".join((*lines, "", "")).encode() + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """(head, body) of one answer with a content-length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head, await reader.readexactly(length)


async def connect(server):
    return await asyncio.open_connection("127.0.0.1", int(server.url.rsplit(":", 1)[1]))


@pytest.mark.asyncio
async def test_pipelined_requests_are_answered_in_order():
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        bodies = [BODY.replace(b"Hello", f"number {number}".encode()) for number in range(5)]
        slow = json.loads(bodies[0]) | {"model": "m+first-byte-delay=0.02"}
        bodies[0] = json.dumps(slow).encode()
        writer.write(b"".join(map(request, bodies)))
        answers = [(await read_answer(reader))[1] for _ in bodies]
        assert [f"number {number}".encode() in answer for number, answer in enumerate(answers)] == [True] * 5
        assert caller.server.open_connections == 1
        writer.close()
        await writer.wait_closed()


@pytest.mark.asyncio
async def test_connection_close_and_bad_requests():
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        writer.write(request(BODY, "/openai/v1/chat/completions", "connection: close"))
        assert b"connection: close" in (await reader.read())
        writer.close()
        reader, writer = await connect(caller.server)
        writer.write(b"NONSENSE\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()


@pytest.mark.asyncio
async def test_expectation_is_met():
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        whole = request(BODY, "/openai/v1/chat/completions", "expect: 100-continue")
        writer.write(whole[: -len(BODY)])
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(BODY)
        assert (await read_answer(reader))[0].startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.asyncio
async def test_hang_up_and_stray_bytes():
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        writer.write(request(BODY.replace(b'"m"', b'"m+hang-up"')))
        await read_answer(reader)
        assert await reader.read() == b""
        writer.close()
        reader, writer = await connect(caller.server)
        writer.write(request(BODY.replace(b'"m"', b'"m+stray"')))
        await read_answer(reader)
        assert (await read_answer(reader))[1] == b"stray"
        writer.close()


@pytest.mark.asyncio
async def test_a_slow_reader_holds_the_frames_back():
    body = json.dumps(
        {"model": "m+chunks=50000", "stream": True, "messages": [{"role": "user", "content": "x"}]}
    ).encode()
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        writer.write(request(body))
        await reader.readuntil(b"\r\n\r\n")
        exchange = caller.server.requests[-1]
        held = -1
        while held != exchange.frames_sent:
            held = exchange.frames_sent
            await asyncio.sleep(0.1)
        assert held < 50_000
        assert exchange.outcome == "running"
        while exchange.outcome == "running":
            assert await reader.read(1 << 20)
        assert exchange.outcome == "completed"
        writer.close()


@pytest.mark.asyncio
async def test_a_caller_that_leaves_aborts_the_stream():
    body = json.dumps(
        {"model": "m+slow=0.01", "stream": True, "messages": [{"role": "user", "content": "stream 500 chunks"}]}
    ).encode()
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        writer.write(request(body))
        got = b""
        while got.count(b"data:") < 5:
            got += await reader.read(4096)
        assert caller.server.open_streams == 1
        writer.transport.abort()
        exchange = caller.server.requests[-1]
        await until(lambda: exchange.outcome == "aborted")
        assert 0 < exchange.bill.output_tokens < 500
        await until(lambda: caller.server.open_connections == 0)


@pytest.mark.asyncio
async def test_metrics_and_health():
    async with calling() as caller:
        assert (await caller.get("/local/health")).status == 200
        metrics = (await caller.get("/local/metrics")).text
    assert "vllm:num_requests_running 0" in metrics
    assert "vllm:num_requests_waiting 0" in metrics


@pytest.mark.asyncio
async def test_memory_is_bounded():
    async with calling() as caller:
        reader, writer = await connect(caller.server)
        for _ in range(MAX_REMEMBERED // 64 + 1):
            writer.write(request() * 64)
            for _ in range(64):
                await read_answer(reader)
        writer.close()
    assert len(caller.server.requests) == MAX_REMEMBERED


@pytest.mark.asyncio
async def test_close_is_idempotent_and_leaves_nothing():
    server = await serve_simulated()
    reader, writer = await connect(server)
    body = BODY.replace(b'"m"', b'"m+stall-after=1", "stream": true')
    writer.write(request(body))
    await reader.readuntil(b"\n\n")
    await server.close()
    await server.close()
    assert server.open_connections == 0
    assert server.requests[-1].outcome == "aborted"
    writer.close()


def ask_process(port: int, model: str) -> bytes:
    """Everything that comes until the server closes; a reset is told by a last word."""
    body = json.dumps({"model": model, "stream": True, "messages": [{"role": "user", "content": "stream 60 chunks"}]})
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plug:
        plug.sendall(request(body.encode(), "/openai/v1/chat/completions", "connection: close"))
        got = b""
        try:
            while data := plug.recv(65536):
                got += data
        except ConnectionResetError:
            got += b"RESET"
    return got


def test_a_process_of_its_own():
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.providers.simulated", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        port = int(line.rsplit(":", 1)[1])
        assert ask_process(port, "m").endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        cut, reset = ask_process(port, "m+cut-after=3"), ask_process(port, "m+reset-after=3")
        assert cut.count(b"data: ") == reset.count(b"data: ") == 3
        assert (cut.endswith(b"RESET"), reset.endswith(b"RESET")) == (False, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
