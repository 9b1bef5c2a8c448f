"""Work on budgets that hangs when the gateway ends: it ends with it, and whoever waits for it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.counting import CountersDown, Home, Line
from gateway.core.identity import Principal
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Level, Policy, Rules
from gateway.core.spending import Scope, Spent
from gateway.limiting import Limits
from gateway.quota import failover
from gateway.quota.allowances import allowances_at
from gateway.tasks import broken
from tests.quota.test_failover import Row, Stand
from tests.support.clocks import HandClock
from tests.support.counting import counted_by_the_database
from tests.support.fakes import FakeAlarms, FakeSpending
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio


class Hanging:
    """`reached` when somebody waits here, for good."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def here(self, *_: Any, **__: Any) -> Any:
        self.reached.set()
        await asyncio.Event().wait()


async def ended(waiting: asyncio.Task[Any], work: str, close: Callable[[], Awaitable[None]]) -> None:
    """Nothing of that name is under way after `close`, nor does anybody wait for it."""
    [hanging] = [task for task in asyncio.all_tasks() if task.get_name() == work]
    async with asyncio.timeout(60):
        await close()
        await asyncio.wait((waiting,))
    assert hanging.cancelled()


async def test_a_question_to_the_ledger() -> None:
    hanging = Hanging()

    class Spending:
        spent = hanging.here

        async def hours(self, scope: Scope, ends: Sequence[float]) -> list[list[Spent]]:
            return [[] for _ in ends]

    async def shipped() -> None:
        return None

    limits = Limits(None, HandClock(), Spending(), shipped, None, None)  # type: ignore[arg-type]
    policy = Policy(version="1", providers={}, models={}, teams={})
    budget = Budget(name="month", period="month", limit=Money(NANO, "USD"))
    level = Level(kind="team", name="a", rules=Rules(budgets=(budget,)))
    over = allowances_at(policy, (level,), Principal(key_id="k", team="a"), 1.0, None)
    request = asyncio.ensure_future(limits.budgets.hold("r", policy, over, Money(1, "USD"), 1.0, 60))
    await hanging.reached.wait()
    await ended(request, "read the ledger for a budget", limits.close)
    assert request.cancelled()


async def test_a_defect_that_ends_it_is_told() -> None:
    class Shared:
        """Whose row no code foresaw."""

        quotas = None

        def __init__(self) -> None:
            self.money = self

        def start(self) -> None: ...

        async def close(self) -> None: ...

        def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
            return False

        async def recount(self, since: float) -> None:
            raise LookupError

    async def shipped() -> None:
        return None

    limits = Limits(Shared(), HandClock(), FakeSpending(), shipped, FakeAlarms(), None)  # type: ignore[arg-type]
    limits.start(left_since=0.0)
    await until(lambda: broken(vital=False) == ["count what the dead have spent"])
    await limits.close()


async def test_a_look_at_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = Hanging()

    async def look(_: Row) -> Home:
        return await hanging.here()

    monkeypatch.setattr(Row, "look", look)
    monkeypatch.setattr(failover, "PATIENCE", 1.0)
    stand = Stand()
    request = asyncio.ensure_future(stand.reserve())
    await hanging.reached.wait()
    await ended(request, "look who counts budgets", stand.counters.close)
    assert isinstance(request.exception(), CountersDown)


async def test_a_turn_of_the_database(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    counters, hanging = await counted_by_the_database(engine), Hanging()
    monkeypatch.setattr(counters, "_carry_out", hanging.here)
    request = asyncio.ensure_future(counters.reserve("r", (Line("spend", "a", 1, 2, 4e9),), 60))
    await hanging.reached.wait()
    request.cancel()
    await ended(request, "count budgets in the database", counters.close)
