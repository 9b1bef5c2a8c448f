"""Strict mode as the operating system sees it: no byte of a request leaves for a provider before the disk has its
record, and no last byte of an answer before the disk has how it ended.

The gateway runs under `tests.support.syscalls`, one request at a time, so that what is written in between is its.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.support.ports import free_port
from tests.support.replicas import environment, wait_for, with_key
from tests.support.simulated import simulated_in_thread

POLICY = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: provider-secret-synced, region: us}}
prices:
  overrides: [{{provider: openai, model: "*", since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}}]
teams:
  demo: {{models: ["*"], audit: {{mode: strict}}}}
"""


class Event(NamedTuple):
    kind: str
    file: str
    data: bytes

    @property
    def journalled(self) -> bool:
        return self.kind == "write" and self._in_journal

    @property
    def synced(self) -> bool:
        return self.kind == "synced" and self._in_journal

    @property
    def _in_journal(self) -> bool:
        return "/journal/" in self.file and self.file.endswith(".journal")


@pytest.fixture
def provider() -> Iterator[SimulatedServer]:
    with simulated_in_thread() as server:
        yield server


def traced(home: Path, provider: SimulatedServer, number: int) -> tuple[list[str], list[Event]]:
    """Ids of so many requests, every second one streamed, and what the gateway did meanwhile."""
    (home / "policies").mkdir()
    (home / "given").mkdir()  # the tracer's, which sees keys on their way to the provider
    (home / "policies" / "p.yaml").write_text(POLICY.format(url=provider.url))
    environ = environment(home, {})
    _, key = with_key(environ, team="demo")
    port = free_port()
    tracer = [sys.executable, "-m", "tests.support.syscalls", str(home / "given" / "calls")]
    serve = ["--", sys.executable, "-m", "gateway", "serve", "--policies", str(home / "policies"), "--port", str(port)]
    root = Path(__file__).parents[2]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([*tracer, *serve], cwd=root, env=environ, stdout=log, stderr=log)
    try:
        wait_for(process, f"http://127.0.0.1:{port}/health/ready")
        ids = []
        with httpx.Client(timeout=60, headers={"authorization": f"Bearer {key}"}) as client:
            for turn in range(number):
                body: dict[str, Any] = {"model": "openai/m", "messages": [{"role": "user", "content": f"turn {turn}."}]}
                answer = client.post(
                    f"http://127.0.0.1:{port}/v1/chat/completions", json={**body, "stream": turn % 2 == 1}
                )
                assert answer.status_code == 200
                ids.append(answer.headers["x-gateway-request-id"])
    finally:
        process.terminate()
        process.wait(60)
    lines = [json.loads(line) for line in (home / "given" / "calls").read_text().splitlines()]
    return ids, [Event(kind, file, base64.b64decode(*data) if data else b"") for kind, file, *data in lines]


def check(ids: list[str], events: list[Event]) -> int:
    """How many times both promises were seen kept; raises AssertionError where one was not."""
    provider_side = {event.file for event in events if event.data.startswith(b"POST /openai/v1/")}
    client_side = {event.file for event in events if event.data.startswith(b"HTTP/1.1 ")} - provider_side
    before = 0
    for turn, request in enumerate(ids):
        sent = next(
            place
            for place in range(before, len(events))
            if events[place].file in provider_side and f"turn {turn}.".encode() in events[place].data
        )
        after = next(
            (
                place
                for place in range(sent + 1, len(events))
                if events[place].file in provider_side and f"turn {turn + 1}.".encode() in events[place].data
            ),
            len(events),
        )
        head = next(
            place
            for place in range(sent, after)
            if events[place].file in client_side and request.encode() in events[place].data
        )
        answered = [place for place in range(head, after) if events[place].file == events[head].file]
        last = _last_of(events, answered)
        for begins, ends in ((before, sent), (sent, last)):
            written = [place for place in range(begins, ends) if events[place].journalled]
            mine = [place for place in written if request.encode() in events[place].data] or written
            assert mine, (turn, "nothing was written before it went out")
            assert any(events[place].synced for place in range(mine[0], ends)), (turn, "it left before the disk had it")
        before = last + 1
    return len(ids)


def _last_of(events: list[Event], answered: list[int]) -> int:
    """Where the answer's last byte begins to leave: the end of its chunks, or of its one piece."""
    chunked = b"transfer-encoding: chunked" in events[answered[0]].data.lower()
    if not chunked:
        return answered[-1]
    return next(place for place in answered if events[place].data.endswith(b"0\r\n\r\n"))


def the_check_sees_what_goes_out_too_early(ids: list[str], events: list[Event]) -> None:
    early = [event for event in events if not event.synced]
    with pytest.raises(AssertionError, match="before the disk had it"):
        check(ids, early)
    swapped = [*events]
    sent = next(place for place, event in enumerate(events) if b"turn 1." in event.data)
    synced = max(place for place in range(sent) if events[place].synced)
    swapped.insert(synced, swapped.pop(sent))
    with pytest.raises(AssertionError, match="before the disk had it"):
        check(ids, swapped)


@pytest.mark.fault("J10")
def test_nothing_leaves_before_the_disk_has_it(tmp_path: Path, provider: SimulatedServer) -> None:
    ids, events = traced(tmp_path, provider, 20)
    assert check(ids, events) == 20
    the_check_sees_what_goes_out_too_early(ids, events)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.fault("J10")
def test_nothing_leaves_before_the_disk_has_it_five_hundred_times(
    tmp_path: Path, provider: SimulatedServer, record_property: Any
) -> None:
    kept = check(*traced(tmp_path, provider, 500))
    record_property("figure", f"{kept} requests, plain and streamed, by ptrace: both promises kept each time")
    assert kept == 500
