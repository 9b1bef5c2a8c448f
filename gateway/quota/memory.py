"""Counters in the process, for a gateway that runs alone. Implements `core.counting.Counters`.

Promise: the same verdicts as Redis gives (one test asks both), each within one turn of the event loop, so that no two
requests can see the same room.

Invariants
- A reservation ends once: by `settle`, or by its time. Both change every counter of it together.
- Nothing grows with the requests that were: counters are forgotten after their time, reservations when they end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

import msgspec

from gateway.core.counting import BIGGEST, MINUTE, Cold, Due, Line, Over, Reserved, Verdict
from gateway.core.ports import Clock

REMEMBERED = 3600.0
"""Seconds for which the end of a reservation is remembered, so that its id is not taken again."""
MOST_REMEMBERED = 1000
"""Ends; who asks again in one process asks at once. Each takes half a kilobyte: of ten times as many, what is let go of
would have to be fetched into the processor's caches again for that.
"""


class _Counter(msgspec.Struct, gc=False):
    until: float
    known: bool
    """Whether it was told what the ledger says; a counter of slots needs not."""
    posted: int = 0
    reserved: int = 0
    ended: list[str] | None = None
    """Reservations that ended before."""


class _Hold:
    __slots__ = ("ends", "left", "lines")

    def __init__(self, lines: tuple[Line, ...], ends: float, left: tuple[int, ...]) -> None:
        self.lines = lines
        self.ends = ends
        self.left = left


class MemoryCounters:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counters: dict[str, _Counter] = {}
        self._buckets: dict[str, int] = {}  # microseconds at which each will be full again
        self._holds: dict[str, _Hold] = {}
        self._due: list[tuple[float, str]] = []
        self._ended: dict[str, tuple[int, ...]] = {}
        """What was left when it was made, of reservations that have ended; the first that ended first."""
        self._forget: deque[tuple[float, str]] = deque()
        self._swept = 0.0

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        now = self._clock.now()
        self._expire(now)
        known = self._holds.get(id)
        if known is not None:
            if known.lines != lines:
                raise ValueError("another reservation has this id")
            return Reserved(known.left)
        if id in self._ended:
            return Reserved(self._ended[id])
        if cold := tuple(line.counter for line in lines if line.kind == "spend" and not self._knows(line.counter)):
            return Cold(cold)
        left: list[int] = []
        for number, line in enumerate(lines):
            room, wait = self._room(line, now)
            if line.amount > room:
                return Over(number, max(room, 0), wait)
            left.append(room - line.amount)
        for line in lines:
            self._add(line, line.amount, now)
        hold = self._holds[id] = _Hold(lines, now + seconds, tuple(left))
        self._is_due(hold.ends, id)
        return Reserved(hold.left)

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        now = self._clock.now()
        self._expire(now)
        if id not in self._holds and id not in self._ended:
            self._add(line, line.amount, now)
            self._holds[id] = _Hold((line,), now + seconds, (0,))
            self._is_due(now + seconds, id)

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        return self.settle_now(id, actual)

    async def settle_all(self, due: Sequence[Due]) -> None:
        for each in due:
            self.settle_now(*each)

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """`settle`, for whoever knows that it is these counters that he has."""
        self._expire(self._clock.now())
        hold = self._holds.get(id)
        if hold is None:
            return False
        self._end(id, hold, actual)
        return True

    async def extend(self, ids: list[str], seconds: float) -> None:
        now = self._clock.now()
        self._expire(now)
        for each in ids:
            hold = self._holds.get(each)
            if hold is not None:
                hold.ends = now + seconds

    async def quiet(self) -> None:
        """Nobody else counts here."""

    async def counted(self, counter: str) -> list[str]:
        found = self._counters.get(counter)
        return [] if found is None else list(found.ended or ())

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        found = self._counters.setdefault(counter, _Counter(until, known=False))
        if not found.known:
            found.known, found.ended = True, None
            found.posted += posted

    async def read(self, counter: str) -> tuple[int, int]:
        (found,) = await self.read_all((counter,))
        return found

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        self._expire(self._clock.now())
        found = map(self._counters.get, counters)
        return [(0, 0) if each is None else (each.posted, each.reserved) for each in found]

    def _knows(self, counter: str) -> bool:
        found = self._counters.get(counter)
        return found is not None and found.known

    def _room(self, line: Line, now: float) -> tuple[int, float]:
        """What fits, and the seconds until the line's amount would."""
        if not 0 <= line.amount <= BIGGEST or not 0 <= line.limit <= BIGGEST:
            raise ValueError("an amount or a limit out of range")
        if line.kind == "rate":
            behind = max(self._buckets.get(line.counter, 0) - int(now * 1_000_000), 0)
            room = max(MINUTE - behind, 0) * line.limit // MINUTE
            wait = behind + _micros(line) - MINUTE
            return room, max(wait, 0) / 1_000_000
        counter = self._counters.get(line.counter)
        return (line.limit if counter is None else line.limit - counter.posted - counter.reserved), 0.0

    def _add(self, line: Line, amount: int, now: float) -> None:
        if line.kind == "rate":
            full = max(self._buckets.get(line.counter, 0), int(now * 1_000_000))
            self._buckets[line.counter] = full + _micros(line)
            return
        counter = self._counters.get(line.counter)
        if counter is None:
            counter = self._counters[line.counter] = _Counter(line.until, known=line.kind == "slots")
        counter.reserved += amount
        counter.until = max(counter.until, line.until)

    def _end(self, id: str, hold: _Hold, actual: tuple[int, ...]) -> None:
        del self._holds[id]
        for line, amount in zip(hold.lines, actual, strict=True):
            if line.kind == "rate":
                self._buckets[line.counter] = max(
                    self._buckets.get(line.counter, 0) + _spread(amount - line.amount, line.limit), 0
                )
                continue
            counter = self._counters.get(line.counter)
            if counter is None:
                continue  # forgotten with its window: nothing was held of it, by a call that costs nothing
            counter.reserved -= line.amount
            if line.kind == "spend":
                counter.posted = min(counter.posted + max(amount, 0), BIGGEST)
                if not counter.known:
                    if counter.ended is None:
                        counter.ended = []
                    counter.ended.append(id)
        self._ended[id] = hold.left
        self._forget.append((self._clock.now() + REMEMBERED, id))
        if len(self._forget) > MOST_REMEMBERED:
            del self._ended[self._forget.popleft()[1]]

    def _is_due(self, ends: float, id: str) -> None:
        heappush(self._due, (ends, id))
        if len(self._due) > MOST_REMEMBERED + 2 * len(self._holds):  # nearly all of them have been settled
            self._due = [(hold.ends, each) for each, hold in self._holds.items()]
            heapify(self._due)

    def _expire(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _, due = heappop(self._due)
            hold = self._holds.get(due)
            if hold is None:
                continue
            if hold.ends > now:
                heappush(self._due, (hold.ends, due))
            else:
                self._end(due, hold, tuple(line.amount for line in hold.lines))
        while self._forget and self._forget[0][0] <= now:
            del self._ended[self._forget.popleft()[1]]
        if now - self._swept > REMEMBERED:
            self._swept = now
            for name in [name for name, found in self._counters.items() if not found.reserved and found.until < now]:
                del self._counters[name]
            for name in [name for name, full in self._buckets.items() if full < now * 1_000_000]:
                del self._buckets[name]


def _micros(line: Line) -> int:
    """How long the bucket needs to fill up again after the line's amount."""
    return _spread(line.amount, line.limit)


def _spread(amount: int, limit: int) -> int:
    """Microseconds of `limit` a minute that `amount` stands for, rounded up, away from zero for neither."""
    return -(-amount * MINUTE // limit) if limit else MINUTE
