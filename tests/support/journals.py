"""A journal with all that is behind it, as the gateway has it, and with what tests make go wrong."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.ports import PolicySource, PriceBook, Record, TokenCounter, UsageRow
from gateway.journal.estimates import Estimator
from gateway.journal.local import LocalJournal
from gateway.journal.segment import Segment
from gateway.journal.shipper import Shipper
from gateway.journal.state import journal_state
from gateway.journal.usage import USAGE, JournalledUsage
from gateway.storage.earlier_answers import StoredEarlierAnswers
from gateway.storage.usage import insert_usage

SMALL_RESERVE = 64 * 1024


def row(number: int, **fields: Any) -> UsageRow:
    return UsageRow(request_id=f"r{number:06}", at=1_800_000_000.5, key_id="k", team="a", **fields)


class Usage:
    """Rows in at one end, rows of the database out at the other. `open` first."""

    def __init__(
        self,
        folder: Path,
        engine: AsyncEngine,
        counter: TokenCounter,
        prices: PriceBook,
        policies: PolicySource,
        make_segment: Callable[[Path], Segment] = Segment,
    ) -> None:
        self._folder = folder
        self.journal = LocalJournal(folder, make_segment, SMALL_RESERVE)
        self.shipper = Shipper(self.journal, engine, {USAGE: insert_usage})
        self.ledger = JournalledUsage(self.journal, Estimator(counter, prices, StoredEarlierAnswers(engine)), policies)
        self.record = self.ledger.record

    async def open(self) -> Usage:
        await self.journal.open()
        self.shipper.start()
        return self

    @property
    def full(self) -> bool:
        return self.ledger.full

    async def refused(self) -> int:
        """By the ledger, or by the database and set aside."""
        set_aside = await asyncio.to_thread(journal_state, self._folder)
        return self.ledger.refused + sum(set_aside.refused.values())

    @property
    def waiting(self) -> int:
        return len(self.ledger._uncounted) + self.shipper.waiting

    async def drain(self) -> None:
        await self.ledger.counted()
        await self.shipper.drain()

    async def close(self, grace: float = 30.0) -> int:
        await self.ledger.close(grace)
        left = await self.shipper.close(grace)
        await self.journal.close()
        await asyncio.to_thread(self.shipper.clear)
        self.journal.release()
        return left


class Disk:
    """Makes segments, and fails their writes as told. `full` and `broken`: errors as the system raises them."""

    def __init__(self) -> None:
        self.full = False
        self.broken = False
        self.opened: list[Path] = []
        self.written_after_failure: list[Path] = []
        self._failed: set[Path] = set()

    def __call__(self, path: Path) -> Segment:
        disk = self
        if self.broken and self.opened:
            raise OSError(errno.EIO, "injected")
        self.opened.append(path)

        class FailingSegment(Segment):
            def write(self, records: Sequence[Record]) -> None:
                if disk.broken:
                    disk._failed.add(path)
                    raise OSError(errno.EIO, "injected")
                if path in disk._failed:
                    disk.written_after_failure.append(path)
                if disk.full:
                    raise OSError(errno.ENOSPC, "injected")
                super().write(records)

        return FailingSegment(path)
