"""Borders under load: random regions, faults, fallbacks, retries and caches; the providers' own logs are the judge."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.core.caching import CachePolicy
from gateway.core.policy import Alias, Policy, ProviderPolicy, Rules, Shadow, Target, TeamPolicy, Timeouts
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import serving
from tests.support.waiting import until

Figure = Callable[[str, object], None]
REGIONS = ("ch", "eu", "us", "on_prem")
FAULTS = (
    "",
    "",
    "+status=500",
    "+status=429",
    "+status=503",
    "+cut-after=9",
    "+garbage",
    "+hang-up",
    "+first-byte-delay=0.2",
)
TEAMS, ALIASES = 24, 40


def drawn_policy(draw: random.Random, urls: dict[str, str]) -> Policy:
    """Every alias may point anywhere; teams, their users' levels and their data classes permit what they permit."""
    providers = {
        f"{region}-{dialect}": ProviderPolicy(
            name=f"{region}-{dialect}",
            kind="simulated",
            base_url=f"{urls[region]}{path}",
            region=region,
            speaks=(dialect,),  # type: ignore[arg-type]
            timeouts=Timeouts(connect=2, first_byte=10, idle=10, total=20),
        )
        for region in REGIONS
        for dialect, path in (("openai_chat", "/local/v1"), ("anthropic", "/anthropic"), ("mistral", "/mistral"))
    }
    names = list(providers)

    def target(team: int) -> Target:
        return Target(provider=draw.choice(names), model=f"m{team}{draw.choice(FAULTS)}", weight=draw.randrange(1, 9))

    def some() -> frozenset[str] | None:
        return frozenset(draw.sample(REGIONS, draw.randrange(1, 4))) if draw.random() < 0.8 else None

    models = {}
    for team in range(TEAMS):
        for number in range(ALIASES // 10):
            name = f"a{team}-{number}"
            targets = tuple({(one.provider, one.model): one for one in (target(team) for _ in range(3))}.values())
            fallbacks = tuple(target(team) for _ in range(draw.randrange(3)))
            models[name] = Alias(
                name=name,
                targets=targets,
                fallbacks=fallbacks,
                hedge=0.05 if draw.random() < 0.3 else None,
                shadows=(Shadow(target=target(team)),) if draw.random() < 0.3 else (),
            )
    classes = {"secret": Rules(regions=frozenset({"on_prem", "ch"}))}
    teams = {
        f"t{team}": TeamPolicy(
            name=f"t{team}",
            models=("*",),
            regions=some(),
            data_class="secret" if draw.random() < 0.2 else None,
            cache=CachePolicy(enabled=True) if draw.random() < 0.5 else None,
        )
        for team in range(TEAMS)
    }
    return Policy(version="borders", providers=providers, models=models, teams=teams, data_classes=classes)


def permitted(policy: Policy, team: str) -> frozenset[str]:
    rules = policy.teams[team]
    sets = [rules.regions, policy.data_classes["secret"].regions if rules.data_class else None]
    return frozenset(REGIONS).intersection(*(one for one in sets if one is not None))


async def crossing(requests: int, seed: int, folder: Path) -> Counter[Any]:
    draw = random.Random(seed)
    async with AsyncExitStack() as stack:
        servers: dict[str, SimulatedServer] = {}
        for region in REGIONS:
            servers[region] = await serve_simulated()
            stack.push_async_callback(servers[region].close)
        policy = drawn_policy(draw, {region: server.url for region, server in servers.items()})
        gateway = await stack.enter_async_context(serving(policy, folder))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        turns, seen = asyncio.Semaphore(16), Counter[Any]()

        async def one(team: int, number: int, stream: bool, direct: str | None) -> None:
            body = {
                "model": direct or f"a{team}-{number}",
                "messages": [{"role": "user", "content": "hello"}],
                "max_tokens": 50,
                "stream": stream,
            }
            headers = {"authorization": f"Bearer {gateway.keys[f't{team}']}"}
            async with turns:
                answer = await client.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers)
            seen[answer.status_code] += 1

        await asyncio.gather(
            *(
                one(
                    team := draw.randrange(TEAMS),
                    draw.randrange(ALIASES // 10),
                    draw.random() < 0.4,
                    f"{draw.choice(list(policy.providers))}/m{team}" if draw.random() < 0.15 else None,
                )
                for _ in range(requests)
            )
        )
        await until(lambda: not gateway.gateway.mirrors.under_way)
        for (_, _, outcome), number in gateway.gateway.mirrors.counts.items():
            seen["shadow", outcome] += number
        for (_, outcome), number in gateway.gateway.hedging.counts.items():
            seen["hedge", outcome] += number
        for region, server in servers.items():
            for each in server.requests:
                team = "t" + each.model.partition("+")[0].removeprefix("m")
                seen["asked", region] += 1
                seen["crossed"] += region not in permitted(policy, team)
    return seen


@pytest.mark.asyncio
@pytest.mark.fault("D18")
async def test_no_request_crosses_a_border(tmp_path: Path, record_property: Figure) -> None:
    record_property("figure", judge(await crossing(250, 1, tmp_path), 250))


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.asyncio
@pytest.mark.fault("D18")
async def test_ten_thousand_requests_cross_no_border(tmp_path: Path, record_property: Figure) -> None:
    seen = Counter[Any]()
    for seed in range(5):  # five policies, each drawn anew
        seen += await crossing(2000, seed, tmp_path / str(seed))
    record_property("figure", judge(seen, 10_000))


def judge(seen: Counter[Any], requests: int) -> str:
    assert seen["crossed"] == 0
    assert sum(count for what, count in seen.items() if isinstance(what, int)) == requests
    assert seen[200] > requests / 10
    assert seen[451] > requests / 20
    assert all(seen["asked", region] for region in REGIONS)
    assert seen["shadow", "answered"] + seen["shadow", "failed"] > requests / 50
    assert seen["shadow", "unfit"] > requests / 50
    assert seen["hedge", "won"] + seen["hedge", "lost"] + seen["hedge", "failed"] > 0
    calls = sum(seen["asked", region] for region in REGIONS)
    return f"{requests} requests, {calls} calls of four regions, {seen[451]} refused at a border, 0 outside"
