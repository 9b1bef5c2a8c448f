"""Turns: how many requests are under way at once, and who has the next place.

Promise: bounded places, a bounded queue and a bounded wait; and one team that asks for ten times its share takes
nothing from the others.

Invariants
- Work of a lower class is refused earlier: by as many places as bursts of more urgent work need
  (`headroom`), down to SHARE of them; and by the part SHED_AT of any other strain.
- Nobody overtakes who waits in the same class or a more urgent one.
- The last places, as many as their bursts need and a fifth at most, go to teams below their fair share, an equal part
  for each team that is under way.
- A free place goes to the most urgent class, there to the team with the fewest places, there to who came last: his
  client is the most likely to be still there.
- In a full queue, a team with more waiting than we have gives up its oldest for us.
- A place is given back once by whoever took it; who is cancelled while he waits holds none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.core.overload import PRIORITIES, OverloadPolicy, Priority
from gateway.errors import Overloaded
from gateway.overload.headroom import EventRate, kept

SHARE: Final[dict[Priority, float]] = {"interactive": 1.0, "development": 0.85, "batch": 0.7}
"""Of the places, what each class may fill together with the less urgent ones however large the bursts of others are."""

LESS_URGENT: Final = {priority: PRIORITIES[place + 1 :] for place, priority in enumerate(PRIORITIES)}

SHED_AT: Final[dict[Priority, float]] = {"interactive": 0.95, "development": 0.85, "batch": 0.7}
"""The strain, from 0 to 1, from which a class is let in no more."""

UNCONTESTED: Final = 0.8
"""Up to this part of the places nobody ever asks whose they are."""

STRAINED: Final = "The gateway is under strain, and lets in more urgent work only"
CROWDED: Final = "Too many requests wait already"

LONGEST_RETRY: Final = 3.0
"""Seconds; clients are sent away for one second at least, and not all for the same time."""


class _Waiter:
    __slots__ = ("place", "team")

    def __init__(self, team: str) -> None:
        self.team = team
        self.place: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Turns:
    """Of one process.

    `strain` tells how near to its end any other resource is; `draw` gives 0 up to 1; `monotonic` seconds.
    """

    def __init__(self, strain: Callable[[], float], draw: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._strain = strain
        self._draw = draw
        self._monotonic = monotonic
        self._by_team: dict[str, int] = {}
        self._waiting: dict[Priority, list[_Waiter]] = {priority: [] for priority in PRIORITIES}
        self._rules = OverloadPolicy()
        self._freed = EventRate()
        self._more_urgent = {priority: EventRate() for priority in PRIORITIES}
        """Arrivals of what is more urgent than each class."""
        self._modest = EventRate()
        """Arrivals of teams below their share, while others are under way."""
        self.in_use = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def patience(self) -> float:
        """Seconds that anybody may wait, by the policy of who came last."""
        return self._rules.patience

    def take(self, team: str, priority: Priority, rules: OverloadPolicy) -> Awaitable[None] | None:
        """Take a place, to be given back: at once, or by awaiting what this gives. Both raise Overloaded."""
        self._rules = rules
        now = self._monotonic()
        self._count_arrival(team, priority, now)
        if self._strain() >= SHED_AT[priority]:
            raise self.refusal(STRAINED)
        if not self._someone_waits(priority) and self._is_free(team, priority, now):
            self._give(team)
            return None
        return self._wait(team, priority)

    def refusal_at_once(self, team: str, priority: Priority) -> Overloaded | None:
        """What `take` would raise without any wait; None where it would not. For who comes again: no arrival."""
        if self._strain() >= SHED_AT[priority]:
            return self.refusal(STRAINED)
        queue = self._waiting[priority]
        if len(queue) < self._rules.waiting or self._heaviest(queue, team) is not None:
            return None
        if not self._someone_waits(priority) and self._is_free(team, priority, self._monotonic()):
            return None
        return self.refusal(CROWDED)

    def give_back(self, team: str) -> None:
        self.in_use -= 1
        self._freed.count(self._monotonic())
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
        heaviest = self._heaviest(queue, team)
        if heaviest is None:
            raise self.refusal(CROWDED)
        self._give_up(queue, next(waiter for waiter in queue if waiter.team == heaviest))

    def _heaviest(self, queue: list[_Waiter], team: str) -> str | None:
        """The team that has most waiting; None where that is us, with one more."""
        counts = Counter(waiter.team for waiter in queue)
        most = max(counts, key=counts.__getitem__, default=team)
        return most if counts[most] > counts[team] + 1 else None

    def _give_up(self, queue: list[_Waiter], waiter: _Waiter) -> None:
        if waiter in queue:
            queue.remove(waiter)
            if not waiter.place.done():  # else its request was cancelled just now
                waiter.place.set_exception(self.refusal("No place came free in time"))

    def _fill(self) -> None:
        """Hand free places to those who wait."""
        now = self._monotonic()
        for priority in PRIORITIES:
            queue = self._waiting[priority]
            while queue:
                live = [waiter for waiter in queue if not waiter.place.done()]
                fitting = [waiter for waiter in live if self._is_free(waiter.team, priority, now)]
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

    def _count_arrival(self, team: str, priority: Priority, now: float) -> None:
        for less_urgent in LESS_URGENT[priority]:
            self._more_urgent[less_urgent].count(now)
        if len(self._by_team) > (team in self._by_team) and self._is_modest(team, self._rules.in_flight):
            self._modest.count(now)

    def _is_free(self, team: str, priority: Priority, now: float) -> bool:
        every = self._rules.in_flight
        if self.in_use < int(every * SHARE[priority] * UNCONTESTED):
            return True
        least = int(every * SHARE[priority]) or 1
        wait = self._rules.patience / 2  # half of what anybody may wait: who comes behind a burst waits, too
        places = every - kept(self._more_urgent[priority], self._freed, every, every - least, now, wait)
        if self.in_use >= places:
            return False
        if len(self._by_team) <= (team in self._by_team) or self._is_modest(team, places):
            return True
        contested = places - int(places * UNCONTESTED)
        return self.in_use < places - kept(self._modest, self._freed, places, contested, now, wait)

    def _is_modest(self, team: str, places: int) -> bool:
        """Whether a team has less than an equal part of the places."""
        held = self._by_team.get(team, 0)
        return held * (len(self._by_team) + (not held)) < places

    def _give(self, team: str) -> None:
        self.in_use += 1
        self._by_team[team] = self._by_team.get(team, 0) + 1

    def refusal(self, why: str) -> Overloaded:
        """Counted, and with a time to come again."""
        self.refused += 1
        return Overloaded(f"{why}. Try again shortly.", retry_after=1 + self._draw() * (LONGEST_RETRY - 1))
