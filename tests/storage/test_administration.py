"""What administration keeps: its log, sessions, replicas, and pages of usage; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.administration import AdminEntry
from gateway.core.money import Money
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.journal.usage import USAGE
from gateway.storage.administration import (
    FORGOTTEN_SECONDS,
    AdminSession,
    AdminSessions,
    ReplicaRecord,
    Replicas,
    StoredAdminLog,
)
from gateway.storage.usage import encoded, insert_usage
from gateway.storage.usage_pages import UsagePages

pytestmark = pytest.mark.asyncio
NOW = 1_800_000_000.25


async def test_entries_come_back_newest_first(engine: AsyncEngine) -> None:
    log = StoredAdminLog(engine)
    entries = [
        AdminEntry(
            id=f"{number:032}",
            at=NOW + number,
            actor="ada",
            proof="bearer",
            action="key.revoke",
            object="0123456789",
            team="a" if number else None,
            before={"state": "lïve", "n": [1, None]} if number else None,
            after={} if number else None,
        )
        for number in range(3)
    ]
    for entry in entries:
        await log.record(entry)
    assert await log.newest(10) == entries[::-1]
    assert await log.newest(1) == entries[2:]
    assert await log.newest(10, before=NOW + 1) == entries[:1]


async def test_pages_lose_no_entry_of_one_moment(engine: AsyncEngine) -> None:
    log = StoredAdminLog(engine)
    for number in range(5):
        await log.record(
            AdminEntry(
                id=f"{9 - number:032}",
                at=NOW + number // 4,
                actor="ada",
                proof="bearer",
                action="key.revoke",
                object="0123456789",
                team=None,
            )
        )
    every = [entry.id for entry in await log.newest(10)]
    read: list[str] = []
    while page := await log.newest(2, after=read[-1] if read else None):
        read += [entry.id for entry in page]
    assert read == every
    assert len(set(read)) == 5
    with pytest.raises(KeyError):
        await log.newest(2, after="0" * 32)


async def test_a_subject_has_one_session_and_it_ends(engine: AsyncEngine) -> None:
    sessions = AdminSessions(engine)

    def session(number: int, subject: str) -> AdminSession:
        return AdminSession(
            digest=bytes([number]) * 32,
            subject=subject,
            proof="session",
            groups=("a", "b"),
            created_at=NOW,
            expires_at=NOW + 60,
        )

    first, second, other = session(1, "ada"), session(2, "ada"), session(3, "bob")
    for each in (first, second, other):
        await sessions.begin(each)
    assert await sessions.find(first.digest, NOW) is None
    assert await sessions.find(second.digest, NOW) == second
    assert await sessions.find(second.digest, NOW + 60) is None
    assert await sessions.end("ada") == 1
    assert await sessions.find(second.digest, NOW) is None
    assert await sessions.find(other.digest, NOW) == other


async def test_replicas_speak_for_themselves_and_are_forgotten(engine: AsyncEngine) -> None:
    replicas = Replicas(engine)

    def said(name: str, at: float, *problems: str) -> ReplicaRecord:
        return ReplicaRecord(
            id=name, version="1", started_at=NOW, seen_at=at, policy_version="v", problems=tuple(problems)
        )

    await replicas.say(said("a", NOW))
    await replicas.say(said("a", NOW + 5, "redis: down"))
    await replicas.say(said("b", NOW + 5))
    assert await replicas.all() == [said("a", NOW + 5, "redis: down"), said("b", NOW + 5)]
    await replicas.leave("b")
    await replicas.say(said("c", NOW + 6 + FORGOTTEN_SECONDS))
    assert [each.id for each in await replicas.all()] == ["c"]


async def test_usage_comes_in_pages(engine: AsyncEngine) -> None:
    rows = [
        UsageRow(
            request_id=f"req_{number:02}",
            at=NOW + number // 2,
            key_id="k",
            team="ab"[number % 2],
            usage=Usage(input_tokens=number, output_tokens=1),
            cost=None if number == 9 else Money(number, "USD"),
        )
        for number in range(10)
    ]
    records = [Record(number, USAGE, row.request_id, encoded(row, Reporting())[0]) for number, row in enumerate(rows)]
    async with engine.begin() as connection:
        await insert_usage(connection, records)
    pages = UsagePages(engine)
    found: list[str] = []
    after = None
    while page := await pages.newest(3, teams=None, since=NOW, until=NOW + 60, after=after):
        found += [line.request_id for line in page]
        after = page[-1].at, page[-1].request_id
    assert found == [row.request_id for row in reversed(rows)]
    only = await pages.newest(99, teams={"b"}, since=NOW + 1, until=NOW + 3)
    assert [(line.request_id, line.cost) for line in only] == [("req_05", Money(5, "USD")), ("req_03", Money(3, "USD"))]
    assert await pages.newest(99, teams=set(), since=NOW, until=NOW + 60) == []
