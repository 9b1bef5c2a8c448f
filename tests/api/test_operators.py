"""Who runs a provider is a border like its region: by the providers' own logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from gateway.core.policy import Alias, Shadow, Target, TeamPolicy
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

OWN = Target(provider="mistral", model="ours")
THEIRS = Target(provider="gemini", model="theirs")
NOBODYS = Target(provider="sim", model="nobodys")


@asynccontextmanager
async def standing(folder: Path, alias: Alias) -> AsyncIterator[tuple[RunningGateway, SimulatedServer]]:
    """`mistral` is run by `own`, `gemini` by `them`, both in the EU; who runs `sim` is not said."""
    provider = await serve_simulated()
    policy = policy_for(provider.url, models=(alias,))
    runs = {"mistral": "own", "gemini": "them"}
    policy = msgspec.structs.replace(
        policy,
        providers={
            name: msgspec.structs.replace(each, operator=runs.get(name)) for name, each in policy.providers.items()
        },
        teams={"demo": TeamPolicy(name="demo", models=("*",), operators=frozenset({"own"}))},
    )
    async with serving(policy, folder) as gateway:
        yield gateway, provider
    await provider.close()


async def ask(gateway: RunningGateway, model: str, path: str = "/v1/chat/completions", **more: Any) -> tuple[int, str]:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello there"}], **more}
    headers = {"authorization": f"Bearer {gateway.key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(gateway.url + path, json=body, headers=headers) as got,
    ):
        return got.status, await got.text()


async def test_nobody_else_is_asked_be_it_first_as_fallback_as_shadow_or_by_name(tmp_path: Path) -> None:
    failing = msgspec.structs.replace(OWN, model="ours+status=503")
    alias = Alias(
        name="m",
        targets=(THEIRS, NOBODYS, failing),
        fallbacks=(THEIRS, NOBODYS, OWN),
        shadows=(Shadow(target=msgspec.structs.replace(THEIRS, model="shadow")), Shadow(target=NOBODYS)),
    )
    async with standing(tmp_path, alias) as (gateway, provider):
        for _ in range(8):
            status, _ = await ask(gateway, "m")
            assert status == 200
        await until(lambda: sum(gateway.gateway.mirrors.counts.values()) == 16)
        status, told = await ask(gateway, "gemini/theirs")
        assert status == 451
        assert "Team 'demo' may use all regions (operators: own) only" in told
        assert (await ask(gateway, "sim/nobodys"))[0] == 451
        models = {one.model.partition("+")[0] for one in provider.requests}
    assert models == {"ours"}


async def test_the_list_of_models_shows_what_may_be_reached(tmp_path: Path) -> None:
    alias = Alias(name="m", targets=(THEIRS, NOBODYS))
    async with standing(tmp_path, alias) as (gateway, _), aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {gateway.key}"}
        async with session.get(gateway.url + "/v1/models", headers=headers) as got:
            assert "m" not in {model["id"] for model in (await got.json())["data"]}
        async with session.get(gateway.url + "/me", headers=headers) as got:
            assert '"operators":["own"]' in (await got.text()).replace(" ", "")
