"""`gateway report cache`, on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from gateway.core.caching import VECTOR, CacheUse
from gateway.core.money import NANO, Money
from gateway.core.ports import UsageRow
from gateway.policy.load import policy_of_text
from gateway.storage.engine import open_engine
from gateway.storage.usage_retention import retain
from tests.cli.conftest import POLICY, Gateway
from tests.support.spending import write

pytest_plugins = ["tests.support.databases"]

RATE = "prices: {exchange: [{from: USD, to: CHF, rate: 0.5, since: 2020-01-01}]}\nreporting: {currency: CHF}\n"
NUMBER = count()


def row(team: str, use: CacheUse, *, day: int = 10, saved: int | None = None, vector: bool = False) -> UsageRow:
    """`saved` in thousandths of a dollar; a vector costs a tenth of a dollar."""
    return UsageRow(
        request_id=f"req_{next(NUMBER)}{VECTOR if vector else ''}",
        at=datetime(2026, 11, day, 12, tzinfo=UTC).timestamp(),
        key_id="k",
        team=team,
        provider="gpu",
        model="nomic" if vector else "m",
        status="ok",
        cache=use,
        saved=None if saved is None else Money(saved * NANO // 1000, "USD"),
        cost=Money(NANO // 10 if vector else 0, "USD"),
    )


ROWS = [
    *(row("support", "hit", saved=2000) for _ in range(3)),
    row("support", "shared", saved=1000, day=11),
    row("support", "similar", saved=500),
    *(row("support", "miss") for _ in range(2)),
    *(row("support", use) for use in ("checked", "checked_same", "checked_same", "checked_different")),  # type: ignore[arg-type]
    *(row("support", "bypass", vector=True) for _ in range(4)),
    *(row("law", "miss") for _ in range(3)),
    row("law", "hit"),  # without a price
    row("others", "bypass"),
    row("others", "replay"),
]


@pytest.fixture
def recorded(migrated: Gateway, home: Path, database_url: str) -> Gateway:
    (home / "policies" / "policy.yaml").write_text(POLICY.replace("PORT", "9") + RATE)
    assert migrated("report", "cache", "--month", "2026-11").code == 1
    asyncio.run(write(database_url, policy_of_text("p.yaml", "version: 1", {}), ROWS))
    return migrated


def test_what_the_caches_saved_and_how_similar_answers_fared(recorded: Gateway) -> None:
    told = recorded("report", "cache", "--month", "2026-11", "--json")
    assert told.code == 0
    law, support = told.json["lines"]
    assert (law["key"], law["requests"], law["equal"], law["missed"]) == ({"team": "law"}, 4, 1, 3)
    assert support == {
        "key": {"team": "support"},
        "requests": 11,
        "equal": 3,
        "shared": 1,
        "similar": 1,
        "missed": 6,
        "checked": 4,
        "same": 2,
        "close": 0,
        "different": 1,
        "saved": "3.750000000",
        "vectors": "0.200000000",
        "unconverted": 0,
    }
    assert told.json["total"]["requests"] == 15
    assert recorded("report", "cache", "--month", "2026-10").code == 1


def test_as_a_table_and_as_csv(recorded: Gateway) -> None:
    lines = recorded("report", "cache", "--month", "2026-11").out.splitlines()
    assert lines[0].split("  ")[0] == "team"
    words = "support 11 3 1 1 6 45.5 % 3.75 4 2 0 1 0.20"
    assert lines[2].split() == words.split()
    assert lines[3].split()[:2] == ["total", "15"]
    by_day = recorded("report", "cache", "--month", "2026-11", "--by", "team,day,model", "--format", "csv").out
    found = list(csv.DictReader(io.StringIO(by_day)))
    assert [(one["team"], one["day"], one["model"]) for one in found] == [
        ("law", "2026-11-10", "m"),
        ("support", "2026-11-10", "m"),
        ("support", "2026-11-10", "nomic"),
        ("support", "2026-11-11", "m"),
    ]
    assert (found[3]["shared"], found[3]["saved_CHF"], found[2]["vectors_CHF"]) == ("1", "0.500000000", "0.200000000")


def test_money_without_a_rate_is_in_no_sum_and_told(recorded: Gateway) -> None:
    told = recorded("report", "cache", "--month", "2026-11", "--currency", "JPY", "--json")
    assert told.code == 1
    assert told.json["total"]["saved"] == "0.000000000"
    assert "no exchange rate to JPY" in told.err
    assert recorded("report", "cache", "--month", "2026-11", "--by", "user").code == 2


def test_days_whose_calls_are_gone_are_not_taken_for_days_without_a_cache(recorded: Gateway, database_url: str) -> None:
    async def drop() -> None:
        engine = open_engine(database_url)
        await retain(engine, "2027-01-01")
        await engine.dispose()

    asyncio.run(drop())
    told = recorded("report", "cache", "--month", "2026-11..2027-01", "--json")
    assert told.code == 1
    assert told.err == (
        "gateway: single calls are kept from 2027-01-01 on (reporting.retention): what was before that is not in here\n"
    )
