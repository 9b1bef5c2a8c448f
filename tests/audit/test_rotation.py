"""The wrapping key is rotated by a process that is killed again and again, while gateways serve."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from gateway.audit import retention, reveal
from gateway.audit.keys import keeper_of, log_keys, pseudonyms
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content
from gateway.audit.sequencer import put_into_log
from gateway.audit.session import AuditSession
from gateway.audit.wrapping import CannotUnwrap
from gateway.audit.writer import Shipment, Writer
from gateway.providers.simulated.server import SimulatedServer
from gateway.settings import Settings, load_settings
from gateway.storage.audit_tables import audit_key
from gateway.storage.engine import Engine
from gateway.system_clock import SystemClock
from tests.support.replicas import command, environment
from tests.support.running import TEST_ROOT_KEY, RunningGateway, policy_for, serving
from tests.support.warm import WarmProcess

OLD_KEYS = 300
POINTS = 10
FURTHER = 3
"""Keys that a rotation may wrap anew between the moment at which it is to be killed and its death."""
NOW = 1_795_600_000.0


def old_records(settings: Settings) -> list[Shipment]:
    """Each under a data key of its own, as that many processes, teams and days leave them."""
    made = []
    for number in range(OLD_KEYS):
        writer = Writer(keeper_of(settings), pseudonyms(settings))
        writer.needs_key("demo", NOW)
        writer.keep("demo", writer.new_key("demo", NOW))
        header = Header(v=VERSION, kind="request", at=int(NOW * 1e6), request=f"old_{number}")
        draft = writer.draft(header, "demo", "anna", NOW, with_content=True)
        made.append(writer.linked(draft, draft.sealed(Content(prompt=f"old {number}".encode()))))
    return made


async def left(engine: Engine, old: str) -> int:
    """Data keys that the old one wraps."""
    async with engine.connect() as connection:
        held = select(func.count()).select_from(audit_key).where(audit_key.c.kek == old)
        return int((await connection.execute(held)).scalar_one())


@contextlib.asynccontextmanager
async def no_further_than(engine: Engine, old: str, goal: int) -> AsyncIterator[None]:
    """Within, at least so many keys stay under the old one, less `FURTHER`: the next is locked, and keys are taken in
    the order of their ids. A busy machine may look late, and a rotation be done by then.
    """
    beyond = select(audit_key.c.id).where(audit_key.c.kek == old).order_by(audit_key.c.id.desc()).offset(goal - FURTHER)
    async with engine.connect() as connection:
        stop = (await connection.execute(beyond.limit(1))).scalar_one()
        locked = select(audit_key.c.id).where(audit_key.c.id == stop).with_for_update(key_share=True)
        await connection.execute(locked)
        yield
        await connection.rollback()


async def opened(session: AuditSession) -> tuple[int, int]:
    """(records with content, those of them that open)."""
    places = [row.place async for row in session.store.search(kinds=("request",))]
    found: list[reveal.Shown] = []
    for start in range(0, len(places), 100):
        rows = await session.store.whole(places[start : start + 100])
        found += await asyncio.to_thread(lambda rows=rows: [reveal.shown(session, *row) for row in rows])
    return len(found), sum(each.content is not None for each in found)


async def load(running: RunningGateway, served: list[int]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        while True:
            answer = await client.post(
                f"{running.url}/v1/chat/completions",
                json={"model": "fast-chat", "messages": [{"role": "user", "content": "Hello"}]},
                headers={"authorization": f"Bearer {running.key}"},
            )
            served.append(answer.status_code)


@pytest.mark.fault("J6")
@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.asyncio
async def test_a_rotation_that_is_killed_ten_times_under_load_is_done_in_the_end(
    simulated: SimulatedServer, tmp_path: Path, database_url: str, record_property: Any
) -> None:
    before, after = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    state = {
        "GATEWAY_STATE_DIR": str(tmp_path),
        "GATEWAY_ROOT_KEY": TEST_ROOT_KEY,
        "GATEWAY_DATABASE_URL": database_url,
    }
    rotating = {"GATEWAY_AUDIT_KEY": after, "GATEWAY_AUDIT_KEY_PREVIOUS": before}
    environ = environment(tmp_path, {**state, **rotating})
    old = await asyncio.to_thread(load_settings, {**state, "GATEWAY_AUDIT_KEY": before})
    new = await asyncio.to_thread(load_settings, {**state, **rotating})
    old_kek = keeper_of(old).current
    served: list[int] = []
    kills: list[int] = []
    async with serving(policy_for(simulated.url), tmp_path, database_url, more_settings=rotating) as running:
        engine = running.gateway.engine
        session = AuditSession(engine, log_keys(new), keeper_of(new), pseudonyms(new), running.gateway.clock, "vera")
        shipments = await asyncio.to_thread(old_records, old)
        async with engine.begin() as connection:
            await put_into_log(connection, shipments, session.keys, NOW)
        asking = asyncio.ensure_future(load(running, served))
        for point in range(1, POINTS + 1):
            goal = OLD_KEYS - point * OLD_KEYS // (POINTS + 1)
            async with no_further_than(engine, old_kek, goal):
                process = await asyncio.to_thread(WarmProcess, ["audit", "rewrap"], cwd=tmp_path, env=environ)
                while await left(engine, old_kek) > goal:
                    await asyncio.sleep(0.001)
                process.send_signal(signal.SIGKILL)
                kills.append(await asyncio.to_thread(process.wait))
            assert goal - FURTHER <= await left(engine, old_kek) <= goal
            records, readable = await opened(session)
            assert records == readable >= OLD_KEYS
        await asyncio.to_thread(command, tmp_path, environ, "audit", "rewrap")
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        await running.gateway.recorded()
        assert kills == [-signal.SIGKILL] * POINTS
        assert await left(engine, old_kek) == 0
        assert len(served) > POINTS
        assert set(served) == {200}
        only_new = await asyncio.to_thread(load_settings, {**state, "GATEWAY_AUDIT_KEY": after})
        session.wrapper = keeper_of(only_new)
        records, readable = await opened(session)
        assert records == readable >= OLD_KEYS + len(served)
        assert (await session.verify()).state == "whole"
    record_property("figure", f"killed {POINTS} times beside {len(served)} requests; {readable} of {records} readable")


@pytest.mark.asyncio
async def test_a_key_that_nobody_can_unwrap_keeps_no_other_from_a_rotation(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "OLD_KEYS", 30)
    before = base64.b64encode(sha256(b"o").digest()).decode()
    given = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_AUDIT_KEY": before}
    environ = await asyncio.to_thread(environment, tmp_path, given)
    settings = await asyncio.to_thread(load_settings, environ)
    async with engine.begin() as connection:
        await put_into_log(connection, old_records(settings), log_keys(settings), NOW)
        ids = list(await connection.scalars(select(audit_key.c.id).order_by(audit_key.c.id)))
        await connection.execute(update(audit_key).where(audit_key.c.id.in_(ids[:2])).values(wrapped=b"damaged"))
    new = {"GATEWAY_AUDIT_KEY": base64.b64encode(sha256(b"n").digest()).decode()}
    old = {"GATEWAY_AUDIT_KEY_PREVIOUS": environ["GATEWAY_AUDIT_KEY"]}
    settings = await asyncio.to_thread(load_settings, environ | new | old)

    def session_of(settings: Settings) -> AuditSession:
        return AuditSession(
            engine, log_keys(settings), keeper_of(settings), pseudonyms(settings), SystemClock(), "auditor"
        )

    found = await retention.rewrap(session_of(settings), at_once=7)
    assert (found.done, found.refused, sum(found.left.values())) == (28, 2, 2)
    assert found.why
    settings = await asyncio.to_thread(
        load_settings, environ | {"GATEWAY_AUDIT_KEY": base64.b64encode(sha256(b"x").digest()).decode()}
    )
    with pytest.raises(CannotUnwrap):
        await retention.rewrap(session_of(settings))
