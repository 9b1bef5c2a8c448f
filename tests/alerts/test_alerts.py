"""Alerts: each occasion is told once, to real webhooks, whoever notices it and however often."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.alerts.delivery import LIMIT_SECONDS, AlertDelivery, by_apprise
from gateway.core.alerting import Alert
from gateway.core.limits import Budget
from gateway.core.policy import Secret
from gateway.core.ports import Record, UsageRow
from gateway.providers.simulated.server import SimulatedServer
from gateway.storage.alerts import QUICK_TRIES, STALE, StoredAlerts, alert
from gateway.storage.engine import DATABASE_ERRORS
from tests.api.test_limits import francs, limited, posting
from tests.support.clocks import HandClock
from tests.support.running import RunningGateway, serving
from tests.support.spending import write

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # apprise asks for it on import
]


class Webhook:
    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.destination = Secret("")

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(json.loads(await request.read()))
        return web.Response(status=self.status)


@contextlib.asynccontextmanager
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    application = web.Application()
    application.router.add_post("/hook", hook.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    hook.destination = Secret(f"json://user:hidden@127.0.0.1:{port}/hook")
    try:
        yield hook
    finally:
        await runner.cleanup()


def occasion(key: str = "budget/a/50") -> Alert:
    return Alert(key=key, at=1_800_000_000.0, title="50 % is spent", text="25.00 CHF of 50.0 CHF is spent.")


async def noted(engine: AsyncEngine, *alerts: Alert) -> StoredAlerts:
    book = StoredAlerts(engine)
    async with engine.begin() as connection:
        records = [
            Record(number, "alert", each.key, msgspec.msgpack.encode(each)) for number, each in enumerate(alerts)
        ]
        await book.project(connection, records)
    return book


async def test_an_alert_reaches_a_webhook_and_its_address_no_log(capfd: pytest.CaptureFixture[str]) -> None:
    async with webhook() as hook:
        assert await by_apprise(hook.destination, occasion())
        assert [(got["title"], got["message"]) for got in hook.got] == [
            ("50 % is spent", "25.00 CHF of 50.0 CHF is spent.")
        ]
        hook.status = 500
        assert not await by_apprise(hook.destination, occasion())
        assert not await by_apprise(Secret("nonsense://hidden"), occasion())
    assert "hidden" not in "".join(capfd.readouterr())


async def test_the_same_occasion_is_told_once_by_whoever_claims_it(engine: AsyncEngine) -> None:
    told: list[str] = []

    async def send(_: Secret, each: Alert) -> bool:
        await asyncio.sleep(0)
        told.append(each.key)
        return True

    await noted(engine, occasion("a"), occasion("b"))
    book = await noted(engine, occasion("a"))
    clock = HandClock()
    replicas = [AlertDelivery(book, lambda: [Secret("x")], clock, DATABASE_ERRORS, send) for _ in range(3)]
    for _ in range(3):
        await asyncio.gather(*(replica.deliver_now() for replica in replicas))
        clock.advance(3600)
    assert sorted(told) == ["a", "b"]


async def test_many_alerts_at_a_slow_destination_are_told_once_each(engine: AsyncEngine) -> None:
    told: list[str] = []
    keys = [f"budget/{number}/50" for number in range(6)]
    book, clock = await noted(engine, *map(occasion, keys)), HandClock()

    async def quick(_: Secret, each: Alert) -> bool:
        told.append(each.key)
        return True

    other = AlertDelivery(book, lambda: [Secret("x")], clock, DATABASE_ERRORS, quick)

    async def slow(_: Secret, each: Alert) -> bool:
        clock.advance(LIMIT_SECONDS)
        if len(told) == 2:  # a minute after the first was claimed another replica looks
            await other.deliver_now()
        told.append(each.key)
        return True

    await AlertDelivery(book, lambda: [Secret("x")], clock, DATABASE_ERRORS, slow).deliver_now()
    assert sorted(told) == keys


async def test_what_could_not_be_told_is_tried_for_three_days(engine: AsyncEngine) -> None:
    tries: list[str] = []

    async def fails(_: Secret, each: Alert) -> bool:
        tries.append(each.key)
        return False

    book, clock = await noted(engine, occasion()), HandClock()
    delivery = AlertDelivery(book, lambda: [Secret("x")], clock, DATABASE_ERRORS, fails)
    await delivery.deliver_now()
    await delivery.deliver_now()
    assert len(tries) == 1
    for _ in range(2 * QUICK_TRIES):
        clock.advance(61)
        await delivery.deliver_now()
    assert len(tries) == QUICK_TRIES
    clock.advance(3600)
    await delivery.deliver_now()
    assert len(tries) == QUICK_TRIES + 1
    clock.advance(STALE)
    await delivery.deliver_now()
    assert len(tries) == QUICK_TRIES + 1


async def test_one_destination_that_fails_keeps_no_other_and_tells_none_twice(engine: AsyncEngine) -> None:
    async with webhook() as broken, webhook() as other:
        broken.status = 500
        places = [Secret("nonsense://hidden"), broken.destination, other.destination]
        book, clock = await noted(engine, occasion()), HandClock()
        delivery = AlertDelivery(book, lambda: places, clock, DATABASE_ERRORS)
        for _ in range(3):
            await delivery.deliver_now()
            clock.advance(61)
        assert (len(broken.got), len(other.got)) == (3, 1)
        broken.status, places[0] = 200, other.destination  # as an operator mends it
        await delivery.deliver_now()
        clock.advance(3601)
        await delivery.deliver_now()
        assert (len(broken.got), len(other.got)) == (4, 1)


async def test_what_raises_while_it_tells_is_a_failure_and_keeps_no_other_alert(
    engine: AsyncEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    book = await noted(engine, occasion("one"), occasion("two"))

    async def raises_first(_: Secret, each: Alert) -> bool:
        if each.key == "one":
            raise LookupError("json://user:hidden@host")
        told.append(each.key)
        return True

    await AlertDelivery(book, lambda: [Secret("x")], HandClock(), DATABASE_ERRORS, raises_first).deliver_now()
    assert told == ["two"]
    assert "hidden" not in "".join(capfd.readouterr())


async def test_without_destinations_alerts_wait(engine: AsyncEngine) -> None:
    book = await noted(engine, occasion())
    await AlertDelivery(book, tuple, HandClock(), DATABASE_ERRORS).deliver_now()
    claimed = await book.claim(1_800_000_060.0)
    assert claimed is not None
    assert claimed.key == "budget/a/50"


async def all_told(gateway: RunningGateway) -> Sequence[Any]:
    """Every alert that was raised, once it is told: by this call, or by the gateway's own task that came before."""
    await gateway.gateway.recorded()
    async with asyncio.timeout(20):
        while True:
            await gateway.gateway.alerting.delivery.deliver_now()
            async with gateway.gateway.engine.connect() as connection:
                rows = (await connection.execute(select(alert.c.key, alert.c.told_at).order_by(alert.c.at))).all()
            if all(row.told_at for row in rows):
                return rows


async def test_a_budget_that_runs_low_is_told_at_each_threshold_once(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    budget = Budget(name="month", period="month", limit=francs(3), alerts=(10, 50, 100))
    async with webhook() as hook:
        policy = msgspec.structs.replace(limited(simulated, budgets=(budget,)), alerts=(hook.destination,))
        async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
            for _ in range(200):
                status, _, _ = await post()
                await gateway.gateway.limits.settling.drain()
                if status == 402:
                    break
            assert status == 402
            rows = await all_told(gateway)
    assert [row.key.rpartition("/")[2] for row in rows] == ["10", "50", "100"]
    titles = [got["title"] for got in hook.got]
    assert titles == [f"{percent} % of the budget 'month' of team 'demo' is spent" for percent in (10, 50, 100)]
    assert "of 3.0 CHF is spent in the month that began on" in hook.got[0]["message"]


async def test_money_that_is_spent_unusually_fast_is_told_once_a_window(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    budget = Budget(name="year", period="year", limit=francs(20), alerts=(100,))
    async with webhook() as hook:
        policy = msgspec.structs.replace(limited(simulated, budgets=(budget,)), alerts=(hook.destination,))
        async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
            long_ago = time.time() - 21 * 86_400
            earlier = UsageRow(request_id="r0", at=long_ago, key_id="k", team="demo", attempts=1, cost=francs(0.01))
            await write(gateway.database_url, policy, [earlier])
            for _ in range(2):
                statuses = [(await post())[0] for _ in range(20)]
                await gateway.gateway.recorded()
                await gateway.gateway.limits.pace.look()
                assert len(await all_told(gateway)) == 1
    assert set(statuses) == {200}
    assert [got["title"] for got in hook.got] == ["Money of team 'demo' is spent unusually fast"]
    assert "the median of this hour in the last 14 days is 0" in hook.got[0]["message"]
    assert "The budget 'year' is 20.0 CHF a year" in hook.got[0]["message"]
