"""Calls at once of a team over two replicas, while the counters that they share are late, away and back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.limits import Quotas
from gateway.core.policy import TeamPolicy
from gateway.providers.simulated.server import SimulatedServer
from gateway.quota import throttle as throttle_module
from gateway.storage import redis as redis_module
from tests.api.test_limits import posting
from tests.support.fault_proxy import HEALTHY, Fault, FaultProxy, proxied
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures
from tests.support.waiting import until

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey]

LIMIT = 5
ASKED = 12
REFUSED = ASKED - LIMIT


class House:
    """Two gateways, behind whose provider and counters stands a proxy each."""

    def __init__(self, counters: FaultProxy, provider: FaultProxy, gateways: list[tuple[RunningGateway, Any]]) -> None:
        self.counters = counters
        self.provider = provider
        self.gateways = [gateway.gateway for gateway, _ in gateways]
        self._posts = [post for _, post in gateways]
        self.asked: list[asyncio.Task[tuple[int, Any, Any]]] = []

    def ask(self) -> None:
        self.asked += [asyncio.ensure_future(self._posts[number % 2]()) for number in range(ASKED)]

    async def answered(self, count: int) -> list[int]:
        """Statuses, once so many have been answered: all others are under way."""
        await until(lambda: sum(map(asyncio.Task.done, self.asked)) >= count)
        return sorted(each.result()[0] for each in self.asked if each.done())


@contextlib.asynccontextmanager
async def house(simulated: SimulatedServer, folder: Path, url: str) -> AsyncIterator[House]:
    """Whose provider answers nothing yet."""
    async with proxied(url) as counters, proxied(simulated.url) as provider, contextlib.AsyncExitStack() as stack:
        team = TeamPolicy(name="demo", models=("*",), quotas=Quotas(concurrent=LIMIT))
        policy = msgspec.structs.replace(policy_for(provider.url), teams={"demo": team})
        found: list[tuple[RunningGateway, Any]] = []
        for name in "one", "two":
            database = f"sqlite+aiosqlite:///{folder / 'shared.db'}"
            redis_url = counters.url.replace("http:", "redis:")
            gateway = await stack.enter_async_context(serving(policy, folder / name, database, redis_url=redis_url))
            found.append((gateway, await stack.enter_async_context(posting(gateway))))
        provider.fault = Fault(behind=0, then="wait")
        yield House(counters, provider, found)
        provider.fault = HEALTHY


async def test_a_stall_of_the_counters_lets_nobody_in_beyond_the_limit(
    simulated: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Replicas that each counted by themselves at once had 15 calls under way: 5 of them all, and 5 of each."""
    monkeypatch.setattr(throttle_module, "PATIENCE", 60.0)
    monkeypatch.setattr(redis_module, "CALL_SECONDS", 0.05)
    monkeypatch.setattr(redis_module, "STALL_SECONDS", 60.0)
    async with house(simulated, tmp_path, valkey_url) as there:
        there.ask()
        assert await there.answered(REFUSED) == [429] * REFUSED
        there.counters.fault = Fault(behind=0, then="wait")
        there.ask()
        await until(lambda: all(len(each.redis._outstanding) > ASKED for each in there.gateways))
        there.counters.fault = HEALTHY
        assert await there.answered(REFUSED + ASKED) == [429] * (REFUSED + ASKED)
        there.provider.fault = HEALTHY
        assert await there.answered(2 * ASKED) == [200] * LIMIT + [429] * (REFUSED + ASKED)


async def test_a_replica_that_counts_by_itself_counts_all_that_it_has_under_way(
    simulated: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
) -> None:
    async with house(simulated, tmp_path, valkey_url) as there:
        there.ask()
        await there.answered(REFUSED)
        there.counters.fault = Fault(behind=0, then="reset")
        there.ask()
        assert await there.answered(2 * REFUSED) == [429] * 2 * REFUSED, "each has the limit under way, and no more"
        there.counters.fault = HEALTHY
        await until(lambda: not any(each.limits.throttle._apart.away for each in there.gateways))
        there.ask()
        refused = 2 * REFUSED + ASKED
        assert await there.answered(refused) == [429] * refused, "what was let in meanwhile counts for all"

        there.provider.fault = HEALTHY
        assert await there.answered(3 * ASKED) == [200] * 2 * LIMIT + [429] * refused
        for each in there.gateways:
            await each.limits.drain()
        there.provider.fault = Fault(behind=0, then="wait")
        there.ask()
        ended = 3 * ASKED + REFUSED
        assert await there.answered(ended) == [200] * 2 * LIMIT + [429] * (refused + REFUSED), "all places are free"
        there.provider.fault = HEALTHY
        assert (await there.answered(4 * ASKED)).count(200) == 3 * LIMIT
