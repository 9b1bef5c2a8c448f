"""Calls under way, in the journal: sent, still talking, ended; and what becomes of those whose process died.

Promise: a call whose process was killed leaves a usage row all the same: its input, and what had been said until the
last beat, which is at most `BEAT` seconds old, with half of what was said from the one before. It is marked as an
estimate, once, by whoever starts next.

Invariants
- The mark is in the journal before the usage row of the same call can be.
- A beat holds a number of tokens, never text.
- An answer in the background goes on when its caller is dead: all that it may say is presumed, unless a job is known
  of it (`limiting.settle_orphans`).
- Input is expected by what providers billed to the same key for the same model of what the bodies came to at most;
  what was named instead of being sent comes on top, by whoever has the ledger (`limiting.settle_orphans`).
- An orphan's row goes the way of all rows: a second start finds it written, and writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from gateway.core.bounded_memory import make_room
from gateway.core.calls import Dispatched
from gateway.core.events import Delta, Event
from gateway.core.ports import Journal, Record, UsageRow
from gateway.core.usage import Usage
from gateway.storage.engine import Connection
from gateway.tasks import cancel, spawn_for_good

DISPATCHED: Final = "dispatched"
BEAT_KIND: Final = "beat"
PRESUMED: Final = "presumed"
"""The code of a row that nobody lived to write."""
BEAT: Final = 1.0
USUAL_SHARE: Final = 0.75
"""Of a key's first call of a model: a token of four bytes, on the average of languages and markup."""
MOST_SHARE: Final = 4.0
WEIGHT: Final = 0.25
"""Of the last call."""
KEPT: Final = 65_536
"""Keys, with each model. Fewer than are in use would be none at all: each would put out another's."""

Count = Callable[[str, str], int]


class _Call:
    __slots__ = ("answer", "at_most", "kept", "key_id", "model", "said", "seen")

    def __init__(self, call: Dispatched, answer: list[Event]) -> None:
        self.answer = answer
        self.key_id = call.key_id
        self.model = call.model
        self.at_most = call.read
        self.kept = call.kept
        self.seen = 0  # events that were counted
        self.said = 0


class InputShares:
    """What providers bill as input, as a share of what a body comes to at most: of each key and model, lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}

    def learn(self, key_id: str, model: str, at_most: int, billed: int) -> None:
        name, share = (key_id, model), min(billed / max(at_most, 1), MOST_SHARE)
        known = self._known.get(name)
        if known is None:
            make_room(self._known, KEPT)
        self._known[name] = share if known is None else known + (share - known) * WEIGHT

    def expected(self, key_id: str, model: str, at_most: int) -> int:
        """Tokens, never none."""
        return max(round(at_most * self._known.get((key_id, model), USUAL_SHARE)), 1)


class JournalledCalls:
    """Implements `core.calls.OpenCalls`. `start` on the loop."""

    def __init__(self, journal: Journal, count: Count) -> None:
        self._journal = journal
        self._count = count
        self._open: dict[str, _Call] = {}
        self._shares = InputShares()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._beat(), "write down how far calls are", vital=True)

    async def close(self) -> None:
        await cancel(self._task)

    def begin(self, call: Dispatched, answer: list[Event]) -> int:
        self._open[call.request_id] = _Call(call, answer)
        call.read = self._shares.expected(call.key_id, call.model, call.read)
        return self._journal.append(DISPATCHED, call.request_id, _encode(call))

    def end(self, row: UsageRow) -> None:
        call = self._open.pop(row.request_id, None)
        if call is None or call.kept is not None:  # what was read is no share of what was sent
            return
        if row.model == call.model and row.usage.input_tokens and not row.usage.estimated:
            self._shares.learn(call.key_id, call.model, call.at_most, row.usage.input_tokens)

    async def beat(self) -> None:
        """Write down how far each call is that has said more since the last time. Counted in a thread: a tokeniser that
        is used for the first time takes half a second.
        """
        said: list[tuple[str, _Call, str]] = []
        for request_id, call in self._open.items():
            new = call.answer[call.seen :]
            call.seen += len(new)
            if text := "".join([event.text for event in new if type(event) is Delta]):
                said.append((request_id, call, text))
        if not said:
            return
        texts = [(text, call.model) for _, call, text in said]
        counts = await asyncio.to_thread(lambda: [self._count(*text) for text in texts])
        for (request_id, call, _), count in zip(said, counts, strict=True):
            call.said += count
            if request_id in self._open:
                self._journal.append(BEAT_KIND, request_id, b"%d" % call.said)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self.beat()


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
            usage=Usage(input_tokens=call.read, output_tokens=max(self.said, call.goes_on), estimated=True),
            cost_center=call.cost_center,
            project=call.project,
            tags=call.tags,
            policy_version=call.policy_version,
            attempts=1,
        )


async def stays_in_the_journal(_: Connection, records: Sequence[Record]) -> None:
    """The projector of what is of use to the next start only."""


def orphans(records: Iterable[Record], ending: str) -> list[Orphan]:
    """Of the records that dead processes left: calls without a record of kind `ending`."""
    calls: dict[str, Record] = {}
    said: dict[str, tuple[int, int]] = {}
    ended: set[str] = set()
    for record in records:
        if record.kind == DISPATCHED:
            calls[record.key] = record
        elif record.kind == BEAT_KIND:
            before, now = said.get(record.key, (0, 0))[1], int(record.payload)
            if now > before:
                said[record.key] = before, now
        elif record.kind == ending:
            ended.add(record.key)
    return [
        Orphan(_decode(record.payload), _presumed(*said.get(key, (0, 0))))
        for key, record in calls.items()
        if key not in ended
    ]


def earliest(records: Iterable[Record]) -> float | None:
    """When the first call of which these tell was sent, in Unix seconds."""
    return min((_decode(record.payload).at for record in records if record.kind == DISPATCHED), default=None)


def _presumed(before: int, last: int) -> int:
    """The last beat was half a beat ago, on the average."""
    return last + (last - before) // 2
