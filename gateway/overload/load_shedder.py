"""Load shedding at the edge: decides before a request is parsed, authenticated or logged.

A refusal by a stage (key, policy, usage row, audit, log line) costs a good part of an answer. Under twice the load that
a replica can bear it would be busy refusing. So the team and class of recent keys are remembered here, for two checks:

- A client that was just refused, and retries while TakeTurn would still refuse at once, is refused here.
- While the event loop lags, a request waits at the gate (`gate`), queued by its class and team.

Such refusals are counted, and leave no usage row and no audit record: no key was looked at. Keys are remembered by a
hash that only this process can make.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.bounded_memory import make_room
from gateway.core.overload import Priority
from gateway.core.ports import Clock
from gateway.overload.gate import Gate
from gateway.overload.turns import LONGEST_RETRY, Turns

MOST_REMEMBERED: Final = 65_536
"""Keys, with each wish."""


class KnownKey(msgspec.Struct, gc=False):
    """The team and class of a key; `refused_until`, in monotonic seconds: a retry before is too early."""

    team: str
    priority: Priority
    refused_until: float = 0.0


STRANGER: Final = KnownKey(team="", priority="interactive")
"""Stands for keys that were not seen lately. No team has this name."""


class LoadShedder:
    """Of one process. `key` is the key as presented, `wish` the class that its header asks for."""

    def __init__(self, turns: Turns, gate: Gate, clock: Clock) -> None:
        self._turns = turns
        self._gate = gate
        self._clock = clock
        self._known: dict[int, KnownKey] = {}

    def note_admitted(self, key: str | None, wish: str | None, team: str, priority: Priority) -> None:
        """TakeTurn let a request of this key in, as one of that team and class."""
        mark = hash((key, wish))
        known = self._known.get(mark)
        if known is None or known.priority != priority or known.team != team:
            self._remember(mark, KnownKey(team, priority))

    def note_refused(self, key: str | None, wish: str | None, team: str, priority: Priority) -> None:
        """TakeTurn found no room for it: retries are refused here for `LONGEST_RETRY` seconds while that holds."""
        until = self._clock.monotonic() + LONGEST_RETRY
        self._remember(hash((key, wish)), KnownKey(team, priority, until))

    async def admit(self, key: str | None, wish: str | None, now: float) -> None:
        """Return when the request may begin, mostly at once; `now` in monotonic seconds. Raises Overloaded."""
        known = self._known.get(hash((key, wish)), STRANGER)
        if known.refused_until:
            if known.refused_until <= now:
                known.refused_until = 0.0
            elif (refusal := self._turns.refusal_at_once(known.team, known.priority)) is not None:
                raise refusal
        if not self._gate.is_open(now):
            await self._gate.wait(known.team, known.priority, self._turns.patience)

    def _remember(self, mark: int, known: KnownKey) -> None:
        make_room(self._known, MOST_REMEMBERED)
        self._known[mark] = known
