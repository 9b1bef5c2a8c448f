"""The door: who was just sent away, and comes again while there is still no room, is sent away for next to nothing.

A refusal that walks the road (key, policy, usage row, audit, log line) costs a good part of an answer. Under twice the
load that a replica can bear it would be busy refusing. So for as long as a client was told to stay away, its key is
known here with its team and class, and whoever comes with it is refused before anything else is done, if TakeTurn would
refuse at once: it is asked, not guessed. Such refusals are counted, and leave no row and no record: no key was looked
at.

Keys are remembered by a hash that only this process can make.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.overload import Priority
from gateway.core.ports import Clock
from gateway.overload.turns import LONGEST_RETRY, Turns

MOST_REMEMBERED: Final = 10_000


class SentAway(msgspec.Struct, frozen=True):
    """Whom a key and a wish stand for; `until` in monotonic seconds."""

    team: str
    priority: Priority
    until: float


class Door:
    """Of one process."""

    def __init__(self, turns: Turns, clock: Clock) -> None:
        self._turns = turns
        self._clock = clock
        self._sent_away: dict[int, SentAway] = {}

    def sent_away(self, key: str | None, wish: str | None, team: str, priority: Priority) -> None:
        """A request with this key, and this wish for a class, found no room."""
        if len(self._sent_away) >= MOST_REMEMBERED:
            self._sent_away.clear()
        self._sent_away[hash((key, wish))] = SentAway(team, priority, self._clock.monotonic() + LONGEST_RETRY)

    def check(self, key: str | None, wish: str | None) -> None:
        """Raises Overloaded where this one was sent away just now, and would be again."""
        if not self._sent_away:
            return
        mark = hash((key, wish))
        found = self._sent_away.get(mark)
        if found is None:
            return
        if found.until <= self._clock.monotonic():
            del self._sent_away[mark]
            return
        if (refusal := self._turns.refusal_at_once(found.team, found.priority)) is not None:
            raise refusal
