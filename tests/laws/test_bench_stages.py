"""What the bench of stages weighs is the pipeline as it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx
import pytest

from gateway import app, wiring
from gateway.pipeline import STAGES
from gateway.providers.simulated.server import SimulatedServer
from tests.bench.gateway_without import (
    INDISPENSABLE,
    REMEMBERED,
    ROUTING,
    SPINE,
    WEIGHED,
    GatewayWithout,
    NoHealth,
)
from tests.support.running import policy_for, serving


def test_each_stage_is_weighed_once() -> None:
    weighed = Counter([name for names in WEIGHED.values() for name in names] + [INDISPENSABLE])
    assert weighed == Counter(stage.__name__ for stage in STAGES), "WEIGHED of tests/bench/gateway_without.py"
    assert weighed.keys() > REMEMBERED


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", [*WEIGHED, ROUTING, SPINE])
async def test_without_a_stage_every_request_is_answered(
    missing: str, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as break a circuit, where the bench would time refusals."""
    monkeypatch.setattr(GatewayWithout, "missing", missing)
    monkeypatch.setattr(app, "Gateway", GatewayWithout)
    if missing == ROUTING:
        monkeypatch.setattr(wiring, "Health", NoHealth)
    body = {"model": "openai/gpt-5-mini", "messages": [{"role": "user", "content": "hello"}]}
    async with serving(policy_for(simulated.url), tmp_path) as gateway, httpx.AsyncClient(timeout=30) as client:
        headers = {"authorization": f"Bearer {gateway.key}"}
        answers = [
            await client.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) for _ in range(30)
        ]
    assert {answer.status_code for answer in answers} == {200}
