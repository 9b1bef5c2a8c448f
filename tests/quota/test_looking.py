"""What is left of quotas is looked at without taking anything, in both homes of counters."""

from __future__ import annotations

import pytest

from gateway.core.counting import Counters, LimitReached, Reserved
from gateway.core.spending import Scope
from gateway.quota.settling import Settling
from gateway.quota.throttle import Quota, Throttle
from tests.quota.test_counters import _patience, counters  # noqa: F401  fixtures
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

TEAM = Scope(kind="team", team="demo")
QUOTAS = (
    Quota("slots", "now/team/demo", 1, 3, scope=TEAM, of="concurrent"),
    Quota("rate", "requests/team/demo", 1, 60, scope=TEAM, of="requests"),
    Quota("rate", "tokens/team/demo", 900, 1000, scope=TEAM, of="tokens"),
)


@pytest.mark.asyncio
async def test_looking_takes_nothing(counters: Counters) -> None:  # noqa: F811
    settling = Settling(counters)
    throttle = Throttle((counters, settling), (counters, settling))
    assert await throttle.left("me-1", QUOTAS) == (3, 60, 1000)
    assert await throttle.left("me-2", QUOTAS) == (3, 60, 1000)
    taken = await counters.reserve("call", QUOTAS, 60)
    assert isinstance(taken, Reserved)
    calls, requests, tokens = await throttle.left("me-3", QUOTAS)
    assert calls == 2
    assert 59 <= requests <= 60
    assert 100 <= tokens <= 1000
    for number in range(2):
        assert isinstance(await counters.reserve(f"more-{number}", (QUOTAS[0],), 60), Reserved)
    assert isinstance(await counters.reserve("full", (QUOTAS[0],), 60), LimitReached)
    assert (await throttle.left("me-4", QUOTAS))[0] == 0
