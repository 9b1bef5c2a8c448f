"""Keys that are confined to models or networks, through the real port."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import TEST_ROOT_KEY, policy_for, serving

pytestmark = pytest.mark.asyncio


async def test_a_key_is_good_for_its_models_and_from_its_networks_only(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    import base64

    from gateway.core.keys import derive_key
    from gateway.storage.keys import KeyIssuer

    async with serving(policy_for(simulated.url), tmp_path) as running, httpx.AsyncClient(timeout=30) as client:
        pepper = derive_key(base64.b64decode(TEST_ROOT_KEY), "virtual-key-pepper")
        issuer = KeyIssuer(running.gateway.engine, pepper, "dev")

        async def ask(model: str, **bounds: tuple[str, ...]) -> tuple[int, str | None]:
            key = (await issuer.create(team="demo", now=time.time(), **bounds)).key.text
            body = {"model": model, "messages": [{"role": "user", "content": "say hi"}]}
            headers = {"authorization": f"Bearer {key}"}
            answer = await client.post(f"{running.url}/v1/chat/completions", json=body, headers=headers)
            return answer.status_code, answer.json().get("error", {}).get("code")

        assert await ask("fast-chat", models=("fast-chat",)) == (200, None)
        assert await ask("claude/m", models=("fast-chat",)) == (403, "model_not_permitted")
        assert await ask("claude/m", models=("claude/*",)) == (200, None)
        assert await ask("fast-chat", networks=("127.0.0.0/8", "::1/128")) == (200, None)
        assert await ask("fast-chat", networks=("10.0.0.0/8",)) == (403, "address_not_permitted")
