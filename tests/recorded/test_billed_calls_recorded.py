"""What providers bill by the call, in recorded answers; xAI tells the whole cost, so ours is held to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.core.events import Event, UsageReported
from gateway.core.policy import Policy, ProviderPolicy
from gateway.core.usage import Calls, Usage
from gateway.dialects.registry import PROVIDER_CODECS
from gateway.dialects.sse import SseSplitter
from tests.recorded.test_openai_responses_recorded import ALL_ANSWERS, DIALECTS, recorded

TICKS_A_NANO = 10
"""xAI's `cost_in_usd_ticks` counts ten-billionths of a dollar."""
AT = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
BILLED = {
    "messages-s-cached-usage-mirascop-657706": Calls(web_search=3),
    "stream-s-reasoning-mirascop-de5014": Calls(web_search=1),
    "responses-s-text-mirascop-1fb4fa": Calls(web_search=1),
    "responses-n-cached-usage-reasoning-ruby-llm-e9ed57": Calls(web_search=2),
}
"""Every recording whose provider ran a tool that it bills by the call."""

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not ALL_ANSWERS, reason="the folder of recordings is not at hand"),
]


def used(path: Path) -> Usage:
    record = recorded(path)
    codec, response = PROVIDER_CODECS[DIALECTS[record["api"]]], record["response"]
    events: list[Event] = []
    if response.get("raw") is None:
        events = codec.decode_answer(msgspec.json.encode(response["body"]))
    else:
        decoder, splitter = codec.stream_decoder(), SseSplitter()
        for event in (*splitter.feed(response["raw"].encode()), *splitter.close()):
            events += decoder.feed(event)
    told = [event.usage for event in events if isinstance(event, UsageReported)]
    return told[-1] if told else Usage()


def test_each_answer_that_was_billed_by_the_call_is_known_as_one() -> None:
    found = {path.stem: calls for path in ALL_ANSWERS if (calls := used(path).calls) is not None}
    assert {name: calls for name, calls in found.items() if name in BILLED} == {
        name: calls for name, calls in BILLED.items() if any(path.stem == name for path in ALL_ANSWERS)
    }
    assert found.keys() <= BILLED.keys()


def test_what_xai_says_that_an_answer_cost_is_what_we_book() -> None:
    provider = ProviderPolicy(name="x", kind="xai", base_url="http://x", region="us")
    policy = Policy(version="v", providers={"x": provider}, models={}, teams={})
    prices, compared = SeededPriceBook(), 0
    for path in ALL_ANSWERS:
        body = recorded(path)["response"].get("body")
        ticks = ((body or {}).get("usage") or {}).get("cost_in_usd_ticks")
        if ticks is None or body is None:
            continue
        priced = prices.cost(policy, "x", body["model"], used(path), AT)
        assert priced is not None
        assert priced[0].nano * TICKS_A_NANO == ticks, path.stem
        compared += 1
    assert compared or not any("xai" in str(path) for path in ALL_ANSWERS)
