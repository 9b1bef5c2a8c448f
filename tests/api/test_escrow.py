"""`without_counters: escrow`: what a gateway had reserved of a budget before Redis died is spent without it, and no
more; on a real Valkey that is killed.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.limits import Budget
from gateway.core.money import NANO
from gateway.core.policy import Policy
from gateway.providers.simulated.server import SimulatedServer
from gateway.quota import failover
from gateway.quota.allowances import escrow_of
from gateway.storage import redis as redis_module
from tests.api.test_limits import BODY, francs, limited, posting
from tests.support.running import RunningGateway, serving
from tests.support.valkey import kill, save, valkey_server

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey]

LIMIT = 100
CHUNK = LIMIT * NANO // 200
SHORT = {**BODY, "max_tokens": 1}


def policy_of(simulated: SimulatedServer) -> Policy:
    policy = limited(simulated, budgets=(Budget(name="month", period="month", limit=francs(LIMIT)),))
    return msgspec.structs.replace(policy, without_counters="escrow")


async def spent(gateway: RunningGateway) -> int:
    return sum(row["cost_nano"] or 0 for row in await gateway.usage_rows())


def in_escrow(gateway: RunningGateway) -> int:
    shared = gateway.gateway.limits._shared
    assert shared is not None
    return sum(lease.free for lease in shared._in_redis._leases._leases.values())


async def until(holds: Any) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def answered(post: Any) -> None:
    async with asyncio.timeout(30):
        while (await post(SHORT))[0] != 200:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("back", ["emptied", "as it was"])
async def test_what_was_reserved_before_is_spent_and_no_more(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: str
) -> None:
    monkeypatch.setattr(redis_module, "CALL_SECONDS", 0.5)
    with valkey_server() as server:
        async with (
            serving(policy_of(simulated), tmp_path, redis_url=server.connection_url) as gateway,
            posting(gateway) as post,
        ):
            await answered(post)
            await until(lambda: in_escrow(gateway) == CHUNK)
            before = await spent(gateway)
            if back == "emptied":
                (Path(server.data_dir) / "dump.rdb").unlink(missing_ok=True)
                await asyncio.to_thread(kill, server)
            else:
                await asyncio.to_thread(save, server)
                await asyncio.to_thread(kill, server)
            statuses: list[int] = []
            while 503 not in statuses:
                statuses.append((await post(SHORT))[0])
                assert len(statuses) < 1000
            began = time.monotonic()
            status, headers, body = await post(SHORT)
            assert (status, body["error"]["code"]) == (503, "limits_unavailable")
            assert headers["retry-after"]
            assert time.monotonic() - began < 5
            gone = await spent(gateway) - before
            assert statuses.count(200) > 10
            assert set(statuses) == {200, 503}
            assert CHUNK / 2 < gone <= CHUNK
            await asyncio.to_thread(server.start)
            await answered(post)
            await gateway.gateway.limits.drain()
            money = gateway.gateway.limits.budgets._counters
            [name] = [
                allowance.counter
                for known in gateway.gateway.limits.allowances._known.values()
                for allowance in known.allowances
            ]
            total = await spent(gateway)
            await until_read(money, name, (total, 0))


async def until_read(counters: Any, name: str, expected: tuple[int, int]) -> None:
    async with asyncio.timeout(20):
        while await counters.read(name) != expected:
            await asyncio.sleep(0.02)


async def test_who_is_started_while_redis_is_dead_has_reserved_nothing(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "PATIENCE", 1.0)
    with valkey_server() as server:
        url = server.connection_url
        async with serving(policy_of(simulated), tmp_path, redis_url=url) as gateway, posting(gateway) as post:
            await answered(post)
            await until(lambda: in_escrow(gateway) == CHUNK)
            await asyncio.to_thread(kill, server)
        async with serving(policy_of(simulated), tmp_path, redis_url=url) as gateway, posting(gateway) as post:
            assert [(await post(SHORT))[0] for _ in range(3)] == [503] * 3
            await asyncio.to_thread(server.start)
            await answered(post)


async def test_an_escrow_is_half_a_percent_and_five_francs_at_most() -> None:
    assert escrow_of("team/demo/month/CHF/1/2026-11-01", 100 * NANO) == NANO // 2
    assert escrow_of("team/demo/month/CHF/1/2026-11-01", 4_000_000 * NANO) == 5 * NANO
    assert escrow_of("team/demo/month/CHF/1000/2026-11-01", 10**7 * NANO // 1000) == 5 * NANO // 1000
