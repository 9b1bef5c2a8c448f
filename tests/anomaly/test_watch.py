"""From usage rows to a key that is stopped: found once, in force everywhere, lifted by a person."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.anomaly.watch import Watch
from gateway.core.anomaly import AnomalyPolicy, Habit, Restriction
from gateway.core.policy import Policy
from gateway.core.ports import UsageRow
from gateway.core.reporting import Reporting
from gateway.storage.anomalies import AnomalyBooks
from gateway.storage.costs import roll_up
from tests.support.fakes import AsgiCall, FakePolicies, ScriptedUpstream, Stand
from tests.support.running import policy_for
from tests.support.spending import write

pytest_plugins = ["tests.support.databases"]

NOW = 1_795_000_000.0
WEEK = 7 * 86_400.0
POLICY = msgspec.structs.replace(
    policy_for("http://127.0.0.1:9"), anomaly=AnomalyPolicy(response="suspend", least_calls=20, factor=3)
)


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


def calls(key: str, number: int, at: float, model: str = "m", team: str = "demo") -> list[UsageRow]:
    return [
        UsageRow(
            request_id=f"{key}-{at:.0f}-{model}-{place}",
            at=at - place,
            key_id=key,
            team=team,
            provider="openai",
            model=model,
            attempts=1,
        )
        for place in range(number)
    ]


class Setting:
    def __init__(self, engine: AsyncEngine, policy: Policy = POLICY) -> None:
        self.clock = Clock()
        self.told: list[Restriction] = []
        self.books = AnomalyBooks(engine)
        self.watch = Watch(self.books, FakePolicies(policy), self.clock, self.told.append)


async def history(url: str) -> None:
    """Four weeks in which the team works in the daytime, with one model."""
    rows: list[UsageRow] = []
    for week in range(1, 5):
        rows += calls("key1", 10, NOW - week * WEEK - 9 * 3600)
    await write(url, POLICY, rows)


@pytest.mark.asyncio
async def test_a_stolen_key_is_stopped_told_once_and_released(engine: AsyncEngine, database_url: str) -> None:
    await history(database_url)
    await write(database_url, POLICY, calls("key1", 50, NOW, model="dear"))
    one, two = Setting(engine), Setting(engine)
    await one.watch.look()
    await two.watch.look()
    [found] = one.told
    assert two.told == []
    assert (found.grade, found.team, found.until) == ("suspend", "demo", NOW + 86_400)
    assert [each.partition(":")[0] for each in found.evidence] == ["volume", "hour", "model"]
    for each in (one, two):
        held = each.watch.of("key1")
        assert held is not None
        assert held.grade == "suspend"
        assert each.watch.of("key2") is None
    assert await one.books.release("key1", NOW) == 1
    await one.watch.look()
    await two.watch.look()
    assert one.watch.of("key1") is two.watch.of("key1") is None
    assert len(one.told) == 1


@pytest.mark.asyncio
async def test_the_turn_of_the_hour_tells_nothing_twice_and_takes_no_release_back(
    engine: AsyncEngine, database_url: str
) -> None:
    await history(database_url)
    await write(database_url, POLICY, calls("key1", 50, NOW, model="dear"))
    at = Setting(engine)
    await at.watch.look()
    at.clock.time = NOW + 3300
    assert at.clock.time // 3600 > NOW // 3600, "the calls are within the last hour, and of the clock's hour before"
    await at.watch.look()
    assert len(at.told) == 1
    assert at.watch.of("key1") is not None
    assert await at.books.release("key1", at.clock.time) > 0
    at.clock.time = NOW + 3500
    await at.watch.look()
    assert at.watch.of("key1") is None
    await write(database_url, POLICY, calls("key1", 50, NOW + 7200, model="dear"))
    at.clock.time = NOW + 7200
    await at.watch.look()
    assert len(at.told) == 2, "what comes later is judged anew"
    assert at.watch.of("key1") is not None


@pytest.mark.asyncio
async def test_what_is_usual_is_left_alone(engine: AsyncEngine, database_url: str) -> None:
    await history(database_url)
    rows = [row for week in range(5) for row in calls("key1", 30, NOW - week * WEEK)]
    await write(database_url, POLICY, [*rows, *calls("new", 500, NOW, team="young")])
    at = Setting(engine)
    await at.watch.look()
    assert at.told == []
    assert at.watch.of("key1") is None


@pytest.mark.asyncio
async def test_the_hour_is_the_clocks_when_the_clocks_are_changed(engine: AsyncEngine, database_url: str) -> None:
    """Zurich went back to winter time on October 25th: who comes at nine came an hour earlier by UTC until then."""
    policy = msgspec.structs.replace(POLICY, reporting=Reporting(timezone="Europe/Zurich"))
    tuesday = datetime(2026, 10, 27, 9, 30, tzinfo=ZoneInfo("Europe/Zurich")).timestamp()
    past = [tuesday - week * WEEK - 3600 for week in range(1, 5)]
    await write(database_url, policy, [row for at in (tuesday, *past) for row in calls("key1", 30, at)])
    at = Setting(engine, policy)
    at.clock.time = tuesday
    await at.watch.look()
    assert at.told == []


@pytest.mark.asyncio
async def test_a_restriction_ends_by_itself_and_nobody_is_watched_without_a_policy(
    engine: AsyncEngine, database_url: str
) -> None:
    await history(database_url)
    await write(database_url, POLICY, calls("key1", 50, NOW, model="dear"))
    at = Setting(engine)
    await at.watch.look()
    at.clock.time = NOW + 86_401
    assert at.watch.of("key1") is None
    free = Setting(engine, msgspec.structs.replace(POLICY, anomaly=None))
    await free.watch.look()
    assert free.watch.of("key1") is None
    assert free.told == []


@pytest.mark.asyncio
async def test_a_thousand_keys_are_judged_with_as_many_statements_as_one(
    engine: AsyncEngine, database_url: str
) -> None:
    policy = msgspec.structs.replace(POLICY, anomaly=AnomalyPolicy(response="suspend", least_calls=10, factor=3))
    statements: list[str] = []
    at = Setting(engine, policy)
    keys = [f"key{number:04}" for number in range(1_000)]

    async def looked() -> int:
        statements.clear()
        await at.watch.look()
        return len(statements)

    async def work(some: list[str]) -> None:
        """Each key's, in a team of its own; all but the last one's as they always do."""
        rows: list[UsageRow] = []
        for key in some:
            hour = 9 * 3600.0 if key == keys[-1] else 0.0
            rows += calls(key, 1, NOW - 3 * WEEK - hour, team=f"of {key}")
            rows += calls(key, 1, NOW, team=f"of {key}", model="dear" if hour else "m")
        await write(database_url, policy, rows)

    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement)
    )
    await work(keys[:1])
    of_one = await looked()
    await work(keys[1:-1])
    assert await looked() == of_one
    assert at.told == []
    await work(keys[-1:])
    assert await looked() == of_one + 2  # whether it is known of that key, and what is unusual
    [found] = at.told
    assert (found.key_id, found.team) == (keys[-1], f"of {keys[-1]}")
    assert [each.partition(":")[0] for each in found.evidence] == ["hour", "model"]

    teams = {key: f"of {key}" for key in keys}
    habits = await at.books.habits(teams, NOW, 4, policy.reporting)
    await roll_up(engine, policy.reporting.day_of(NOW - 2 * WEEK))
    rolled = await at.books.habits(teams, NOW, 4, policy.reporting)
    assert [rolled.of(*each) for each in teams.items()] == [habits.of(*each) for each in teams.items()]
    for key in (keys[0], keys[-1]):
        alone = await at.books.habits({key: teams[key]}, NOW, 4, policy.reporting)
        assert alone.of(key, teams[key]) == habits.of(key, teams[key])
        assert alone.of(keys[1], teams[keys[1]]) == Habit()
    assert habits.of(keys[0], teams[keys[0]]) == Habit(usual=(0, 0, 1, 0), models=frozenset({"openai/m"}))


def restricted(grade: Any) -> Stand:
    stand = Stand(POLICY, ScriptedUpstream(None))
    stand.restrictions["key1"] = Restriction(
        key_id="key1", team="demo", since=NOW, until=NOW + 60, grade=grade, evidence=("volume: 500 calls",)
    )
    return stand


async def ask(stand: Stand, path: str = "/v1/chat/completions", method: str = "POST") -> tuple[int, dict[str, Any]]:
    body = {"model": "fast-chat", "messages": [{"role": "user", "content": "Hi"}]}
    call = AsgiCall(path, json.dumps(body).encode() if method == "POST" else b"", method=method)
    await call.run(stand.edge)
    return (call.status, json.loads(call.body)) if call.messages else (0, {})


@pytest.mark.asyncio
async def test_a_suspended_key_is_refused_with_the_evidence_and_may_ask_why() -> None:
    stand = restricted("suspend")
    status, body = await ask(stand)
    assert (status, body["error"]["code"]) == (403, "key_suspended")
    assert "volume: 500 calls" in body["error"]["message"]
    assert (await ask(stand, "/me", "GET"))[0] == 200
    assert (await ask(stand, "/v1/models", "GET"))[0] == 200
    assert stand.upstream.requests == []
    assert [row.error_code for row in stand.ledger.rows] == ["key_suspended", None, None]


@pytest.mark.asyncio
async def test_a_throttled_key_has_a_few_calls_left() -> None:
    stand = restricted("throttle")
    restrain = next(stage for stage in stand.stages if type(stage).__name__ == "Restrain")
    restrain._next["key1"] = 1e18
    status, body = await ask(stand)
    assert (status, body["error"]["code"]) == (429, "rate_limit_exceeded")
    assert "slowed down to 10 calls a minute" in body["error"]["message"]
