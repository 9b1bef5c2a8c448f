"""One `Idempotency-Key`, one call over all replicas: gateways with one Valkey and one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from gateway.caching import claims
from gateway.providers.simulated.server import SimulatedServer
from gateway.settings import load_settings
from gateway.storage.claims import TAG
from tests.api.test_cache import CHAT, HELLO, Client
from tests.api.test_idempotency import KEY, cache_of
from tests.support.databases import PostgresServer
from tests.support.replicas import environment, replica_processes
from tests.support.running import TEST_ROOT_KEY, RunningGateway, policy_for, prepared, serving
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures
from tests.support.waiting import until
from tests.support.warm import WarmProcess

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey, pytest.mark.postgres]

SLOW = "claude/m+first-byte-delay=0.5"
SLOWER = "claude/m+first-byte-delay=4"


class House(AsyncExitStack):
    """Two replicas with an own database, and a client of each."""

    async def replicas(self, provider: SimulatedServer, folder: Path, database: str, redis_url: str) -> None:
        self.gateways: list[RunningGateway] = []
        for name in "ab":
            (folder / name).mkdir()
            running = serving(policy_for(provider.url), folder / name, database, redis_url=redis_url)
            self.gateways.append(await self.enter_async_context(running))
            assert await self.gateways[-1].gateway.redis.ready(5)
        self.clients = [await self.enter_async_context(Client(gateway)) for gateway in self.gateways]

    async def waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Return once the second replica has been told that another has the claim."""
        claims, told = self.gateways[1].gateway.claims, asyncio.Event()
        take = claims.take

        async def noted(key: bytes, owner: bytes, seconds: float) -> bool | None:
            taken: bool | None = await take(key, owner, seconds)
            if taken is False:
                told.set()
            return taken

        monkeypatch.setattr(claims, "take", noted)
        async with asyncio.timeout(60):
            await told.wait()


@pytest_asyncio.fixture
async def house(
    provider: SimulatedServer,
    tmp_path: Path,
    postgres: PostgresServer,
    valkey_url: str,  # noqa: F811
) -> AsyncIterator[House]:
    database = postgres.url(await asyncio.to_thread(postgres.create_migrated_database))
    async with House() as made:
        await made.replicas(provider, tmp_path, database, valkey_url)
        yield made


async def begun(client: Client, provider: SimulatedServer, model: str) -> asyncio.Task[httpx.Response]:
    """A request with the key that is at its provider."""
    asking = asyncio.create_task(client.chat(model, headers=KEY))
    await until(lambda: provider.requests)
    return asking


@pytest.mark.fault("E8")
@pytest.mark.parametrize("stream", [False, True])
async def test_fifty_at_once_at_two_replicas_make_one_call_and_another_body_is_refused(
    house: House, provider: SimulatedServer, record_property: Callable[[str, object], None], stream: bool
) -> None:
    asked = {"model": SLOW, "headers": KEY, "temperature": 0.9, "stream": stream}
    first, second = house.clients
    answers = await asyncio.gather(*(client.chat(**asked) for client in (first, second) for _ in range(25)))
    refused = [await client.chat("claude/m", headers=KEY) for client in (first, second)]
    later = [await client.chat(**asked) for client in (first, second)]
    calls = len(provider.requests)
    record_property("figure", f"{len(answers)} at once at two replicas: {calls} call")
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in (*answers, *later)}) == 1
    assert calls == 1
    assert [(one.status_code, one.json()["error"]["code"]) for one in refused] == [(409, "idempotency_conflict")] * 2
    assert sorted(cache_of(*answers)) == ["bypass", *["replay"] * 49]
    await house.gateways[0].gateway.recorded()
    rows = await house.gateways[1].usage_rows()
    assert sum(row["attempts"] for row in rows) == 1, "one of them is paid for"


async def test_another_body_waits_for_the_other_replicas_answer_and_is_refused(
    house: House, provider: SimulatedServer
) -> None:
    first, second = house.clients
    asking = await begun(first, provider, SLOW)
    refused = await second.chat("claude/other", headers=KEY)
    assert (await asking).status_code == 200
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert len(provider.requests) == 1


async def test_an_answer_that_comes_late_out_of_valkey_is_no_second_call(
    house: House, provider: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = house.clients
    answers, waits = house.gateways[1].gateway.answers, asyncio.create_task(house.waits(monkeypatch))
    get, looked = answers.get, 0

    async def late_once(key: bytes) -> bytes | None:
        nonlocal looked
        looked += waits.done()
        return None if looked == 1 else await get(key)

    monkeypatch.setattr(answers, "get", late_once)
    asking = await begun(first, provider, SLOW)
    told = await second.chat(SLOW, headers=KEY)
    await waits
    assert cache_of(await asking, told) == ["bypass", "replay"]
    assert looked == 2
    assert len(provider.requests) == 1


@pytest.mark.parametrize("fault", ["status=400", "garbage", "reset-after=3"])
async def test_where_the_first_fails_the_other_replica_asks_and_never_both_at_once(
    house: House, provider: SimulatedServer, fault: str
) -> None:
    model, stream = f"openai/m+first-byte-delay=0.3+{fault}", fault == "reset-after=3"
    calls = [asyncio.create_task(client.chat(model, headers=KEY, stream=stream)) for client in house.clients]
    at_once = 0
    while not all(call.done() for call in calls):
        at_once = max(at_once, provider.open_streams)
        await asyncio.sleep(0.01)
    assert not any("idempotent-replayed" in call.result().headers for call in calls)
    assert len(provider.requests) == 2
    assert at_once == 1
    free = await house.clients[1].chat(headers=KEY)  # and another body has its key
    assert free.status_code == 200


async def test_where_the_first_client_leaves_the_other_replica_asks_at_once(
    house: House, provider: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = house.clients
    leaving = asyncio.create_task(first.chat("openai/m+stall-after=3", headers=KEY, stream=True))
    await until(lambda: provider.requests)
    waiting = asyncio.create_task(second.chat("openai/m", headers=KEY))
    await house.waits(monkeypatch)
    assert len(provider.requests) == 1
    leaving.cancel()
    async with asyncio.timeout(claims.LEASE_SECONDS / 2):
        assert (await waiting).status_code == 200
    assert cache_of(waiting.result()) == ["bypass"]
    assert len(provider.requests) == 2


async def test_a_client_that_leaves_while_it_waits_leaves_nothing_behind(
    house: House,
    provider: SimulatedServer,
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = house.clients
    asking = await begun(first, provider, SLOWER)
    leaving = asyncio.create_task(second.chat(SLOWER, headers=KEY))
    await house.waits(monkeypatch)
    leaving.cancel()
    await until(lambda: not house.gateways[1].gateway.edge.in_flight)
    assert not asking.done()
    assert (await asking).status_code == 200
    assert cache_of(await second.chat(SLOWER, headers=KEY)) == ["replay"]
    assert len(provider.requests) == 1
    async with Redis.from_url(valkey_url) as redis, asyncio.timeout(60):
        while await redis.keys(f"{TAG}*"):
            await asyncio.sleep(0.01)


async def test_who_will_not_wait_so_long_is_told_so_and_asks_nobody(house: House, provider: SimulatedServer) -> None:
    first, second = house.clients
    asking = await begun(first, provider, "claude/m+first-byte-delay=2.5")
    told = await second.chat("claude/m+first-byte-delay=2.5", headers={**KEY, "x-gateway-timeout": "1"})
    assert (told.status_code, told.json()["error"]["code"]) == (504, "upstream_timeout")
    assert "x-should-retry" not in told.headers, "SDKs ask again"
    assert (await asking).status_code == 200
    assert len(provider.requests) == 1


async def test_a_claim_is_renewed_for_as_long_as_the_call_takes_and_found_again_where_valkey_was_emptied(
    house: House,
    provider: SimulatedServer,
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims, "LEASE_SECONDS", 0.5)
    monkeypatch.setattr(claims, "RENEWED_AFTER", 0.02)
    first, second = house.clients
    model = "claude/m+first-byte-delay=2"
    asking = await begun(first, provider, model)
    async with Redis.from_url(valkey_url) as redis, asyncio.timeout(60):
        await redis.flushall()
        while not await redis.keys(f"{TAG}*"):
            await asyncio.sleep(0.01)
    told = await second.chat(model, headers=KEY)
    assert cache_of(await asking, told) == ["bypass", "replay"]
    assert len(provider.requests) == 1


async def test_a_connection_that_is_made_anew_while_one_waits_is_no_second_call(
    house: House,
    provider: SimulatedServer,
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = house.clients
    asking = await begun(first, provider, SLOWER)
    waiting = asyncio.create_task(second.chat(SLOWER, headers=KEY))
    await house.waits(monkeypatch)
    take, refused = house.gateways[1].gateway.claims.take, asyncio.Event()

    async def noted(*asked: Any) -> bool | None:
        taken: bool | None = await take(*asked)
        if taken is None:
            refused.set()
        return taken

    monkeypatch.setattr(house.gateways[1].gateway.claims, "take", noted)
    async with Redis.from_url(valkey_url) as redis, asyncio.timeout(30):
        while not refused.is_set():
            await redis.client_kill_filter(_type="normal", skipme=True)
            await asyncio.sleep(0.01)
    assert cache_of(await asking, await waiting) == ["bypass", "replay"]
    assert len(provider.requests) == 1


async def test_without_valkey_each_replica_asks_for_itself(
    provider: SimulatedServer, tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.url(await asyncio.to_thread(postgres.create_migrated_database))
    async with House() as house:
        with valkey_server() as server:
            await house.replicas(provider, tmp_path, database, str(server.connection_url))
        answers = await asyncio.gather(*(client.chat(SLOW, headers=KEY) for client in house.clients))
    assert cache_of(*answers) == ["bypass", "bypass"]
    assert len(provider.requests) == 2


POLICY = """\
version: 1
providers:
  sim: {{kind: local, base_url: "{url}/local/v1", region: on_prem, engine: vllm}}
models:
  m: {{targets: [{{provider: sim, model: "m+first-byte-delay=2"}}]}}
teams:
  demo: {{models: [m]}}
"""


@pytest.fixture
def processes(
    provider: SimulatedServer,
    tmp_path: Path,
    postgres: PostgresServer,
    valkey_url: str,  # noqa: F811
) -> Iterator[tuple[str, dict[str, WarmProcess]]]:
    """A key, and two replicas with the process behind each URL."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY.format(url=provider.url))
    database = postgres.url(postgres.create_migrated_database())
    settings = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_DATABASE_URL": database, "GATEWAY_REDIS_URL": valkey_url}
    environ = environment(tmp_path, settings)
    key = prepared(load_settings(environ), policy_for(provider.url))["demo"]
    with replica_processes(tmp_path, environ, 2) as running:
        yield key, running


async def test_where_the_one_that_asks_is_killed_its_claim_lapses_and_the_other_asks(
    processes: tuple[str, dict[str, WarmProcess]],
    provider: SimulatedServer,
    valkey_url: str,  # noqa: F811
) -> None:
    key, running = processes
    (first, process), (second, _) = running.items()
    own = {**KEY, "authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client, Redis.from_url(valkey_url) as redis:

        def asked(url: str) -> asyncio.Task[httpx.Response]:
            return asyncio.create_task(client.post(url + CHAT, json={"model": "m", "messages": HELLO}, headers=own))

        asking = asked(first)
        await until(lambda: provider.requests)
        waiting = asked(second)
        async with asyncio.timeout(30):
            while "gateway_requests_in_flight 1.0" not in (await client.get(f"{second}/metrics")).text:
                await asyncio.sleep(0.01)
        process.kill()
        with pytest.raises(httpx.HTTPError):
            await asking
        [claim] = await redis.keys(f"{TAG}*")
        assert 0 < await redis.pttl(claim) <= claims.LEASE_SECONDS * 1000, "it lapses by itself"
        assert len(provider.requests) == 1
        await redis.pexpire(claim, 1)  # as it would, had this test waited for it
        answer = await waiting
    assert (answer.status_code, cache_of(answer)) == (200, ["bypass"])
    assert len(provider.requests) == 2
