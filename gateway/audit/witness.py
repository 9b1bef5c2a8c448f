"""A witness: somebody else's memory of what the log was.

Promise: who changes the past, with whatever keys, has to change it at the witness, too.

Invariants
- A head is kept only when the log has proved that it began as the head before: by a consistency proof, made of what the
  log holds now, and checked against what was kept then.
- What is kept is written anew and swapped in: a witness that is killed remembers the old head or the new one.
- An older head is never taken for a newer one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

from gateway.audit.chain import Proving, consistency_parts, proves_consistency
from gateway.audit.checkpoint import BadCheckpoint, Head, VerifyKey
from gateway.storage.audit_log import AuditTables


class Testimony(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a look at the log came to. `proof`: hashes by which anybody can check it."""

    state: Literal["first", "same", "grown", "tampered", "unknown"]
    size: int = 0
    kept: int = 0
    detail: str = ""
    proof: list[str] = []

    @property
    def exit_code(self) -> int:
        return {"tampered": 1, "unknown": 2}.get(self.state, 0)


async def look(tables: AuditTables, key: VerifyKey, kept: Path) -> Testimony:
    """Compare the log with the head that is kept in the file, and keep the new one. OSErrors pass through."""
    latest = await tables.last_checkpoint()
    before = read_kept(kept, key)
    if latest is None:
        return _gone(before)
    try:
        head = key.read(latest[1])
    except BadCheckpoint as error:
        return Testimony(state="tampered", detail=f"the newest checkpoint: {error}")
    if before is not None and head.size < before.size:
        detail = f"the log ends at {head.size} records, and had {before.size}: it was wound back"
        return Testimony(state="tampered", size=head.size, kept=before.size, detail=detail)
    proving = Proving(consistency_parts(head.size, 0 if before is None else before.size))
    async for leaves in tables.leaves(head.size):
        proving.extend(leaves)
    if (proving.size, proving.root()) != (head.size, head.root):
        detail = "the log's records are not those of its newest checkpoint"
        return Testimony(state="tampered", size=head.size, kept=before.size if before else 0, detail=detail)
    proof: list[bytes] = []
    if before is not None:
        proof = proving.proof()
        if not proves_consistency(before.size, before.root, head.size, head.root, proof):
            detail = f"the first {before.size} records are not what they were: another history was signed"
            return Testimony(state="tampered", size=head.size, kept=before.size, detail=detail)
    keep(kept, latest[1])
    state: Literal["first", "same", "grown"] = "first"
    if before is not None:
        state = "same" if before.size == head.size else "grown"
    return Testimony(
        state=state, size=head.size, kept=before.size if before else 0, proof=[step.hex() for step in proof]
    )


def _gone(before: Head | None) -> Testimony:
    if before is None:
        return Testimony(state="unknown", detail="the log has no checkpoint yet")
    return Testimony(state="tampered", kept=before.size, detail=f"the log is empty, and had {before.size} records")


def read_kept(kept: Path, key: VerifyKey) -> Head | None:
    """The head that a witness kept; None where it has kept none. Raises BadCheckpoint, OSError."""
    try:
        note = kept.read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        return key.read(note)
    except BadCheckpoint as error:
        raise BadCheckpoint(f"{kept} is no head that a witness of this log kept: {error}") from None


def keep(kept: Path, note: str) -> None:
    draft = kept.with_name(f".{kept.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(kept)
