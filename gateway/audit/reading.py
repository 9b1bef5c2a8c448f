"""The log as its tables hold it, row by row, and its verification there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from gateway.audit.chain import Frontier
from gateway.audit.record import Record
from gateway.audit.verdict import Finding, Placed, Trust, Verdict
from gateway.audit.verify import Verifier
from gateway.storage.audit_log import PAGE, AuditTables


def placed(row: Any) -> Placed:
    """A row of `audit_record`."""
    record = Record(row.writer, row.number, row.previous, row.header, row.content, row.content_hash)
    return Placed(row.place, record, row.leaf, row.mac, (row.at, row.kind, row.team, row.person, row.key, row.request))


async def all_placed(tables: AuditTables, end: int | None = None) -> AsyncIterator[Placed]:
    async for page in tables.records(0, end):
        for row in page:
            yield placed(row)


async def verify_tables(tables: AuditTables, trust: Trust, progress: Callable[[int], None] = lambda _: None) -> Verdict:
    """The verdict on a whole database. Records that come while it reads are left to the next time."""
    size, hashes = await tables.tree() or (0, b"")
    try:
        trust = msgspec.structs.replace(trust, tree=Frontier(size, hashes))
    except ValueError:
        trust = msgspec.structs.replace(trust, tree=Frontier())
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
        now, _ = await tables.tree() or (0, b"")
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


def _tampered(verdict: Verdict, kind: Finding, place: int, detail: str) -> Verdict:
    return msgspec.structs.replace(verdict, state="tampered", kind=kind, first_bad=place, detail=detail)
