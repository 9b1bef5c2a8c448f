"""Counters in Redis or Valkey, for several replicas. Implements `core.counting.Counters`.

Promise: one round trip decides over all lines at once; a Redis that was emptied, or has lost writes, admits nothing
from a counter of money before the ledger has told it what was spent, and every replica what it holds. A counter of
which this process takes often is leased to it (`storage.leases`), and then most reservations need no round trip.

Invariants
- Out of leases is taken only while Redis was heard of within `FRESH_SECONDS`, in the generation that they are of: less
  than it takes before a counter of the next is loaded.
- But for an escrow, of which is taken as long as `alone` says, who sees to it that no next is loaded meanwhile.
- Who meets what is leased out waits for it to be given back, `RECALL_SECONDS` at most.
- What this process holds is remembered here. When the generation changes, all of it is put in again, unasked, within
  `LOOK_SECONDS`, since every process looks that often; and only `QUIET_SECONDS` after the change is a counter loaded.
- A call that fails raises CountersDown, and may have been carried out: who reserved must settle by zero.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gateway.core.counting import (
    BIGGEST,
    CountersAway,
    CountersDown,
    CountersMoved,
    Due,
    Held,
    LimitReached,
    Line,
    NotLoaded,
    Reserved,
    Verdict,
)
from gateway.storage.batched_reservations import ReservationBatcher
from gateway.storage.counter_scripts import COUNTED, EXTEND, LOAD, READ, RESERVE, SETTLE
from gateway.storage.lease_script import LEASE
from gateway.storage.leases import Leases, beyond
from gateway.storage.redis_calls import Argument, RedisDown, RedisRefused, Script
from gateway.tasks import spawn_for_good

if TYPE_CHECKING:
    from gateway.storage.redis import Redis

LOOK_SECONDS: Final = 0.25
QUIET_SECONDS: Final = 1.0
"""From the birth of a generation: longer than it takes every process to look, and to ship what it has journalled."""
FRESH_SECONDS: Final = 0.5
SHORT_SECONDS: Final = 0.02
"""Between two messages about leases, where one has run out."""
RECALL_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 0.03
MOST_UNSURE: Final = 10_000


class RedisCounters:
    """`start` after the connection, `close` before it."""

    def __init__(
        self,
        redis: Redis,
        prefix: str = "gateway:{counters}:",
        held: Held | None = None,
        escrow: Callable[[str, int], int] = lambda _counter, _limit: 0,
    ) -> None:
        """`escrow` as `Leases` has it."""
        self._redis = redis
        self._prefix = prefix
        self.turn = 0
        """In which turn these count, where they have another home at times."""
        self._generation = ""
        self._sequence = 0
        self._age = 0.0
        self._held: Held = {} if held is None else held
        self._reservations = ReservationBatcher(partial(self._run, RESERVE))
        self._loop = asyncio.get_running_loop()
        self._leases = Leases(secrets.token_hex(8), escrow)
        self.alone: Callable[[], bool] = lambda: False
        """Whether what is leased may be given out though Redis is away."""
        self._fresh_until = 0.0
        self._told_at = self._loop.time()
        self._telling = asyncio.Lock()
        self._unsure: dict[str, None] = {}
        """Reservations of which nobody knows whether Redis has them."""
        self._lost = False
        self._wanted = asyncio.Event()
        """That Redis is looked at now."""
        self._looking: asyncio.Task[None] | None = None

    @property
    def life(self) -> str:
        """As `TurnCounters` has it."""
        return self._generation

    def start(self) -> None:
        self._looking = spawn_for_good(self._look(), "look at the counters' generation", vital=True)

    async def close(self) -> None:
        if self._looking is None:
            return
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)
        self._leases.give_back_all()
        with contextlib.suppress(CountersDown):  # what is leased ends by its time
            await self._tell()

    async def adopt(self, turn: int) -> None:
        """As `TurnCounters` has it."""
        self.turn = turn
        await self._run(EXTEND, 0)
        self._lost = False
        await self._restore(self._generation)

    def fence(self, turn: int) -> None:
        """As `FencedCounters` has it."""
        self.turn = turn
        self._wanted.set()

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        for line in lines:
            if not 0 <= line.amount <= BIGGEST or not 0 <= line.limit <= BIGGEST:
                raise ValueError("an amount or a limit out of range")
        leases = self._leases
        if id not in self._held and id not in self._unsure and (self._loop.time() < self._fresh_until or self.alone()):
            left = leases.take(id, lines, seconds)
            if left is not None:
                self._held[id] = lines, seconds
                return Reserved(left)
            if leases.is_short(lines):
                self._wanted.set()
        elif (left := leases.again(id, lines)) is not None:
            return Reserved(left)
        until = self._loop.time() + RECALL_SECONDS
        while True:
            try:
                status, *told = await self._reserve(id, lines, seconds, force=False)
            except (CountersDown, asyncio.CancelledError):
                self._unsure[id] = None
                if len(self._unsure) > MOST_UNSURE:
                    del self._unsure[next(iter(self._unsure))]
                raise
            match status:
                case b"reserved":
                    self._held[id] = lines, seconds
                    return Reserved(leases.left(lines, list(map(int, told[0].split()))))
                case b"cold":
                    return NotLoaded(tuple(name.decode() for name in told), self._generation)
                case b"mismatch":
                    raise ValueError("another reservation has this id")
                case _:
                    pass
            number, room, wait = map(int, told)
            if leases.give_back(lines[number].counter):
                await self._tell()
            elif status == b"over" or self._loop.time() > until:
                return LimitReached(number, room, wait / 1_000_000)
            else:
                await asyncio.sleep(AGAIN_SECONDS)

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        await self._reserve(id, (line,), seconds, force=True)  # another's line under this id is left as it is

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        (ended,) = await self._settle([(id, actual)])
        return bool(ended)

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """Without waiting, where it was taken from leases and Redis has not heard of it; else False."""
        if not self._leases.settle(id, actual):
            return False
        self._held.pop(id, None)
        return True

    async def settle_all(self, due: Sequence[Due]) -> None:
        await self._settle(due)

    async def extend(self, ids: list[str], seconds: float) -> None:
        await self._run(EXTEND, int(seconds * 1000), *ids)

    async def quiet(self) -> None:
        await asyncio.sleep(max(QUIET_SECONDS - self._age, LOOK_SECONDS))

    async def counted(self, counter: str) -> list[str]:
        (ids,) = await self._run(COUNTED, counter)
        return [each.decode() for each in ids]

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        await self._run(LOAD, counter, posted, int(until * 1000), life)

    async def read(self, counter: str) -> tuple[int, int]:
        (found,) = await self.read_all((counter,))
        return found

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        async with self._telling:
            (told,) = await self._run(READ, *counters)
            unreported = self._leases.unreported(counters)
        numbers = iter(map(int, told))
        each = zip(numbers, numbers, numbers, unreported, strict=False)
        return [(posted + spent, reserved - leased + taken) for posted, reserved, leased, (spent, taken) in each]

    async def _settle(self, due: Sequence[Due]) -> list[int]:
        ended = {each for each, actual in due if self.settle_now(each, actual)}
        if any(self._leases.has(each) for each, _ in due):
            await self._tell()
        arguments: list[Argument] = []
        dearer: list[tuple[str, int]] = []
        for each, actual in due:
            self._unsure.pop(each, None)
            if each not in ended:
                lines, _ = self._held.pop(each, ((), 0.0))
                dearer += beyond(lines, actual)
                arguments += each, len(actual), *actual
        try:
            found = iter((await self._run(SETTLE, *arguments))[0] if arguments else ())
        finally:  # it was spent, whether Redis could be told or not
            if dearer:
                async with self._telling:  # a message that is under way says what was free before
                    for counter, amount in dearer:
                        self._leases.withhold(counter, amount)
        return [1 if each in ended else next(found) for each, _ in due]

    async def _reserve(self, id: str, lines: tuple[Line, ...], seconds: float, *, force: bool) -> list[Any]:
        """What the script says; all who ask in one turn of the loop ask together."""
        arguments: list[Argument] = [id, int(seconds * 1000), int(force), len(lines)]
        for line in lines:
            arguments += (line.kind, line.counter, line.amount, line.limit, int(line.until * 1000))
        return await self._reservations.ask(arguments)

    async def _run(self, script: Script, *arguments: Argument) -> list[Any]:
        began = self._loop.time()
        fresh = f"{self.turn}.{self._redis.server}.{secrets.token_hex(8)}"
        known: list[Argument] = [self._prefix, fresh, self._generation, self._sequence, *arguments]
        try:
            reply: list[Any] = await self._redis.run(script, [f"{self._prefix}meta"], known)
        except (RedisDown, RedisRefused) as error:
            if script is SETTLE and isinstance(error, RedisRefused) and error.sent:
                raise ValueError("one of these cannot be settled, however often it is tried") from None
            raise (CountersDown if error.sent else CountersAway)(f"Redis, which counts: {error}") from error
        generation, sequence, age, *told = reply
        if not generation:
            self._leases.drop()
            raise CountersMoved
        self._age = int(age) / 1_000_000
        name = generation.decode()
        if name != self._generation:
            self._leases.drop()
            if self._generation:
                self._lost = True
                self._wanted.set()
            self._generation, self._sequence = name, int(sequence)
        else:
            self._sequence = max(self._sequence, int(sequence))
        self._fresh_until = began + FRESH_SECONDS
        return told

    async def _tell(self) -> None:
        """Tell Redis of the leases, and hear of its generation."""
        async with self._telling:
            again = True
            while again:
                now = self._loop.time()
                message = self._leases.message(now - self._told_at)
                self._told_at = now
                if not message:
                    await self._run(EXTEND, 0)
                    return
                status, answer = await self._run(LEASE, *message)
                again = self._leases.acknowledge(message, status, answer)

    async def _look(self) -> None:
        """Tell of the leases; put all that is held into a new generation, fitting or not: it is being spent."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wanted.wait()
            self._wanted.clear()
            with contextlib.suppress(CountersDown):
                await self._tell()
                if self._lost:
                    self._lost = False
                    await self._restore(self._generation)
            await asyncio.sleep(SHORT_SECONDS)

    async def _restore(self, generation: str) -> None:
        for held, (lines, seconds) in list(self._held.items()):
            if generation != self._generation:
                return
            if held in self._held and not self._leases.has(held):
                try:
                    await self._reserve(held, lines, seconds, force=True)
                except CountersDown:
                    self._lost = True
                    self._wanted.set()
                    raise
