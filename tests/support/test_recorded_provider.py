"""The recorded provider tells calls from the gateway's looks at its local servers."""

from __future__ import annotations

import httpx
import pytest

from tests.support.recorded_provider import Performance, playing


@pytest.mark.asyncio
async def test_a_look_at_a_server_that_comes_behind_a_call_is_none() -> None:
    answer = Performance(200, {}, (b"{}",))
    async with playing({"p": answer}) as provider, httpx.AsyncClient(base_url=provider.url) as client:
        await client.post("/p/v1/chat/completions", json={"model": "m"})
        await client.get("/p/health")
        assert [one.path for one in provider.received["p"]] == ["/v1/chat/completions", "/health"]
        assert provider.asked("p") == [{"model": "m"}]
        assert provider.asked("another") == []
