"""More than one core can do, for a gateway with a core of its own; clients and provider have the other.

Other work on the machine takes that core away, too. So seconds are those in which the core was the gateway's, idle or
busy (`Core`); and goodput is also told by what a second of its processor time was good for, which no other work alters.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from gateway.core.overload import PRIORITY_HEADER
from tests.bench.processes import MEASURED_CORE, OTHER_CORE, pin
from tests.bench.upstream import Provider
from tests.support.open_loop import Crowd, Outcome, chat_request, crowd_before
from tests.support.ports import free_port
from tests.support.replicas import command, environment, wait_for
from tests.support.running import TEST_ROOT_KEY

pytestmark = pytest.mark.asyncio

POLICY = """\
version: 1
providers:
  sim: {{kind: openai, base_url: "http://127.0.0.1:{port}/v1", api_key: "not-a-secret-at-all", region: us}}
models:
  m: {{targets: [{{provider: sim, model: gpt-5-mini}}]}}
teams:
{teams}
"""
TEAMS = 8
TAKES = 0.003
"""Seconds of the core, beside what any request takes."""
ANSWERS_AFTER = 0.05
"""Seconds of the provider."""
LONGEST_STEP = 0.1
"""Seconds that the clients may be late: what they were kept from asking in more than that is not asked at once."""


class Slow(Provider):
    """The benches' provider, some time later."""

    def answer(self, line: bytes, body: bytes) -> None:
        asyncio.get_running_loop().call_later(ANSWERS_AFTER, self._late, line, body)

    def _late(self, line: bytes, body: bytes) -> None:
        if self.transport is not None:
            super().answer(line, body)


class Core:
    """Of one process, as the scheduler tells it. `now`: seconds in which its core was its own, idle ones too."""

    def __init__(self, process: int) -> None:
        self._threads = Path(f"/proc/{process}/task")
        self._main = str(process)

    def now(self) -> float:
        waited, beside = 0, 0
        for thread in self._threads.iterdir():
            with contextlib.suppress(OSError):  # a thread that ended between the two
                ran, waiting, _ = map(int, (thread / "schedstat").read_text().split())
                if thread.name == self._main:
                    waited = waiting
                else:
                    beside += ran  # the main thread waits for its sisters, too
        return time.monotonic() - (waited - beside) / 1e9

    def used(self) -> float:
        """Seconds of processor time."""
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in self._threads.iterdir()) / 1e9


@contextlib.asynccontextmanager
async def gateway_on_its_core(folder: Path) -> AsyncIterator[tuple[str, Core, list[str]]]:
    """Its URL, its core, and a key of each team."""
    provider = await asyncio.get_running_loop().create_server(Slow, "127.0.0.1", 0)
    teams = [f"t{number}" for number in range(TEAMS)]
    (folder / "policies").mkdir()
    lines = "".join(f"  {team}: {{models: [m]}}\n" for team in teams)
    port = provider.sockets[0].getsockname()[1]
    (folder / "policies" / "p.yaml").write_text(POLICY.format(port=port, teams=lines))
    environ = environment(folder, {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ENV": "prod"})
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    await asyncio.to_thread(command, folder, environ, "migrate")
    keys = []
    for team in teams:
        made = await asyncio.to_thread(command, folder, environ, "keys", "create", "--team", team, "--json")
        keys.append(json.loads(made)["key"])
    words, port = ["-m", "tests.support.slow_gateway"], free_port()
    before = os.sched_getaffinity(0)
    pin(MEASURED_CORE)  # inherited
    process = subprocess.Popen([sys.executable, *words, str(port), str(TAKES)], cwd=folder, env=environ)  # noqa: ASYNC220
    pin(OTHER_CORE)
    try_to_be_in_time()
    try:
        url = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(wait_for, process, f"{url}/health/ready")
        yield url, Core(process.pid), keys
    finally:
        os.sched_setaffinity(0, before)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        process.terminate()
        await asyncio.to_thread(process.wait, 60)
        provider.close()


def try_to_be_in_time() -> None:
    """Clients and provider take little of their core, and are given it at once where this process may ask for that."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


async def most(clients: Crowd, core: Core, requests: Iterator[tuple[str, bytes]], seconds: float) -> float:
    """Requests that are answered in a second of the core where there is always one more."""
    ends, began, answered = time.monotonic() + seconds, core.used(), 0

    async def client() -> None:
        nonlocal answered
        while time.monotonic() < ends:
            status = await clients.ask(next(requests)[1])
            answered += status == 200

    await asyncio.gather(*(client() for _ in range(64)))
    return answered / (core.used() - began)


async def at_a_rate(
    clients: Crowd, core: Core, requests: Iterator[tuple[str, bytes]], rate: float, seconds: float
) -> list[Outcome]:
    """As `Crowd.at_a_rate`, in seconds of the core."""
    outcomes: list[Outcome] = []

    async def one(kind: str, request: bytes) -> None:
        asked = core.now()
        status = await clients.ask(request)
        outcomes.append(Outcome(kind, status, asked, core.now()))

    passed, owed, before = 0.0, 0.0, core.now()
    async with asyncio.TaskGroup() as asking:
        while passed < seconds:
            await asyncio.sleep(0.004)
            now = core.now()
            step = min(now - before, LONGEST_STEP)
            before, passed, owed = now, passed + step, owed + step * rate
            while owed >= 1:
                asking.create_task(one(*next(requests)))
                owed -= 1
    return outcomes


def part(outcomes: list[Outcome], kind: str) -> float:
    of_this = [one.status == 200 for one in outcomes if one.kind == kind]
    return sum(of_this) / len(of_this)


def slowest(outcomes: list[Outcome], kind: str) -> float:
    """The 99th percentile of the answered, in seconds."""
    took = sorted(one.took for one in outcomes if one.kind == kind and one.status == 200)
    return took[int(0.99 * len(took))]


@pytest.mark.soak
@pytest.mark.alone
@pytest.mark.timeout(600)
@pytest.mark.fault("E11")
async def test_thirty_seconds_at_twice_what_a_core_can_do(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with gateway_on_its_core(tmp_path) as (url, core, keys), crowd_before(url) as clients:
        heads = [{"authorization": f"Bearer {key}"} for key in keys]
        people = itertools.cycle([chat_request("m", {**head, PRIORITY_HEADER: "interactive"}) for head in heads])
        batch = itertools.cycle([chat_request("m", {**head, PRIORITY_HEADER: "batch"}) for head in heads])
        turn = itertools.cycle([("people", people), *([("batch", batch)] * 4)])
        mixed = ((kind, next(requests)) for kind, requests in turn)
        await most(clients, core, mixed, 2)
        maximum = await most(clients, core, mixed, 8)
        alone = await at_a_rate(clients, core, mixed, maximum / 2, 8)
        used, began = core.used(), core.now()
        seen = await at_a_rate(clients, core, mixed, 2 * maximum, 30)
        used, lasted = core.used() - used, core.now() - began
        after = core.now()
        while [await clients.ask(next(batch)) for _ in range(3)] != [200] * 3:
            await asyncio.sleep(0.02)
        recovered = core.now() - after
    answered = sum(one.status == 200 for one in seen)
    goodput, happy = answered / used / maximum, part(seen, "people")
    of_people, of_batch = (slowest(seen, kind) / slowest(alone, kind) for kind in ("people", "batch"))
    record_property(
        "figure",
        f"a core's worth, 30 s: goodput {100 * goodput:.0f} % of the maximum ({maximum:.0f} a second of the core, "
        f"{100 * used / lasted:.0f} % of it used); {100 * happy:.1f} % of people answered, "
        f"{100 * part(seen, 'batch'):.0f} % of batch; p99 of people {of_people:.1f} times, of batch {of_batch:.1f} "
        f"times that at half the maximum; normal after {recovered:.1f} s",
    )
    assert {one.status for one in seen} == {200, 503}
    assert goodput >= 0.9
    assert happy >= 0.99
    assert part(seen, "batch") < 0.9
    assert recovered <= 5
