"""How long records wait for company: the more come the longer, so that a page of an index is written for several."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.ports import Record
from gateway.journal import batch_delay
from gateway.journal.local import LocalJournal
from gateway.journal.segment import Segment
from gateway.journal.shipper import Shipper
from gateway.storage.held_connection import HeldConnection
from tests.support.journals import SMALL_RESERVE

pytestmark = pytest.mark.asyncio


class Carried:
    """Keys of what was carried, a list a commit: a transaction that broke off, and was tried again, is none."""

    def __init__(self, engine: AsyncEngine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commits: list[list[str]] = []
        self.journal = LocalJournal(folder, Segment, SMALL_RESERVE)
        self.carrier = Shipper(self.journal, engine, {"first": self.project, "second": self.project})
        self._begun: list[str] = []
        transaction = HeldConnection.transaction

        @contextlib.asynccontextmanager
        async def counted(held: HeldConnection) -> AsyncIterator[AsyncConnection]:
            self._begun = []
            async with transaction(held) as connection:
                yield connection
            self.commits.append(self._begun)

        monkeypatch.setattr(HeldConnection, "transaction", counted)

    async def project(self, connection: AsyncConnection, records: Sequence[Record]) -> None:
        await connection.exec_driver_sql("SELECT 1")
        self._begun += [record.key for record in records]

    async def start(self) -> None:
        await self.journal.open()
        self.carrier.start()

    async def stop(self) -> None:
        await self.carrier.close()
        await self.journal.close()
        self.journal.release()


@pytest.fixture
def carried(engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carried:
    return Carried(engine, tmp_path / "journal", monkeypatch)


async def test_where_many_come_they_go_in_together(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_delay, "SHORT", 0.0)
    monkeypatch.setattr(batch_delay, "LONG", 60.0)
    monkeypatch.setattr(batch_delay, "MANY", 1)
    await carried.start()
    carried.journal.append("first", "one", b"")
    await carried.carrier.drain()
    assert carried.commits == [["one"]]
    for number in range(20):
        await carried.journal.durable(carried.journal.append("first", str(number), b""))
    await carried.carrier.drain()
    assert carried.commits[1:] == [[str(number) for number in range(20)]]
    await carried.stop()


async def test_kinds_go_in_in_one_order_whichever_came_first(carried: Carried) -> None:
    await carried.start()
    for kind in ("second", "first", "second"):
        carried.journal.append(kind, kind, b"")
    await carried.journal.durable(carried.journal.last)
    await carried.carrier.drain()
    assert [key for keys in carried.commits for key in keys] == ["first", "second", "second"]
    await carried.stop()
