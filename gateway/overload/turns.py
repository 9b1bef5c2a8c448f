"""Turns: how many requests are under way at once, and who has the next place.

Promise: bounded places, a bounded queue and a bounded wait; and one team that asks for ten times its share takes
nothing from the others.

Invariants
- Work of a lower class finds the door closed earlier: SHARE of the places, or of any other strain.
- Nobody overtakes who waits in the same class or a more urgent one.
- The last fifth of the places goes to teams below their fair share, an equal part for each team that is under way.
- A free place goes to the most urgent class, there to the team with the fewest places, there to who came last: his
  client is the most likely to be still there.
- In a full queue, a team with more waiting than we have gives up its oldest for us.
- A place is given back once by whoever took it; who is cancelled while he waits holds none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.core.overload import PRIORITIES, OverloadPolicy, Priority
from gateway.errors import Overloaded

SHARE: Final[dict[Priority, float]] = {"interactive": 1.0, "development": 0.85, "batch": 0.7}
"""Of the places, for each class together with the less urgent ones."""

SHED_AT: Final[dict[Priority, float]] = {"interactive": 0.95, "development": 0.85, "batch": 0.7}
"""The strain, from 0 to 1, from which a class is let in no more."""

UNCONTESTED: Final = 0.8
"""Up to this part of the places nobody asks whose they are."""

LONGEST_RETRY: Final = 3.0
"""Seconds; clients are sent away for one second at least, and not all for the same time."""


class _Waiter:
    __slots__ = ("place", "team")

    def __init__(self, team: str) -> None:
        self.team = team
        self.place: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Turns:
    """Of one process. `strain` tells how near to its end any other resource is; `draw` gives 0 up to 1."""

    def __init__(self, strain: Callable[[], float], draw: Callable[[], float]) -> None:
        self._strain = strain
        self._draw = draw
        self._by_team: dict[str, int] = {}
        self._waiting: dict[Priority, list[_Waiter]] = {priority: [] for priority in PRIORITIES}
        self._rules = OverloadPolicy()
        self.in_use = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def take(self, team: str, priority: Priority, rules: OverloadPolicy) -> None:
        """Return with a place, to be given back; raises Overloaded."""
        self._rules = rules
        if self._strain() >= SHED_AT[priority]:
            raise self._refusal("The gateway is under strain, and lets in more urgent work only")
        if not self._someone_waits(priority) and self._is_free(team, priority):
            self._give(team)
            return
        await self._wait(team, priority)

    def give_back(self, team: str) -> None:
        self.in_use -= 1
        left = self._by_team[team] - 1
        if left:
            self._by_team[team] = left
        else:
            del self._by_team[team]
        if self.waiting:
            self._fill()

    async def _wait(self, team: str, priority: Priority) -> None:
        queue = self._waiting[priority]
        if len(queue) >= self._rules.waiting:
            self._make_room(queue, team)
        waiter = _Waiter(team)
        queue.append(waiter)
        timer = asyncio.get_running_loop().call_later(self._rules.patience, self._give_up, queue, waiter)
        try:
            await waiter.place
        except asyncio.CancelledError:
            if waiter in queue:
                queue.remove(waiter)
            elif not waiter.place.cancelled() and waiter.place.exception() is None:
                self.give_back(team)
            raise
        finally:
            timer.cancel()

    def _make_room(self, queue: list[_Waiter], team: str) -> None:
        """Send the oldest of the team that has most waiting away; raises Overloaded where that is us."""
        counts: dict[str, int] = {}
        for waiter in queue:
            counts[waiter.team] = counts.get(waiter.team, 0) + 1
        most = max(counts, key=counts.__getitem__, default=team)
        if not queue or counts[most] <= counts.get(team, 0) + 1:
            raise self._refusal("Too many requests wait already")
        self._give_up(queue, next(waiter for waiter in queue if waiter.team == most))

    def _give_up(self, queue: list[_Waiter], waiter: _Waiter) -> None:
        if waiter in queue:
            queue.remove(waiter)
            if not waiter.place.done():  # else its request was cancelled just now
                waiter.place.set_exception(self._refusal("No place came free in time"))

    def _fill(self) -> None:
        """Hand free places to those who wait."""
        for priority in PRIORITIES:
            queue = self._waiting[priority]
            while queue:
                live = [waiter for waiter in queue if not waiter.place.done()]
                fitting = [waiter for waiter in live if self._is_free(waiter.team, priority)]
                if not fitting:
                    break
                fewest = min(self._by_team.get(waiter.team, 0) for waiter in fitting)
                chosen = next(one for one in reversed(fitting) if self._by_team.get(one.team, 0) == fewest)
                queue.remove(chosen)
                self._give(chosen.team)
                chosen.place.set_result(None)

    def _someone_waits(self, priority: Priority) -> bool:
        for each in PRIORITIES:
            if self._waiting[each]:
                return True
            if each == priority:
                break
        return False

    def _is_free(self, team: str, priority: Priority) -> bool:
        places = int(self._rules.in_flight * SHARE[priority]) or 1
        if self.in_use < places * UNCONTESTED:
            return True
        if self.in_use >= places:
            return False
        held = self._by_team.get(team, 0)
        teams = len(self._by_team) + (not held)
        return teams == 1 or held < places / teams

    def _give(self, team: str) -> None:
        self.in_use += 1
        self._by_team[team] = self._by_team.get(team, 0) + 1

    def _refusal(self, why: str) -> Overloaded:
        self.refused += 1
        return Overloaded(f"{why}. Try again shortly.", retry_after=1 + self._draw() * (LONGEST_RETRY - 1))
