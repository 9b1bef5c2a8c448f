"""Records put into the log: each gets its place, and every batch its checkpoint. Pure; `sequencer` does the I/O."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import msgspec

from gateway.audit.chain import Frontier
from gateway.audit.checkpoint import Head, SigningKey
from gateway.audit.record import Record, place_macs
from gateway.audit.verdict import Placed

MOST_AT_ONCE = 1000
"""Records under one checkpoint."""


class LogKeys(msgspec.Struct, frozen=True):
    """What the log is kept with."""

    signing: SigningKey
    place: bytes

    def __repr__(self) -> str:
        return "<LogKeys>"


def put(
    records: Sequence[Record], tree: Frontier, keys: LogKeys, leaves: Sequence[bytes] | None = None
) -> tuple[list[Placed], str]:
    """The records in their places behind `tree`, which grows by them, and the note that vouches for all of it.

    `leaves`: the records' own, where somebody knows them.
    """
    previous = tree.size
    if leaves is None:
        leaves = [record.leaf() for record in records]
    macs = place_macs(keys.place, previous, leaves)
    placed = list(map(Placed, count(previous), records, leaves, macs))
    tree.extend(leaves)
    return placed, keys.signing.checkpoint(Head(tree.size, tree.root(), previous))
