"""The log in a real database: one order for all, each record once; and a superuser's tampering found there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.audit import retention
from gateway.audit.chain import Frontier
from gateway.audit.log import AuditLog, Entry
from gateway.audit.projector import LogProjector
from gateway.audit.reading import verify_tables
from gateway.audit.record import content_hash, leaf_of
from gateway.audit.seal import Content
from gateway.audit.sequencer import put_into_log
from gateway.audit.session import AuditSession
from gateway.audit.verdict import PERSONS_LISTED, Verdict
from gateway.audit.writer import (
    THE_GATEWAY,
    ParsedRecord,
    Shipment,
    Writer,
    day_mark,
    day_of,
    decode_shipment,
    encode_shipment,
)
from gateway.core.ports import Record
from gateway.storage.audit_log import FEW, AuditTables
from gateway.storage.audit_tables import audit_erasure, audit_key
from gateway.storage.database_errors import RECORD_ERRORS, lies_in_a_record
from gateway.storage.engine import DATABASE_ERRORS, open_engine
from tests.support.audit_logs import GATEWAYS, KEYS, NOW, PSEUDONYMS, PUBLIC, WRAPPER, bare, new_writer, shipment
from tests.support.clocks import HandClock
from tests.support.fakes import FakeJournal


async def ship(engine: AsyncEngine, shipments: Sequence[Shipment]) -> list[Shipment]:
    async with engine.begin() as connection:
        return (await put_into_log(connection, shipments, KEYS, NOW)).new


def some(writer: Writer, count: int, start: int = 0) -> list[Shipment]:
    return [
        shipment(writer, subject=f"person {number % 3}", text=f"text {number}")
        for number in range(start, start + count)
    ]


async def verdict_on(engine: AsyncEngine, trust: Any = GATEWAYS) -> Verdict:
    return await verify_tables(AuditTables(engine), trust)


@pytest.mark.asyncio
async def test_what_is_shipped_is_in_the_log_once_however_often_it_is_shipped(engine: AsyncEngine) -> None:
    writer = new_writer()
    first = [bare(writer, "writer_open"), *some(writer, 5)]
    assert await ship(engine, first) == first
    again = [*first[2:], *some(writer, 3, 5)]
    assert len(await ship(engine, again)) == 3
    assert await ship(engine, again) == []
    verdict = await verdict_on(engine)
    assert (verdict.state, verdict.records, verdict.checkpoints, verdict.open_writers) == ("whole", 9, 2, 1)
    assert (await verdict_on(engine, PUBLIC)).state == "whole"


@pytest.mark.asyncio
async def test_replicas_that_ship_at_once_get_one_order(engine: AsyncEngine, database_url: str) -> None:
    others = [open_engine(database_url) for _ in range(3)]
    try:

        async def replica(connected: AsyncEngine) -> None:
            writer = new_writer()
            for start in range(0, 40, 10):
                await ship(connected, some(writer, 10, start))

        await asyncio.gather(*(replica(each) for each in (engine, *others)))
    finally:
        for each in others:
            await each.dispose()
    verdict = await verdict_on(engine)
    assert (verdict.state, verdict.records, verdict.checkpoints) == ("whole", 160, 16)


DAYS = 86_400.0


async def destroy(engine: AsyncEngine, whose: bytes, at: float) -> None:
    async with engine.begin() as connection:
        await connection.execute(audit_erasure.insert().values(subject=whose, at=at))


@pytest.mark.parametrize(
    "whose", [PSEUDONYMS.subject("alice"), day_mark(PSEUDONYMS.team("demo"), day_of(NOW))], ids=["person", "day"]
)
@pytest.mark.asyncio
async def test_what_lay_on_a_disk_for_weeks_is_erased_all_the_same(engine: AsyncEngine, whose: bytes) -> None:
    """A replica that was away while somebody was erased, or a day shredded, brings neither key nor content back."""
    writer = new_writer()
    shipments = [shipment(writer), shipment(writer)]
    await destroy(engine, whose, NOW + DAYS)
    async with engine.begin() as connection:
        outcome = await put_into_log(connection, shipments, KEYS, NOW + 30 * DAYS)
    assert len(outcome.keys_destroyed) + len(outcome.people_erased) == 1
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT content FROM audit_record"))).all()
    assert [row.content for row in rows] == [None, None]


@pytest.mark.parametrize(
    "whose", [PSEUDONYMS.subject("alice"), day_mark(PSEUDONYMS.team("demo"), day_of(NOW))], ids=["person", "day"]
)
@pytest.mark.asyncio
async def test_what_comes_too_late_is_told_with_it_though_the_process_dies_behind_that(
    engine: AsyncEngine, whose: bytes
) -> None:
    """Its journal may be lost, or fail: nothing that it appends from then on is shipped."""
    writer, clock = new_writer(), HandClock(NOW + 30 * DAYS)
    made = [shipment(writer), shipment(writer)]
    payloads = [encode_shipment(Shipment(each.record, each.key, each.person)) for each in made]
    records = [Record(number, "audit", "", payload) for number, payload in enumerate(payloads)]
    await destroy(engine, whose, NOW + DAYS)
    for _ in range(2):
        dies = LogProjector(KEYS, AuditLog(FakeJournal(), new_writer(), clock), new_writer, clock)
        async with engine.begin() as connection:
            await dies(connection, records)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT kind, content FROM audit_record ORDER BY place"))).all()
    told = "person_erased" if whose == PSEUDONYMS.subject("alice") else "key_destroyed"
    assert [row.kind for row in rows] == ["request", "request", told, "writer_close"]
    assert not any(row.content for row in rows)
    verdict = await verdict_on(engine)
    assert (verdict.state, verdict.shredded_by_policy) == ("whole", 2)


@pytest.mark.asyncio
async def test_what_comes_weeks_after_its_key_was_destroyed_has_no_content(engine: AsyncEngine) -> None:
    """Neither key nor salt come with it: they are in the database already, and gone."""
    writer, other = new_writer(), new_writer()
    early, late, unharmed = shipment(writer), shipment(writer), shipment(other)
    await ship(engine, [early])
    async with engine.begin() as connection:
        await connection.execute(update(audit_key).values(wrapped=None, destroyed_at=NOW + DAYS))
        await put_into_log(connection, [late, unharmed], KEYS, NOW + 30 * DAYS)
        rows = (await connection.execute(text("SELECT content FROM audit_record ORDER BY place"))).all()
    assert [row.content is None for row in rows] == [False, True, False]  # the first is for whoever destroys to drop


@pytest.mark.asyncio
async def test_what_is_shipped_before_its_key_loses_its_content_when_the_key_comes_too_late(
    engine: AsyncEngine,
) -> None:
    """The record that brings the key was set aside, and tried again after somebody was erased."""
    writer = new_writer()
    brings, *behind = [shipment(writer), shipment(writer), shipment(writer, subject="bob"), bare(writer, "heartbeat")]
    await ship(engine, behind)
    await destroy(engine, PSEUDONYMS.subject("alice"), NOW + 1)
    [late] = await ship(engine, [brings])
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT number, content FROM audit_record ORDER BY number"))).all()
    assert [bool(row.content) for row in rows] == [False, False, True, False]
    told = bare(writer, "person_erased", about={PERSONS_LISTED: late.person.id if late.person else ""})
    await ship(engine, [told])
    assert (await verdict_on(engine)).state == "whole"


@pytest.mark.asyncio
async def test_who_is_erased_after_the_clock_was_put_back_can_be_read_again_from_then_on(engine: AsyncEngine) -> None:
    """The salt at hand seems to be younger than the erasure; kept, it would lose all that is sealed with it."""
    clock, journal = HandClock(NOW), FakeJournal()
    log = AuditLog(journal, new_writer(), clock)
    project = LogProjector(KEYS, log, new_writer, clock)

    async def asks() -> bytes | None:
        await log.take(Entry(log.header("request", request="req_1"), "demo", "alice", Content(prompt=b"Hello")))
        async with engine.begin() as connection:
            await project(connection, journal.records[-1:])
            newest = text("SELECT content FROM audit_record ORDER BY place DESC LIMIT 1")
            content: bytes | None = await connection.scalar(newest)
            return content

    assert await asks()
    clock.set(-3600)
    session = AuditSession(engine, KEYS, WRAPPER, PSEUDONYMS, clock, "auditor")
    assert await retention.erase(session, "alice", "DPO-1") == (1, 1)
    clock.advance(1)
    assert await asks() is None, "sealed before the gateway had heard of it"
    assert await asks()
    assert await retention.erase(session, "alice", "DPO-2") == (1, 1)
    await session.close()


@pytest.mark.asyncio
async def test_a_large_shipment_has_a_checkpoint_for_each_thousand(engine: AsyncEngine) -> None:
    writer = new_writer()
    await ship(engine, [bare(writer, "heartbeat") for _ in range(2500)])
    assert [size for size, _ in await AuditTables(engine).checkpoints()] == [1000, 2000, 2500]
    assert (await verdict_on(engine)).state == "whole"


@pytest.mark.asyncio
async def test_a_turn_that_fails_leaves_nothing(engine: AsyncEngine) -> None:
    await ship(engine, some(new_writer(), 2))
    bad = some(new_writer(), 3)
    bad[1] = Shipment(msgspec.structs.replace(bad[1].record, header=b"{}"))
    with pytest.raises(msgspec.DecodeError):
        await ship(engine, bad)
    assert (await verdict_on(engine)).records == 2


@pytest.mark.asyncio
async def test_many_records_at_once_go_in_whole_or_not_at_all(engine: AsyncEngine) -> None:
    writer = new_writer()
    many = some(writer, 3 * FEW)
    assert len(await ship(engine, many[: 2 * FEW])) == 2 * FEW
    assert len(await ship(engine, many)) == FEW
    spoilt = some(writer, 2 * FEW)
    spoilt[FEW] = Shipment(msgspec.structs.replace(spoilt[FEW].record, writer=None))
    with pytest.raises(DATABASE_ERRORS + RECORD_ERRORS) as refused:
        await ship(engine, spoilt)
    assert lies_in_a_record(refused.value), "it is narrowed down and set aside, not tried for ever"
    verdict = await verdict_on(engine)
    assert (verdict.state, verdict.records) == ("whole", 3 * FEW)


@pytest.mark.asyncio
async def test_records_that_were_just_made_stand_as_if_they_had_been_read(engine: AsyncEngine) -> None:
    made = some(new_writer(), 6)
    read = [decode_shipment(encode_shipment(Shipment(each.record, each.key, each.person))) for each in made]
    assert [type(each) for each in (made[0], read[0])] == [ParsedRecord, Shipment]
    await ship(engine, [*made[:2], *read[2:4], *made[4:]])
    leaves = [leaf async for page in AuditTables(engine).leaves(6) for leaf in page]
    assert leaves == [each.record.leaf() for each in made]
    verdict = await verdict_on(engine)
    assert (verdict.state, verdict.records) == ("whole", 6)


@pytest.mark.asyncio
async def test_a_log_that_grows_while_it_is_read_is_whole(engine: AsyncEngine) -> None:
    writer = new_writer()
    await ship(engine, some(writer, 10))

    class Growing(AuditTables):
        async def checkpoints(self) -> list[tuple[int, str]]:
            await ship(engine, some(writer, 10, 10))
            return await super().checkpoints()

    verdict = await verify_tables(Growing(engine), GATEWAYS)
    assert (verdict.state, verdict.records) == ("whole", 10)


# --------------------------------------------------------------------------------------------------- the superuser


async def rows_of(connection: AsyncConnection) -> list[dict[str, Any]]:
    found = await connection.execute(text("SELECT * FROM audit_record ORDER BY place"))
    return [dict(row._mapping) for row in found]


async def rewrite(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """These rows, and no others, in places from 0."""
    await connection.execute(text("DELETE FROM audit_record"))
    columns = list(rows[0])
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    statement = text(f"INSERT INTO audit_record ({names}) VALUES ({values})")
    await connection.execute(statement, [{**row, "place": place} for place, row in enumerate(rows)])


def forged(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A row changed, its hashes made to fit."""
    row = {**row, **changes}
    row["content_hash"] = content_hash(row["content"])
    row["leaf"] = leaf_of(row["writer"], row["number"], row["previous"], row["content_hash"], row["header"])
    return row


def other_header(row: dict[str, Any]) -> bytes:
    changed: bytes = row["header"].replace(b'"model":"m"', b'"model":"n"')
    return changed


async def edit(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    column, value = draw.choice(
        [
            ("header", other_header(rows[place])),
            ("content", rows[place]["content"][:-1] + bytes([rows[place]["content"][-1] ^ 1])),
            ("team", "somebody else"),
            ("at", 1),
            ("kind", "admin"),
            ("content_hash", bytes(32)),
            ("leaf", bytes(32)),
            ("mac", bytes(16)),
            ("previous", b"x" * 32),
            ("number", 4711),
        ]
    )
    await c.execute(text(f"UPDATE audit_record SET {column} = :value WHERE place = :place"), locals_of(value, place))
    return place, "edit"


def locals_of(value: Any, place: int) -> dict[str, Any]:
    return {"value": value, "place": place}


async def delete(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    if draw.random() < 0.5:
        await c.execute(text("DELETE FROM audit_record WHERE place = :place"), {"place": place})
    else:
        await rewrite(c, rows[:place] + rows[place + 1 :])
    return place, "delete"


async def swap(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    other = draw.randrange(place + 1, len(rows))
    rows[place], rows[other] = rows[other], rows[place]
    await rewrite(c, rows)
    return place, "reorder"


async def insert(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    row = forged(rows[place], header=other_header(rows[place]), writer=draw.randbytes(16), number=0)
    if draw.random() < 0.3:
        place = len(rows)
    rows.insert(place, row)
    await rewrite(c, rows)
    return place, "insert"


async def duplicate(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    for statement in WITHOUT_UNIQUE[c.dialect.name]:
        await c.execute(text(statement))
    rows.insert(place, rows[draw.randrange(place)])
    await rewrite(c, rows)
    return place, "duplicate"


WITHOUT_UNIQUE = {
    "sqlite": (
        "DELETE FROM audit_erasure",  # the transaction that is rolled back begins here, not behind the next statement
        "CREATE TABLE another AS SELECT * FROM audit_record",
        "DROP TABLE audit_record",
        "ALTER TABLE another RENAME TO audit_record",
    ),
    "postgresql": ("ALTER TABLE audit_record DROP CONSTRAINT uq_audit_record_writer",),
}


async def rechain(c: AsyncConnection, rows: list[dict[str, Any]], place: int, draw: random.Random) -> tuple[int, str]:
    latest: dict[bytes, bytes] = {}
    for row in rows:
        if row["place"] >= place:
            changes: dict[str, Any] = {"previous": latest.get(row["writer"], row["previous"])}
            if row["place"] == place:
                changes["header"] = other_header(row)
            rows[row["place"]] = forged(row, **changes)
        latest[row["writer"]] = rows[row["place"]]["leaf"]
    await rewrite(c, rows)
    return place, "edit"


async def cut_the_tail(c: AsyncConnection, rows: list[dict[str, Any]], place: int, _: random.Random) -> tuple[int, str]:
    await c.execute(text("DELETE FROM audit_record WHERE place >= :place"), {"place": place})
    await c.execute(text("DELETE FROM audit_checkpoint WHERE size > :place"), {"place": place})
    return place, "truncate"


async def drop_a_partition(c: AsyncConnection, rows: Any, place: int, draw: random.Random) -> tuple[int, str]:
    end = draw.randrange(place + 1, len(rows))
    await c.execute(text("DELETE FROM audit_record WHERE place BETWEEN :one AND :end"), {"one": place, "end": end})
    return place, "truncate" if end == len(rows) - 1 else "delete"


async def move_content(c: AsyncConnection, rows: Any, place: int, draw: random.Random) -> tuple[int, str]:
    other = draw.choice([each["place"] for each in rows if each["place"] != place and each["content"]])
    both = ("content", "content_hash") if draw.random() < 0.5 else ("content",)
    for column in both:
        for here, there in ((place, other), (other, place)):
            statement = text(f"UPDATE audit_record SET {column} = :value WHERE place = :place")
            await c.execute(statement, locals_of(rows[there][column], here))
    return min(place, other), "edit"


async def drop_content(c: AsyncConnection, rows: Any, place: int, draw: random.Random) -> tuple[int, str]:
    await c.execute(text("UPDATE audit_record SET content = NULL WHERE place = :place"), {"place": place})
    return place, "delete"


async def change_checkpoints(c: AsyncConnection, rows: Any, place: int, draw: random.Random) -> tuple[int, str]:
    notes = [
        (row.size, row.note) for row in await c.execute(text("SELECT size, note FROM audit_checkpoint ORDER BY size"))
    ]
    which = draw.randrange(len(notes) - 1)
    (size, note), (other_size, other) = notes[which], notes[which + 1]
    statement = text("UPDATE audit_checkpoint SET note = :note WHERE size = :size")
    match draw.randrange(3):
        case 0:
            await c.execute(statement, [{"note": other, "size": size}, {"note": note, "size": other_size}])
            return size - 1, "reorder"
        case 1:
            await c.execute(statement, {"note": note.replace("— ", "— x"), "size": size})
            return size - 1, "bad signature"
        case _:
            await c.execute(text("DELETE FROM audit_checkpoint WHERE size = :size"), {"size": size})
            return size - 1, "delete"


async def destroy_a_key(c: AsyncConnection, rows: Any, place: int, draw: random.Random) -> tuple[int, str]:
    if draw.random() < 0.5:
        await c.execute(text("UPDATE audit_key SET wrapped = NULL"))
        return next(row["place"] for row in rows if row["content"]), "delete"
    person = rows[place]["person"]
    await c.execute(text("DELETE FROM audit_person WHERE id = :id"), {"id": person})
    return next(row["place"] for row in rows if row["person"] == person), "delete"


CRIMES = (
    edit, delete, swap, insert, duplicate, rechain, cut_the_tail, drop_a_partition, move_content, drop_content,
    change_checkpoints, destroy_a_key,
)  # fmt: skip


async def tampered(engine: AsyncEngine, draw: random.Random) -> None:
    """One crime on the database, found, and everything put back."""
    crime = draw.choice(CRIMES)
    async with engine.connect() as connection:
        rows = await rows_of(connection)
        places = [row["place"] for row in rows if row["content"] and 3 < row["place"] < len(rows) - 4]
        expected = await crime(connection, rows, draw.choice(places), draw)

        class Inside(AuditTables):
            """Reads what the criminal's transaction holds, which is then rolled back."""

        inside = Inside(_Pretended(connection))  # type: ignore[arg-type]
        verdict = await verify_tables(inside, GATEWAYS)
        await connection.rollback()
    assert verdict.exit_code == 1, crime.__name__
    assert (verdict.first_bad, verdict.kind) == expected, (crime.__name__, verdict)


class _Pretended:
    """An engine with one connection, in the middle of its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def connect(self) -> _Pretended:
        return self

    async def __aenter__(self) -> AsyncConnection:
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        pass


async def a_log(engine: AsyncEngine) -> None:
    writers = [new_writer() for _ in range(3)]
    for _ in range(6):
        for writer in writers:
            await ship(engine, some(writer, 4))
    await ship(engine, [bare(writer, "writer_close") for writer in writers])
    assert (await verdict_on(engine)).state == "whole"


@pytest.mark.fault("J1")
@pytest.mark.asyncio
async def test_a_superusers_tampering_is_named_with_its_first_record(engine: AsyncEngine) -> None:
    await a_log(engine)
    for seed in range(100):
        await tampered(engine, random.Random(seed))
    assert (await verdict_on(engine)).state == "whole"


ODD_VALUES = {
    "postgresql": ("audit_record SET number = -1 WHERE place = 7", "audit_tree SET size = -1"),
    "sqlite": (
        "audit_record SET number = -1 WHERE place = 7",
        "audit_record SET number = 'x' WHERE place = 7",
        "audit_record SET at = 'x' WHERE place = 7",
        "audit_record SET header = substr(header, 1, 10) || '?' || substr(header, 12) WHERE place = 7",
        "audit_record SET leaf = CAST(x'ff' || leaf AS TEXT) WHERE place = 7",
        *(f"audit_record SET {name} = 'x' WHERE place = 7" for name in ("writer", "previous", "mac", "content_hash")),
        "audit_record SET content = 1 WHERE place = 7",
        "audit_checkpoint SET note = x'00' WHERE size = (SELECT MIN(size) FROM audit_checkpoint)",
        "audit_tree SET size = -1",
        "audit_tree SET size = 'x'",
        "audit_tree SET hashes = 'x'",
    ),
}


@pytest.mark.fault("J1")
@pytest.mark.asyncio
async def test_values_that_the_gateway_never_writes_are_found_too(engine: AsyncEngine) -> None:
    await a_log(engine)
    for odd in ODD_VALUES[engine.dialect.name]:
        async with engine.connect() as connection:
            await connection.execute(text(f"UPDATE {odd}"))
            verdict = await verify_tables(AuditTables(_Pretended(connection)), GATEWAYS)  # type: ignore[arg-type]
            await connection.rollback()
        assert verdict.exit_code == 1, odd
        assert "audit_record" not in odd or (verdict.first_bad, verdict.kind) == (7, "edit"), (odd, verdict)


@pytest.mark.fault("J1")
@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.asyncio
async def test_a_thousand_tamperings_are_all_found(engine: AsyncEngine) -> None:
    await a_log(engine)
    for seed in range(1000, 2000):
        await tampered(engine, random.Random(seed))


@pytest.mark.fault("J2")
@pytest.mark.fault("J5")
@pytest.mark.asyncio
async def test_a_yesterdays_backup_and_a_rebuilt_log_are_caught_by_the_witness(engine: AsyncEngine) -> None:
    await a_log(engine)
    tables = AuditTables(engine)
    notes = await tables.checkpoints()
    head = KEYS.signing.verify_key.read(notes[-1][1])
    trust = msgspec.structs.replace(GATEWAYS, heads=(head,))
    assert (await verify_tables(tables, trust)).state == "whole"
    size = notes[5][0]
    async with engine.begin() as connection:
        rows = await rows_of(connection)
        await connection.execute(text("DELETE FROM audit_record"))
        await connection.execute(text("DELETE FROM audit_checkpoint"))
        await connection.execute(text("DELETE FROM audit_tree"))
    shipments = [
        Shipment(msgspec.convert([row[name] for name in NAMES], type(some(new_writer(), 1)[0].record))) for row in rows
    ]
    await ship(engine, shipments[:size])
    assert (await verdict_on(engine)).state == "whole"
    restored = await verify_tables(tables, trust)
    assert (restored.kind, restored.first_bad) == ("truncate", size)
    changed = msgspec.structs.replace(shipments[size].record, header=other_header(rows[size]))
    await ship(engine, [Shipment(changed), *shipments[size + 1 :]])
    rebuilt = await verify_tables(tables, trust)
    assert rebuilt.exit_code == 1


@pytest.mark.fault("J3")
@pytest.mark.asyncio
async def test_a_tail_that_was_cut_is_found_with_the_next_heartbeat(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who cuts it puts the state of that time back, too: nothing says that there was more, until the process does."""
    monkeypatch.setattr("gateway.audit.log.HEARTBEAT_SECONDS", 0.01)
    clock, journal = HandClock(), FakeJournal()
    log = AuditLog(journal, new_writer(), clock)
    await log.open()

    async def ship_the_journal() -> None:
        await ship(engine, [decode_shipment(record.payload) for record in journal.records])

    def admin() -> None:
        log.append(Entry(log.header("admin"), THE_GATEWAY, ""))

    admin()
    await ship_the_journal()
    async with engine.connect() as connection:
        before = (await connection.execute(text("SELECT size, hashes FROM audit_tree"))).one()
    admin()
    admin()
    await ship_the_journal()
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM audit_record WHERE place >= 2"))
        await connection.execute(text("DELETE FROM audit_checkpoint WHERE size > 2"))
        changed = text("UPDATE audit_tree SET size = :size, hashes = :hashes")
        await connection.execute(changed, dict(before._mapping))
    assert (await verdict_on(engine)).state == "whole"
    taken = len(journal.records)
    clock.advance(1)
    async with asyncio.timeout(60):
        while len(journal.records) == taken:
            await asyncio.sleep(0.005)
    await ship(engine, [decode_shipment(journal.records[-1].payload)])
    found = await verdict_on(engine)
    assert (found.state, found.kind, found.first_bad) == ("tampered", "gap", 2)
    await log.close()


NAMES = ("writer", "number", "previous", "header", "content", "content_hash")


@pytest.mark.asyncio
async def test_checkpoints_are_logged_and_a_log_that_was_wound_back_is_told(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr("gateway.telemetry.logs.event", lambda name, **fields: told.append((name, fields)))
    monkeypatch.setattr("gateway.telemetry.logs.warning", lambda name, **fields: told.append((name, fields)))
    clock, journal, writer = HandClock(), FakeJournal(), new_writer()
    project = LogProjector(KEYS, AuditLog(journal, new_writer(), clock), new_writer, clock)

    async def ship_by_journal(count: int) -> None:
        payloads = [encode_shipment(each) for each in some(writer, count)]
        async with engine.begin() as connection:
            await project(connection, [Record(number, "audit", "", payload) for number, payload in enumerate(payloads)])

    await ship_by_journal(3)
    assert told == []
    clock.advance(61)
    await ship_by_journal(2)
    ((name, fields),) = told
    assert (name, KEYS.signing.verify_key.read(fields["note"]).size) == ("audit_checkpoint", 3)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM audit_record WHERE place >= 3"))
        await connection.execute(text("DELETE FROM audit_checkpoint WHERE size > 3"))
        rows = await rows_of(connection)
        tree = Frontier()
        for row in rows:
            tree.append(row["leaf"])
        wound_back = text("UPDATE audit_tree SET size = 3, hashes = :hashes")
        await connection.execute(wound_back, {"hashes": tree.hashes()})
    await ship_by_journal(1)
    assert told[1:] == []  # what it saw committed last was three
    await ship_by_journal(1)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM audit_record WHERE place >= 3"))
        await connection.execute(text("DELETE FROM audit_checkpoint WHERE size > 3"))
        await connection.execute(wound_back, {"hashes": tree.hashes()})
    await ship_by_journal(1)
    assert told[1:] == [("audit_wound_back", {"size": 3, "seen": 4})]
