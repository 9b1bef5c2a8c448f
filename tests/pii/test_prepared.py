"""Rule sets are compiled before they decide: at the start, and off the event loop when they were edited."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.pii import engine as module
from gateway.policy.load import load_policy
from gateway.policy.source import PolicyFolder
from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import RunningGateway, serving
from tests.support.waiting import until

POLICY = """\
version: 1
providers: {{sim: {{kind: openai, base_url: "{url}/openai/v1", api_key: sk-test-sim, region: eu}}}}
models: {{fast: {{targets: [{{provider: sim, model: gpt-5-mini}}]}}}}
pii: {{house: {{actions: {{{actions}}}}}}}
teams: {{demo: {{models: [fast], pii: house}}}}
"""
ADDRESS = "heidi.keller@example.ch"


class Compiling:
    """Stands before the engine, and notes in which thread each is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: list[threading.Thread] = []
        engine = module.Engine

        def make(*parts: Any, **named: Any) -> Any:
            self.threads.append(threading.current_thread())
            return engine(*parts, **named)

        monkeypatch.setattr(module, "Engine", make)


async def sent(gateway: RunningGateway, simulated: SimulatedServer) -> str:
    """What the provider saw of a prompt with an address in it."""
    body = {"model": "fast", "messages": [{"role": "user", "content": f"Write to {ADDRESS}"}]}
    headers = {"authorization": f"Bearer {gateway.key}"}
    url = f"{gateway.url}/v1/chat/completions"
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
        assert got.status == 200, await got.text()
    return simulated.requests[-1].body.decode()


@pytest.mark.asyncio
async def test_no_request_waits_for_a_rule_set_to_be_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: SimulatedServer
) -> None:
    compiling = Compiling(monkeypatch)
    folder = tmp_path / "policies"
    folder.mkdir()
    file = folder / "p.yaml"
    file.write_text(POLICY.format(url=simulated.url, actions="email: pseudonymise"))
    policy = await asyncio.to_thread(load_policy, folder, {})
    async with serving(policy, tmp_path / "state", source=lambda: PolicyFolder(folder, {})) as gateway:
        assert len(compiling.threads) == 1, "made when the gateway said that it is ready"
        assert ADDRESS not in await sent(gateway, simulated)
        assert len(compiling.threads) == 1

        before = gateway.gateway.policies.current
        file.write_text(POLICY.format(url=simulated.url, actions="email: allow, iban: mask"))
        await until(lambda: gateway.gateway.policies.current is not before)
        assert len(compiling.threads) == 2, "made before it was in force"
        assert ADDRESS in await sent(gateway, simulated)
        assert len(compiling.threads) == 2
    assert threading.current_thread() not in compiling.threads
