"""A call that ran out of time, or broke off, before another took over: nobody tells whether it is billed, so it is
booked for its input, counted against the budget, and marked as an estimate."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, PriceOverride, Target, Timeouts
from gateway.journal.local import LocalJournal
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

A_TOKEN = 1000
PLENTY = 1_000_000
PROMPT = "What is the capital of Switzerland, and since when?"
SILENT = "first+first-byte-delay=30"
CUT = "first+reset-after=0"


def priced(provider: str, model: str) -> PriceOverride:
    return PriceOverride(provider=provider, model=model, currency="USD", since="2020-01-01", input=NANO, output=NANO)


@contextlib.asynccontextmanager
async def stood(folder: Path, first: str, limit: int) -> AsyncIterator[tuple[RunningGateway, SimulatedServer]]:
    """A model `fast` with two targets, and a budget of `limit` tokens."""
    provider = await serve_simulated()
    budget = Budget(name="month", period="month", limit=Money(limit * A_TOKEN, "USD"))
    alias = Alias(
        name="fast",
        targets=(Target(provider="openai", model=first),),
        fallbacks=(Target(provider="mistral", model="second"),),
        budgets=(budget,),
    )
    patience = Timeouts(connect=2, first_byte=1, idle=10, total=60)
    policy = msgspec.structs.replace(
        policy_for(provider.url, models=(alias,), timeouts=patience),
        price_overrides=(priced("openai", first), priced("mistral", "second")),
    )
    try:
        async with serving(policy, folder) as gateway:
            yield gateway, provider
    finally:
        await provider.close()


async def ask(gateway: RunningGateway, stream: bool = False) -> httpx.Response:
    body = {"model": "fast", "max_tokens": 8, "stream": stream, "messages": [{"role": "user", "content": PROMPT}]}
    async with httpx.AsyncClient(timeout=30, headers={"authorization": f"Bearer {gateway.key}"}) as client:
        return await client.post(f"{gateway.url}/v1/chat/completions", json=body)


async def ended(gateway: RunningGateway) -> list[dict[str, Any]]:
    """The rows of calls, once that of the request itself is among them."""
    while True:
        rows = [row for row in await gateway.usage_rows() if row["operation"] == "chat"]
        if any("." not in row["request_id"] for row in rows):
            return rows
        await asyncio.sleep(0.01)


async def posted(gateway: RunningGateway) -> int:
    """What the model's budget has spent, as its counter says, in nano-units, once nothing is held of it any more."""
    async with httpx.AsyncClient(timeout=30, headers={"authorization": f"Bearer {gateway.key}"}) as client:
        while True:
            [budget] = (await client.get(f"{gateway.url}/me")).json()["budgets"]
            if not float(budget["held"].split()[0]):
                return round(float(budget["spent"].split()[0]) * NANO)


@pytest.mark.parametrize(
    ("first", "stream", "code"),
    [(SILENT, False, "upstream_timeout"), (SILENT, True, "upstream_timeout"), (CUT, False, "upstream_cut")],
)
async def test_it_has_a_row_of_its_own_and_counts_in_budgets(
    first: str, stream: bool, code: str, tmp_path: Path
) -> None:
    async with stood(tmp_path, first, PLENTY) as (gateway, provider):
        got = await ask(gateway, stream)
        assert got.status_code == 200, got.text
        rows = {row["request_id"]: row for row in await gateway.usage_rows() if row["operation"] == "chat"}
        assert len(provider.requests) == 2
        spent = await posted(gateway)
    asked = got.headers["x-gateway-request-id"]
    assert rows.keys() == {asked, f"{asked}.failed1"}
    own, failed = rows[asked], rows[f"{asked}.failed1"]
    assert (own["provider"], own["status"], own["estimated"]) == ("mistral", "ok", False)
    assert (failed["provider"], failed["status"], failed["error_code"]) == ("openai", "upstream_error", code)
    assert (failed["estimated"], failed["output_tokens"], failed["model_asked"]) == (True, 0, "fast")
    assert failed["cost_nano"] == failed["input_tokens"] * A_TOKEN > 10 * A_TOKEN
    assert spent == failed["cost_nano"] + own["cost_nano"]


async def test_no_other_call_is_made_that_the_budget_has_no_room_for(tmp_path: Path) -> None:
    """One call is held for; what the first may have cost leaves too little beside it."""
    async with stood(tmp_path, SILENT, 100) as (gateway, provider):
        got = await ask(gateway)
        assert (got.status_code, got.json()["error"]["code"]) == (402, "budget_spent")
        assert [call.model.partition("+")[0] for call in provider.requests] == ["first"]
        [row] = [row for row in await gateway.usage_rows() if row["operation"] == "chat"]
        spent = await posted(gateway)
    assert (row["provider"], row["status"], row["estimated"]) == ("openai", "upstream_error", True)
    assert spent == row["cost_nano"] == row["input_tokens"] * A_TOKEN > 0


async def test_what_a_provider_refused_is_not_presumed(tmp_path: Path) -> None:
    async with stood(tmp_path, "first+status=500", PLENTY) as (gateway, provider):
        assert (await ask(gateway)).status_code == 200
        [row] = [row for row in await gateway.usage_rows() if row["operation"] == "chat"]
        assert len(provider.requests) == 2
        assert await posted(gateway) == row["cost_nano"]
    assert (row["provider"], row["attempts"], row["estimated"]) == ("mistral", 2, False)


@pytest.mark.parametrize(
    ("first", "presumed"),
    [(CUT, {".failed1": True, "": False}), ("first+status=500", {"": False})],
    ids=["booked already", "refused"],
)
async def test_who_leaves_before_the_next_call_is_sent_pays_for_none_twice(
    first: str, presumed: dict[str, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fallback waits for the disk when its client goes: no call is under way then."""
    waits, durable = asyncio.Event(), LocalJournal.durable

    async with stood(tmp_path, first, PLENTY) as (gateway, provider):

        async def never(journal: LocalJournal, *arguments: Any, **named: Any) -> None:
            if not provider.requests:
                return await durable(journal, *arguments, **named)
            waits.set()
            return await asyncio.Event().wait() and None

        monkeypatch.setattr(LocalJournal, "durable", never)
        asking = asyncio.create_task(ask(gateway))
        await waits.wait()
        monkeypatch.setattr(LocalJournal, "durable", durable)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        rows = await ended(gateway)
        assert len(provider.requests) == 1
        spent = await posted(gateway)
    own = rows[0]["request_id"].partition(".")[0]
    assert {row["request_id"].removeprefix(own): bool(row["estimated"]) for row in rows} == presumed
    assert {row["request_id"]: row["status"] for row in rows}[own] == "client_closed"
    assert [row["request_id"] for row in rows if row["cost_nano"]] == [
        own + name for name in presumed if presumed[name]
    ]
    assert spent == sum(row["cost_nano"] or 0 for row in rows)
