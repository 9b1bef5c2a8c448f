"""`gateway report shadows`, on both databases."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from gateway.core.money import NANO, Money
from gateway.core.ports import Record, Status, UsageRow
from gateway.core.shadows import SHADOW_KEY, Comparison
from gateway.core.usage import Usage
from gateway.policy.load import policy_of_text
from gateway.storage.comparisons import encoded, project
from gateway.storage.engine import open_engine
from tests.cli.conftest import POLICY, Gateway
from tests.support.spending import write

pytest_plugins = ["tests.support.databases"]

MODELS = """\
  m:
    targets: [{provider: gpu, model: old}]
    shadows: [{provider: gpu, model: new}]
prices: {exchange: [{from: USD, to: CHF, rate: 0.5, since: 2020-01-01}]}
reporting: {currency: CHF}
"""


def row(request_id: str, model: str, status: Status, milliseconds: int, cost: int | None) -> UsageRow:
    """`cost` in thousandths of a dollar."""
    return UsageRow(
        request_id=request_id,
        at=time.time() - 60,
        key_id=SHADOW_KEY if "shadow" in request_id else "k",
        team="support",
        provider="gpu",
        model=model,
        status=status,
        usage=Usage(input_tokens=5, output_tokens=10 if model == "old" else 20),
        first_byte_ms=milliseconds if status == "ok" else None,
        cost=None if cost is None else Money(cost * NANO // 1000, "USD"),
        attempts=1,
    )


async def written(url: str, rows: list[UsageRow], found: list[Comparison]) -> None:
    await write(url, policy_of_text("p.yaml", "version: 1", {}), rows)
    engine = open_engine(url)
    records = [Record(number, "shadow", one.request_id, encoded(one)) for number, one in enumerate(found)]
    for _ in range(2):  # as a journal ships, that lost its way once
        async with engine.begin() as connection:
            await project(connection, records)
    await engine.dispose()


def test_what_came_of_shadows(migrated: Gateway, home: Path, database_url: str) -> None:
    (home / "policies" / "policy.yaml").write_text(POLICY.replace("PORT", "9").replace("teams:", MODELS + "teams:"))
    assert migrated("report", "shadows").code == 1
    rows, found = [], []
    for number in range(4):
        lost = number == 3
        rows.append(row(f"r{number}", "old", "ok", 100 + number, 2))
        rows.append(row(f"r{number}.shadow1", "new", "upstream_error" if lost else "ok", 50, None if lost else 1))
        found.append(
            Comparison(
                request_id=f"r{number}.shadow1",
                real_id=f"r{number}",
                at=time.time() - 60,
                model="m",
                characters=0 if lost else 80,
                real_characters=40,
                refused=number == 0,
                real_refused=False,
                tools=None if lost else ("same" if number else "different"),
                overlap=None if lost else 60,
            )
        )
    asyncio.run(written(database_url, rows, found))
    [told] = migrated("report", "shadows", "--model", "m", "--json").json
    assert (told["requests"], told["same_tools"], told["overlap"]) == (4, pytest.approx(2 / 3), 60.0)
    old, new = told["real"], told["shadow"]
    assert (old["answered"], old["refused"], old["first_byte_ms"], old["output_tokens"]) == (1.0, 0.0, 101.5, 10.0)
    assert (new["answered"], new["refused"], new["first_byte_ms"]) == (0.75, pytest.approx(1 / 3), 50.0)
    assert (old["cost"], new["cost"]) == ({"nano": NANO, "currency": "CHF"}, {"nano": NANO // 2, "currency": "CHF"})
    lines = migrated("report", "shadows").out.splitlines()
    assert lines[1].split() == ["m", "gpu/old", "4", "100.0", "%", "102", "ms", "10", "40", "0.0", "%", "1.0", "CHF"]
    assert lines[2].startswith("       shadow gpu/new  60 % of words alike, 67 % of tool calls alike  75.0 %")
    assert migrated("report", "shadows", "--model", "other").code == 1
    assert migrated("report", "shadows", "--since", "1s").code == 1
