"""Gateways that kill themselves at one marked point: wired here, and nowhere in what is shipped.

`torn-write=N=SEED` dies in the Nth write of its journal, and leaves of it on the disk what a power cut might.

Invariants
- A victim dies at its point only on behalf of the request that it was asked last, never of rows of the dead that it
  writes down itself.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from gateway.cli.program import main
from gateway.core.ports import Estimate, Record, Status, UsageRow
from gateway.exchange import Exchange
from gateway.journal.open_calls import BEAT_KIND, DISPATCHED, JournalledCalls
from gateway.journal.segment import Segment
from gateway.journal.segment_writer import SegmentWriter
from gateway.journal.shipper import Shipper
from gateway.journal.usage import USAGE, JournalledUsage
from gateway.stages import call
from gateway.stages.account import Account
from gateway.stages.attest import Attest
from gateway.stages.audit import Audit

_asked: list[str] = []
"""Ids of requests that came in."""


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


async def _die_async(*_: Any, **__: Any) -> Any:
    _die()


def _after(owner: type, name: str) -> None:
    """Die once this has done its work, at once or awaited."""
    original = getattr(owner, name)

    async def and_die(*arguments: Any) -> None:
        waiting = original(*arguments)
        if waiting is not None:
            await waiting
        _die()

    setattr(owner, name, and_die)


def _on_the_disk(kind: str) -> Callable[[], None]:
    """Die as soon as a record of this kind, about a request that came in, is on the disk."""

    def arm() -> None:
        wrote = SegmentWriter.wrote

        def and_die(self: SegmentWriter, group: list[Record]) -> int:
            last = wrote(self, group)
            if _ours(group, kind):
                _die()
            return last

        SegmentWriter.wrote = and_die  # type: ignore[method-assign]

    return arm


def _in_the_database() -> None:
    project = Shipper._project

    async def and_die(self: Shipper, batch: Iterable[Record]) -> None:
        records = list(batch)
        await project(self, records)
        if _ours(records, USAGE):
            _die()

    Shipper._project = and_die  # type: ignore[method-assign,assignment]


def _before_a_beat() -> None:
    beat = JournalledCalls.beat

    async def or_die(self: JournalledCalls) -> None:
        if any(one.answer for one in self._open.values()):
            _die()
        await beat(self)

    JournalledCalls.beat = or_die  # type: ignore[method-assign]


def _at_the_usage() -> None:
    """Die where the provider has told it, and nobody has written it down."""
    conclude = Audit.conclude

    async def or_die(self: Audit, exchange: Exchange, status: Status) -> None:
        if exchange.trail.told is not None:
            _die()
        await conclude(self, exchange, status)

    Audit.conclude = or_die  # type: ignore[method-assign]


def _before_the_row() -> None:
    record = JournalledUsage.record

    def or_die(self: JournalledUsage, row: UsageRow, estimate: Estimate | None) -> None:
        if row.request_id in _asked:
            _die()
        record(self, row, estimate)

    JournalledUsage.record = or_die  # type: ignore[method-assign]


def _in_a_write(number: str, seed: str) -> None:
    """Die within a write that nobody has been told of. What was on the disk before is safe: it was synchronised."""
    write = Segment.write
    left = int(number)

    def and_die(self: Segment, records: Sequence[Record]) -> None:
        nonlocal left
        left -= 1
        before = self.path.read_bytes() if not left else b""
        write(self, records)
        if not left:
            self.path.write_bytes(torn(before, self.path.read_bytes(), random.Random(seed)))
            _die()

    Segment.write = and_die  # type: ignore[method-assign]


SECTOR: Final = 512


def torn(before: bytes, after: bytes, draw: random.Random) -> bytes:
    """What may be on a disk that lost its power between the two: the new bytes as far as a byte at random, and behind
    it the old ones, or nothing, or noughts, or rubbish, or some sectors of either.
    """
    changed = [at for at in range(len(after)) if at >= len(before) or after[at] != before[at]]
    first, end = changed[0], changed[-1] + 1
    cut = draw.randrange(first, end)
    rest = end - cut
    behind = after[end:]  # of an earlier round of the log, the same before and after
    how = draw.choice(("old", "noughts", "rubbish", "sectors"))
    if how == "old":
        return after[:cut] + before[cut:]
    if how == "noughts":
        return after[:cut] + bytes(rest) + behind
    if how == "rubbish":
        return after[:cut] + draw.randbytes(rest) + behind
    mixed = bytearray(after)
    old = before.ljust(len(after), b"\0")
    for start in range(first - first % SECTOR, end, SECTOR):
        if draw.random() < 0.5:
            mixed[start : start + SECTOR] = old[start : start + SECTOR]
    mixed[cut : cut + 1] = bytes((after[cut] ^ 0xFF,))
    return bytes(mixed)


def _ours(records: Iterable[Record], kind: str) -> bool:
    return any(record.kind == kind and record.key in _asked for record in records)


def _replaced(owner: Any, name: str, by: Callable[..., Any]) -> Callable[[], None]:
    return lambda: setattr(owner, name, by)


POINTS: Final[dict[str, Callable[..., None]]] = {
    "before-intent": _replaced(Attest, "enter", _die_async),
    "after-intent": lambda: _after(Attest, "enter"),
    "before-mark": _replaced(JournalledCalls, "begin", _die),
    "after-mark": _on_the_disk(DISPATCHED),
    "first-byte": _replaced(call, "read_answer", _die_async),
    "before-heartbeat": _before_a_beat,
    "after-heartbeat": _on_the_disk(BEAT_KIND),
    "usage-event": _at_the_usage,
    "outcome-on-disk": lambda: _after(Audit, "conclude"),
    "last-byte": _replaced(call.Call, "settle", _die),
    "before-settle": _before_the_row,
    "row-on-disk": _on_the_disk(USAGE),
    "row-in-database": _in_the_database,
    "torn-write": _in_a_write,
    "none": lambda: None,
}


def serve() -> int:
    """What a `tests.support.warm.WarmProcess` begins with: its words are a point and a port."""
    point, port = sys.argv[1:]
    enter = Account.enter

    def remembered(self: Account, exchange: Exchange) -> None:
        _asked.append(exchange.record.request_id)
        enter(self, exchange)

    Account.enter = remembered  # type: ignore[method-assign]
    name, *numbers = point.split("=")
    POINTS[name](*numbers)
    return main(["serve", "--policies", "policies", "--port", port])
