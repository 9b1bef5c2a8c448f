"""PostgreSQL is stopped under a light load of strict requests, for as long as the gateway bears it, and longer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest

from gateway import admin_port
from gateway.admin_port import CLOSE_SECONDS, LEAVE_SECONDS
from gateway.journal import shipper
from gateway.providers.simulated.server import SimulatedServer
from gateway.storage.directory import FRESH, POLL_SECONDS
from tests.audit.test_served import ask, audit_in
from tests.support.databases import PostgresServer, postgres_server
from tests.support.running import policy_for, serving

pytestmark = [pytest.mark.asyncio, pytest.mark.postgres]

Figure = Callable[[str, object], None]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


async def bears_it(
    server: PostgresServer, simulated: SimulatedServer, state: Path, pause: float
) -> tuple[int, float, str, float]:
    """(requests answered while it was down, seconds until one was refused, why, seconds until all was shipped)."""
    url = server.url(server.create_migrated_database())
    answered: list[str] = []
    async with serving(policy_for(simulated.url), state, url) as running, httpx.AsyncClient() as client:

        async def once() -> httpx.Response:
            answer = await ask(running, client, stream=bool(len(answered) % 2))
            if answer.status_code == 200:
                answered.append(answer.headers["x-gateway-request-id"])
            return answer

        assert (await once()).status_code == 200
        await running.gateway.recorded()
        await asyncio.to_thread(server.stop)
        stopped = monotonic()
        try:
            while (answer := await once()).status_code == 200:
                assert monotonic() - stopped < shipper.GRACE + 30
                await asyncio.sleep(pause)
            refused = monotonic() - stopped
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
        finally:
            await asyncio.to_thread(server.start)
        back = monotonic()
        await running.gateway.recorded()
        shipped = monotonic() - back
        assert (await once()).status_code == 200  # nobody lent a hand
        rows = Counter(row["request_id"] for row in await running.usage_rows())
    verdict, headers = await audit_in(url, state)
    assert (verdict.state, verdict.open_writers) == ("whole", 0)
    recorded = Counter((header.request, header.kind) for header in headers if header.request)
    assert set(recorded.values()) == set(rows.values()) == {1}
    assert {(one, kind) for one in answered for kind in ("request", "outcome")} <= set(recorded)
    assert set(answered) <= set(rows)
    return len(answered), refused, answer.json()["error"]["code"], shipped


@pytest.mark.fault("B2")
async def test_a_database_that_is_down_costs_nobody_an_answer_until_the_journal_has_borne_enough(
    server: PostgresServer, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipper, "GRACE", 1.5)
    answered, refused, code, _ = await bears_it(server, simulated, tmp_path, 0.05)
    assert answered >= 3  # one before, others while it was away
    assert refused >= 1.5
    assert code == "audit_unavailable"


@pytest.mark.fault("B1")
async def test_a_database_that_answers_nobody_keeps_no_replica_that_goes(
    server: PostgresServer, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does what the replica is telling it at that moment, which a cancellation does not end."""
    monkeypatch.setattr(admin_port, "BEAT_SECONDS", 0.01)
    url = server.url(server.create_migrated_database())
    async with serving(policy_for(simulated.url), tmp_path, url) as running:
        await running.admin_url()
        with server.frozen():
            async with asyncio.timeout(CLOSE_SECONDS + 2 * LEAVE_SECONDS + 5):
                await running.application.admin.close()


@pytest.mark.fault("B2")
@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_fifteen_minutes_without_a_database(
    server: PostgresServer, simulated: SimulatedServer, tmp_path: Path, record_property: Figure
) -> None:
    """Known keys are believed for as long as the journal bears it, counted from when they were last asked for."""
    answered, refused, code, shipped = await bears_it(server, simulated, tmp_path, 0.25)
    assert refused > shipper.GRACE - FRESH - POLL_SECONDS
    assert code in {"audit_unavailable", "overloaded"}
    record_property("answered", answered)
    record_property("refused_after_seconds", round(refused, 1))
    record_property("shipped_within_seconds", round(shipped, 1))
    assert shipped < 30
