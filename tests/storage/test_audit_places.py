"""Records of a team, persons or a time: found by their places, bit by bit, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit.sequencer import put_into_log
from gateway.storage import audit_places
from gateway.storage.audit_places import next_places, places_of
from gateway.storage.audit_store import AuditStore
from gateway.storage.audit_tables import audit_record
from tests.support.audit_logs import KEYS, NOW, new_writer, shipment


@pytest.mark.asyncio
async def test_a_search_finds_each_record_once_and_in_order_however_many_are_looked_up_at_once(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_writer()
    shipments = [shipment(writer, subject=f"person {number % 3}") for number in range(14)]
    async with engine.begin() as connection:
        await put_into_log(connection, shipments, KEYS, NOW)
    headers = [each.record.header for each in shipments]
    store = AuditStore(engine)
    people = await store.people_of(next(each.person for each in shipments[1:] if each.person).subject)
    c = audit_record.c
    async with engine.connect() as connection:
        team, at = (await connection.execute(audit_record.select().with_only_columns(c.team, c.at).limit(1))).one()
    for at_once, most in ((audit_places.AT_ONCE, audit_places.PLACES), (2, 4), (1, 7)):
        monkeypatch.setattr(audit_places, "AT_ONCE", at_once)
        monkeypatch.setattr(audit_places, "PLACES", most)
        for wanted, expected in (
            (store.search(team=team), headers),
            (store.search(team=team, kinds=["heartbeat"]), []),
            (store.search(people=people), headers[1::3]),
            (store.search(people=people, team=team, since=at), headers[1::3]),
            (store.search(since=at), headers),
            (store.search(until=at), []),
            (store.search(), headers),
        ):
            assert [row.header async for row in wanted] == expected


@pytest.mark.asyncio
async def test_places_are_read_out_of_an_index_alone(engine: AsyncEngine) -> None:
    """PostgreSQL's are by team and by person; SQLite's grows at its end, and no row is read to look through it."""
    c = audit_record.c
    backend = engine.dialect.name
    explain = "EXPLAIN " if backend == "postgresql" else "EXPLAIN QUERY PLAN "
    async with engine.connect() as connection:
        if backend == "postgresql":
            await connection.exec_driver_sql("SET enable_seqscan = off")  # as it is by itself once there are many
        for narrowed, theirs in (
            (c.team == "a", "ix_audit_record_team"),
            (c.person.in_(["b"]), "ix_audit_record_person"),
        ):
            wanted = places_of(narrowed) if backend == "postgresql" else next_places(backend, 7, narrowed)
            asked = wanted.compile(connection.sync_connection, compile_kwargs={"literal_binds": True})
            index = theirs if backend == "postgresql" else "COVERING INDEX ix_audit_record_at"
            assert index in str((await connection.exec_driver_sql(explain + str(asked))).all())
