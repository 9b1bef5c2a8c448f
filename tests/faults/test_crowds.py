"""Many at once: one slow provider, one greedy team, clients that storm, teams that ask the same."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.caching import CachePolicy
from gateway.core.overload import OverloadPolicy
from gateway.core.policy import TeamPolicy
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"
Figure = Callable[[str, object], None]


class House:
    """A gateway, its provider, and one client for each team."""

    def __init__(self, gateway: RunningGateway, provider: SimulatedServer, client: httpx.AsyncClient) -> None:
        self.gateway = gateway
        self.provider = provider
        self._client = client

    async def ask(self, team: str, model: str, text: str = "hi", priority: str = "interactive") -> httpx.Response:
        return await self._client.post(
            self.gateway.url + CHAT,
            json={"model": model, "messages": [{"role": "user", "content": text}]},
            headers={"authorization": f"Bearer {self.gateway.keys[team]}", "x-gateway-priority": priority},
        )


@asynccontextmanager
async def house(
    folder: Path, teams: int, overload: OverloadPolicy | None = None, cache: CachePolicy | None = None
) -> AsyncIterator[House]:
    provider = await serve_simulated()
    names = [f"t{number}" for number in range(teams)]
    policy = msgspec.structs.replace(
        policy_for(provider.url),
        overload=overload or OverloadPolicy(),
        teams={name: TeamPolicy(name=name, models=("*",), cache=cache) for name in names},
    )
    limits = httpx.Limits(max_connections=None)
    async with serving(policy, folder) as gateway, httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as one:
        yield House(gateway, provider, one)
    await provider.close()


@pytest.mark.fault("D20")
async def test_one_slow_provider_leaves_the_others_alone(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path, 3, OverloadPolicy(in_flight=16, waiting=64, patience=0.3)) as crowd:
        assert (await crowd.ask("t1", "claude/m")).status_code == 200
        slow = [asyncio.create_task(crowd.ask("t0", "openai/m+first-byte-delay=30")) for _ in range(48)]
        async with asyncio.timeout(20):
            while crowd.gateway.gateway.health.under_way.get(("openai", "m+first-byte-delay=30"), 0) < 12:
                await asyncio.sleep(0.005)
        others = [await crowd.ask(f"t{number % 3}", "claude/m") for number in range(60)]
        answered = sum(one.status_code == 200 for one in others)
        record_property("figure", f"{answered} of 60 requests to the other provider answered")
        assert answered >= 0.9 * 60
        for task in slow:
            task.cancel()
        refused = [task.result().json()["error"]["code"] for task in slow if task.done() and not task.cancelled()]
        assert set(refused) <= {"upstream_busy", "overloaded"}


async def crowded(crowd: House, greedy: int, seconds: float) -> tuple[Counter[int], Counter[int]]:
    """One team with so many clients that ask at once and again, and four with one each; statuses of both."""
    ends = time.monotonic() + seconds
    seen: tuple[Counter[int], Counter[int]] = (Counter(), Counter())

    async def client(team: str, counter: Counter[int]) -> None:
        while time.monotonic() < ends:
            counter[(await crowd.ask(team, "claude/m+first-byte-delay=0.1")).status_code] += 1

    await asyncio.gather(
        *(client("t0", seen[0]) for _ in range(greedy)), *(client(f"t{one}", seen[1]) for one in range(1, 5))
    )
    return seen


@pytest.mark.fault("E12")
async def test_a_team_at_ten_times_its_share_takes_nothing_from_the_others(
    tmp_path: Path, record_property: Figure
) -> None:
    async with house(tmp_path, 5, OverloadPolicy(in_flight=10, waiting=64, patience=2)) as crowd:
        _, others = await crowded(crowd, 20, 2)
        record_property("figure", f"{others[200]} of {others.total()} requests of the other teams answered")
        assert others[200] >= 0.95 * others.total() > 0


@pytest.mark.fault("E10")
async def test_clients_that_storm_do_not_bring_the_replica_down(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path, 2, OverloadPolicy(in_flight=4, waiting=4, patience=0.05)) as crowd:

        async def storming() -> int:
            """One request, tried ten times more as fast as it goes."""
            for _ in range(11):
                if (answer := await crowd.ask("t0", "claude/m+first-byte-delay=0.05")).status_code == 200:
                    return 200
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) >= 1
            return 503

        began = time.monotonic()
        seen = Counter(await asyncio.gather(*(storming() for _ in range(60))))
        took = time.monotonic() - began
        goodput, capacity = seen[200] / took, 4 / 0.05
        record_property(
            "figure", f"{seen[200]} of 60 answered, {100 * goodput / capacity:.0f} % of what the places allow"
        )
        assert seen[200] > 0
        calm = [await crowd.ask("t1", "claude/m") for _ in range(10)]
        assert {one.status_code for one in calm} == {200}


async def same_prompts(crowd: House, teams: int, requests: int, prompts: int) -> Counter[str]:
    turns, seen = asyncio.Semaphore(16), Counter[str]()

    async def one(number: int) -> None:
        async with turns:
            answer = await crowd.ask(f"t{number % teams}", "claude/m", f"the same {number // teams % prompts}")
            assert answer.status_code == 200
            seen[answer.headers["x-gateway-cache"]] += 1

    await asyncio.gather(*(one(number) for number in range(requests)))
    return seen


def judge(seen: Counter[str], crowd: House, teams: int, prompts: int) -> str:
    """Each team's first of each prompt is a call: fewer calls would be a hit across teams."""
    assert seen["miss"] == teams * prompts
    assert len(crowd.provider.requests) == teams * prompts
    return f"{seen.total()} requests of {teams} teams: {seen['hit']} hits, {seen['miss']} calls, 0 across teams"


@pytest.mark.fault("H15")
async def test_equal_prompts_of_many_teams_share_no_answer(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path, 50, cache=CachePolicy(enabled=True)) as crowd:
        record_property("figure", judge(await same_prompts(crowd, 50, 1000, 3), crowd, 50, 3))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.fault("H15")
async def test_fifty_thousand_equal_prompts_share_no_answer(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path, 50, cache=CachePolicy(enabled=True)) as crowd:
        record_property("figure", judge(await same_prompts(crowd, 50, 50_000, 40), crowd, 50, 40))


PLACES, TAKES = 8, 0.2
"""Places, and seconds a request: 40 requests a second are the maximum."""


async def saturated(crowd: House, seconds: float) -> dict[str, Counter[int]]:
    """Twice what the places allow, open loop: 40 % interactive, 60 % batch; statuses by class."""
    seen: dict[str, Counter[int]] = {"interactive": Counter(), "batch": Counter()}
    asked: list[asyncio.Task[None]] = []

    async def one(priority: str) -> None:
        answer = await crowd.ask("t0", f"claude/m+first-byte-delay={TAKES}", priority=priority)
        seen[priority][answer.status_code] += 1

    rate, began, number = 2 * PLACES / TAKES, time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds:
        while number < now * rate:
            asked.append(asyncio.create_task(one("interactive" if number % 5 < 2 else "batch")))
            number += 1
        await asyncio.sleep(0.005)
    await asyncio.gather(*asked)
    return seen


@pytest.mark.fault("E11")
async def test_batch_is_shed_before_people(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path, 1, OverloadPolicy(in_flight=PLACES, waiting=64, patience=10)) as crowd:
        seen: dict[str, Counter[int]] = {"interactive": Counter(), "batch": Counter()}

        async def client(priority: str, times: int) -> None:
            for _ in range(times):
                seen[priority][
                    (await crowd.ask("t0", "claude/m+first-byte-delay=0.05", priority=priority)).status_code
                ] += 1

        storm = [asyncio.create_task(client("batch", 1)) for _ in range(80)]
        await asyncio.gather(*(client("interactive", 8) for _ in range(2 * PLACES)))
        await asyncio.gather(*storm)
        people, batch = seen["interactive"], seen["batch"]
        record_property(
            "figure", f"{people[200]} of {people.total()} interactive answered, {batch[503]} of 80 batch shed"
        )
        assert people[200] == people.total()
        assert batch[503] > 0
        assert (await crowd.ask("t0", "claude/m", priority="batch")).status_code == 200  # normal again


@pytest.mark.soak
@pytest.mark.fault("E11")
async def test_thirty_seconds_at_twice_saturation(tmp_path: Path, record_property: Figure) -> None:
    seconds = 30
    async with house(tmp_path, 1, OverloadPolicy(in_flight=PLACES, waiting=64, patience=1)) as crowd:
        seen = await saturated(crowd, seconds)
        people, batch = seen["interactive"], seen["batch"]
        goodput = (people[200] + batch[200]) / (seconds * PLACES / TAKES)
        record_property(
            "figure",
            f"goodput {100 * goodput:.0f} % of the maximum; {people[200]} of {people.total()} interactive answered, "
            f"{batch[503]} of {batch.total()} batch shed",
        )
        assert people[200] >= 0.99 * people.total()
        assert batch[503] > 0
        assert goodput >= 0.75  # 80 % is urgent; of the rest, batch gets what is left below its 70 % of the places
        async with asyncio.timeout(5):  # normal again
            while (await crowd.ask("t0", "claude/m", priority="batch")).status_code != 200:
                await asyncio.sleep(0.05)
