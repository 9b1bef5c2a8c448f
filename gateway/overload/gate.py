"""The gate: how much new work is begun in one step of the event loop, and who waits for the loop's time.

All that has arrived when the loop looks is begun in one step. Under more than a core can do, a step takes longer than
its requests took to come, the next takes longer still, and in the end everything is begun and nothing answered in time.
So new requests are begun for SLICE seconds of a step; whoever comes later waits here, before anything was done for him,
and one is begun in each step, between which the loop looks after answers that are under way; of a crowd of people some
more, so that it is begun soon where other work makes steps long. Four in each step, whoever they are, were tried, and
people's p99 grew to twenty times that of quiet hours: what is begun comes back in many steps.

Invariants
- Who finds nobody waiting, and the step young, passes without any wait.
- The most urgent class goes first; within it one team after the other.
- A burst is served, in order, however long it takes, up to STANDING seconds. A queue that stands longer will not go
  away by waiting: then the newest goes first, and who has waited longer than his class may is sent away.
- Whose class is not known yet goes with the most urgent, all strangers as one team: after a start everybody is one,
  and a flood of wrong keys takes no more than a team's share.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from gateway.core.overload import PRIORITIES, Priority
from gateway.errors import Overloaded

SLICE: Final = 0.005
"""Seconds of a step for what has just arrived."""

PART: Final = 1 / 16
MOST_AT_ONCE: Final = 4
"""Begun in a later step: that part of the most urgent who wait, one at least and so many at most."""

STANDING: Final = 2.0
"""Seconds after which a queue that was never empty is no burst any more."""

PATIENCE: Final[dict[Priority, float]] = {"interactive": 16.0, "development": 4.0, "batch": 1.0}
"""Times the policy's own. Who is sent away is told to wait for seconds: waiting here is the lesser evil for people."""

MOST_WAITING: Final = 1024
"""Of all classes: each may hold the beginning of a body."""

LOOK_SECONDS: Final = 0.01
"""Between two looks for who has waited too long."""

BUSY: Final = "The gateway has more work than it can do"


class _Waiter:
    __slots__ = ("came", "passed")

    def __init__(self, came: float, passed: asyncio.Future[None]) -> None:
        self.came = came
        self.passed = passed


class _Class:
    """Those of one class who wait: by team, the team whose turn it is first."""

    __slots__ = ("teams", "waiting")

    def __init__(self) -> None:
        self.teams: dict[str, deque[_Waiter]] = {}
        self.waiting = 0

    def add(self, team: str, waiter: _Waiter) -> None:
        self.teams.setdefault(team, deque()).append(waiter)
        self.waiting += 1

    def next(self, *, newest: bool) -> _Waiter:
        """Of the team whose turn it is; not empty."""
        team, queue = next(iter(self.teams.items()))
        del self.teams[team]
        waiter = queue.pop() if newest else queue.popleft()
        if queue:
            self.teams[team] = queue
        self.waiting -= 1
        return waiter

    def oldest_of_the_heaviest(self) -> _Waiter:
        return self._drop_oldest(max(self.teams, key=lambda team: len(self.teams[team])))

    def come_before(self, moment: float) -> Iterator[_Waiter]:
        """Those who came before that, and wait here no more."""
        for team in [team for team, queue in self.teams.items() if queue[0].came < moment]:
            while team in self.teams and self.teams[team][0].came < moment:
                yield self._drop_oldest(team)

    def leave(self, team: str, waiter: _Waiter) -> None:
        """Where he still waits."""
        queue = self.teams.get(team, deque())
        if waiter in queue:
            queue.remove(waiter)
            self.waiting -= 1
            if not queue:
                del self.teams[team]

    def _drop_oldest(self, team: str) -> _Waiter:
        queue = self.teams[team]
        waiter = queue.popleft()
        if not queue:
            del self.teams[team]
        self.waiting -= 1
        return waiter


class Gate:
    """Of one process; made inside its loop. `refusal`: the error that tells to come again; `monotonic` seconds."""

    def __init__(self, refusal: Callable[[str], Overloaded], monotonic: Callable[[], float]) -> None:
        self._refusal = refusal
        self._monotonic = monotonic
        self._loop = asyncio.get_running_loop()  # asked for once: on Python 3.11 each asking is a call to the kernel
        self._classes = {priority: _Class() for priority in PRIORITIES}
        self._in_a_step = False
        self._until = 0.0
        """When the step is too old to begin what arrives."""
        self._since = 0.0
        """When somebody began to wait, and since when somebody always does."""
        self._look_at = 0.0
        self._patience = 0.0
        """Seconds, by the policy of who came last."""
        self.waiting = 0

    def is_open(self, now: float) -> bool:
        """Whether who arrives `now` may begin; else he must `wait`."""
        if not self._in_a_step:
            self._in_a_step = True
            self._until = now + SLICE
            self._loop.call_soon(self._step)
        return now < self._until and not self.waiting

    async def wait(self, team: str, priority: Priority, patience: float) -> None:
        """Return when it is one's turn; raises Overloaded. `patience`: seconds that the policy lets anybody wait."""
        self._patience = patience
        now = self._monotonic()
        if self.waiting >= MOST_WAITING:
            self._make_room(priority)
        if not self.waiting:
            self._since = now
        waiter = _Waiter(now, self._loop.create_future())
        queue = self._classes[priority]
        queue.add(team, waiter)
        self.waiting += 1
        try:
            await waiter.passed
        except asyncio.CancelledError:
            before = queue.waiting
            queue.leave(team, waiter)
            self.waiting += queue.waiting - before
            raise

    def _step(self) -> None:
        """The loop's next step: one who waits begins, or some of a crowd; again, as long as somebody waits."""
        now = self._monotonic()
        standing = now - self._since > STANDING
        if self.waiting and standing and now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._send_away(now)
        if self.waiting:
            priority, queue = next(one for one in self._classes.items() if one[1].waiting)
            crowd = math.ceil(queue.waiting * PART) if priority == PRIORITIES[0] else 1
            for _ in range(min(crowd, MOST_AT_ONCE)):
                self._end(queue.next(newest=standing), None)
        self._in_a_step = self.waiting > 0
        if self._in_a_step:
            self._loop.call_soon(self._step)

    def _send_away(self, now: float) -> None:
        for priority, queue in self._classes.items():
            for waiter in queue.come_before(now - PATIENCE[priority] * self._patience):
                self._end(waiter, self._refusal(BUSY))

    def _make_room(self, priority: Priority) -> None:
        """By sending away one who is less urgent; raises Overloaded where nobody is."""
        for less_urgent in reversed(PRIORITIES[PRIORITIES.index(priority) + 1 :]):
            if self._classes[less_urgent].waiting:
                self._end(self._classes[less_urgent].oldest_of_the_heaviest(), self._refusal(BUSY))
                return
        raise self._refusal(BUSY)

    def _end(self, waiter: _Waiter, refusal: Overloaded | None) -> None:
        """He has left his queue."""
        self.waiting -= 1
        if waiter.passed.done():
            return  # cancelled just now
        if refusal is None:
            waiter.passed.set_result(None)
        else:
            waiter.passed.set_exception(refusal)
