"""Govern: what a request may say of itself, and what policy alone says of its key."""

from __future__ import annotations

import json

import msgspec
import pytest

from gateway.core.policy import Grouping
from gateway.errors import UpstreamUnreachable
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand
from tests.support.running import policy_for


@pytest.mark.asyncio
@pytest.mark.parametrize(("keys", "status"), [(("another",), 400), (("key1",), 502)], ids=["foreign", "own"])
async def test_nobody_books_on_a_project_that_policy_gives_to_other_keys(keys: tuple[str, ...], status: int) -> None:
    """Its budget would be spent by a stranger, as soon as the ledger is asked what was."""
    policy = policy_for("http://127.0.0.1:9")
    team = msgspec.structs.replace(
        policy.teams["demo"], tags=frozenset({"project"}), projects={"mail": Grouping(keys=keys)}
    )
    policy = msgspec.structs.replace(policy, teams={**policy.teams, "demo": team})
    stand = Stand(policy, ScriptedUpstream(UpstreamUnreachable("gone")))
    body = json.dumps({"model": "openai/m", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    call = AsgiCall("/v1/chat/completions", body, {"x-gateway-tags": "project=mail"})
    await call.run(stand.edge)
    [row] = stand.ledger.rows
    assert (call.status, row.project) == (status, None if status == 400 else "mail")
