"""The log as its tables hold it, row by row, and its verification there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from gateway.audit.chain import Frontier
from gateway.audit.record import Record
from gateway.audit.verdict import Finding, Placed, Trust, Verdict
from gateway.audit.verify import Verifier
from gateway.storage.audit_log import PAGE, AuditTables

_NO_NUMBER: Final = 2**64 - 1
"""Of no record: the column ends at 2**63."""


def placed(row: Any) -> Placed:
    """A row of `audit_record`. What cannot be a number, and stands there all the same, becomes one that none has."""
    number = row.number if isinstance(row.number, int) and row.number >= 0 else _NO_NUMBER
    record = Record(row.writer, number, row.previous, row.header, row.content, row.content_hash)
    return Placed(row.place, record, row.leaf, row.mac, (row.at, row.kind, row.team, row.person, row.key, row.request))


async def all_placed(tables: AuditTables, end: int | None = None) -> AsyncIterator[Placed]:
    async for page in tables.records(0, end):
        for row in page:
            yield placed(row)


async def verify_tables(tables: AuditTables, trust: Trust, progress: Callable[[int], None] = lambda _: None) -> Verdict:
    """The verdict on a whole database. Records that come while it reads are left to the next time."""
    size, tree = await _state(tables)
    trust = msgspec.structs.replace(trust, tree=tree)
    checkpoints = [(end, note) for end, note in await tables.checkpoints() if end <= size]
    verifier = Verifier(trust, checkpoints)
    read = 0
    async for row in all_placed(tables, end=size):
        verifier.feed(row)
        read += 1
        if not read % PAGE:
            progress(read)
    verdict = verifier.verdict()
    if verdict.state != "tampered":
        end = await tables.end()
        now, _ = await _state(tables)
        if end > now:
            return _tampered(verdict, "insert", now, "records or checkpoints stand behind the end of the log")
        keys, people = await tables.keys_there(), await tables.people_there()
        lost = [
            place
            for (key, person), place in verifier.keys_in_use().items()
            if key not in keys or (person and person not in people)
        ]
        if lost:
            return _tampered(verdict, "delete", min(lost), "the key of its content is gone, and no policy destroyed it")
    return verdict


async def _state(tables: AuditTables) -> tuple[int, Frontier]:
    """The size that the log says it has, and its tree; an empty one where the gateway writes no such thing."""
    stands: tuple[Any, Any] = await tables.tree() or (0, b"")
    size, hashes = stands
    try:
        return size, Frontier(size, hashes)
    except (ValueError, TypeError, AttributeError):  # of another length, or in SQLite of another type
        return size if isinstance(size, int) else 0, Frontier()


def _tampered(verdict: Verdict, kind: Finding, place: int, detail: str) -> Verdict:
    return msgspec.structs.replace(verdict, state="tampered", kind=kind, first_bad=place, detail=detail)
