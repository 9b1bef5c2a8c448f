"""How many calls may be under way at one target at once.

Promise: a target that pushes back gets as many calls as it answers, and one that is slow leaves places for the others.

Invariants
- While other providers are in use too, no target holds more than SHARE of the replica's places, whatever it does.
- A target that says that it has too much (429, 503, 529), or whose streams begin SLOWER times later than usual, is
  limited to CUT of what was under way there, at most once a CUT_PAUSE; each answer in time raises the limit by one
  part of itself, and at twice what was under way when it began the limit is gone.
- Who finds no place waits a bounded time in a bounded queue, the first first, and is told when to come back.
- A target that has never pushed back costs a request three look-ups and two averages.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final

from gateway.core.overload import OverloadPolicy
from gateway.errors import TargetBusy

TargetName = tuple[str, str]
"""(provider, model)."""

SHARE: Final = 0.75
IN_USE_SECONDS: Final = 60.0
"""So long after an answer a provider counts as in use."""

CUT: Final = 0.7
CUT_PAUSE: Final = 1.0
SLOWER: Final = 3.0
SLOW_SECONDS: Final = 2.0
"""Whatever is usual, an answer that begins sooner is in time."""

USUALLY: Final = 0.02
LATELY: Final = 0.2
"""The weight of the newest first byte in each of the two moving averages."""

LONGEST_KNOWN: Final = 4096


class _Limit:
    __slots__ = ("cut_at", "most", "relaxed")

    def __init__(self, under_way: int, now: float) -> None:
        self.most = max(1.0, under_way * CUT)
        self.relaxed = 2.0 * max(under_way, 1)
        self.cut_at = now


class Pace:
    """Of all targets. `under_way`: calls begun at each that have not ended, counted by `Health`."""

    def __init__(self, under_way: Mapping[TargetName, int]) -> None:
        self._under_way = under_way
        self._begins: dict[TargetName, tuple[float, float, float]] = {}
        """Seconds to the first byte, usually and lately; and when the last one came."""
        self._waiting: dict[TargetName, deque[asyncio.Future[None]]] = {}
        self.limited: dict[TargetName, _Limit] = {}

    async def turn(self, target: TargetName, rules: OverloadPolicy, now: float) -> None:
        """Return when a call may begin; raises TargetBusy. The caller begins it before it awaits anything."""
        if self._is_free(target, rules, now) and target not in self._waiting:
            return
        queue = self._waiting.setdefault(target, deque())
        if len(queue) >= rules.waiting:
            raise busy()
        loop = asyncio.get_running_loop()
        queue.append(place := loop.create_future())
        try:
            async with asyncio.timeout(rules.patience):
                await place
                while not self._is_free(target, rules, now):
                    self._waiting.setdefault(target, deque()).appendleft(place := loop.create_future())
                    await place
        except TimeoutError:
            raise busy() from None
        finally:
            self._forget(target, place)
            loop.call_soon(self.freed, target)  # whether we took the place or leave it: there may be another

    def freed(self, target: TargetName) -> None:
        """A call has ended: who waits longest looks again."""
        queue = self._waiting.get(target)
        while queue:
            place = queue.popleft()
            if not place.done():
                place.set_result(None)
                return

    def began(self, target: TargetName, seconds: float | None, now: float) -> None:
        """An answer began so long after it was asked for; None: it came whole, and its length says more than that."""
        usual, late, _ = self._begins.get(target, (0.0, 0.0, now))
        if seconds is not None:
            usual += (USUALLY if usual else 1.0) * (seconds - usual)
            late += (LATELY if late else 1.0) * (seconds - late)
        if target not in self._begins and len(self._begins) >= LONGEST_KNOWN:
            self._begins.clear()
        self._begins[target] = usual, late, now
        if seconds is not None and late > SLOW_SECONDS and late > usual * SLOWER:
            self.pushed_back(target, now)
        elif target in self.limited:
            self._raise(target)

    def pushed_back(self, target: TargetName, now: float) -> None:
        """The target said, or showed, that it has too much."""
        under_way = self._under_way.get(target, 0)
        limit = self.limited.get(target)
        if limit is None:
            if len(self.limited) >= LONGEST_KNOWN:
                self.limited.clear()
            self.limited[target] = _Limit(under_way, now)
        elif now - limit.cut_at >= CUT_PAUSE:
            limit.most, limit.cut_at = max(1.0, min(limit.most, under_way) * CUT), now

    def _forget(self, target: TargetName, place: asyncio.Future[None]) -> None:
        queue = self._waiting.get(target, deque())
        if place in queue:
            queue.remove(place)
        if not queue:
            self._waiting.pop(target, None)

    def _raise(self, target: TargetName) -> None:
        limit = self.limited[target]
        limit.most += 1.0 / limit.most
        if limit.most >= limit.relaxed:
            del self.limited[target]
        self.freed(target)

    def _is_free(self, target: TargetName, rules: OverloadPolicy, now: float) -> bool:
        under_way = self._under_way.get(target, 0)
        if under_way >= rules.in_flight * SHARE and self._others_in_use(target, now):
            return False
        return target not in self.limited or under_way < int(self.limited[target].most)

    def _others_in_use(self, target: TargetName, now: float) -> bool:
        return any(name[0] != target[0] and now - at < IN_USE_SECONDS for name, (_, _, at) in self._begins.items())


def busy() -> TargetBusy:
    """The refusal in place of a call that would be too much."""
    return TargetBusy(
        "The provider is asked as much as it can take, or as one provider may be. Try again shortly, or name another "
        "model.",
        retry_after=1,
    )
