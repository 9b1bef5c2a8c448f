"""Calls under way that this process counts by itself, while the counters that all replicas share give no answer.

Promise: with what it holds already, a process that counts by itself lets in no more than the limit; and what it let in
counts for all replicas again as soon as the shared counters can be asked.

Invariants
- From the first question that was asked in vain until the shared counters have taken in what had been let in by then,
  nothing is asked of them for a request, and no request waits for them.
- What they have not taken in yet is taken off the limits that they are asked to keep.
- What ends while it is being put in is given back.
- A defect keeps no process apart for good: it is logged, and all is tried again.

Price: replicas that count each for itself may let in as many times the limit together; and what is being put in counts
twice until the answer is here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.core.counting import Counters, CountersAway, CountersDown, Line
from gateway.quota.settling import AT_ONCE, LEASE, Settling
from gateway.tasks import cancel, spawn
from gateway.telemetry import logs

PAUSE: Final = 0.1
PAUSE_AFTER_DEFECT: Final = 5.0
"""Seconds: each is a line of the log."""


class CountedApart:
    """`close` before the counters are."""

    def __init__(self, shared: Counters, settling: Settling) -> None:
        self._shared = shared
        self._settling = settling
        self._under_way: Counter[str] = Counter()
        """Slots of each counter that this process has of the shared ones."""
        self._unknown: dict[str, Line] = {}
        """Slots that were let in here, by name, of which the shared counters do not know yet."""
        self._unsure: set[str] = set()
        """Those of them that the shared counters were asked to take in, without an answer."""
        self.away = False
        """Whether this process counts by itself."""
        self._returning: asyncio.Task[None] | None = None

    def leave(self) -> None:
        """The shared counters gave no answer."""
        self.away = True
        if self._returning is None or self._returning.done():
            self._returning = spawn(self._return(), "return to the shared counters")

    async def close(self) -> None:
        await cancel(self._returning)

    def taken(self, lines: Sequence[Line]) -> None:
        """Of the shared counters."""
        for line in lines:
            if line.kind == "slots":
                self._under_way[line.counter] += line.amount

    def given_back(self, lines: Sequence[Line]) -> None:
        """What was taken of the shared counters."""
        for line in lines:
            if line.kind == "slots":
                self._under_way[line.counter] -= line.amount
                if not self._under_way[line.counter]:
                    del self._under_way[line.counter]

    def within(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The same lines, with what this process may still let in by itself as the limit of slots."""
        return _without(self._under_way, lines)

    def beside(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The same lines, with what the shared counters may still let in as the limit of slots: they do not know yet of
        all that this process let in by itself.
        """
        if not self._unknown:
            return lines
        unknown = Counter[str]()
        for line in self._unknown.values():
            unknown[line.counter] += line.amount
        return _without(unknown, lines)

    def let_in(self, id: str, lines: Sequence[Line]) -> None:
        """By this process alone."""
        self._unknown |= _named(id, lines)

    def ended(self, id: str, lines: Sequence[Line]) -> None:
        """What was let in by this process alone."""
        for name in _named(id, lines):
            if self._unknown.pop(name, None) is None or name in self._unsure:
                self._settling.settle(name, (0,))
            self._unsure.discard(name)

    async def _return(self) -> None:
        while self.away or self._unknown:
            (trouble,) = await asyncio.gather(self._put_all_in(), return_exceptions=True)
            if trouble is None:
                self.away = False  # what was let in meanwhile follows at once
                continue
            self.away = True
            if isinstance(trouble, CountersDown):
                await asyncio.sleep(PAUSE)
            else:
                logs.fault(None, trouble)
                await asyncio.sleep(PAUSE_AFTER_DEFECT)

    async def _put_all_in(self) -> None:
        """What was let in until now, and what was taken of them before."""
        let_in = list(self._unknown.items())
        await self._shared.extend([], LEASE)
        await self._settling.extend()  # it may have lapsed
        for first in range(0, len(let_in), AT_ONCE):
            await self._put_in(let_in[first : first + AT_ONCE])

    async def _put_in(self, some: list[tuple[str, Line]]) -> None:
        """Fitting or not, since they are under way."""
        asking = [self._shared.restore(name, line, LEASE) for name, line in some]
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        for (name, _), outcome in zip(some, outcomes, strict=True):
            if name not in self._unknown:
                self._settling.settle(name, (0,))  # it has ended meanwhile
            elif isinstance(outcome, CountersAway):
                pass
            elif isinstance(outcome, CountersDown):
                self._unsure.add(name)
            else:
                del self._unknown[name]
                self._unsure.discard(name)
                self._settling.lease(name)
                if outcome is not None:
                    logs.fault(None, outcome)  # a defect keeps no others apart
        for outcome in outcomes:
            if isinstance(outcome, CountersDown):
                raise outcome


def _without(slots: Counter[str], lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines, with the limit of each counter of slots less by so many."""
    return tuple(
        msgspec.structs.replace(line, limit=max(line.limit - slots[line.counter], 0)) if line.kind == "slots" else line
        for line in lines
    )


def _named(id: str, lines: Sequence[Line]) -> dict[str, Line]:
    """Each a reservation of its own, since they are put in one by one."""
    return {f"{id}/{line.counter}": line for line in lines if line.kind == "slots"}
