"""The log as a file that can be verified anywhere: JSON lines, one for each record, under its checkpoints.

    {"log": {"format": 1, "key": "llm-gateway/audit+…"}}
    {"checkpoint": {"size": 12, "note": "…"}}
    {"record": {"place": 0, "writer": "…", …}}

Invariants
- Contents stay sealed: the file tells no more than the database.
- Written and read line by line: memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from gateway.audit.checkpoint import VerifyKey
from gateway.audit.reading import all_placed
from gateway.audit.verdict import Placed, Trust, Verdict
from gateway.audit.verify import Verifier
from gateway.storage.audit_log import AuditTables

FORMAT = 1


class Exported(msgspec.Struct, omit_defaults=True):
    """A line: one of its members is there."""

    log: dict[str, Any] | None = None
    checkpoint: tuple[int, str] | None = None
    record: Placed | None = None


class NoExport(Exception):
    """The file is none, or of another format."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Exported).decode


async def export_log(tables: AuditTables, key: VerifyKey, file: IO[bytes], progress: Callable[[int, int], None]) -> int:
    """Write the whole log as it stands; the number of its records. `progress(done, of)` after each record."""
    size, _ = await tables.tree() or (0, b"")
    file.write(_encode(Exported(log={"format": FORMAT, "key": str(key), "size": size})) + b"\n")
    for end, note in await tables.checkpoints():
        if end <= size:
            file.write(_encode(Exported(checkpoint=(end, note))) + b"\n")
    async for row in all_placed(tables, end=size):
        file.write(_encode(Exported(record=row)) + b"\n")
        progress(row.index + 1, size)
    return size


def verify_export(path: Path, trust: Trust | None, progress: Callable[[int], None]) -> Verdict:
    """The verdict on a file. Without `trust`, its own key is taken, and says so by what it cannot prove.

    `progress` after each record: how many. Raises NoExport, OSError.
    """
    with path.open("rb") as file:
        lines = iter(file)
        first = _read(next(lines, b""))
        if first.log is None or first.log.get("format") != FORMAT:
            raise NoExport("the file does not begin as an export of the audit does")
        if trust is None:
            try:
                trust = Trust(verify_key=VerifyKey.parse(str(first.log.get("key"))))
            except ValueError as error:
                raise NoExport(str(error)) from None
        notes: list[tuple[int, str]] = []
        verifier: Verifier | None = None
        read = 0
        for line in _members(lines):
            if line.checkpoint is not None and verifier is None:
                notes.append(line.checkpoint)
            elif line.record is not None:
                verifier = verifier or Verifier(trust, notes)
                verifier.feed(line.record)
                read += 1
                progress(read)
            else:
                raise NoExport("checkpoints stand before the records")
    return _as_long_as_it_says((verifier or Verifier(trust, notes)).verdict(), first.log.get("size"))


def _as_long_as_it_says(verdict: Verdict, size: Any) -> Verdict:
    """A file may be cut between two checkpoints, with those of the rest. Whoever cuts it on purpose changes its first
    line, too: against that help a witness and anchors.
    """
    if type(size) is not int or verdict.state == "tampered" or verdict.records >= size:
        return verdict
    detail = f"the file says that it has {size} records, and has {verdict.records}"
    return msgspec.structs.replace(
        verdict, state="tampered", kind="truncate", first_bad=verdict.records, until=size - 1, detail=detail
    )


def _members(lines: Iterator[bytes]) -> Iterator[Exported]:
    for line in lines:
        yield _read(line)


def _read(line: bytes) -> Exported:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NoExport("a line of the file does not read: it was cut or changed") from None
