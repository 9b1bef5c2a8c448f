"""The audit of a whole gateway: over a real port, through the real journal, into real databases."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import text

from gateway.audit import retention, reveal
from gateway.audit.keys import keeper_of, log_keys, pseudonyms
from gateway.audit.reading import all_placed, verify_tables
from gateway.audit.record import Header, read_header
from gateway.audit.session import AuditSession
from gateway.audit.verdict import Trust, Verdict
from gateway.audit.wrapping import CannotUnwrap
from gateway.audit.writer import day_of
from gateway.journal import refused_records
from gateway.providers.simulated.server import SimulatedServer
from gateway.settings import load_settings
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import open_engine
from tests.support.running import TEST_ROOT_KEY, RunningGateway, policy_for, serving
from tests.support.transit import Transit, transit

QUESTION = {"model": "fast-chat", "messages": [{"role": "user", "content": "Say canary-7f3a9c."}]}


def trust(state: Path) -> Trust:
    settings = load_settings({"GATEWAY_STATE_DIR": str(state), "GATEWAY_ROOT_KEY": TEST_ROOT_KEY})
    keys = log_keys(settings)
    return Trust(verify_key=keys.signing.verify_key, place_key=keys.place)


async def audit_in(url: str, state: Path) -> tuple[Verdict, list[Header]]:
    engine = open_engine(url)
    try:
        tables = AuditTables(engine)
        headers = [read_header(row.record.header) async for row in all_placed(tables)]
        return await verify_tables(tables, await asyncio.to_thread(trust, state)), headers
    finally:
        await engine.dispose()


async def ask(running: RunningGateway, client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {running.key}"}
    return await client.post(f"{running.url}/v1/chat/completions", json={**QUESTION, **more}, headers=headers)


@pytest.mark.asyncio
async def test_a_part_that_fails_to_close_keeps_no_other_from_closing(
    simulated: SimulatedServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def defect() -> None:
        raise RuntimeError("a defect")

    async with serving(policy_for(simulated.url), tmp_path) as running, httpx.AsyncClient() as client:
        assert (await ask(running, client)).status_code == 200
        running.gateway.engines.close = defect  # stands early in the order
    assert "RuntimeError: a defect" in caplog.text  # told by the server
    verdict, headers = await audit_in(running.database_url, tmp_path)
    assert (verdict.state, verdict.open_writers, headers[-1].kind) == ("whole", 0, "writer_close")
    async with serving(policy_for(simulated.url), tmp_path) as again:
        assert again.gateway.journal.left == []  # the folder was let go of, with nothing in it


@pytest.mark.asyncio
async def test_what_was_served_is_in_the_log_and_nothing_of_it_in_clear(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    async with serving(policy_for(simulated.url), tmp_path, database_url) as running, httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(ask(running, client, stream=bool(number % 2)) for number in range(12)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await ask(running, client, model="nobody")).status_code == 404
        await running.usage_rows()
    verdict, headers = await audit_in(database_url, tmp_path)
    assert (verdict.state, verdict.open_writers) == ("whole", 0)
    kinds = Counter(header.kind for header in headers)
    assert kinds == {"writer_open": 1, "request": 12, "outcome": 13, "writer_close": 1}
    by_request: dict[str, list[str]] = {}
    for header in headers:
        if header.request:
            by_request.setdefault(header.request, []).append(header.kind)
    assert Counter(tuple(each) for each in by_request.values()) == {("request", "outcome"): 12, ("outcome",): 1}
    priced = [header for header in headers if header.kind == "outcome" and header.status == "ok"]
    assert all(header.cost_nano and header.output_tokens and header.region == "us" for header in priced)
    await _nothing_in_clear(tmp_path, database_url)


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def _nothing_in_clear(state: Path, database_url: str) -> None:
    dump = b"\n".join(await asyncio.to_thread(_files, state))
    if database_url.startswith("postgresql"):
        engine = open_engine(database_url)
        async with engine.connect() as connection:
            for table in ("audit_record", "audit_key", "audit_person", "usage"):
                rows = await connection.exec_driver_sql(f"SELECT * FROM {table}")
                for row in rows:
                    dump += b"\n".join(
                        value if isinstance(value, bytes) else str(value).encode() for value in row._mapping.values()
                    )
        await engine.dispose()
    assert dump
    for secret in (b"canary-7f3a9c", b"127.0.0.1", b"provider-secret"):
        assert secret not in dump


@pytest.mark.asyncio
async def test_what_a_dead_process_left_is_shipped_by_the_next_and_said(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    policy = policy_for(simulated.url)
    async with serving(policy, tmp_path, database_url) as running, httpx.AsyncClient() as client:
        # From here on nothing reaches the database, as if the process had died with its journal full.
        await running.gateway.shipper.close()
        assert (await ask(running, client)).status_code == 200
        await running.gateway.journal.durable(running.gateway.journal.last)
    async with serving(policy, tmp_path, database_url) as running:
        await running.usage_rows()
        await running.usage_rows()
    verdict, headers = await audit_in(database_url, tmp_path)
    assert verdict.state == "whole"
    kinds = Counter(header.kind for header in headers)
    assert kinds["request"] == kinds["outcome"] == 1
    assert kinds["writer_recovered"] == 1
    assert kinds["writer_open"] == kinds["writer_close"] == 2


@pytest.mark.asyncio
async def test_replicas_share_one_log(simulated: SimulatedServer, tmp_path: Path, database_url: str) -> None:
    policy = policy_for(simulated.url)
    states = [tmp_path / name for name in ("one", "two")]
    async with (
        serving(policy, states[0], database_url) as one,
        serving(policy, states[1], database_url) as two,
        httpx.AsyncClient() as client,
    ):
        answers = await asyncio.gather(*(ask(each, client) for each in (one, two) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
    verdict, headers = await audit_in(database_url, states[0])
    assert (verdict.state, verdict.open_writers) == ("whole", 0)
    assert Counter(header.kind for header in headers)["outcome"] == 20


@pytest.mark.asyncio
async def test_a_key_that_cannot_be_had_lets_nothing_out(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(policy_for(simulated.url), tmp_path) as running, httpx.AsyncClient() as client:
        writer = running.gateway.audit._writer
        wraps = writer._wrapper

        class Away:
            def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
                raise CannotUnwrap("Vault does not answer")

        writer._wrapper = Away()
        answer = await ask(running, client)
        assert answer.status_code == 503
        assert msgspec.json.decode(answer.content)["error"]["code"] == "audit_unavailable"
        writer._wrapper = wraps
        assert (await ask(running, client)).status_code == 200


@pytest.fixture
def vault_server() -> Iterator[Transit]:
    with transit() as server:
        yield server


@pytest.mark.asyncio
async def test_what_vault_wraps_reads_with_vault_alone(
    simulated: SimulatedServer, vault_server: Transit, tmp_path: Path
) -> None:
    vault = {"GATEWAY_AUDIT_VAULT": vault_server.address, "GATEWAY_AUDIT_VAULT_TOKEN": "hvs.good"}
    async with (
        serving(policy_for(simulated.url), tmp_path, more_settings=vault) as running,
        httpx.AsyncClient() as client,
    ):
        assert (await ask(running, client)).status_code == 200
        await running.gateway.recorded()
        for settings, opens in (({}, False), (vault, True)):
            session = await asyncio.to_thread(_session, running.gateway, tmp_path, settings)
            [place] = [row.place async for row in session.store.search(kinds=("request",))]
            [row] = await session.store.whole([place])
            try:
                shown = await asyncio.to_thread(reveal.shown, session, *row)
                assert opens
                assert shown.content is not None
                assert b"canary-7f3a9c" in shown.content.prompt
            except CannotUnwrap:
                assert not opens


@pytest.mark.fault("J4")
@pytest.mark.asyncio
async def test_who_is_erased_while_being_served_is_erased_and_served_on(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    """The gateway holds the salt, and what it sealed is still under way: that is erased all the same."""
    async with serving(policy_for(simulated.url), tmp_path, database_url) as running, httpx.AsyncClient() as client:
        gateway = running.gateway
        session = await asyncio.to_thread(_session, gateway, tmp_path)
        assert (await ask(running, client)).status_code == 200
        subject = f"key:{(await running.usage_rows())[0]['key_id']}"
        assert (await ask(running, client)).status_code == 200  # sealed, and perhaps not shipped when the erasure comes
        await retention.erase(session, subject, "DPO-1")
        await retention.destroy_day(session, session.pseudonyms.team("demo"), day_of(time.time()), "demo", "T-1")
        async with asyncio.timeout(10):
            writer = gateway.audit._writer
            while writer._people or "demo" in writer._keys:  # it hears of both, though nothing is shipped
                await asyncio.sleep(0.01)
        assert (await ask(running, client)).status_code == 200
        await gateway.recorded()
        await gateway.recorded()
        places = [row.place async for row in session.store.search(kinds=("request",))]
        opened = [reveal.shown(session, *row) for row in await session.store.whole(places)]
        assert [each.content is not None for each in opened] == [False, False, True]
        assert (await session.verify()).state == "whole"
        await session.close()


REFUSING = {
    "sqlite": (
        "CREATE TRIGGER refusing BEFORE INSERT ON audit_record BEGIN SELECT RAISE(ABORT, 'not now'); END",
        "DROP TRIGGER refusing",
    ),
    "postgresql": (
        "ALTER TABLE audit_record ADD CONSTRAINT refusing CHECK (place < 0) NOT VALID",
        "ALTER TABLE audit_record DROP CONSTRAINT refusing",
    ),
}
"""What somebody does to the table for a while, and undoes."""


@pytest.mark.asyncio
async def test_what_the_database_would_not_have_is_in_the_log_by_itself_once_it_does(
    simulated: SimulatedServer, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the data key and the salt that the first of it brings: all of it reads. Who was erased meanwhile is."""
    monkeypatch.setattr(refused_records, "FIRST_TRY", 0.1)
    monkeypatch.setattr(refused_records, "LONGEST_WAIT", 0.1)
    refused = tmp_path / "journal" / "1" / refused_records.REFUSED
    async with serving(policy_for(simulated.url), tmp_path, database_url) as running, httpx.AsyncClient() as client:
        gateway = running.gateway
        await gateway.recorded()
        session = await asyncio.to_thread(_session, gateway, tmp_path)

        async def alter(how: int) -> None:
            async with gateway.engine.begin() as connection:
                await connection.execute(text(REFUSING[gateway.engine.dialect.name][how]))

        async def set_aside() -> float:
            exposed = (await client.get(f"{running.url}/metrics")).text
            named = (line.partition(" ") for line in exposed.splitlines())
            return next(float(value) for name, _, value in named if name == "gateway_journal_records_set_aside")

        async def taken() -> None:
            async with asyncio.timeout(20):
                while await set_aside():
                    await asyncio.sleep(0.02)
            assert not refused.exists()

        async def readable() -> list[bool]:
            places = [row.place async for row in session.store.search(kinds=("request", "outcome"))]
            return [reveal.shown(session, *row).content is not None for row in await session.store.whole(places)]

        await alter(0)
        for _ in range(2):
            assert (await ask(running, client)).status_code == 200
        await gateway.recorded()
        assert refused.exists()
        assert await set_aside() > 0
        assert await readable() == []
        await alter(1)
        assert (await ask(running, client)).status_code == 200
        await taken()
        await gateway.recorded()
        assert await readable() == [True] * 6

        gateway.audit._writer._turn_the_day(0)  # as if another had begun: the next needs a new key and a new salt
        await alter(0)
        assert (await ask(running, client)).status_code == 200
        await gateway.recorded()
        await alter(1)
        await retention.erase(session, f"key:{(await running.usage_rows())[0]['key_id']}", "DPO-1")
        await taken()
        await gateway.recorded()
        assert await readable() == [False] * 8
        await session.close()
    verdict, headers = await audit_in(database_url, tmp_path)
    assert (verdict.state, verdict.shredded_by_policy) == ("whole", 8)
    assert Counter(header.kind for header in headers)["outcome"] == 4


def _session(gateway: Any, state: Path, more: Mapping[str, str] = {}) -> AuditSession:
    settings = load_settings({"GATEWAY_STATE_DIR": str(state), "GATEWAY_ROOT_KEY": TEST_ROOT_KEY, **more})
    keys, names = log_keys(settings), pseudonyms(settings)
    return AuditSession(gateway.engine, keys, keeper_of(settings), names, gateway.clock, "vera")


@pytest.mark.asyncio
async def test_a_database_that_is_away_costs_no_record(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are served and recorded on the disk; when the database comes back, each record is there once."""
    from gateway.journal.shipper import Shipper

    away = True
    project = Shipper._project

    async def failing(self: Shipper, batch: Any) -> None:
        if away:
            raise OSError("the database is away")
        await project(self, batch)

    async with serving(policy_for(simulated.url), tmp_path) as running, httpx.AsyncClient(timeout=60) as client:
        monkeypatch.setattr(Shipper, "_project", failing)
        answers = await asyncio.gather(*(ask(running, client, stream=bool(number % 2)) for number in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        away = False
        await running.usage_rows()
    verdict, headers = await audit_in(f"sqlite+aiosqlite:///{tmp_path / 'gateway.db'}", tmp_path)
    assert (verdict.state, verdict.open_writers) == ("whole", 0)
    kinds = Counter(header.kind for header in headers)
    assert (kinds["request"], kinds["outcome"]) == (20, 20)


SERVE = """
import asyncio, sys
from pathlib import Path
from tests.support.running import policy_for, serving

async def main():
    async with serving(policy_for(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]) as running:
        print("serving", running.url, running.key, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.asyncio
async def test_a_process_that_is_killed_under_load_loses_nothing_that_it_answered(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, simulated.url, str(tmp_path), database_url, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    told = b""
    while not told.startswith(b"serving "):
        told = await child.stdout.readline()
        assert told, "the process did not start"
    _, url, key = told.decode().split()
    answered: list[str] = []

    async def client() -> None:
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=10) as http:
            while True:
                stream = len(answered) % 2 == 0
                answer = await http.post(f"{url}/v1/chat/completions", json={**QUESTION, "stream": stream})
                assert answer.status_code == 200
                answered.append(answer.headers["x-gateway-request-id"])
                if len(answered) == 60:
                    child.kill()

    ended = await asyncio.gather(*(client() for _ in range(6)), return_exceptions=True)
    assert all(isinstance(end, httpx.TransportError) for end in ended), ended
    await child.wait()
    async with serving(policy_for(simulated.url), tmp_path, database_url) as running:
        await running.usage_rows()
        await running.gateway.recorded()
    verdict, headers = await audit_in(database_url, tmp_path)
    assert verdict.state == "whole"
    kinds = Counter((header.request, header.kind) for header in headers if header.request)
    assert set(kinds.values()) == {1}
    assert len(answered) >= 60
    for request in answered:
        assert (request, "request") in kinds
        assert (request, "outcome") in kinds
