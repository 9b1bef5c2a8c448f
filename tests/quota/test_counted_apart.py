"""A process that counts calls by itself and returns to the counters that all replicas share: at no moment of that does
it let in more than the limit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from gateway.core.counting import CountersAway, CountersDown, LimitReached, Line, Verdict
from gateway.core.spending import Scope
from gateway.quota import counted_apart as counted_apart_module
from gateway.quota import settling as settling_module
from gateway.quota import throttle as throttle_module
from gateway.quota.memory import MemoryCounters
from gateway.quota.settling import Settling
from gateway.quota.throttle import Permit, Quota, Throttle
from gateway.system_clock import SystemClock
from gateway.telemetry import logs
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

LIMIT = 2
CALLS = Quota("slots", "now/a", 1, LIMIT, scope=Scope(kind="team", team="a"), of="concurrent")


@pytest.fixture(autouse=True)
def _no_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a return asks for leases to be extended, however slow the machine is."""
    monkeypatch.setattr(settling_module, "BEAT", 3600.0)


class Shared(MemoryCounters):
    """Away, as far as `down` says; answers one question of a return for each release of `answers`."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.down: type[Exception] | None = CountersAway
        self.defect: Exception | None = None
        self.asked = 0
        self.returning = 0
        self.answers = asyncio.Semaphore(0)

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        self.asked += 1
        if self.down is not None:
            raise self.down
        return await super().reserve(id, lines, seconds)

    async def extend(self, ids: list[str], seconds: float) -> None:
        if self.down is not None:
            raise self.down
        if self.defect is not None:
            raise self.defect
        self.returning += 1
        await self.answers.acquire()
        await super().extend(ids, seconds)

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        self.returning += 1
        await self.answers.acquire()
        await super().restore(id, line, seconds)


@contextlib.asynccontextmanager
async def throttled(shared: Shared) -> AsyncIterator[Throttle]:
    own = MemoryCounters(SystemClock())
    settlings = Settling(shared), Settling(own, own.settle_now)
    for settling in settlings:
        settling.start()
    throttle = Throttle((shared, settlings[0]), (own, settlings[1]))
    try:
        yield throttle
    finally:
        await throttle.close()
        for settling in settlings:
            await settling.close(0.0)


async def taken(throttle: Throttle, name: str) -> Permit | None:
    permit, _ = await throttle.take(name, (CALLS,))
    return permit


async def test_what_was_let_in_during_the_return_counts_before_the_shared_counters_know_of_it() -> None:
    shared = Shared()
    async with throttled(shared) as throttle:
        first = await taken(throttle, "first")
        assert first is not None
        throttle.settle(first, None)
        shared.down = None
        await until(lambda: shared.returning == 1)  # with nothing to put in
        assert await taken(throttle, "second") is not None
        shared.answers.release()
        await until(lambda: shared.returning == 2)  # with the second
        assert await taken(throttle, "third") is not None
        assert await taken(throttle, "fourth") is None, "of two, one was let in here, and one by all"
        assert await throttle.left("look", (CALLS,)) == (0,)
        for _ in range(3):
            shared.answers.release()
        await until(lambda: not throttle._apart._unknown)
        assert await shared.read("now/a") == (0, LIMIT)


async def test_a_reply_that_comes_once_others_were_let_in_here_takes_no_place_beside_theirs() -> None:
    reply = asyncio.Event()

    class Slow(Shared):
        async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
            if id.startswith("late"):
                verdict = await MemoryCounters.reserve(self, id, lines, seconds)
                await reply.wait()
                return verdict
            return await super().reserve(id, lines, seconds)

    shared = Slow()
    async with throttled(shared) as throttle:
        late = [asyncio.ensure_future(throttle.take(f"late{number}", (CALLS,))) for number in range(LIMIT)]
        while await shared.read("now/a") != (0, LIMIT):
            await asyncio.sleep(0)
        assert await taken(throttle, "first") is not None
        assert await taken(throttle, "second") is not None
        reply.set()
        for each in late:
            permit, verdict = await each
            assert permit is None
            assert isinstance(verdict, LimitReached)
        shared.down = None
        for _ in range(1 + LIMIT):
            shared.answers.release()
        await until(lambda: not throttle._apart.away and not throttle._apart._unknown)
        await throttle._shared[1].drain()
        assert await shared.read("now/a") == (0, LIMIT), "what the late ones had is given back"


async def test_who_waits_for_a_late_reply_waits_no_longer_once_this_process_counts_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle_module, "PATIENCE", 60.0)
    shared = Shared()
    shared.down = CountersDown
    async with throttled(shared) as throttle:
        waits = asyncio.ensure_future(taken(throttle, "waits"))
        await until(lambda: shared.asked > 1)
        assert not waits.done()
        throttle._apart.leave()
        assert await waits is not None


async def test_places_that_lapsed_while_nobody_could_extend_them_are_held_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle_module, "LEASE", 0.01)
    shared = Shared()
    shared.down = None
    async with throttled(shared) as throttle:
        for name in "first", "second":
            assert await taken(throttle, name) is not None
        async with asyncio.timeout(20):
            while await shared.read("now/a") != (0, 0):
                await asyncio.sleep(0.005)
        shared.down = CountersAway
        assert await taken(throttle, "third") is None
        shared.down = None
        for _ in range(2):
            shared.answers.release()
        await until(lambda: not throttle._apart.away)
        assert await shared.read("now/a") == (0, LIMIT)
        assert await taken(throttle, "fourth") is None


async def test_what_may_have_been_put_in_before_it_ended_is_given_back() -> None:
    class Unheard(Shared):
        async def restore(self, id: str, line: Line, seconds: float) -> None:
            await super().restore(id, line, seconds)
            self.down = CountersAway
            raise CountersDown

    shared = Unheard()
    async with throttled(shared) as throttle:
        permit = await taken(throttle, "first")
        assert permit is not None
        shared.down = None
        shared.answers.release()
        shared.answers.release()
        await until(lambda: throttle._apart._unsure)
        assert await shared.read("now/a") == (0, 1)
        throttle.settle(permit, None)
        await throttle._shared[1].drain()
        assert await shared.read("now/a") == (0, 0)
        assert not throttle._apart._unsure


async def test_a_defect_on_the_way_back_is_logged_and_keeps_nobody_apart_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counted_apart_module, "PAUSE_AFTER_DEFECT", 0.01)
    shared = Shared()
    shared.defect = LookupError()
    told = logs.warnings[logs.FAULT]
    async with throttled(shared) as throttle:
        assert await taken(throttle, "first") is not None
        shared.down = None
        await until(lambda: logs.warnings[logs.FAULT] > told)
        assert throttle._apart.away
        shared.defect = None
        shared.answers.release()
        shared.answers.release()
        await until(lambda: not throttle._apart.away)
        assert await shared.read("now/a") == (0, 1)
