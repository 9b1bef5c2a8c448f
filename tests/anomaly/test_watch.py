"""From usage rows to a key that is stopped: found once, in force everywhere, lifted by a person."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.anomaly.watch import Watch
from gateway.core.anomaly import AnomalyPolicy, Restriction
from gateway.core.policy import Policy
from gateway.core.ports import UsageRow
from gateway.storage.anomalies import AnomalyBooks
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
async def test_what_is_usual_is_left_alone(engine: AsyncEngine, database_url: str) -> None:
    await history(database_url)
    rows = [row for week in range(5) for row in calls("key1", 30, NOW - week * WEEK)]
    await write(database_url, POLICY, [*rows, *calls("new", 500, NOW, team="young")])
    at = Setting(engine)
    await at.watch.look()
    assert at.told == []
    assert at.watch.of("key1") is None


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


def restricted(grade: Any) -> Stand:
    stand = Stand(POLICY, ScriptedUpstream(None))
    stand.restrictions["key1"] = Restriction(
        key_id="key1", team="demo", since=NOW, until=NOW + 60, grade=grade, evidence=("volume: 500 calls",)
    )
    return stand


async def ask(stand: Stand, path: str = "/v1/chat/completions", method: str = "POST") -> tuple[int, dict[str, Any]]:
    body = {"model": "fast-chat", "messages": [{"role": "user", "content": "Hi"}]}
    call = AsgiCall(path, json.dumps(body).encode() if method == "POST" else b"", method=method)
    call.leave_at = 1
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
