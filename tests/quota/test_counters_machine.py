"""The counters against a model, in the process, in a real Valkey and in a database: any order of events gives the same
verdicts. Hypothesis looks for the shortest order that does not; long random walks look where it does not get.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gateway.core.counting import Counters, Line, NotLoaded, Reserved
from gateway.quota.memory import MemoryCounters
from gateway.storage.counters import RedisCounters
from gateway.storage.engine import open_engine
from gateway.storage.redis import Redis
from tests.support.clocks import HandClock
from tests.support.counting import (
    FAR,
    Home,
    LeasedCounters,
    Model,
    in_database,
    in_process,
    in_redis,
    lease_all,
    leased_in_redis,
    walk,
)
from tests.support.databases import sqlite_url
from tests.support.examples import examples
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

NAMES = ("organisation", "team", "key")


class Machine(RuleBasedStateMachine):
    make: ClassVar[Callable[[asyncio.AbstractEventLoop], Counters]]
    """How the counters under test are made."""
    done: ClassVar[Callable[[asyncio.AbstractEventLoop, Any], None]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.counters = type(self).make(self.loop)
        self.model = Model()
        self.number = 0

    def ask(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        type(self).done(self.loop, self.counters)
        self.loop.close()

    @rule(
        amount=st.integers(0, 40),
        limits=st.lists(st.one_of(st.just(120), st.integers(0, 120)), min_size=3, max_size=3),
        levels=st.integers(1, 3),
    )
    def reserve(self, amount: int, limits: list[int], levels: int) -> None:
        self.number += 1
        lines = tuple(
            Line("spend", name, amount, limit, FAR) for name, limit in zip(NAMES[:levels], limits, strict=False)
        )
        verdict = self.ask(self.counters.reserve(str(self.number), lines, 1e6))
        assert type(verdict) is self.model.reserve(str(self.number), lines)
        if isinstance(verdict, NotLoaded):
            assert set(verdict.counters) == {line.counter for line in lines} - self.model.posted.keys()
        if isinstance(verdict, Reserved):
            again = self.ask(self.counters.reserve(str(self.number), lines, 1e6))
            assert again == verdict

    @rule(data=st.data(), actual=st.integers(0, 60))
    def settle(self, data: Any, actual: int) -> None:
        if not self.model.held:
            return
        hold = data.draw(st.sampled_from(sorted(self.model.held)))
        lines = self.model.held.pop(hold)
        assert self.ask(self.counters.settle(hold, (actual,) * len(lines)))
        assert not self.ask(self.counters.settle(hold, (actual,) * len(lines)))
        for line in lines:
            self.model.posted[line.counter] += actual

    @rule(data=st.data())
    def void(self, data: Any) -> None:
        if not self.model.held:
            return
        hold = data.draw(st.sampled_from(sorted(self.model.held)))
        lines = self.model.held.pop(hold)
        assert self.ask(self.counters.settle(hold, (0,) * len(lines)))

    @rule(name=st.sampled_from(NAMES), posted=st.integers(0, 50))
    def load(self, name: str, posted: int) -> None:
        verdict = self.ask(self.counters.reserve("none", (Line("spend", name, 10**9, 0, FAR),), 1))
        life = verdict.life if isinstance(verdict, NotLoaded) else "another"
        self.ask(self.counters.load(name, posted, FAR, life))
        self.model.posted.setdefault(name, posted)

    @rule()
    def extend(self) -> None:
        self.ask(self.counters.extend(sorted(self.model.held), 1e6))

    @invariant()
    def they_agree(self) -> None:
        for name, posted in self.model.posted.items():
            assert self.ask(self.counters.read(name)) == (posted, self.model.reserved(name))


class InProcess(Machine):
    make = staticmethod(lambda _: MemoryCounters(HandClock()))  # type: ignore[assignment]
    done = staticmethod(lambda *_: None)  # type: ignore[assignment]


WALKS = settings(max_examples=examples(40), stateful_step_count=40)


def test_the_process_counts_as_the_model_does() -> None:
    run_state_machine_as_test(InProcess, settings=WALKS)


class Leasing(Machine):
    counters: LeasedCounters

    @rule()
    def tell(self) -> None:
        self.ask(self.counters.tell())


def in_valkey(url: str, machine: type[Machine], kind: type[RedisCounters]) -> type[Machine]:
    def make(loop: asyncio.AbstractEventLoop) -> RedisCounters:
        async def connect() -> RedisCounters:
            redis = Redis(url)
            redis.start()
            assert await redis.ready(5)
            await redis.execute("FLUSHALL")
            return kind(redis)

        return loop.run_until_complete(connect())

    def done(loop: asyncio.AbstractEventLoop, counters: Any) -> None:
        loop.run_until_complete(counters._redis.close())

    return type("InValkey", (machine,), {"make": staticmethod(make), "done": staticmethod(done)})


@pytest.mark.valkey
def test_valkey_counts_as_the_model_does(
    valkey_url: str,  # noqa: F811
) -> None:
    run_state_machine_as_test(in_valkey(valkey_url, Machine, RedisCounters), settings=WALKS)


@pytest.mark.valkey
def test_a_process_that_leases_counts_as_the_model_does(
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lease_all(monkeypatch)
    run_state_machine_as_test(in_valkey(valkey_url, Leasing, LeasedCounters), settings=WALKS)


async def _homes(valkey_url: str, database: Path) -> tuple[Sequence[Home], Callable[[], Awaitable[None]]]:  # noqa: F811
    redis, engine = Redis(valkey_url), open_engine(sqlite_url(database))
    redis.start()
    assert await redis.ready(5)
    await redis.execute("FLUSHALL")

    async def close() -> None:
        await redis.close()
        await engine.dispose()

    return [in_process(), in_redis(redis), leased_in_redis(redis), await in_database(engine)], close


@pytest.fixture
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    lease_all(monkeypatch)


@pytest.mark.fault("I2")
@pytest.mark.valkey
@pytest.mark.usefixtures("_patience")
@pytest.mark.parametrize("seed", [1])
def test_process_valkey_and_database_count_alike(
    valkey_url: str,  # noqa: F811
    migrated_sqlite_file: Path,
    tmp_path: Path,
    seed: int,
) -> None:
    _walked(valkey_url, migrated_sqlite_file, tmp_path, seed, 300)


@pytest.mark.fault("I2")
@pytest.mark.soak
@pytest.mark.valkey
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_patience")
@pytest.mark.parametrize("number", range(10))
def test_process_valkey_and_database_count_alike_for_long(
    valkey_url: str,  # noqa: F811
    migrated_sqlite_file: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    number: int,
) -> None:
    seed = random.randrange(2**32)
    record_property("seed", seed)
    _walked(valkey_url, migrated_sqlite_file, tmp_path, seed, 10_000)


def _walked(url: str, template: Path, folder: Path, seed: int, steps: int) -> None:
    database = folder / "counters.db"
    shutil.copyfile(template, database)
    walked = walk(lambda: _homes(url, database), seed, steps)
    assert set(walked.verdicts) == {"Reserved", "LimitReached"}, "a walk that never meets a limit shows nothing"
    assert min(walked.verdicts.values()) > steps / 50
    [leased] = [home.counters for home in walked.homes if isinstance(home.counters, LeasedCounters)]
    # A lease lasts by the clock: on a busy machine a walk has fewer of them.
    assert leased.kept > steps / 50, "and one without a lease shows nothing of leases"
