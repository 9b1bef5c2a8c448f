"""Calls under way, in the journal: sent, still talking, ended; and what becomes of those whose process died.

Promise: a call whose process was killed leaves a usage row all the same: its input, and what had been said until the
last beat, which is at most `BEAT` seconds old. It is marked as an estimate, once, by whoever starts next.

Invariants
- The mark is in the journal before the usage row of the same call can be.
- A beat holds a number of tokens, never text.
- An orphan's row goes the way of all rows: a second start finds it written, and writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from gateway.core.calls import Dispatched
from gateway.core.ports import Journal, Record, UsageRow
from gateway.core.usage import Usage
from gateway.tasks import spawn

DISPATCHED: Final = "dispatched"
BEAT_KIND: Final = "beat"
PRESUMED: Final = "presumed"
"""The code of a row that nobody lived to write."""
BEAT: Final = 1.0

Count = Callable[[str, str], int]


class _Call:
    __slots__ = ("answer", "model", "said", "seen")

    def __init__(self, answer: list[str], model: str) -> None:
        self.answer = answer
        self.model = model
        self.seen = 0  # pieces that were counted
        self.said = 0


class JournalledCalls:
    """Implements `core.calls.OpenCalls`. `start` on the loop."""

    def __init__(self, journal: Journal, count: Count) -> None:
        self._journal = journal
        self._count = count
        self._open: dict[str, _Call] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn(self._beat(), "write down how far calls are")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def begin(self, call: Dispatched, answer: list[str]) -> int:
        self._open[call.request_id] = _Call(answer, call.model)
        return self._journal.append(DISPATCHED, call.request_id, _encode(call))

    def end(self, row: UsageRow) -> None:
        self._open.pop(row.request_id, None)

    def beat(self) -> None:
        """Write down how far each call is that has said more since the last time."""
        for request_id, call in self._open.items():
            pieces = len(call.answer)
            if pieces == call.seen:
                continue
            call.said += self._count("".join(call.answer[call.seen : pieces]), call.model)
            call.seen = pieces
            self._journal.append(BEAT_KIND, request_id, b"%d" % call.said)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            self.beat()


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Dispatched).decode


class Orphan(msgspec.Struct, frozen=True):
    """A call that was sent, and of which nobody wrote how it ended."""

    call: Dispatched
    said: int

    def row(self) -> UsageRow:
        call = self.call
        return UsageRow(
            request_id=call.request_id,
            at=call.at,
            key_id=call.key_id,
            team=call.team,
            user=call.user,
            operation=call.operation,
            dialect=call.dialect,
            model_asked=call.model_asked,
            provider=call.provider,
            model=call.model,
            region=call.region,
            stream=call.stream,
            status="failed",
            error_code=PRESUMED,
            usage=Usage(input_tokens=call.read, output_tokens=self.said, estimated=True),
            cost_center=call.cost_center,
            project=call.project,
            tags=call.tags,
            policy_version=call.policy_version,
            attempts=1,
        )


def orphans(records: Iterable[Record], ending: str) -> list[Orphan]:
    """Of the records that dead processes left: calls without a record of kind `ending`."""
    calls: dict[str, Record] = {}
    said: dict[str, int] = {}
    ended: set[str] = set()
    for record in records:
        if record.kind == DISPATCHED:
            calls[record.key] = record
        elif record.kind == BEAT_KIND:
            said[record.key] = max(said.get(record.key, 0), int(record.payload))
        elif record.kind == ending:
            ended.add(record.key)
    return [Orphan(_decode(record.payload), said.get(key, 0)) for key, record in calls.items() if key not in ended]
