"""Edits under load: no request fails for a bad one, and each sees exactly one version."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.core.policy import Policy
from gateway.policy import resolve as module
from gateway.policy.load import load_policy
from gateway.policy.source import PolicyFolder
from gateway.providers.simulated.server import SimulatedServer
from tests.policy.mutated import MUTATIONS
from tests.support.policy_errors import check
from tests.support.running import RunningGateway, serving
from tests.support.waiting import until

SWAPS = (25, pytest.param(100, marks=pytest.mark.soak))
MUTANTS = (50, pytest.param(200, marks=pytest.mark.soak))
CLIENTS = 4

PARTS = {
    "providers.yaml": "version: 1\nproviders:\n  sim:\n    kind: openai\n    base_url: URL/openai/v1\n"
    "    api_key: sk-test-sim\n    region: eu\n    timeouts: {connect: 3s}\n",
    "models.yaml": "models:\n  fast:\n    targets:\n      - {provider: sim, model: gpt-MARK, weight: 1}\n",
    "teams.yaml": "organisation:\n  regions: [eu]\nteams:\n  demo:\n    models: [fast]\n    cost_center: 'MARK'\n",
}


def write(folder: Path, url: str, mark: str) -> None:
    for name, text in PARTS.items():
        (folder / name).write_text(text.replace("URL", url).replace("MARK", mark))


class QuickFolder(PolicyFolder):
    """Looks often, so that a hundred edits take seconds."""

    async def watch(self, seconds: float = 0.01) -> None:
        await super().watch(0.01)


class Load:
    """Clients that ask without a pause until told to stop."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self.statuses: list[int] = []
        self._stop = False

    async def _client(self) -> None:
        body = {"model": "fast", "messages": [{"role": "user", "content": "hello"}]}
        headers = {"authorization": f"Bearer {self._gateway.key}"}
        async with aiohttp.ClientSession() as session:
            while not self._stop:
                async with session.post(f"{self._gateway.url}/v1/chat/completions", json=body, headers=headers) as got:
                    await got.read()
                    self.statuses.append(got.status)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._client())
            try:
                yield
            finally:
                self._stop = True


@contextlib.asynccontextmanager
async def folder_served(folder: Path, state: Path) -> AsyncIterator[tuple[RunningGateway, QuickFolder]]:
    sources: list[QuickFolder] = []

    def source() -> QuickFolder:
        sources.append(QuickFolder(folder, {}, lambda _: None))
        return sources[0]

    policy = await asyncio.to_thread(load_policy, folder, {})
    async with serving(policy, state, source=source) as gateway:
        yield gateway, sources[0]


@pytest.mark.asyncio
@pytest.mark.parametrize("mutants", MUTANTS)
async def test_broken_folders_fail_no_request(tmp_path: Path, simulated: SimulatedServer, mutants: int) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    write(folder, simulated.url, "mark-0")
    draw = random.Random(4)

    def spoil() -> str:
        """One file spoiled so that the folder does not load; the first complaint."""
        while True:
            write(folder, simulated.url, "mark-0")
            name = draw.choice(sorted(PARTS))
            text = MUTATIONS[kinds[0]]((folder / name).read_text(), draw)
            (folder / name).write_text(text)
            if found := check(folder, {}):
                kinds.append(kinds.pop(0))
                return str(found[0])

    kinds = list(MUTATIONS)
    async with folder_served(folder, tmp_path / "state") as (gateway, source):
        load, good = Load(gateway), source.current
        async with load.running():
            for _ in range(mutants):
                complaint = await asyncio.to_thread(spoil)
                assert re.match(r".*:\d+:\d+: .", complaint)
                await until(lambda told=complaint: told in (source.degraded or ""))
                assert source.current.version == good.version
            await asyncio.to_thread(write, folder, simulated.url, "mark-1")
            await until(lambda: source.degraded is None)
        assert source.current.version != good.version
        assert len(load.statuses) > mutants / 2
        assert set(load.statuses) == {200}


def mount(volume: Path, url: str, number: int) -> None:
    """As Kubernetes mounts a ConfigMap: files are links through `..data`, which is turned in one step."""
    fresh = volume / f"..2026_11_25_{number:04}"
    fresh.mkdir()
    write(fresh, url, f"mark-{number}")
    link = volume / "..data_tmp"
    link.symlink_to(fresh.name)
    link.replace(volume / "..data")
    for name in PARTS:
        if not (volume / name).is_symlink():
            (volume / name).symlink_to(f"..data/{name}")


def versions(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["policy_version"], row["model"]) for row in rows}


@pytest.mark.asyncio
@pytest.mark.parametrize("swaps", SWAPS)
async def test_swaps_of_a_mounted_volume_are_each_seen_whole(
    tmp_path: Path, simulated: SimulatedServer, swaps: int
) -> None:
    volume = tmp_path / "policies"
    volume.mkdir()
    mount(volume, simulated.url, 0)
    known: dict[str, str] = {}

    def remember(policy: Policy) -> None:
        mark = policy.teams["demo"].cost_center or ""
        known[policy.version] = f"gpt-{mark}"
        assert policy.models["fast"].targets[0].model == f"gpt-{mark}"  # both files are of one swap

    async with folder_served(volume, tmp_path / "state") as (gateway, source):
        load = Load(gateway)
        remember(source.current)
        async with load.running():
            for number in range(1, swaps + 1):
                await asyncio.to_thread(mount, volume, simulated.url, number)
                await until(lambda mark=f"mark-{number}": source.current.teams["demo"].cost_center == mark)
                remember(source.current)
        assert len(known) == swaps + 1
        assert set(load.statuses) == {200}
        rows = await gateway.usage_rows()
        assert len(rows) == len(load.statuses)
        assert versions(rows) <= set(known.items())
        assert len(versions(rows)) > swaps / 4  # the load did meet them
        async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/health/ready") as ready:
            assert (await ready.json())["policy_version"] == source.current.version
        async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/metrics") as metrics:
            assert f'gateway_policy_info{{version="{source.current.version}"}} 1.0' in await metrics.text()


@pytest.mark.asyncio
async def test_a_version_that_cannot_decide_is_stood_in_for_then_benched(
    tmp_path: Path, simulated: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    write(folder, simulated.url, "mark-0")

    async def ask(gateway: RunningGateway, team: str) -> None:
        body = {"model": "fast", "messages": [{"role": "user", "content": "hello"}]}
        headers = {"authorization": f"Bearer {gateway.keys[team]}"}
        url = f"{gateway.url}/v1/chat/completions"
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
            assert got.status == 200, await got.text()

    with (folder / "teams.yaml").open("a") as file:
        file.write("  other: {models: [fast]}\n")
    async with folder_served(folder, tmp_path / "state") as (gateway, source):
        good = source.current
        text = (folder / "models.yaml").read_text()
        await asyncio.to_thread((folder / "models.yaml").write_text, text.replace("mark-0", "mark-1"))
        await until(lambda: source.current is not good)
        bad = source.current
        sound = module.resolve

        def fails_for_demo(policy: Policy, levels: Any) -> Any:
            if policy is bad and levels[1].name == "demo":
                raise RuntimeError
            return sound(policy, levels)

        monkeypatch.setattr(module, "resolve", fails_for_demo)
        await ask(gateway, "other")
        for _ in range(4):
            await ask(gateway, "demo")
        await ask(gateway, "other")
        assert source.current is bad
        await ask(gateway, "demo")
        assert source.current is good
        await ask(gateway, "demo")
        rows = await gateway.usage_rows()
        assert [row["model"] for row in rows if row["team"] == "demo"] == ["gpt-mark-0"] * 6
        assert {row["policy_version"] for row in rows if row["team"] == "demo"} == {good.version}
        assert [row["model"] for row in rows if row["team"] == "other"] == ["gpt-mark-1"] * 2
        assert source.degraded is not None
        assert "benched" in source.degraded


@pytest.mark.asyncio
async def test_a_request_that_no_version_can_decide_benches_none(
    tmp_path: Path, simulated: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    write(folder, simulated.url, "mark-0")
    async with folder_served(folder, tmp_path / "state") as (gateway, source):
        await asyncio.to_thread(write, folder, simulated.url, "mark-1")
        await until(lambda: source.current.teams["demo"].cost_center == "mark-1")

        def fails(*_: object) -> Any:
            raise RuntimeError

        monkeypatch.setattr(module, "resolve", fails)
        body = {"model": "fast", "messages": [{"role": "user", "content": "hello"}]}
        headers = {"authorization": f"Bearer {gateway.key}"}
        async with aiohttp.ClientSession() as session:
            for _ in range(7):
                async with session.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as got:
                    assert got.status == 500
        assert source.current.teams["demo"].cost_center == "mark-1"
        assert source.degraded is None
