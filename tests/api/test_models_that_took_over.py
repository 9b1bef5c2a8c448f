"""An answer of Claude's that another model gave than the one that was asked: who is named for it, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from gateway.audit.record import Header, read_header
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import PriceOverride
from gateway.storage.audit_tables import audit_record
from tests.support.one_provider import MESSAGE, asked_in_turn, events, one_provider, spent
from tests.support.recorded_provider import Performance
from tests.support.running import RunningGateway

pytestmark = pytest.mark.asyncio

A_TOKEN = 1000
OWN = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
DEAR = msgspec.structs.replace(OWN, model="other", input=5 * NANO, output=20 * NANO)
FRANCS = msgspec.structs.replace(DEAR, currency="CHF")
PRICED: dict[str, Any] = {"price_overrides": (OWN, DEAR)}
PROMPT: dict[str, Any] = {"model": "p/m", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]}
ASKED: dict[str, Any] = {**PROMPT, "fallbacks": [{"model": "other"}]}
TOTALS = {"input_tokens": 10, "output_tokens": 5}
OF_THE_OTHER = 10 * 5 * A_TOKEN + 5 * 20 * A_TOKEN
BLOCK = {"type": "fallback", "from": {"model": "m"}, "to": {"model": "other"}, "trigger": {"type": "refusal"}}


def declined(said: int, read: int = 7, model: str = "m") -> dict[str, Any]:
    return {"type": "message", "model": model, "input_tokens": read, "output_tokens": said}


def told(*hops: dict[str, Any], by: str = "other", kind: str = "fallback_message") -> dict[str, Any]:
    return {**TOTALS, "iterations": [*hops, {**TOTALS, "type": kind, "model": by}]}


def whole(used: dict[str, Any]) -> dict[str, Any]:
    return {**MESSAGE, "model": "other", "usage": used}


def streamed(used: dict[str, Any] | None) -> Performance:
    """`used` None: it breaks off behind the hop."""
    end: list[dict[str, Any]] = [
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": used},
        {"type": "message_stop"},
    ]
    text = {"type": "text", "text": ""}
    return events(
        {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": {**TOTALS, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": text},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Well, "}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": BLOCK},
        {"type": "content_block_stop", "index": 1},
        {"type": "content_block_start", "index": 2, "content_block": text},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "this is how it is done."}},
        *([] if used is None else end),
    )


async def outcomes(gateway: RunningGateway) -> list[Header]:
    await gateway.gateway.recorded()
    asked = select(audit_record.c.header).where(audit_record.c.kind == "outcome").order_by(audit_record.c.place)
    async with gateway.gateway.engine.connect() as connection:
        return [read_header(header) for header in await connection.scalars(asked)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_row_audit_and_headers_name_who_answered_at_its_own_price(stream: bool, tmp_path: Path) -> None:
    answer = streamed(told(declined(3))) if stream else whole(told(declined(3)))
    async with one_provider("anthropic", answer, tmp_path, **PRICED) as asking:
        got = await asking.ask("/v1/messages", {**ASKED, "stream": stream})
        own, first = sorted(await asking.gateway.usage_rows(), key=lambda row: row["request_id"])
        [outcome] = await outcomes(asking.gateway)
    assert got.status_code == 200
    assert (own["model"], own["input_tokens"], own["output_tokens"]) == ("other", 10, 5)
    assert (own["cost_nano"], bool(own["estimated"]), own["status"]) == (OF_THE_OTHER, False, "ok")
    assert first["request_id"] == f"{own['request_id']}.consulted1"
    assert (first["model"], first["cost_nano"], bool(first["estimated"])) == ("m", 10 * A_TOKEN, False)
    assert (outcome.model, outcome.cost_nano) == ("other", OF_THE_OTHER), "the audit's bill is the row's"
    assert stream or (got.headers["x-gateway-model"], got.headers["x-gateway-cost"]) == ("other", "0.00015 USD")


async def test_who_declined_before_a_word_is_not_billed(tmp_path: Path) -> None:
    _, rows = await spent("anthropic", whole(told(declined(0))), "/v1/messages", ASKED, tmp_path, **PRICED)
    assert [(row["model"], row["cost_nano"]) for row in rows] == [("other", OF_THE_OTHER)]


async def test_where_all_declined_the_last_has_the_row(tmp_path: Path) -> None:
    answer = whole(told(declined(3), kind="message"))
    _, rows = await spent("anthropic", answer, "/v1/messages", ASKED, tmp_path, **PRICED)
    assert {row["model"]: row["cost_nano"] for row in rows} == {"other": OF_THE_OTHER, "m": 10 * A_TOKEN}


async def test_turns_of_a_tool_loop_of_the_model_that_was_asked_are_its_own(tmp_path: Path) -> None:
    used = {**TOTALS, "iterations": [declined(3, model="m-20260615"), declined(2, model="m-20260615")]}
    _, rows = await spent("anthropic", whole(used), "/v1/messages", ASKED, tmp_path, **PRICED)
    assert [(row["model"], row["cost_nano"]) for row in rows] == [("m", 15 * A_TOKEN)]


async def test_dated_names_have_the_price_of_the_name_that_was_asked_for(tmp_path: Path) -> None:
    answer = whole(told(declined(3, model="m-20260101"), by="other-20260615"))
    _, rows = await spent("anthropic", answer, "/v1/messages", ASKED, tmp_path, **PRICED)
    assert {row["model"]: row["cost_nano"] for row in rows} == {"other": OF_THE_OTHER, "m": 10 * A_TOKEN}


async def test_a_model_without_a_price_that_the_provider_chose_is_flagged(tmp_path: Path) -> None:
    answer = whole(told(by="other-than-all"))
    tree = {**PROMPT, "fallbacks": "default"}
    _, rows = await spent("anthropic", answer, "/v1/messages", tree, tmp_path, **PRICED)
    assert [(row["model"], row["cost_nano"], bool(row["unpriced"])) for row in rows] == [("other-than-all", None, True)]


async def test_a_stream_that_breaks_off_behind_the_hop_is_reckoned_for_both(tmp_path: Path) -> None:
    tree = {**ASKED, "stream": True}
    _, rows = await spent("anthropic", streamed(None), "/v1/messages", tree, tmp_path, **PRICED)
    own, first = sorted(rows, key=lambda row: row["request_id"])
    assert (own["model"], own["status"], bool(own["estimated"])) == ("other", "upstream_cut", True)
    assert own["cost_nano"] == own["input_tokens"] * 5 * A_TOKEN + own["output_tokens"] * 20 * A_TOKEN
    assert own["input_tokens"] >= 10
    assert own["output_tokens"] > 5
    assert (first["model"], first["cost_nano"]) == ("m", 11 * A_TOKEN)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_given_again_it_has_the_same_name_and_costs_nothing(stream: bool, tmp_path: Path) -> None:
    answer = streamed(told(declined(3))) if stream else whole(told(declined(3)))
    async with one_provider("anthropic", answer, tmp_path, **PRICED) as asking:
        for _ in range(2):
            got = await asking.ask("/v1/messages", {**ASKED, "stream": stream}, {"idempotency-key": "k"})
        rows = await asking.gateway.usage_rows()
        audited = await outcomes(asking.gateway)
    assert got.headers["idempotent-replayed"] == "true"
    assert sorted((row["model"], row["cost_nano"]) for row in rows) == [
        ("m", 10 * A_TOKEN),
        ("other", 0),
        ("other", OF_THE_OTHER),
    ]
    assert [(each.model, each.cost_nano, bool(each.recalled)) for each in audited] == [
        ("other", OF_THE_OTHER, False),
        ("other", None, True),
    ]


@pytest.mark.parametrize(("more", "second"), [(-1, 402), (10**6, 200)])
async def test_budgets_see_what_all_of_them_cost(more: int, second: int, tmp_path: Path) -> None:
    room = OF_THE_OTHER + 10 * A_TOKEN
    held = 700 * A_TOKEN  # more than the first request may come to
    budgets = (Budget(name="b", period="month", limit=Money(max(room + more, held), "USD")),)
    trees = [{**ASKED, "max_tokens": 5}, {**PROMPT, "max_tokens": 1 + (held - room) // A_TOKEN}]
    got: list[httpx.Response] = await asked_in_turn(
        "anthropic", whole(told(declined(3))), "/v1/messages", trees, tmp_path, budgets=budgets, **PRICED
    )
    assert [answer.status_code for answer in got] == [200, second]


@pytest.mark.parametrize(
    ("limit", "overrides", "status"),
    [
        (1_000_000, (OWN, DEAR), 200),
        (700_000, (OWN, DEAR), 402),  # room for the dearer of the two, and not for both
        (1_000_000, (OWN, FRANCS), 422),  # no rate: what it costs fits in no sum
    ],
)
async def test_each_that_may_answer_is_held_for(
    limit: int, overrides: tuple[PriceOverride, ...], status: int, tmp_path: Path
) -> None:
    budgets = (Budget(name="b", period="month", limit=Money(limit, "USD")),)
    [got] = await asked_in_turn(
        "anthropic", MESSAGE, "/v1/messages", [ASKED], tmp_path, budgets=budgets, price_overrides=overrides
    )
    assert got.status_code == status, got.text
