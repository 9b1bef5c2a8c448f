"""Counters for tests: the database's, and one long random walk over any homes that must agree with a plain model."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.counting import Counters, LimitReached, Line, NotLoaded, Reserved, Verdict
from gateway.quota.memory import MemoryCounters
from gateway.storage import counters, leases, one_lease
from gateway.storage.counter_scripts import RECALL_MICROS, RESERVE
from gateway.storage.counters import RedisCounters
from gateway.storage.redis import Redis
from gateway.storage.redis_calls import Script
from gateway.storage.stored_counters import StoredCounters
from gateway.system_clock import SystemClock

FAR = 4e9
LASTING = 10**12
NAMES = ("organisation", "team", "key", "model")


async def counted_by_the_database(engine: AsyncEngine) -> StoredCounters:
    """Counters of a process in the database's turn, which is begun where it is another's."""
    counters = StoredCounters(engine)
    home = await counters.home.look()
    if home.place != "database":
        await counters.home.move(home.turn, "database")
        home = await counters.home.look()
    await counters.adopt(home.turn)
    await counters.home.acknowledge(home.turn, sees_redis=False)
    return counters


class Model:
    """What a budget is, said as plainly as can be."""

    def __init__(self) -> None:
        self.posted: dict[str, int] = {}
        self.held: dict[str, tuple[Line, ...]] = {}

    def reserved(self, name: str) -> int:
        return sum(line.amount for lines in self.held.values() for line in lines if line.counter == name)

    def reserve(self, id: str, lines: tuple[Line, ...]) -> type:
        if any(line.counter not in self.posted for line in lines):
            return NotLoaded
        if any(self.posted[line.counter] + self.reserved(line.counter) + line.amount > line.limit for line in lines):
            return LimitReached
        self.held[id] = lines
        return Reserved

    def settle(self, id: str, actual: int | None) -> None:
        """By so much of each line; None: by what was reserved, since its time is over."""
        for line in self.held.pop(id):
            self.posted[line.counter] += line.amount if actual is None else actual


@dataclass
class Home:
    """`lose` makes the counters forget all, and brings back what the process holds."""

    counters: Counters
    lose: Callable[[], Awaitable[None]]


def in_process() -> Home:
    async def lose() -> None:
        """A process does not outlive its counters."""

    return Home(MemoryCounters(SystemClock()), lose)


def in_redis(redis: Redis) -> Home:
    counters = RedisCounters(redis)

    async def lose() -> None:
        await redis.execute("FLUSHALL")
        await counters.adopt(0)

    return Home(counters, lose)


class LeasedCounters(RedisCounters):
    """Of one process that leases what it can. It tells of its leases when it is asked to, not by the clock."""

    kept = 0
    """Reservations of which Redis did not hear when they were made."""

    async def tell(self) -> None:
        await self._tell()

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        verdict = await super().reserve(id, lines, seconds)
        self.kept += self._leases.has(id)
        return verdict


def lease_all(patch: pytest.MonkeyPatch) -> None:
    """Lease every counter from the second reservation on, and half of what there is."""
    for name, value in {"SHARE": 2, "MEASURED": 1e-9, "LIVES": 1e6}.items():
        patch.setattr(leases, name, value)
    for name, value in {"OFTEN": 1e-9, "AT_LEAST": 0, "PART": 2, "BARRED": 0.0}.items():
        patch.setattr(one_lease, name, value)
    at_once = RESERVE.source.replace(f"now + {RECALL_MICROS}", "now")
    assert at_once != RESERVE.source
    patch.setattr(counters, "RESERVE", Script(at_once))


def leased_in_redis(redis: Redis) -> Home:
    """Emptied by `in_redis`, of the same Redis, which is asked before."""
    counters = LeasedCounters(redis, "leased:{counters}:")

    async def lose() -> None:
        await counters.adopt(0)

    return Home(counters, lose)


async def in_database(engine: AsyncEngine) -> Home:
    counters = await counted_by_the_database(engine)
    row = counters.home

    async def lose() -> None:
        await row.move(counters.turn, "redis")
        await row.move(counters.turn + 1, "database")
        await counters.adopt(counters.turn + 2)
        await row.acknowledge(counters.turn, sees_redis=False)

    return Home(counters, lose)


@dataclass
class Walk:
    """One seed's walk; every step is made at every home, and all must say what the model says."""

    homes: Sequence[Home]
    seed: int
    model: Model = field(default_factory=Model)
    verdicts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._number = 0

    async def all(self, ask: Callable[[Counters], Awaitable[Any]]) -> list[Any]:
        return [await ask(home.counters) for home in self.homes]

    async def go(self, steps: int) -> None:
        await self._load_all()
        ways = [self._reserve] * 8 + [self._settle] * 5 + [self._void, self._extend, self._expire, self._revoke]
        for number in range(steps):
            await (self._rehydrate() if number % 500 == 499 else self._draw.choice(ways)())
            for home in self.homes:
                if isinstance(home.counters, LeasedCounters) and self._draw.random() < 0.1:
                    await home.counters.tell()
            if number % 5:
                continue
            name = self._draw.choice(NAMES)
            expected = (self.model.posted[name], self.model.reserved(name))
            found = await self.all(lambda counters, name=name: counters.read(name))  # type: ignore[misc]
            assert found == [expected] * len(self.homes), (self.seed, number, name)

    async def _reserve(self, seconds: float = 1e6, limit: int | None = None) -> str:
        self._number += 1
        draw, name = self._draw, f"w{self.seed}-{self._number}"
        amount = draw.choice((0, 1, 7, 40, 40_000))
        used = max(self.model.posted[each] + self.model.reserved(each) for each in NAMES)
        lasting = draw.random() < 0.8  # a lease is for one limit
        lines = tuple(
            Line(
                "spend",
                each,
                amount,
                limit if limit is not None else LASTING if lasting else used + draw.randrange(0, 100_000),
                FAR,
            )
            for each in NAMES[: draw.randint(1, len(NAMES))]
        )
        expected = self.model.reserve(name, lines)
        verdicts = await self.all(lambda counters: counters.reserve(name, lines, seconds))
        assert {type(verdict) for verdict in verdicts} == {expected}, (self.seed, name)
        exact = [home for home in self.homes if not isinstance(home.counters, LeasedCounters)]
        told = {verdict for verdict, home in zip(verdicts, self.homes, strict=True) if home in exact}
        assert len(told) == 1, "how much is left is the same everywhere"
        self.verdicts[expected.__name__] = self.verdicts.get(expected.__name__, 0) + 1
        if expected is Reserved and seconds and draw.random() < 0.2:
            again = await self.all(lambda counters: counters.reserve(name, lines, seconds))
            assert list(map(type, again)) == list(map(type, verdicts)), "the same reservation is taken once"
        return name

    def _some(self) -> str | None:
        return self._draw.choice(list(self.model.held)) if self.model.held else None

    async def _settle(self, actual: int | None = None) -> None:
        name = self._some()
        if name is None:
            return
        actual = self._draw.choice((0, 3, 40, 60_000)) if actual is None else actual
        lines = len(self.model.held[name])
        self.model.settle(name, actual)
        for expected in (True, False) if self._draw.random() < 0.2 else (True,):
            ended = await self.all(lambda counters: counters.settle(name, (actual,) * lines))
            assert ended == [expected] * len(self.homes)

    async def _void(self) -> None:
        await self._settle(0)

    async def _extend(self) -> None:
        await self.all(lambda counters: counters.extend(list(self.model.held)[:20], 1e6))

    async def _expire(self) -> None:
        name = await self._reserve(seconds=0)
        if name in self.model.held:
            lines = len(self.model.held[name])
            self.model.settle(name, None)
            late = await self.all(lambda counters: counters.settle(name, (1,) * lines))
            assert not any(late), "what ended by its time is not settled again"

    async def _revoke(self) -> None:
        """A limit of nothing, as of a budget that was taken away."""
        await self._reserve(limit=0)

    async def _rehydrate(self) -> None:
        ledger = dict(self.model.posted)
        for home in self.homes:
            await home.lose()
        name = self._some()
        if name is not None:  # ends while the counters are cold, after the ledger was read
            lines = len(self.model.held[name])
            self.model.settle(name, 11)
            assert all(await self.all(lambda counters: counters.settle(name, (11,) * lines)))
        await self._load_all(ledger)

    async def _load_all(self, ledger: dict[str, int] | None = None) -> None:
        for home in self.homes:
            lines = tuple(Line("spend", name, 10**9, 0, FAR) for name in NAMES)
            verdict = await home.counters.reserve("none", lines, 1)
            if isinstance(verdict, NotLoaded):
                for name in verdict.counters:
                    await home.counters.load(name, (ledger or {}).get(name, 0), FAR, verdict.life)
        for name in NAMES:
            self.model.posted.setdefault(name, 0)


def walk(
    make: Callable[[], Awaitable[tuple[Sequence[Home], Callable[[], Awaitable[None]]]]], seed: int, steps: int
) -> Walk:
    """Make the homes on a loop of their own, and walk."""

    async def run() -> Walk:
        homes, close = await make()
        try:
            walked = Walk(homes, seed)
            await walked.go(steps)
            return walked
        finally:
            await close()

    return asyncio.run(run())
