"""A replica whose background work a defect has ended says so where balancers and operators ask."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.providers.simulated.server import SimulatedServer
from gateway.quota.pace import PaceWatcher
from gateway.quota.settling import Settling
from gateway.storage import clock_watch, directory
from gateway.storage.keys import KeyStore
from gateway.system_clock import SystemClock
from tests.support.databases import PostgresServer
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio


async def breaks(_: Any) -> None:
    raise LookupError("Hans Muster")


async def readiness(gateway: RunningGateway) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/health/ready") as answer:
        return answer.status, await answer.json()


async def test_without_vital_work_it_is_not_ready(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settling, "_beat", breaks)
    async with serving(policy_for(simulated.url), tmp_path) as gateway:
        status, told = await readiness(gateway)
    assert (status, told["status"], set(told["problems"])) == (503, "not ready", {"work"})
    assert "extend leases" in told["problems"]["work"]
    assert "Hans" not in str(told)


async def test_without_lesser_work_it_serves_and_says_so(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaceWatcher, "_watch", breaks)
    async with serving(policy_for(simulated.url), tmp_path) as gateway:
        status, told = await readiness(gateway)
        async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/metrics") as answer:
            numbers = await answer.text()
    assert (status, told["status"], set(told["problems"])) == (200, "degraded", {"lesser_work"})
    assert re.findall(r'gateway_problem\{problem="(\w+)"\} 1\.0', numbers) == ["lesser_work"]
    assert "watch the pace of spending" in told["problems"]["lesser_work"]


async def test_a_database_that_is_away_takes_no_replica_out_before_it_can_serve_nobody(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(directory, "FRESH", 0.2)
    monkeypatch.setattr(directory, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(directory, "PAUSE", 0.05)
    async with serving(policy_for(simulated.url), tmp_path) as gateway:
        with monkeypatch.context() as patched:
            patched.setattr(KeyStore, "changes_since", away)
            patched.setattr(AsyncEngine, "connect", away)
            async with asyncio.timeout(10):
                while (found := await readiness(gateway))[1]["status"] == "ready":
                    await asyncio.sleep(0.02)
            assert (found[0], found[1]["status"], set(found[1]["problems"])) == (200, "degraded", {"database"})
            patched.setattr(directory, "STALE", 0.2)
            async with asyncio.timeout(10):
                while (found := await readiness(gateway))[0] == 200:
                    await asyncio.sleep(0.02)
            assert (found[0], set(found[1]["problems"])) == (503, {"database"})
        async with asyncio.timeout(10):
            while (await readiness(gateway))[1]["status"] != "ready":
                await asyncio.sleep(0.02)


@pytest.mark.postgres
async def test_a_database_that_takes_no_writes_is_told(
    simulated: SimulatedServer, tmp_path: Path, postgres: PostgresServer
) -> None:
    """As one that has become a standby: it answers every question, and nothing reaches it."""
    name = postgres.create_migrated_database()
    async with serving(policy_for(simulated.url), tmp_path, postgres.url(name)) as gateway:

        async def becomes(status: str) -> dict[str, Any]:
            async with aiohttp.ClientSession() as session, asyncio.timeout(30):
                while True:
                    code, told = await readiness(gateway)
                    assert code == 200, told
                    if told["status"] == status:
                        return told
                    body = {"model": "openai/gpt-5-mini", "messages": [{"role": "user", "content": "hi"}]}
                    headers = {"authorization": f"Bearer {gateway.key}"}
                    async with session.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as answer:
                        assert answer.status == 200, await answer.text()

        def takes(writes: str) -> None:
            postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {writes}")
            postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

        takes("on")
        assert "takes no records" in (await becomes("degraded"))["problems"]["database"]
        takes("off")
        await becomes("ready")
        rows = await gateway.usage_rows()
    assert {row["status"] for row in rows} == {"ok"}
    postgres.drop_database(name)


@pytest.mark.postgres
@pytest.mark.parametrize(("hours", "told"), [(2, "s ahead of"), (-2, "s behind")])
async def test_a_clock_that_differs_from_the_database_s_is_told_and_forgotten_once_it_is_set(
    simulated: SimulatedServer,
    tmp_path: Path,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    told: str,
) -> None:
    """Its days, and with them its budgets, begin at another time than those of other replicas."""
    monkeypatch.setattr(clock_watch, "EVERY", 0.05)
    monkeypatch.setattr(SystemClock, "now", staticmethod(lambda: time.time() + hours * 3600))
    name = postgres.create_migrated_database()
    async with serving(policy_for(simulated.url), tmp_path, postgres.url(name)) as gateway, asyncio.timeout(20):
        while (found := await readiness(gateway))[1]["status"] == "ready":
            await asyncio.sleep(0.02)
        assert (found[0], set(found[1]["problems"])) == (200, {"clock"})
        assert told in found[1]["problems"]["clock"]
        monkeypatch.setattr(SystemClock, "now", staticmethod(time.time))
        while (await readiness(gateway))[1]["status"] != "ready":
            await asyncio.sleep(0.02)
    postgres.drop_database(name)


async def test_with_all_of_it_it_is_ready(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(policy_for(simulated.url), tmp_path) as gateway:
        status, told = await readiness(gateway)
    assert (status, told["problems"]) == (200, {})
