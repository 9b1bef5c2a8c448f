"""The gate: who begins when the loop is behind, and who is sent away."""

from __future__ import annotations

import asyncio

import pytest

from gateway.core.overload import PRIORITIES, Priority
from gateway.errors import Overloaded
from gateway.overload.gate import MOST_WAITING, PATIENCE, SLICE, STANDING, Gate
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.turns import Turns
from tests.support.clocks import HandClock

pytestmark = pytest.mark.asyncio

PATIENT = 0.25


class Busy:
    """A gate before a loop whose step is old; what is done at it stands in `begun`, in order."""

    def __init__(self) -> None:
        self.now = 100.0
        self.gate = Gate(lambda why: Overloaded(why, retry_after=1), lambda: self.now)
        self.begun: list[str] = []
        self.sent_away: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, *names: str, team: str = "a", priority: Priority = "interactive") -> None:
        """They come in a step that is too old, one by one."""

        async def one(name: str) -> None:
            self.gate.is_open(self.now)
            try:
                await self.gate.wait(team, priority, PATIENT)
            except Overloaded:
                self.sent_away.append(name)
            else:
                self.begun.append(name)

        self.tasks += [asyncio.create_task(one(name)) for name in names]

    async def step(self, steps: int = 1) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)

    async def rest(self) -> None:
        await asyncio.gather(*self.tasks)


async def test_an_idle_loop_lets_everybody_in_until_its_step_is_old() -> None:
    busy = Busy()
    for _ in range(20):
        assert busy.gate.is_open(busy.now)
    busy.now += SLICE
    assert not busy.gate.is_open(busy.now)
    await busy.step()
    assert busy.gate.is_open(busy.now)


async def test_one_begins_in_each_step_and_answers_have_their_turn_between() -> None:
    busy, others = Busy(), list[int]()

    def other() -> None:
        others.append(len(busy.begun))
        if len(others) < 12:
            asyncio.get_running_loop().call_soon(other)

    await busy.come("1", "2", "3", "4")
    other()
    await busy.rest()
    assert busy.begun == ["1", "2", "3", "4"]
    assert set(others) >= {0, 1, 2, 3}


async def test_the_most_urgent_first_and_teams_in_turn() -> None:
    busy = Busy()
    await busy.come("a1", "a2", "a3", priority="batch")
    await busy.come("b1", team="b", priority="batch")
    await busy.come("dev", priority="development")
    await busy.come("urgent")
    await busy.rest()
    assert busy.begun == ["urgent", "dev", "a1", "b1", "a2", "a3"]


async def test_a_burst_is_served_in_order_however_long_it_waits() -> None:
    busy = Busy()
    await busy.come("1", "2", "3", "4", priority="batch")
    await busy.step(3)
    busy.now += STANDING - SLICE
    await busy.rest()
    assert (busy.begun, busy.sent_away) == (["1", "2", "3", "4"], [])


@pytest.mark.parametrize("priority", PRIORITIES)
async def test_a_queue_that_stands_serves_the_newest_and_sends_the_oldest_away(priority: Priority) -> None:
    busy, patience = Busy(), PATIENCE[priority] * PATIENT
    await busy.come(*map(str, range(100)), priority=priority)
    await busy.step(2)
    busy.now += max(STANDING, patience) + 0.1 - patience / 2
    await busy.come("new", "newer", priority=priority)
    await busy.step()
    busy.now += patience / 2
    await busy.rest()
    assert busy.begun[-2:] == ["newer", "new"]
    assert len(busy.begun) < 40
    assert len(busy.sent_away) + len(busy.begun) == 102
    assert busy.gate.waiting == 0
    assert busy.gate.is_open(busy.now)


async def test_the_bound_holds_and_the_less_urgent_make_room() -> None:
    busy = Busy()
    await busy.come(*(f"b{number}" for number in range(MOST_WAITING)), priority="batch")
    await busy.come("late", priority="batch")
    await busy.come("urgent")
    await busy.rest()
    assert busy.sent_away == ["late", "b0"]
    assert busy.begun[0] == "urgent"


async def test_who_leaves_while_he_waits_takes_nobodys_turn() -> None:
    busy = Busy()
    await busy.come("1", "2", "3", "4", "5")
    await busy.step()
    for task in busy.tasks[1:4]:
        task.cancel()
    ended = await asyncio.gather(*busy.tasks, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in ended] == [False, True, True, True, False]
    assert busy.begun == ["1", "5"]
    assert busy.gate.waiting == 0


async def test_a_key_that_was_seen_waits_in_its_class_and_strangers_as_one_team() -> None:
    clock = HandClock()
    turns = Turns(lambda: 0.0, lambda: 0.5, clock.monotonic)
    gate = Gate(turns.refusal, clock.monotonic)
    shedder, came = LoadShedder(turns, gate, clock), list[str]()
    shedder.note_admitted("people", None, "a", "interactive")
    shedder.note_admitted("machine", None, "b", "batch")
    for number in range(12_000):
        shedder.note_admitted(f"another {number}", None, "c", "development")

    async def enter(key: str, later: float) -> None:
        await shedder.admit(key, None, clock.monotonic() + later)
        came.append(key)

    waiting = [enter(key, SLICE) for key in ("machine", "stranger", "other", "people")]
    await asyncio.gather(enter("first", 0.0), *waiting)
    assert came == ["first", "stranger", "people", "other", "machine"]
