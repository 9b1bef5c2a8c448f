"""Counters in the process, for a gateway that runs alone. Implements `core.counting.Counters`.

Promise: the same verdicts as Redis gives (one test asks both), each within one turn of the event loop, so that no two
requests can see the same room.

Invariants
- A reservation ends once: by `settle`, or by its time. Both change every counter of it together.
- Nothing grows with the requests that were: counters are forgotten after their time, reservations when they end.
- Only `until` is a time of day. All else is told by a clock that nobody sets: put back by an hour, the other would keep
  rates empty for an hour; put forward, it would end what is under way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

import msgspec

from gateway.core.bounded_memory import make_room
from gateway.core.counting import BIGGEST, BITS, MINUTE, Due, LimitReached, Line, NotLoaded, Reserved, Verdict
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
        self._lapsed: dict[str, _Hold] = {}
        """What has ended by its time, and may be extended still."""
        self._forget: deque[tuple[float, str]] = deque()
        self._swept = 0.0
        self._look_at = 0.0
        """Before that nothing ends by its time, and nothing is to be forgotten."""

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._expire(now)
        known = self._holds.get(id)
        if known is not None:
            if known.lines != lines:
                raise ValueError("another reservation has this id")
            return Reserved(known.left)
        if id in self._ended:
            return Reserved(self._ended[id])
        verdict = self._seen(lines, now)
        if type(verdict) is not Reserved:
            return verdict
        self._take(lines, now)
        self._holds[id] = _Hold(lines, now + seconds, verdict.left)
        self._is_due(now + seconds, id)
        return verdict

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        now = self._clock.monotonic()
        self._expire(now)
        if id not in self._holds and id not in self._ended:
            self._take((line,), now)
            self._holds[id] = _Hold((line,), now + seconds, (0,))
            self._is_due(now + seconds, id)

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        return self.settle_now(id, actual)

    async def settle_all(self, due: Sequence[Due]) -> None:
        for each in due:
            self.settle_now(*each)

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """`settle`, for whoever knows that it is these counters that he has."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._expire(now)
        hold = self._holds.get(id)
        if hold is None:
            self._lapsed.pop(id, None)
            return False
        self._end(id, hold, actual, now)
        return True

    async def extend(self, ids: list[str], seconds: float) -> None:
        now = self._clock.monotonic()
        self._expire(now)
        for each in ids:
            hold = self._holds.get(each)
            if hold is not None:
                hold.ends = now + seconds
            elif (lapsed := self._lapsed.pop(each, None)) is not None:
                self._take([line for line in lapsed.lines if line.kind == "slots"], now)
                lapsed.ends = now + seconds
                self._holds[each] = lapsed
                self._is_due(lapsed.ends, each)

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
        self._expire(self._clock.monotonic())
        found = map(self._counters.get, counters)
        return [(0, 0) if each is None else (each.posted, each.reserved) for each in found]

    def _seen(self, lines: tuple[Line, ...], now: float) -> Verdict:
        """What there is room for, in one pass; nothing is taken."""
        counters, buckets, micros = self._counters, self._buckets, int(now * 1_000_000)
        left: list[int] = []
        cold: list[str] = []
        over: LimitReached | None = None
        for line in lines:
            amount, limit = line.amount, line.limit
            if (amount | limit) >> BITS:  # also where one of them is negative
                raise ValueError("an amount or a limit out of range")
            behind = 0
            if line.kind == "rate":
                behind = buckets.get(line.counter, 0) - micros
                room = limit if behind <= 0 else (MINUTE - behind) * limit // MINUTE if behind < MINUTE else 0
            elif (counter := counters.get(line.counter)) is not None and counter.known:
                room = limit - counter.posted - counter.reserved
            else:
                room = limit
                if line.kind == "spend":
                    cold.append(line.counter)
            if amount > room and over is None:
                wait = 0.0
                if line.kind == "rate":
                    wait = max(max(behind, 0) + _spread(amount, limit) - MINUTE, 0) / 1_000_000
                over = LimitReached(len(left), max(room, 0), wait)
            left.append(room - amount)
        return NotLoaded(tuple(cold)) if cold else over or Reserved(tuple(left))

    def _take(self, lines: Sequence[Line], now: float) -> None:
        """Whether or not there is room."""
        counters, buckets, micros = self._counters, self._buckets, int(now * 1_000_000)
        for line in lines:
            name, amount = line.counter, line.amount
            if line.kind == "rate":
                buckets[name] = max(buckets.get(name, 0), micros) + _spread(amount, line.limit)
                continue
            counter = counters.get(name)
            if counter is None:
                counter = counters[name] = _Counter(line.until, known=line.kind == "slots")
            counter.reserved += amount
            counter.until = max(counter.until, line.until)

    def _end(self, id: str, hold: _Hold, actual: tuple[int, ...], now: float) -> None:
        del self._holds[id]
        for line, amount in zip(hold.lines, actual, strict=True):
            if line.kind == "rate":
                if amount != line.amount:
                    full = self._buckets.get(line.counter, 0) + _spread(amount - line.amount, line.limit)
                    self._buckets[line.counter] = max(full, 0)
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
        self._forget.append((now + REMEMBERED, id))
        if len(self._forget) > MOST_REMEMBERED:
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        """One that was held again, and has ended twice, is forgotten with its first end."""
        _, oldest = self._forget.popleft()
        self._ended.pop(oldest, None)
        self._lapsed.pop(oldest, None)

    def _is_due(self, ends: float, id: str) -> None:
        heappush(self._due, (ends, id))
        self._look_at = min(self._look_at, ends)
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
                self._end(due, hold, tuple(line.amount for line in hold.lines), now)
                if not any(line.kind == "spend" for line in hold.lines):
                    make_room(self._lapsed, MOST_REMEMBERED)
                    self._lapsed[due] = hold
        while self._forget and self._forget[0][0] <= now:
            self._forget_the_oldest()
        if now - self._swept > REMEMBERED:
            self._swept, today = now, self._clock.now()
            for name in [name for name, found in self._counters.items() if not found.reserved and found.until < today]:
                del self._counters[name]
            for name in [name for name, full in self._buckets.items() if full < now * 1_000_000]:
                del self._buckets[name]
        self._look_at = min([self._swept + REMEMBERED, *(each[0][0] for each in (self._due, self._forget) if each)])


def _spread(amount: int, limit: int) -> int:
    """Microseconds of `limit` a minute that `amount` stands for, rounded up, away from zero for neither."""
    return -(-amount * MINUTE // limit) if limit else MINUTE
