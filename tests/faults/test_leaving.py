"""A replica that is told to stop, as a process of its own: nobody loses an answer, nothing is lost, exit 0."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.ports import free_port
from tests.support.replicas import environment, log_of, replica_processes, wait_for, with_key
from tests.support.running import TEST_ROOT_KEY
from tests.support.warm import WarmProcess

pytestmark = pytest.mark.asyncio

POLICY = """\
version: 1
providers:
  sim: {{kind: local, base_url: "{url}/local/v1", region: on_prem, engine: vllm}}
models:
  slow: {{targets: [{{provider: sim, model: "m+chunks=40+slow=0.05"}}]}}
  endless: {{targets: [{{provider: sim, model: "m+chunks=2000+slow=0.05"}}]}}
  silent: {{targets: [{{provider: sim, model: "m+stall-after=1"}}]}}
teams:
  demo: {{models: [slow, endless, silent]}}
overload: {{announce: {announce}, drain: {drain}}}
"""


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[SimulatedServer]:
    server = await serve_simulated()
    yield server
    await server.close()


class Replica:
    def __init__(self, url: str, process: WarmProcess, key: str, home: Path) -> None:
        self.url = url
        self.process = process
        self.key = key
        self._home = home

    def rows(self) -> list[tuple[str, str | None, int]]:
        """(status, error code, output tokens) of all usage rows, once the process has ended."""
        with closing(sqlite3.connect(self._home / "state" / "gateway.db")) as database:
            return list(database.execute("SELECT status, error_code, output_tokens FROM usage ORDER BY at"))

    async def ended(self) -> int:
        return await asyncio.to_thread(self.process.wait, 60)


@contextmanager
def running(home: Path, url: str, announce: str, drain: str) -> Iterator[Replica]:
    (home / "policies").mkdir()
    (home / "policies" / "p.yaml").write_text(POLICY.format(url=url, announce=announce, drain=drain))
    environ = environment(home, {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ENV": "prod"})
    _, key = with_key(environ, team="demo")
    with replica_processes(home, environ, 1) as processes:
        [(own, process)] = processes.items()
        yield Replica(own, process, key, home)


async def stream(replica: Replica, model: str, first: asyncio.Event) -> list[dict[str, Any]]:
    """The frames of one stream, to its end."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {replica.key}"}
    frames: list[dict[str, Any]] = []
    async with (
        httpx.AsyncClient(trust_env=False, timeout=60) as client,
        client.stream("POST", f"{replica.url}/v1/chat/completions", json=body, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            first.set()
            if line.startswith("data: {"):
                frames.append(json.loads(line[6:]))
            elif line == "data: [DONE]":
                frames.append({"done": True})
    return frames


async def array(replica: Replica, model: str, first: asyncio.Event) -> list[dict[str, Any]]:
    """Gemini's stream as one JSON array, to its end."""
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    url, headers = f"{replica.url}/v1beta/models/{model}:streamGenerateContent", {"x-goog-api-key": replica.key}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=60) as client,
        client.stream("POST", url, json=body, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        first.set()
        told: list[dict[str, Any]] = json.loads(await answer.aread())
    return told


async def streams(replica: Replica, model: str, count: int) -> list[asyncio.Task[list[dict[str, Any]]]]:
    """So many, each past its first byte."""
    events = [asyncio.Event() for _ in range(count)]
    tasks = [asyncio.create_task(stream(replica, model, event)) for event in events]
    await asyncio.gather(*(event.wait() for event in events))
    return tasks


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest_asyncio.fixture
async def replica(request: pytest.FixtureRequest, provider: SimulatedServer, home: Path) -> AsyncIterator[Replica]:
    """With the (announce, drain) of the test."""
    context = running(home, provider.url, *request.param)
    replica = await asyncio.to_thread(context.__enter__)
    yield replica
    await asyncio.to_thread(context.__exit__, None, None, None)


async def ready(replica: Replica, client: httpx.AsyncClient) -> int:
    return (await client.get(f"{replica.url}/health/ready")).status_code


@pytest.mark.parametrize("replica", [("3s", "60s")], indirect=True)
@pytest.mark.fault("A6")
async def test_it_is_unready_first_then_lets_nobody_in_and_ends_when_the_last_stream_has(replica: Replica) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        before = await streams(replica, "slow", 20)
        replica.process.terminate()
        while await ready(replica, client) == 200:
            await asyncio.sleep(0.01)
        meanwhile = await streams(replica, "slow", 3)  # whoever has not heard of it yet is served
        told = await asyncio.gather(*before, *meanwhile)
        assert all(frames[-1] == {"done": True} for frames in told)
        assert await replica.ended() == 0
    rows = await asyncio.to_thread(replica.rows)
    assert [row[0] for row in rows] == ["ok"] * 23


@pytest.mark.parametrize("replica", [("1 ms", "60s")], indirect=True)
async def test_who_comes_late_on_an_open_connection_is_sent_elsewhere(replica: Replica) -> None:
    headers = {"authorization": f"Bearer {replica.key}"}
    async with httpx.AsyncClient(trust_env=False, timeout=30, headers=headers) as client:
        going = await streams(replica, "slow", 1)
        assert (await client.get(f"{replica.url}/v1/models")).status_code == 200
        replica.process.terminate()
        answer = await client.get(f"{replica.url}/v1/models")
        while answer.status_code == 200:
            answer = await client.get(f"{replica.url}/v1/models")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "shutting_down")
        assert (answer.headers["retry-after"], answer.headers["connection"]) == ("1", "close")
        assert (await going[0])[-1] == {"done": True}
        assert await replica.ended() == 0


@pytest.mark.parametrize("replica", [("1 ms", "200 ms")], indirect=True)
@pytest.mark.fault("A6")
async def test_what_outlasts_the_drain_ends_in_an_error_frame_and_is_accounted_for(replica: Replica) -> None:
    going = await streams(replica, "endless", 5)
    replica.process.terminate()
    for frames in await asyncio.gather(*going):
        assert frames[-1]["error"]["code"] == "shutting_down"
        assert {"done": True} not in frames
    assert await replica.ended() == 0
    rows = await asyncio.to_thread(replica.rows)
    assert [row[:2] for row in rows] == [("failed", "shutting_down")] * 5
    assert all(tokens > 0 for _, _, tokens in rows)


@pytest.mark.parametrize("replica", [("60s", "600s")], indirect=True)
async def test_a_second_signal_ends_it_now_and_still_loses_nothing(replica: Replica) -> None:
    going = await streams(replica, "endless", 3)
    begun = asyncio.Event()
    going.append(asyncio.create_task(array(replica, "silent", begun)))  # nothing but the head has gone out of it
    await begun.wait()
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        replica.process.terminate()
        while await ready(replica, client) == 200:
            await asyncio.sleep(0.01)
    replica.process.terminate()
    for frames in await asyncio.gather(*going):
        assert frames[-1]["error"]["code"] in {"shutting_down", 503}
    assert await replica.ended() == 0
    assert len(await asyncio.to_thread(replica.rows)) == 4


@contextmanager
def session_leader(home: Path, terminal: str) -> Iterator[tuple[WarmProcess, Path]]:
    """A gateway that is ready, and its log; without a terminal, if that is empty."""
    (home / "policies").mkdir(parents=True)
    (home / "policies" / "p.yaml").write_text(POLICY.format(url="http://127.0.0.1:9", announce="1 ms", drain="1s"))
    more = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_LOG_LEVEL": "info", "TERMINAL": terminal}
    environ = environment(home, more)
    with_key(environ, team="demo")
    port = free_port()
    with log_of(home, port).open("ab") as log:
        words, entry = ["serve", "--port", str(port)], "tests.support.own_session:main"
        process = WarmProcess(words, cwd=home, env=environ, stderr=log, entry=entry)
    try:
        wait_for(process, f"http://127.0.0.1:{port}/health/ready")
        yield process, log_of(home, port)
    finally:
        process.kill()
        process.wait(60)


async def test_a_terminal_that_goes_ends_its_gateway_and_a_hangup_no_service(home: Path) -> None:
    def run() -> None:
        ours, theirs = os.openpty()
        with session_leader(home / "on a terminal", os.ttyname(theirs)) as (process, _):
            os.close(theirs)
            os.close(ours)
            assert process.wait(60) == 0
        with session_leader(home / "service", "") as (process, log):
            process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 60
            while "reload_asked" not in log.read_text():
                assert time.monotonic() < end, log.read_text()
                assert process.poll() is None
                time.sleep(0.01)
            process.terminate()
            assert process.wait(60) == 0
            assert '"event":"gateway_stopped"' in log.read_text()

    await asyncio.to_thread(run)
