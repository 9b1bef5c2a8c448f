"""What a request names instead of sending it is held of a budget, too: an answer to go on from, a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.core.limits import Budget
from gateway.core.money import Money
from gateway.core.policy import PriceOverride
from gateway.quota.usual_tokens import ENOUGH
from gateway.stages.hold_money import MOST_NAMED
from tests.support.one_provider import asked_in_turn

pytestmark = pytest.mark.asyncio

A_TOKEN = 1000
TOKENS = PriceOverride(
    provider="p", model="m", currency="USD", since="2020-01-01", input=A_TOKEN * 10**6, output=A_TOKEN * 10**6
)
READ = 1000
SAID = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "ok", "annotations": []}],
}
ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "m",
    "output": [SAID],
    "usage": {"input_tokens": READ, "output_tokens": 5, "total_tokens": READ + 5},
}
FIRST: dict[str, Any] = {"model": "p/m", "input": "hi", "max_output_tokens": 50}
GOING_ON = {**FIRST, "previous_response_id": "resp_1"}


async def statuses(asked: list[dict[str, Any]], tokens: int, state: Path) -> list[int]:
    """Of requests in turn, under a budget of so many tokens."""
    budget = Budget(name="day", period="day", limit=Money(tokens * A_TOKEN, "USD"))
    answers = await asked_in_turn(
        "openai", ANSWER, "/v1/responses", asked, state, budgets=(budget,), price_overrides=(TOKENS,)
    )
    return [answer.status_code for answer in answers]


async def test_an_answer_that_is_gone_on_from_may_be_as_long_as_a_context(tmp_path: Path) -> None:
    assert await statuses([FIRST, GOING_ON, FIRST], MOST_NAMED, tmp_path) == [200, 402, 200]


async def test_it_is_learned_what_a_keys_requests_read(tmp_path: Path) -> None:
    asked = [FIRST, *[GOING_ON] * (ENOUGH + 10)]
    room = MOST_NAMED + (READ + 100) * (ENOUGH + 1)
    assert await statuses(asked, room, tmp_path) == [200] * len(asked)
