"""What lasts is taken away under load: a database that dies or freezes, a disk that is full or fails.

Nobody lends a hand when it is back, and what was answered is in the books, once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Final

import aiohttp
import msgspec
import pytest
from yarl import URL

from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, Money
from gateway.core.policy import Policy, PriceOverride
from gateway.providers.simulated.server import SimulatedServer
from tests.audit.test_served import audit_in
from tests.support.databases import PostgresServer, postgres_server
from tests.support.failing_disk import FailingDisk
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

Figure = Callable[[str, object], None]

CLIENTS: Final = 20
PAUSE: Final = 0.4
"""Between two requests of one client: some fifty a second in all."""
LONG: Final = 60.0
MODEL: Final = "gpt-4.1-mini+slow=0.005"


class Crowd:
    """Clients that ask again and again, half of them for streams, and keep what they were told."""

    def __init__(self, running: RunningGateway) -> None:
        self._running = running
        self.answered: list[str] = []
        self.refused: Counter[tuple[int, str]] = Counter()
        self.broken: list[str] = []
        self.final = 0
        """Refusals that do not say when to come back."""
        self.sent_away = set[int]()
        """Clients that were refused once."""

    @contextlib.asynccontextmanager
    async def asking(self) -> AsyncIterator[aiohttp.ClientSession]:
        """All of them; what is yielded is for what is asked beside."""
        async with aiohttp.ClientSession(headers={"authorization": f"Bearer {self._running.key}"}) as session:
            tasks = [asyncio.ensure_future(self._ask(session, number)) for number in range(CLIENTS)]
            try:
                yield session
            finally:
                self._ended = True
                await asyncio.gather(*tasks)

    _ended = False

    async def _ask(self, session: aiohttp.ClientSession, number: int) -> None:
        await asyncio.sleep(PAUSE * number / CLIENTS)
        while not self._ended:
            async with self._asked(session, "say yes " * (1 + number), stream=bool(number % 2)) as answer:
                text = await answer.text()
                if answer.status != 200:
                    self.refused[answer.status, msgspec.json.decode(text)["error"]["code"]] += 1
                    self.final += "retry-after" not in answer.headers
                    self.sent_away.add(number)
                elif number % 2 and not text.rstrip().endswith("data: [DONE]"):
                    self.broken.append(text[-300:])
                else:
                    self.answered.append(answer.headers["x-gateway-request-id"])
            await asyncio.sleep(PAUSE)

    def _asked(self, session: aiohttp.ClientSession, said: str, *, stream: bool) -> Any:
        body = {"model": f"openai/{MODEL}", "stream": stream, "messages": [{"role": "user", "content": said}]}
        return session.post(f"{self._running.url}/v1/chat/completions", json=body)

    @contextlib.asynccontextmanager
    async def with_a_stream_under_way(self, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        """It has begun, and ends within the block, two seconds later or more: whatever the others do just then."""
        async with self._asked(session, "stream 400 chunks", stream=True) as answer:
            assert answer.status == 200
            yield
            self.broken.append((await answer.text())[-300:])

    async def are_served(self, more: int = CLIENTS) -> None:
        """Return when so many more have been answered."""
        wanted = len(self.answered) + more
        await until(lambda: len(self.answered) >= wanted or self.final, 30)
        assert not self.final, self.refused


async def held_to_the_books(running: RunningGateway, crowd: Crowd) -> None:
    """Each request that was answered has one row, and no row is there twice."""
    rows = Counter(row["request_id"] for row in await running.usage_rows())
    assert set(rows.values()) == {1}
    assert len(crowd.answered) == len(set(crowd.answered))
    assert set(crowd.answered) <= set(rows)


def limited(url: str) -> Policy:
    """Money and quotas are counted, so that what counts is under test, too."""
    policy = policy_for(url)
    team = msgspec.structs.replace(
        policy.teams["demo"],
        budgets=(Budget(name="month", period="month", limit=Money(10_000 * NANO, "USD")),),
        quotas=Quotas(requests_per_minute=100_000, concurrent=100),
    )
    price = PriceOverride(provider="openai", model=MODEL, currency="USD", since="2020-01-01", input=NANO, output=NANO)
    return msgspec.structs.replace(policy, teams={**policy.teams, "demo": team}, price_overrides=(price,))


# ------------------------------------------------------------------------------------------------------- the database


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


@contextlib.asynccontextmanager
async def stopped(server: PostgresServer) -> AsyncIterator[None]:
    """It crashes, and is started again."""
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


@contextlib.asynccontextmanager
async def frozen(server: PostgresServer) -> AsyncIterator[None]:
    with server.frozen():
        yield


async def goes_on_without(
    outage: Callable[[PostgresServer], contextlib.AbstractAsyncContextManager[None]],
    server: PostgresServer,
    simulated: SimulatedServer,
    state: Path,
    seconds: float,
) -> str:
    url = server.url(server.create_migrated_database())
    async with serving(limited(simulated.url), state, url) as running:
        crowd = Crowd(running)
        async with crowd.asking():
            await crowd.are_served()
            async with outage(server):
                down = monotonic()
                before = len(crowd.answered)
                await crowd.are_served()
                await asyncio.sleep(max(seconds - (monotonic() - down), 0))
                meanwhile = len(crowd.answered) - before
                waited = running.gateway.shipper.waiting
            back = monotonic()
            await running.gateway.recorded()
            shipped = monotonic() - back
            await crowd.are_served()
        assert (crowd.refused, crowd.broken) == ({}, [])
        await held_to_the_books(running, crowd)
    verdict, headers = await audit_in(url, state)
    assert verdict.state == "whole"
    outcomes = Counter(header.request for header in headers if header.kind == "outcome")
    assert set(outcomes.values()) == {1}
    assert set(crowd.answered) <= set(outcomes)
    return (
        f"{meanwhile} answered in {seconds:.0f} s without it, 0 failed; {waited} records shipped {shipped:.1f} s later"
    )


@pytest.mark.postgres
@pytest.mark.fault("B1")
@pytest.mark.parametrize("outage", [stopped, frozen])
async def test_a_database_that_goes_away_fails_no_request(
    outage: Callable[[PostgresServer], contextlib.AbstractAsyncContextManager[None]],
    server: PostgresServer,
    simulated: SimulatedServer,
    tmp_path: Path,
) -> None:
    await goes_on_without(outage, server, simulated, tmp_path, 1.0)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.fault("B1")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("outage", [stopped, frozen])
async def test_a_minute_without_the_database_fails_no_request(
    outage: Callable[[PostgresServer], contextlib.AbstractAsyncContextManager[None]],
    server: PostgresServer,
    simulated: SimulatedServer,
    tmp_path: Path,
    record_property: Figure,
) -> None:
    told = await goes_on_without(outage, server, simulated, tmp_path, LONG)
    record_property("figure", f"{outage.__name__}: {told}")
    print(told)


# ----------------------------------------------------------------------------------------------------------- the disk


@pytest.mark.fault("B12")
async def test_a_full_disk_lets_nobody_in_and_loses_nothing(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Figure
) -> None:
    record_property("figure", await lets_nobody_in("full", simulated, tmp_path, monkeypatch))


@pytest.mark.fault("B13")
async def test_a_disk_that_fails_lets_nobody_in_and_loses_nothing(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Figure
) -> None:
    record_property("figure", await lets_nobody_in("broken", simulated, tmp_path, monkeypatch))


DIALECTS: Final = {
    "/v1/chat/completions": "openai_chat",
    "/v1/responses": "openai_responses",
    "/v1/messages": "anthropic",
    "/v1beta/models/openai%2Fgpt-4.1-mini:generateContent": "gemini",
}


async def lets_nobody_in(how: str, simulated: SimulatedServer, state: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """`how`: what the kernel answers the journal's writes (ENOSPC), or its fsyncs (EIO)."""
    disk = FailingDisk().take_journal(monkeypatch)
    async with serving(limited(simulated.url), state) as running:
        crowd = Crowd(running)
        async with crowd.asking() as session:
            await crowd.are_served()
            async with crowd.with_a_stream_under_way(session):
                setattr(disk, how, True)
                await until(lambda: len(crowd.sent_away) == CLIENTS)  # nobody is kept until the disk takes records
                await refuses_in_every_dialect(running)
            setattr(disk, how, False)
            back = monotonic()
            await crowd.are_served(1)
            waited = monotonic() - back
            await crowd.are_served()
        assert crowd.refused.keys() <= REFUSALS
        assert all('"code":"audit_unavailable"' in end for end in crowd.broken), "what cannot be audited has no end"
        assert disk.written_after_failure == set()
        await held_to_the_books(running, crowd)
        ends = {row["status"] for row in await running.usage_rows() if row["error_code"] == "audit_unavailable"}
        assert ends == {"refused", "failed"}, "no provider is blamed for our disk"
    return f"the kernel refused {disk.failed} calls; {crowd.refused.total()} times 503; served {waited:.1f} s after"


async def refuses_in_every_dialect(running: RunningGateway) -> None:
    said = "say yes"
    bodies: dict[str, dict[str, object]] = {
        "openai_chat": {"messages": [{"role": "user", "content": said}]},
        "openai_responses": {"input": said},
        "anthropic": {"messages": [{"role": "user", "content": said}], "max_tokens": 9},
        "gemini": {"contents": [{"role": "user", "parts": [{"text": said}]}]},
    }
    headers = {"authorization": f"Bearer {running.key}", "x-goog-api-key": running.key, "x-api-key": running.key}
    async with aiohttp.ClientSession(headers=headers) as session:
        for path, dialect in DIALECTS.items():
            body = bodies[dialect] if dialect == "gemini" else {"model": f"openai/{MODEL}", **bodies[dialect]}
            async with session.post(URL(running.url + path, encoded=True), json=body) as answer:
                error = msgspec.json.decode(await answer.read())["error"]
                assert answer.status == 503, (dialect, error)
                assert int(answer.headers["retry-after"]) >= 1
            match dialect:
                case "anthropic":
                    assert error["type"] == "overloaded_error", error
                case "gemini":
                    assert (error["code"], error["status"]) == (503, "UNAVAILABLE"), error
                case _:
                    assert {"message", "type", "param", "code"} == error.keys(), error


REFUSALS: Final = {(503, "audit_unavailable"), (503, "overloaded"), (503, "journal_unavailable")}
