"""Models that a request of Anthropic's names besides its own: permitted like any other, billed at their own price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gateway.core.calls import MOST_CONSULTED
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, PriceOverride, ProviderPolicy, Target, TeamPolicy, Timeouts
from gateway.telemetry import logs
from tests.support.one_provider import MESSAGE, asked_in_turn, events, spent
from tests.support.recorded_provider import Performance, playing
from tests.support.running import serving

pytestmark = pytest.mark.asyncio

OWN = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
DEAR = msgspec.structs.replace(OWN, model="adviser-1", input=5 * NANO, output=20 * NANO)
PRICED = {"price_overrides": (OWN, DEAR)}
A_TOKEN = 1000
PROMPT = {"model": "p/m", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]}
ADVISER = {"type": "advisor_20260301", "name": "advisor", "model": "adviser-1"}
USED = {
    "input_tokens": 10,
    "output_tokens": 5,
    "iterations": [
        {"type": "message", "input_tokens": 4, "output_tokens": 3},
        {"type": "advisor_message", "model": "adviser-1", "input_tokens": 100, "output_tokens": 10},
        {"type": "message", "input_tokens": 6, "output_tokens": 2},
        {"type": "advisor_message", "model": "adviser-1", "input_tokens": 50, "output_tokens": 0},
        {"type": "advisor_message", "model": None, "input_tokens": 9, "output_tokens": 9},
    ],
}
ADVISED = {**MESSAGE, "usage": USED}


def streamed(used: dict[str, Any]) -> Performance:
    began = {"input_tokens": 4, "output_tokens": 1}
    return events(
        {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": began}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "ok"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": used},
        {"type": "message_stop"},
    )


OF_THE_ADVISER = 150 * 5 * A_TOKEN + 10 * 20 * A_TOKEN


@pytest.mark.parametrize("stream", [False, True])
async def test_an_adviser_has_a_row_of_its_own_at_its_own_price(stream: bool, tmp_path: Path) -> None:
    answer: Any = streamed(USED) if stream else ADVISED
    tree = {**PROMPT, "stream": stream, "tools": [ADVISER]}
    got, rows = await spent("anthropic", answer, "/v1/messages", tree, tmp_path, **PRICED)
    assert got.status_code == 200
    own, adviser = sorted(rows, key=lambda row: row["request_id"])
    assert (own["model"], own["input_tokens"], own["output_tokens"], own["cost_nano"]) == ("m", 10, 5, 15 * A_TOKEN)
    assert adviser["request_id"] == f"{own['request_id']}.consulted1"
    assert (adviser["model"], adviser["input_tokens"], adviser["output_tokens"]) == ("adviser-1", 150, 10)
    assert (adviser["cost_nano"], adviser["status"], bool(adviser["unpriced"])) == (OF_THE_ADVISER, "ok", False)
    assert {name: own[name] for name in ("team", "key_id", "provider", "region")} == {
        name: adviser[name] for name in ("team", "key_id", "provider", "region")
    }


async def test_an_adviser_without_a_price_is_told(tmp_path: Path) -> None:
    _, rows = await spent("anthropic", ADVISED, "/v1/messages", PROMPT, tmp_path, price_overrides=(OWN,))
    assert {row["model"]: (row["cost_nano"], bool(row["unpriced"])) for row in rows} == {
        "m": (15 * A_TOKEN, False),
        "adviser-1": (None, True),
    }


@pytest.mark.parametrize(("more", "second"), [(0, 402), (1_000_000, 200)])
async def test_what_advice_cost_counts_in_budgets(more: int, second: int, tmp_path: Path) -> None:
    limit = Money(OF_THE_ADVISER + more, "USD")
    budgets = (Budget(name="b", period="month", limit=limit),)
    answers = await asked_in_turn(
        "anthropic", ADVISED, "/v1/messages", [PROMPT, PROMPT], tmp_path, budgets=budgets, **PRICED
    )
    assert [answer.status_code for answer in answers] == [200, second]


def advised(*advice: tuple[str, int, int]) -> dict[str, Any]:
    told = [
        {"type": "advisor_message", "model": model, "input_tokens": read, "output_tokens": said}
        for model, read, said in advice
    ]
    return {**MESSAGE, "usage": {"input_tokens": 10, "output_tokens": 5, "iterations": told}}


@pytest.mark.parametrize(
    ("read", "said", "cost"), [(10**12, 10, 10 * 20 * A_TOKEN), (150, 10**12, 150 * 5 * A_TOKEN), (10**12, 10**12, 0)]
)
async def test_advice_that_no_model_can_have_given_eats_no_budget(
    read: int, said: int, cost: int, tmp_path: Path
) -> None:
    answer = advised(("adviser-1", read, said))
    before = logs.warnings[logs.USAGE_UNBELIEVABLE]
    got, rows = await spent("anthropic", answer, "/v1/messages", PROMPT, tmp_path, **PRICED)
    assert got.json()["usage"] == answer["usage"], "what was told, whatever is believed of it"
    own, adviser = sorted(rows, key=lambda row: row["request_id"])
    assert own["cost_nano"] == 15 * A_TOKEN
    assert (adviser["cost_nano"], bool(adviser["estimated"]), bool(adviser["unpriced"])) == (cost, True, not cost)
    assert logs.warnings[logs.USAGE_UNBELIEVABLE] == before + 1


async def test_more_advisers_than_anybody_names_have_no_more_rows(tmp_path: Path) -> None:
    names = ["adviser-1", *map(str, range(40)), "adviser-1"]
    answer = advised(*[(name, 1, 1) for name in names])
    _, rows = await spent("anthropic", answer, "/v1/messages", PROMPT, tmp_path, **PRICED)
    read = [row["input_tokens"] for row in sorted(rows, key=lambda row: row["request_id"])]
    assert read == [10, 2, *[1] * (MOST_CONSULTED - 2), len(names) - MOST_CONSULTED]


BRIEF = {**ADVISER, "max_tokens": 20}
BUDGET = Budget(name="b", period="month", limit=Money(1_000_000, "USD"))


@pytest.mark.parametrize(
    ("naming", "status"),
    [
        ({}, 200),
        ({"tools": [{**BRIEF, "model": "m"}]}, 200),
        ({"tools": [{**BRIEF, "max_uses": 1}]}, 200),
        ({"tools": [BRIEF]}, 402),
        ({"tools": [{**BRIEF, "max_uses": 10}]}, 402),
        ({"tools": [{**ADVISER, "model": "m", "max_uses": 1}]}, 402),
        ({"tools": [{**BRIEF, "model": "m", "max_tokens": 1000}]}, 402),
        ({"fallbacks": [{"model": "m"}]}, 200),
        ({"fallbacks": [{"model": "claude-opus-4-8", "max_tokens": 10}]}, 200),
        ({"fallbacks": [{"model": "claude-opus-4-8", "max_tokens": 10, "speed": "fast"}]}, 402),
        ({"fallbacks": [{"model": "m", "max_tokens": 500}]}, 200),
        ({"fallbacks": [{"model": "m", "max_tokens": 1000}]}, 402),
        ({"fallbacks": [{"model": "adviser-1"}], "max_tokens": 60}, 402),
        ({"fallbacks": [{"model": "without-price"}]}, 422),
        ({"tools": [{**ADVISER, "model": "without-price"}]}, 422),
    ],
)
async def test_a_request_that_names_dearer_models_needs_room_for_them(
    naming: dict[str, Any], status: int, tmp_path: Path
) -> None:
    [answer] = await asked_in_turn(
        "anthropic", MESSAGE, "/v1/messages", [{**PROMPT, **naming}], tmp_path, budgets=(BUDGET,), **PRICED
    )
    assert answer.status_code == status, answer.text


NAMING: dict[str, dict[str, Any]] = {
    "tools.0.model": {"tools": [ADVISER]},
    "fallbacks.1.model": {"fallbacks": [{"model": "m"}, {"model": "adviser-1", "max_tokens": 9}]},
}


@pytest.mark.parametrize("models", [("p/m",), ("mine",)])
@pytest.mark.parametrize("place", NAMING)
async def test_a_model_that_a_team_may_not_use_is_not_called_by_another(
    place: str, models: tuple[str, ...], tmp_path: Path
) -> None:
    model = models[0]
    named, bare, own = await _asked(
        models, [{"model": model, **NAMING[place]}, {"model": model}, _own(model)], tmp_path
    )
    assert (named.status_code, bare.status_code, own.status_code) == (403, 200, 200)
    assert named.json()["error"]["type"] == "permission_error"
    assert "'adviser-1' of 'p'" in named.json()["error"]["message"]


def _own(model: str) -> dict[str, Any]:
    """Names the model that is asked for anyway, the provider's choice, and a client's tool that has a model."""
    tool = {"name": "f", "input_schema": {"type": "object"}, "model": 7}
    return {"model": model, "tools": [{**ADVISER, "model": "m"}, tool], "fallbacks": "default"}


@pytest.mark.parametrize("models", [("p/*",), ("mine", "dear")])
async def test_a_model_that_a_team_may_use_may_be_named(models: tuple[str, ...], tmp_path: Path) -> None:
    asked = "p/m" if models == ("p/*",) else "mine"
    trees = [{"model": asked, **naming} for naming in NAMING.values()]
    assert [answer.status_code for answer in await _asked(models, trees, tmp_path)] == [200, 200]


@pytest.mark.parametrize("place", NAMING)
async def test_a_batch_asks_its_own_model_alone(place: str, tmp_path: Path) -> None:
    requests = [
        {"custom_id": str(number), "params": {**PROMPT, **naming}} for number, naming in enumerate([{}, NAMING[place]])
    ]
    [answer] = await _asked(("p/*",), [{"requests": requests}], tmp_path, "/v1/messages/batches")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert f" {place.partition('.')[0]}.0.model of a request " in answer.json()["error"]["message"]


async def _asked(
    models: tuple[str, ...], trees: list[dict[str, Any]], state: Path, path: str = "/v1/messages"
) -> list[httpx.Response]:
    async with playing({"p": Performance(200, {}, (msgspec.json.encode(MESSAGE),))}) as upstream:
        provider = ProviderPolicy(
            name="p", kind="anthropic", base_url=f"{upstream.url}/p", region="us", timeouts=Timeouts(total=30)
        )
        aliases = {
            name: Alias(name=name, targets=(Target(provider="p", model=model),))
            for name, model in (("mine", "m"), ("dear", "adviser-1"))
        }
        teams = {"demo": TeamPolicy(name="demo", models=models)}
        policy = Policy(version="v", providers={"p": provider}, models=aliases, teams=teams)
        async with serving(policy, state) as gateway, httpx.AsyncClient(timeout=30) as client:
            headers = {"authorization": f"Bearer {gateway.key}", "anthropic-version": "2023-06-01"}
            return [
                await client.post(
                    gateway.url + path, json=tree if "requests" in tree else {**PROMPT, **tree}, headers=headers
                )
                for tree in trees
            ]
