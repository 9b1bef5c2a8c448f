"""A vLLM server shared by teams is told whose cache to use, and never whose name that is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.stages.test_call import ok
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand
from tests.support.running import policy_for

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}


async def sent(path: str, body: dict[str, Any], engine: str = "vllm", team: str = "demo") -> dict[str, Any]:
    policy = policy_for("http://127.0.0.1:9")
    sim = msgspec.structs.replace(policy.providers["sim"], engine=engine)
    policy = msgspec.structs.replace(policy, providers={**policy.providers, "sim": sim})
    stand = Stand(policy, ScriptedUpstream(ok()))
    stand.keys.team = team
    await AsgiCall(path, json.dumps(body).encode()).run(stand.edge)
    (request,) = stand.upstream.requests
    told: dict[str, Any] = json.loads(request.body)
    return told


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_each_team_has_a_salt_of_its_own(path: str) -> None:
    body = {"model": "sim/m", "max_tokens": 9, **CHAT}
    salts = [(await sent(path, body, team=team))["cache_salt"] for team in ("demo", "demo", "swiss")]
    assert salts[0] == salts[1] != salts[2]
    assert "demo" not in salts[0]


@pytest.mark.asyncio
@pytest.mark.parametrize(("model", "engine"), [("sim/m", "llama_cpp"), ("openai/m", "vllm")])
async def test_nobody_else_is_sent_a_field_that_it_does_not_know(model: str, engine: str) -> None:
    assert "cache_salt" not in await sent("/v1/chat/completions", {"model": model, **CHAT}, engine)
