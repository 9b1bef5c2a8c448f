"""The door: what is asked before anything is done for a request, for next to nothing.

A refusal that walks the road (key, policy, usage row, audit, log line) costs a good part of an answer. Under twice the
load that a replica can bear it would be busy refusing. So what a key and its wish for a class stand for is remembered
here, and two things are told by it:

- Whoever was just sent away, and comes again while TakeTurn would refuse at once (it is asked, not guessed), is
  refused.
- Whoever comes while the loop has no time waits at the gate (`gate`), in his class and beside other teams.

Such refusals are counted, and leave no row and no record: no key was looked at. Keys are remembered by a hash that only
this process can make.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.overload import Priority
from gateway.core.ports import Clock
from gateway.overload.gate import Gate
from gateway.overload.turns import LONGEST_RETRY, Turns

MOST_REMEMBERED: Final = 65_536
"""Keys, with each wish."""


class Known(msgspec.Struct):
    """Whom a key and a wish stand for; `away_until` in monotonic seconds: who was sent away."""

    team: str
    priority: Priority
    away_until: float = 0.0


STRANGER: Final = Known(team="", priority="interactive")
"""Whose key was not seen lately. No team has this name."""


class Door:
    """Of one process."""

    def __init__(self, turns: Turns, gate: Gate, clock: Clock) -> None:
        self._turns = turns
        self._gate = gate
        self._clock = clock
        self._known: dict[int, Known] = {}

    def came_in(self, key: str | None, wish: str | None, team: str, priority: Priority) -> None:
        """A request with this key, and this wish for a class, is of that team and class."""
        mark = hash((key, wish))
        known = self._known.get(mark)
        if known is None or known.priority != priority or known.team != team:
            self._remember(mark, Known(team, priority))

    def sent_away(self, key: str | None, wish: str | None, team: str, priority: Priority) -> None:
        """It found no room."""
        until = self._clock.monotonic() + LONGEST_RETRY
        self._remember(hash((key, wish)), Known(team, priority, until))

    async def enter(self, key: str | None, wish: str | None, now: float) -> None:
        """Return when the request may begin, which is mostly at once; raises Overloaded."""
        known = self._known.get(hash((key, wish)), STRANGER)
        if known.away_until:
            if known.away_until <= now:
                known.away_until = 0.0
            elif (refusal := self._turns.refusal_at_once(known.team, known.priority)) is not None:
                raise refusal
        if not self._gate.is_open(now):
            await self._gate.wait(known.team, known.priority, self._turns.patience)

    def _remember(self, mark: int, known: Known) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[mark] = known
