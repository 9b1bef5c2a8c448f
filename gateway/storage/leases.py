"""What one process may give out of the shared counters by itself: its leases, and what it has given out of them.

Promise: what is leased to a process is reserved in the counter, so whatever it gives out of its lease fits, and needs
no round trip. What it has given out is told a few times a second, in one message over all counters.

How: a counter of which this process takes often is leased to it, by what it takes in a second. Each message tells what
was spent of a lease, names the reservations of it that are still open (from then on they are as any other), gives back
what is more than wanted and asks for more where it is less.

Invariants
- What Redis has as leased is never less than what is free here, was given out and not told of, and was spent and not
  told of, together.
- A message of which nobody knows whether it arrived is sent again as it was, before anything else is told. What is
  free meanwhile is what it said.
- All lines of a reservation are taken from leases, or none is. A lease is for one limit, and given back under another.
- An escrow is a lease as large as the policy says, of every counter that was taken of lately: for when Redis is away.
- What a reservation costs beyond itself is no longer free here once it is settled; in other processes, once they have
  told twice of their leases.
- Leases of an earlier generation, or that Redis has presumed spent, are no more: what was given out of them and is open
  is held by name like all else.

Pure: the caller talks to Redis, and knows the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from gateway.core.counting import Line
from gateway.storage.one_lease import Lease
from gateway.storage.redis_calls import Argument

SHARE: Final = 16
"""At most one part in so many of what a counter has room for is leased to one process."""
SHORTEST: Final = 5.0
"""Seconds that a reservation from a lease lives at least: longer than it takes to tell of it."""
MEASURED: Final = 0.2
"""Seconds over which the pace is measured at least."""
LIVES: Final = 10.0
"""Seconds for which a lease stands that nobody tells of."""
ESCROW_LIVES: Final = 900.0
"""And where it is for when Redis is away."""
MOST: Final = 200
"""Leases, and reservations, in one message."""


class _Taken:
    __slots__ = ("leases", "left", "lines", "seconds")

    def __init__(self, lines: tuple[Line, ...], leases: list[Lease], left: tuple[int, ...], seconds: float) -> None:
        self.lines = lines
        self.leases = leases
        self.left = left
        self.seconds = seconds


class Leases:
    """Of one process; `message`, and `acknowledge` with what came of it, take turns."""

    def __init__(self, process: str, escrow: Callable[[str, int], int]) -> None:
        """`escrow`: how much of a counter with that limit is kept for when Redis is away."""
        self._process = process
        self._escrow = escrow
        self._leases: dict[str, Lease] = {}
        self._taken: dict[str, _Taken] = {}
        """By name: what Redis has not heard of."""
        self._sent: set[str] = set()
        """Those of which the message under way tells."""
        self._reported: list[tuple[Lease, int]] = []
        """And the leases, with what it says is free of them."""
        self._message: list[Argument] = []
        self._number = 0
        self._begins = True
        self._measured = 0.0
        """Seconds since the pace was measured."""

    def take(self, id: str, lines: tuple[Line, ...], seconds: float) -> tuple[int, ...] | None:
        """What each counter has room for afterwards; None where Redis has to be asked."""
        known, leases = self._leases, []
        here = seconds >= SHORTEST
        for line in lines:
            lease = known.get(line.counter)
            if lease is None:
                lease = known[line.counter] = Lease(line)
            elif lease.limit != line.limit:
                here = False
                if lease.given or lease.spent:
                    lease.free, lease.turned = 0, True
                else:
                    lease.limit = line.limit
            lease.taken += line.amount
            lease.times += 1
            if not lease.free or lease.free < line.amount:
                here = False
            leases.append(lease)
        if not here:
            return None
        left: list[int] = []
        for line, lease in zip(lines, leases, strict=True):
            lease.free -= line.amount
            left.append(min(lease.room + lease.free, line.limit))
        found = tuple(left)
        self._taken[id] = _Taken(lines, leases, found, seconds)
        return found

    def again(self, id: str, lines: tuple[Line, ...]) -> tuple[int, ...] | None:
        """As `take` said of a reservation that Redis has not heard of; raises ValueError where it had other lines."""
        taken = self._taken.get(id)
        if taken is None:
            return None
        if taken.lines != lines:
            raise ValueError("another reservation has this id")
        return taken.left

    def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        """False where Redis has to end it: it knows of it, or is just being told, or has to know of what was spent
        beyond the lease.
        """
        taken = self._taken.get(id)
        if taken is None or id in self._sent:
            return False
        spent = [0 if line.kind == "slots" else max(real, 0) for line, real in zip(taken.lines, actual, strict=True)]
        freed = [
            lease.free + line.amount - real for line, lease, real in zip(taken.lines, taken.leases, spent, strict=True)
        ]
        if min(freed) < 0:
            return False
        for lease, real, free in zip(taken.leases, spent, freed, strict=True):
            lease.spent += real
            lease.free = free
        del self._taken[id]
        return True

    def has(self, id: str) -> bool:
        """Whether it was taken here, and Redis may not have heard of it."""
        return id in self._taken

    def is_short(self, lines: tuple[Line, ...]) -> bool:
        """Whether a lease has run out, so that it is time to tell."""
        leases = self._leases
        return any((lease := leases[line.counter]).given and lease.free < line.amount for line in lines)

    def left(self, lines: tuple[Line, ...], found: Sequence[int]) -> tuple[int, ...]:
        """What counters have room for, of which Redis said what they have together with all that is leased."""
        told: list[int] = []
        for line, room in zip(lines, found, strict=True):
            lease = self._leases.get(line.counter)
            if lease is None:
                told.append(room)
                continue
            lease.room = room if line.kind == "rate" else max(room - lease.given, 0)
            told.append(min(lease.room + lease.free, line.limit))  # a rate's room is full again beside a lease
        return tuple(told)

    def withhold(self, counter: str, amount: int) -> None:
        """So much was spent of it beyond what was reserved: so much less may be given out here."""
        lease = self._leases.get(counter)
        if lease is not None:
            lease.free = max(lease.free - amount, 0)

    def give_back(self, counter: str) -> bool:
        """All that is free of it, with the next message, and ask for no more for a while. Whether there is any."""
        lease = self._leases.get(counter)
        if lease is None or not lease.given:
            return False
        lease.give_back()
        return True

    def give_back_all(self) -> None:
        for counter in self._leases:
            self.give_back(counter)

    def unreported(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        """(spent, reserved) of each, of which Redis has not heard, where no message is under way."""
        reserved = dict.fromkeys(counters, 0)
        for taken in self._taken.values():
            for line in taken.lines:
                if line.counter in reserved:
                    reserved[line.counter] += line.amount
        leases = map(self._leases.get, counters)
        return [
            (0 if lease is None else lease.spent, reserved[counter])
            for counter, lease in zip(counters, leases, strict=True)
        ]

    def message(self, seconds: float) -> list[Argument]:
        """What to tell, so long after the last was made; empty where there is nothing. The same until `acknowledge`."""
        if self._message:
            return self._message
        self._measured += seconds
        if self._measured >= MEASURED:
            for lease in self._leases.values():
                lease.measure(self._measured)
            self._measured = 0.0
        named = dict(list(self._taken.items())[:MOST])
        for taken in named.values():
            for line, lease in zip(taken.lines, taken.leases, strict=True):
                if line.kind == "rate":
                    lease.spent += line.amount
        in_use = {lease for taken in self._taken.values() for lease in taken.leases}
        leases: list[Argument] = []
        reported: list[tuple[Lease, int]] = []
        lives, room = LIVES, MOST - sum(1 for lease in self._leases.values() if lease.given)
        for lease in list(self._leases.values()):
            escrow = self._escrow(lease.counter, lease.limit) if lease.kind == "spend" else 0
            wanted, least = lease.asks(escrow)
            lives = max(lives, ESCROW_LIVES if escrow else LIVES)
            lease.free = min(lease.free, wanted, (lease.room + lease.free) // SHARE)
            new = not (lease.given or lease.spent or lease in in_use)
            if not new or (wanted and room > 0):
                room -= new
                reported.append((lease, lease.free))
                leases += lease.kind, lease.counter, lease.limit, lease.spent, lease.free, wanted, least
                leases.append(int(lease.until * 1000))
                lease.spent = 0
            elif lease.often < 1:
                del self._leases[lease.counter]
        if not reported:
            return []
        self._number += 1
        self._reported, self._sent = reported, set(named)
        message = [self._process, self._number, int(lives * 1000), int(self._begins), SHARE, len(reported), *leases]
        for name, taken in named.items():
            message += name, int(taken.seconds * 1000), 1, len(taken.lines)
            for line in taken.lines:
                message += line.kind, line.counter, line.amount, line.limit, int(line.until * 1000)
        self._message = message
        return message

    def acknowledge(self, message: list[Argument], status: bytes, answer: bytes) -> bool:
        """What came of the message. Whether the next should follow at once: somebody waits for what is leased here, or
        not all had room in it.
        """
        if message is not self._message:
            return False  # all of it was dropped meanwhile
        if status == b"gone":
            self.drop()
            return False
        for name in self._sent:
            del self._taken[name]
        more = len(self._sent) == MOST
        self._message, self._sent, self._begins = [], set(), False
        numbers = list(map(int, answer.split()))
        for (lease, said), given, room, needed in zip(
            self._reported, numbers[::3], numbers[1::3], numbers[2::3], strict=True
        ):
            lease.free += given - said
            lease.given, lease.room = given, room
            if needed or lease.turned:
                more = more or bool(given)
                lease.free = 0
            if needed:
                lease.give_back()
            if not given:
                lease.turned = False
        return more

    def drop(self) -> None:
        """They are no more."""
        self._message, self._reported, self._sent, self._begins = [], [], set(), True
        self._taken.clear()
        for lease in self._leases.values():
            lease.forget()


def beyond(lines: Sequence[Line], actual: Sequence[int]) -> list[tuple[str, int]]:
    """(counter, amount) of what was spent beyond what was reserved."""
    spent = zip(lines, actual, strict=False)
    return [(line.counter, real - line.amount) for line, real in spent if line.kind == "spend" and real > line.amount]
