"""The counters against a model, in the process and in a real Valkey: any order of events gives the same verdicts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gateway.core.counting import Cold, Counters, Line, Over, Reserved
from gateway.quota.memory import MemoryCounters
from gateway.storage.counters import RedisCounters
from gateway.storage.redis import Redis
from tests.support.clocks import HandClock
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

NAMES = ("organisation", "team", "key")
FAR = 4e9


class Model:
    """What a budget is, said as plainly as can be."""

    def __init__(self) -> None:
        self.posted: dict[str, int] = {}
        self.held: dict[str, tuple[Line, ...]] = {}
        self.seen: set[str] = set()

    def reserved(self, name: str) -> int:
        return sum(line.amount for lines in self.held.values() for line in lines if line.counter == name)

    def reserve(self, id: str, lines: tuple[Line, ...]) -> type:
        if any(line.counter not in self.posted for line in lines):
            return Cold
        if any(self.posted[line.counter] + self.reserved(line.counter) + line.amount > line.limit for line in lines):
            return Over
        self.held[id] = lines
        return Reserved


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
        limits=st.lists(st.integers(0, 120), min_size=3, max_size=3),
        levels=st.integers(1, 3),
    )
    def reserve(self, amount: int, limits: list[int], levels: int) -> None:
        self.number += 1
        lines = tuple(
            Line("spend", name, amount, limit, FAR) for name, limit in zip(NAMES[:levels], limits, strict=False)
        )
        verdict = self.ask(self.counters.reserve(str(self.number), lines, 1e6))
        assert type(verdict) is self.model.reserve(str(self.number), lines)
        if isinstance(verdict, Cold):
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
        life = verdict.life if isinstance(verdict, Cold) else "another"
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


SHORT = settings(max_examples=15, stateful_step_count=40, deadline=None)
LONG = settings(max_examples=50, stateful_step_count=10_000, deadline=None)


def test_the_process_counts_as_the_model_does() -> None:
    run_state_machine_as_test(InProcess, settings=SHORT)


def in_valkey(url: str) -> type[Machine]:
    def make(loop: asyncio.AbstractEventLoop) -> RedisCounters:
        async def connect() -> RedisCounters:
            redis = Redis(url)
            redis.start()
            assert await redis.ready(5)
            await redis.execute("FLUSHALL")
            return RedisCounters(redis)

        return loop.run_until_complete(connect())

    def done(loop: asyncio.AbstractEventLoop, counters: Any) -> None:
        loop.run_until_complete(counters._redis.close())

    return type("InValkey", (Machine,), {"make": staticmethod(make), "done": staticmethod(done)})


@pytest.mark.valkey
def test_valkey_counts_as_the_model_does(valkey_url: str) -> None:  # noqa: F811
    run_state_machine_as_test(in_valkey(valkey_url), settings=SHORT)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_the_process_counts_as_the_model_does_for_long() -> None:
    run_state_machine_as_test(InProcess, settings=LONG)


@pytest.mark.soak
@pytest.mark.valkey
@pytest.mark.timeout(7200)
def test_valkey_counts_as_the_model_does_for_long(valkey_url: str) -> None:  # noqa: F811
    run_state_machine_as_test(in_valkey(valkey_url), settings=LONG)
