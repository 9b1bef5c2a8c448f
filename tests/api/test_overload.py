"""A replica that is full, as its clients see it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gateway.api.cycle import Cycle
from gateway.core.overload import OverloadPolicy
from gateway.core.policy import Policy
from gateway.overload import gate
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.strain import HeldBytes
from gateway.providers.simulated.server import serve_simulated
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

SLOW = {"model": "openai/m+first-byte-delay=20", "messages": [{"role": "user", "content": "hi"}]}
QUICK = {**SLOW, "model": "openai/m"}
CHAT = "/v1/chat/completions"


def small(policy: Policy, **rules: float) -> Policy:
    overload = OverloadPolicy(**{"in_flight": 2, "waiting": 0, **rules})  # type: ignore[arg-type]
    return msgspec.structs.replace(policy, overload=overload)


def client(gateway: RunningGateway) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=30)


async def occupied(gateway: RunningGateway, places: int) -> None:
    await until(lambda: gateway.gateway.guards.turns.in_use == places)


async def test_who_leaves_while_he_waits_for_a_turn_waits_no_longer(tmp_path: Path) -> None:
    provider = await serve_simulated()
    rules = small(policy_for(provider.url), in_flight=1, waiting=1, patience=60)
    async with serving(rules, tmp_path) as gateway, client(gateway) as asking:
        turns = gateway.gateway.guards.turns
        slow = asyncio.create_task(asking.post(CHAT, json=SLOW))
        await occupied(gateway, 1)
        waiting = asyncio.create_task(asking.post(CHAT, json=QUICK))
        await until(lambda: turns.waiting == 1)
        waiting.cancel()
        await until(lambda: turns.waiting == 0)
        assert turns.in_use == 1
        slow.cancel()
        await occupied(gateway, 0)
    await provider.close()


async def test_who_has_left_before_he_is_begun_waits_for_no_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the gate, while the replica has more work than it can do."""
    left = asyncio.Event()

    class Told(Cycle):
        def leave(self) -> None:
            super().leave()
            left.set()

    monkeypatch.setattr("gateway.api.connection.Cycle", Told)
    provider = await serve_simulated()
    rules = small(policy_for(provider.url), in_flight=1, waiting=1, patience=60)
    async with serving(rules, tmp_path) as gateway, client(gateway) as asking:
        turns = gateway.gateway.guards.turns
        slow = asyncio.create_task(asking.post(CHAT, json=SLOW))
        await occupied(gateway, 1)
        at_the_gate = asyncio.Event()

        async def wait(*_: object) -> None:
            at_the_gate.set()
            await left.wait()

        monkeypatch.setattr(LoadShedder, "admit", wait)
        waiting = asyncio.create_task(asking.post(CHAT, json=QUICK))
        await at_the_gate.wait()
        waiting.cancel()
        await left.wait()
        await until(lambda: turns.waiting == 0 and len(gateway.gateway.edge.in_flight) == 1)
        slow.cancel()
        await occupied(gateway, 0)
        assert [row["status"] for row in await gateway.usage_rows()] == ["client_closed"] * 2
    await provider.close()


async def test_a_full_replica_says_when_to_come_back_and_takes_work_again(tmp_path: Path) -> None:
    provider = await serve_simulated()
    async with serving(small(policy_for(provider.url)), tmp_path) as gateway, client(gateway) as asking:
        slow = [asyncio.create_task(asking.post(CHAT, json=SLOW)) for _ in range(2)]
        await occupied(gateway, 2)
        refused = await asking.post(CHAT, json=QUICK)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
        assert 1 <= int(refused.headers["retry-after"]) <= 3
        assert (await asking.get("/v1/models")).status_code == 200
        assert "gateway_requests_shed_total 1.0" in (await asking.get("/metrics")).text
        for task in slow:
            task.cancel()
        await occupied(gateway, 0)
        assert (await asking.post(CHAT, json=QUICK)).status_code == 200
        rows = await gateway.usage_rows()
        assert sorted(row["status"] for row in rows if row["operation"] == "chat") == [
            "client_closed",
            "client_closed",
            "ok",
            "refused",
        ]
    await provider.close()


async def test_who_was_sent_away_is_refused_early_for_as_long_as_there_is_no_room(tmp_path: Path) -> None:
    provider = await serve_simulated()
    async with serving(small(policy_for(provider.url)), tmp_path) as gateway, client(gateway) as asking:
        slow = [asyncio.create_task(asking.post(CHAT, json=SLOW)) for _ in range(2)]
        await occupied(gateway, 2)
        refused = [await asking.post(CHAT, json=QUICK) for _ in range(3)]
        assert {(one.status_code, one.json()["error"]["code"]) for one in refused} == {(503, "overloaded")}
        assert all(1 <= int(one.headers["retry-after"]) <= 3 for one in refused)
        assert "gateway_requests_shed_total 3.0" in (await asking.get("/metrics")).text
        assert (await asking.get("/v1/models")).status_code == 200
        stranger = await asking.post(CHAT, json=QUICK, headers={"authorization": "Bearer nobody"})
        assert stranger.status_code == 401
        rows = await gateway.usage_rows()
        assert [row["status"] for row in rows if row["operation"] == "chat"] == ["refused"]  # two left no row
        for task in slow:
            task.cancel()
        await occupied(gateway, 0)
        assert (await asking.post(CHAT, json=QUICK)).status_code == 200
    await provider.close()


async def test_who_waits_gets_the_place_that_comes_free(tmp_path: Path) -> None:
    provider = await serve_simulated()
    policy = small(policy_for(provider.url), in_flight=1, waiting=5, patience=20.0)
    async with serving(policy, tmp_path) as gateway, client(gateway) as asking:
        slow = asyncio.create_task(asking.post(CHAT, json=SLOW))
        await occupied(gateway, 1)
        quick = [asyncio.create_task(asking.post(CHAT, json=QUICK)) for _ in range(3)]
        while gateway.gateway.guards.turns.waiting < 3:
            await asyncio.sleep(0.005)
        slow.cancel()
        assert {answer.status_code for answer in await asyncio.gather(*quick)} == {200}
    await provider.close()


async def test_a_client_may_lower_its_urgency_only_by_a_known_word(tmp_path: Path) -> None:
    provider = await serve_simulated()
    async with serving(small(policy_for(provider.url), in_flight=3), tmp_path) as gateway, client(gateway) as asking:
        slow = [asyncio.create_task(asking.post(CHAT, json=SLOW)) for _ in range(2)]
        await occupied(gateway, 2)
        batch = await asking.post(CHAT, json=QUICK, headers={"x-gateway-priority": "batch"})
        urgent = await asking.post(CHAT, json=QUICK, headers={"x-gateway-priority": "interactive"})
        unknown = await asking.post(CHAT, json=QUICK, headers={"x-gateway-priority": "now"})
        assert (batch.status_code, urgent.status_code, unknown.status_code) == (503, 200, 400)
        for task in slow:
            task.cancel()
    await provider.close()


async def test_where_the_loop_has_no_time_who_may_not_wait_is_sent_away_at_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url), tmp_path) as gateway, client(gateway) as asking:
        with monkeypatch.context() as busy:
            busy.setattr(gate, "SLICE", 0.0)
            busy.setattr(gate, "STANDING", 0.0)
            busy.setattr(gate, "LOOK_SECONDS", 0.0)
            busy.setattr(gate, "PATIENCE", dict.fromkeys(gate.PATIENCE, 0.0))
            crowd = await asyncio.gather(*(asking.post(CHAT, json=QUICK) for _ in range(60)))
        refused = [one for one in crowd if one.status_code == 503]
        assert refused
        assert {one.json()["error"]["code"] for one in refused} == {"overloaded"}
        assert all(1 <= int(one.headers["retry-after"]) <= 3 for one in refused)
        shed = (await asking.get("/metrics")).text
        assert f"gateway_requests_shed_total {len(refused)}.0" in shed
        assert (await asking.post(CHAT, json=QUICK)).status_code == 200
        assert len(await gateway.usage_rows()) == 61 - len(refused)  # the gate leaves no row
    await provider.close()


async def test_more_bodies_than_fit_are_refused_and_counted_down_again(tmp_path: Path) -> None:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url), tmp_path) as gateway, client(gateway) as asking:
        gateway.gateway.edge._bodies = bodies = HeldBytes(10_000)
        large = {**QUICK, "user": "x" * 20_000}
        refused = await asking.post(CHAT, json=large)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
        assert (await asking.post(CHAT, json=QUICK)).status_code == 200
        while gateway.gateway.edge.in_flight:
            await asyncio.sleep(0.005)
        assert bodies.held == 0
    await provider.close()


@pytest.mark.parametrize(
    ("path", "headers", "said"),
    [
        ("/v1/messages", {"x-api-key": "good"}, {"type": "error"}),  # without the version that its SDKs send
        (CHAT, {"x-goog-api-key": "good"}, {"code": "shutting_down"}),  # as who speaks to several APIs may send it
        ("/v1beta/models/m:generateContent", {}, {"status": "UNAVAILABLE"}),
    ],
)
async def test_a_replica_that_leaves_says_so_in_the_words_of_the_path(
    path: str, headers: dict[str, str], said: dict[str, str]
) -> None:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(None))
    await stand.edge.drain(0)
    call = AsgiCall(path, b"{}", headers)
    await call.run(stand.edge)
    told = msgspec.json.decode(call.body)
    assert (call.status, call.headers["retry-after"]) == (503, "1")
    assert said.items() <= {**told["error"], **told}.items(), told


async def test_a_replica_that_leaves_waits_for_nobody_who_does_not_read_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request ends, twice over, and is no defect to be logged."""

    class Unread(AsgiCall):
        async def send(self, message: dict[str, Any]) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("gateway.api.edge.CUT_SECONDS", 0.05)
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(None))
    asking = asyncio.ensure_future(Unread(CHAT, msgspec.json.encode(QUICK)).run(stand.edge))
    await until(lambda: len(stand.upstream.requests) == 1)
    await stand.edge.drain(0)
    await asking
    assert not stand.edge.in_flight
    assert [row.error_code for row in stand.ledger.rows] == ["shutting_down"]
