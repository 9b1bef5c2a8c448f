"""Counters of money with two homes: Redis, and the database for as long as Redis cannot be asked.

Promise: all processes count at the same home, whichever it is, so that what is posted and reserved stays within the
limit while Redis dies, comes back empty, and is seen by some and not by others. A request that comes during a move
waits for it, `PATIENCE` at most; and not at all once somebody waited in vain and the row was not seen since, for there
is no move then to wait for.

How: the row of `storage.budget_home` says whose turn it is, and every process looks at it each `LOOK_EVERY`. Who cannot
reach Redis ends its turn; who notices a turn puts in what it holds, ships its journal and says so; and nothing is
admitted before all have. Redis gets its turn back once all processes have seen it for `STEADY`.

Invariants
- What Redis admits counts only if the row was looked at within `FRESH` seconds before and after, by a process that
  gave a sign of life within `MUTE`.
- While the database cannot be asked nobody can move anything, so Redis goes on. Who has lost sight of Redis since he
  last looked at the row admits nothing then, until it has answered him in his turn for `STEADY`: others may have left
  it meanwhile, and whoever did refuses that turn there as soon as he sees it again.
- A turn of Redis ends, too, where it has lost its memory: nothing is loaded into another life of it before all have
  noticed, and shipped what they know.
- Under `fail_closed` and `escrow` nobody leaves Redis; whoever finds that others have, follows them.
- Under `escrow` a process spends what is leased to it without Redis, and only while it sees the row: a turn that it
  would not notice in time begins when it counts as lost, and it has stopped long before.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from gateway.core.counting import CountersAway, CountersDown, CountersMoved, Due, Home, Line, Place, Verdict
from gateway.core.limits import WithoutCounters
from gateway.quota.homes import FencedCounters, HomeRow, TurnCounters
from gateway.tasks import cancel, spawn, spawn_for_good
from gateway.telemetry import logs

T = TypeVar("T")

LOOK_EVERY: Final = 0.2  # in seconds, as all of these
FRESH: Final = 0.8
LONGEST_LOOK: Final = 0.5
"""With `LOOK_EVERY` less than `FRESH`: an outage of the database keeps nobody waiting."""
SIGN: Final = 2.0
"""Between two signs of life."""
MUTE: Final = 10.0
"""Since the last sign that got through: soon others would count this process as lost, and wait for it no more."""
GIVE_UP: Final = 0.3
"""For so long Redis is asked again before it is left."""
STEADY: Final = 5.0
PATIENCE: Final = 4.0
PAUSE: Final = 0.05
SHIP_SECONDS: Final = 10.0


class FailoverCounters:
    """Implements `core.counting.Counters`. Looks at nothing before something is reserved; `close` before Redis is."""

    def __init__(
        self,
        redis: FencedCounters,
        database: TurnCounters,
        row: HomeRow,
        *,
        redis_is_up: Callable[[], bool],
        shipped: Callable[[], Awaitable[None]],
        without: Callable[[], WithoutCounters],
    ) -> None:
        self._homes: dict[Place, TurnCounters] = {"redis": redis, "database": database}
        self._redis = redis
        self._row = row
        self._redis_is_up = redis_is_up
        self._shipped = shipped
        self._without = without
        self._home = Home("redis", 0, 0.0)
        self._noted = 0  # the turn that this process has put all into
        self._confirmed = self._failed = self._signed = -1e9
        self._lost_sight_at: float | None = None  # since when Redis gives no answer
        self._doubt, self._why = -1e9, ""  # when it last gave none, and what was said of that
        # Since when Redis has answered without a break, while it is in doubt and the database is away.
        self._answered_since: float | None = None
        self._gave_up = -2e9  # when a request last waited in vain
        self._up_since: float | None = None
        self._looking: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        """Where budgets are counted at the moment, as far as this process knows."""
        return self._home.place

    async def close(self) -> None:
        if self._following is not None:
            await cancel(self._following, self._looking, self._telling)
            with contextlib.suppress(CountersDown, TimeoutError):  # who gives no sign of life is waited for no more
                async with asyncio.timeout(LONGEST_LOOK):
                    await self._row.leave()

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        if self._following is None:
            self._following = spawn_for_good(self._follow(), "follow the budgets' home", vital=True)
        until, asked = time.monotonic() + PATIENCE, 0
        try:
            while True:
                turn = 0
                try:
                    turn = await self._sure()
                    asked += 1
                    verdict = await self._homes[self._home.place].reserve(id, lines, seconds)
                    self._lost_sight_at = None
                    if await self._sure() == turn:
                        return verdict
                except CountersDown as error:
                    asked -= isinstance(error, CountersAway)
                    now = time.monotonic()
                    if now >= until or self._gave_up > self._confirmed:
                        self._gave_up = now
                        raise
                    await self._trouble(turn, error)
        except CountersDown as error:
            raise (CountersDown if asked else CountersAway)(*error.args) from error

    async def recount(self, since: float) -> None:
        """The ledger heard late of calls of so many seconds ago: end a turn that began since. Raises CountersDown."""
        found = await self._row.look()
        if found.age <= since:
            await self._row.move(found.turn, found.place)

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        await self._asked(self._homes[self._home.place].restore(id, line, seconds))

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        return await self._asked(self._homes[self._home.place].settle(id, actual))

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """As `TurnCounters` has it."""
        return self._homes[self._home.place].settle_now(id, actual)

    async def settle_all(self, due: Sequence[Due]) -> None:
        await self._asked(self._homes[self._home.place].settle_all(due))

    async def extend(self, ids: list[str], seconds: float) -> None:
        await self._asked(self._homes[self._home.place].extend(ids, seconds))

    async def read(self, counter: str) -> tuple[int, int]:
        return await self._asked(self._homes[self._home.place].read(counter))

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        return await self._asked(self._homes[self._home.place].read_all(counters))

    async def counted(self, counter: str) -> list[str]:
        return await self._asked(self._homes[self._home.place].counted(counter))

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        await self._asked(self._homes[self._home.place].load(counter, posted, until, life))

    async def quiet(self) -> None:
        home, counters = self._home, self._homes[self._home.place]
        while not await self._row.opened(home.turn, counters.life):
            if home.turn != self._home.turn:
                raise CountersMoved
            await asyncio.sleep(PAUSE)
        await counters.quiet()

    async def _asked(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except CountersDown as error:
            self._doubt, self._why = time.monotonic(), str(error)
            raise

    async def _sure(self) -> int:
        """The turn that it is; raises CountersDown where that cannot be told."""
        if not self._is_sure():
            await self._look()
            if not self._is_sure():
                raise CountersDown(self._why_not_sure())
        return self._noted

    def _why_not_sure(self) -> str:
        if self._has_to_regain_sight():
            return (
                "the database, which says who counts, gives no answer, and Redis gave none for a moment since: it"
                f" counts again once it has answered for {STEADY:.0f} s, or when the database is back"
            )
        if self._failed > self._confirmed:
            return "the database, which says who counts, gives no answer, or takes no note of what this replica holds"
        return "Redis, which counts, gave no answer lately"

    def _is_sure(self) -> bool:
        if self._noted != self._home.turn or not self._noted:
            return False
        now = time.monotonic()
        if now - self._confirmed <= FRESH and self._doubt < self._confirmed:
            return True
        without_database = self._failed > self._confirmed and now - self._failed <= FRESH
        return without_database and self._home.place == "redis" and self._doubt < self._confirmed

    def may_go_alone(self) -> bool:
        """Whether this process may spend what is leased to it without Redis."""
        seen = time.monotonic() - self._confirmed <= FRESH
        return seen and self._home.place == "redis" and self._noted == self._home.turn and self._without() == "escrow"

    async def _trouble(self, turn: int, error: CountersDown) -> None:
        """The counters gave no answer: do what can be done. Raises `error` where that is nothing."""
        now = time.monotonic()
        if self._home.place == "redis" and turn == self._home.turn:
            self._doubt, self._why = now, str(error)
            if self._without() != "exact":
                raise error
            self._lost_sight_at = self._lost_sight_at or now
            if now - self._lost_sight_at >= GIVE_UP:
                self._lost_sight_at = None
                await self._row.move(turn, "database")
                await self._look()
                return
        await asyncio.sleep(PAUSE)

    async def _follow(self) -> None:
        while True:
            await self._look()
            await self._regain_sight()
            await asyncio.sleep(LOOK_EVERY)

    def _has_to_regain_sight(self) -> bool:
        """Whether the database is away, and Redis counted when it was seen last, but gave no answer since."""
        counted = self._home.place == "redis" and 0 < self._noted == self._home.turn
        return counted and self._failed > self._confirmed and self._doubt >= self._confirmed

    async def _regain_sight(self) -> None:
        if not self._has_to_regain_sight():
            self._answered_since = None
            return
        began = time.monotonic()
        try:
            await self._redis.extend([], 0.0)
        except CountersDown as error:
            self._doubt, self._why = time.monotonic(), str(error)
        if self._answered_since is None or self._answered_since <= self._doubt:
            self._answered_since = began
        elif began - self._answered_since >= STEADY:
            self._doubt = -1e9

    async def _look(self) -> None:
        """Look at the row, or wait for whoever does; what comes of it is seen in `_is_sure`."""
        if self._looking is None or self._looking.done():
            self._looking = spawn(self._look_once(), "look who counts budgets")
        await asyncio.wait((self._looking,), timeout=LONGEST_LOOK)

    async def _look_once(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST_LOOK):
                found = await self._row.look()
            before, self._home = self._home, found
            if self._noted and found.place != before.place:
                doubted = found.place == "database" and began - self._doubt <= PATIENCE
                logs.event(logs.BUDGETS_MOVED, to=found.place, why=self._why if doubted else None)
            if found.turn != self._noted:
                await self._take_note(found)
            self._tell(began, found)
            if began - self._signed <= MUTE:
                self._confirmed = began
            else:
                self._failed = began
        except (CountersDown, TimeoutError):
            self._failed = time.monotonic()

    async def _take_note(self, found: Home) -> None:
        if found.place == "database":
            self._redis.fence(found.turn)
        try:
            await self._homes[found.place].adopt(found.turn)
        except CountersDown:
            if found.place == "redis" and self._without() == "exact":
                await self._row.move(found.turn, "database")
            raise
        async with asyncio.timeout(SHIP_SECONDS):
            await self._shipped()
        signed = time.monotonic()
        await self._row.acknowledge(found.turn, sees_redis=self._redis_is_up())
        self._signed, self._noted = signed, found.turn

    def _tell(self, now: float, found: Home) -> None:
        """Give signs of life, for which no look waits: a database may be slow to write that is quick to read."""
        self._up_since = (self._up_since or now) if self._redis_is_up() else None
        if now - self._signed >= SIGN and (self._telling is None or self._telling.done()):
            self._telling = spawn(self._sign(now, found), "tell that this process counts budgets")

    async def _sign(self, now: float, found: Home) -> None:
        """Give one; from the database, take everybody back to Redis where all see it."""
        steady = self._up_since is not None and now - self._up_since >= STEADY
        sees = steady if found.place == "database" else self._redis_is_up()
        with contextlib.suppress(CountersDown):
            await self._row.acknowledge(found.turn, sees_redis=sees)
            self._signed = max(self._signed, now)
            if found.place == "database" and steady and found.age >= STEADY and await self._row.seen_by_all():
                await self._row.move(found.turn, "redis")
