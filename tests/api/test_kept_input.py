"""What a request names instead of sending it is held of a budget, too, and charged where its answer breaks off before
its usage was told, its process dies, or nobody learns how it ended: an answer to go on from, a file, a cached content.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.core.limits import Budget
from gateway.core.money import Money
from gateway.core.objects import OwnedObject
from gateway.core.policy import PriceOverride, ProviderKind
from gateway.journal.open_calls import MOST_SHARE
from gateway.quota.usual_tokens import ENOUGH
from gateway.stages.money.input_at_provider import MOST_NAMED
from tests.support.one_provider import Asking, asked_in_turn, events, one_provider
from tests.support.recorded_provider import Performance
from tests.support.running import serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

A_TOKEN = 1000
TOKENS = PriceOverride(
    provider="p", model="m", currency="USD", since="2020-01-01", input=A_TOKEN * 10**6, output=A_TOKEN * 10**6
)
READ = 1000
PLAIN = 8
"""Tokens of a request that says `hi`, as they are counted here."""
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


BEGUN = {**ANSWER, "status": "in_progress", "output": [], "usage": None}
AT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
PIECES = (
    {"type": "response.created", "response": BEGUN},
    {"type": "response.output_item.added", "output_index": 0, "item": {**SAID, "status": "in_progress", "content": []}},
    {"type": "response.content_part.added", **AT, "part": {"type": "output_text", "text": "", "annotations": []}},
    {"type": "response.output_text.delta", **AT, "delta": "ok"},
)
END = {"type": "response.completed", "response": ANSWER}


async def statuses(asked: list[dict[str, Any]], tokens: int, state: Path) -> list[int]:
    """Of requests in turn, under a budget of so many tokens."""
    answers = await asked_in_turn(
        "openai", ANSWER, "/v1/responses", asked, state, budgets=(budget_of(tokens),), price_overrides=(TOKENS,)
    )
    return [answer.status_code for answer in answers]


def budget_of(tokens: int) -> Budget:
    return Budget(name="day", period="day", limit=Money(tokens * A_TOKEN, "USD"))


async def test_an_answer_that_is_gone_on_from_may_be_as_long_as_a_context(tmp_path: Path) -> None:
    assert await statuses([FIRST, GOING_ON, FIRST], MOST_NAMED, tmp_path) == [200, 402, 200]


async def test_it_is_learned_what_a_keys_requests_read(tmp_path: Path) -> None:
    asked = [FIRST, *[GOING_ON] * (ENOUGH + 10)]
    room = MOST_NAMED + (READ + 100) * (ENOUGH + 1)
    assert await statuses(asked, room, tmp_path) == [200] * len(asked)


async def test_of_answers_that_break_off_nothing_is_learned(tmp_path: Path) -> None:
    """What they had read was not told: counted from what was sent, it would seem next to nothing."""
    whole, cut, rounds = events(*PIECES, END), events(*PIECES), ENOUGH + 2
    room = MOST_NAMED + 500 + rounds * 3 * (READ + 20)
    async with one_provider("openai", whole, tmp_path, budgets=(budget_of(room),), price_overrides=(TOKENS,)) as asking:

        async def told(performance: Performance, tree: dict[str, Any]) -> int:
            asking.provider.performances["p"] = performance
            answer = await asking.ask("/v1/responses", {**tree, "stream": True})
            await asking.gateway.gateway.recorded()  # what it held is free again
            return answer.status_code

        in_turn = [(whole, FIRST), (whole, FIRST), (cut, GOING_ON)]  # were most cut, the provider would be left alone
        assert {await told(*each) for _ in range(rounds) for each in in_turn} == {200}
        assert [await told(whole, tree) for tree in (FIRST, FIRST, GOING_ON, FIRST)] == [200, 200, 402, 200]
        rows = await asking.gateway.usage_rows()
    assert Counter(row["error_code"] for row in rows)["upstream_cut"] == rounds


async def row_of(
    asking: Asking, performance: Performance, tree: dict[str, Any], path: str = "/v1/responses"
) -> dict[str, Any]:
    """The usage row of a stream, as its provider plays it."""
    asking.provider.performances["p"] = performance
    await asking.ask(path, tree if "streamGenerate" in path else {**tree, "stream": True})
    return (await asking.gateway.usage_rows())[-1]


async def charged(
    asking: Asking, performance: Performance, tree: dict[str, Any], path: str = "/v1/responses"
) -> tuple[int, bool]:
    """(tokens of input, whether they are an estimate)."""
    row = await row_of(asking, performance, tree, path)
    return row["input_tokens"], bool(row["estimated"])


async def rows_of(asked: list[tuple[Performance, dict[str, Any]]], state: Path) -> list[dict[str, Any]]:
    """The usage rows of streams in turn. Nobody has a budget."""
    async with one_provider("openai", asked[0][0], state, price_overrides=(TOKENS,)) as asking:
        return [await row_of(asking, *each) for each in asked]


async def test_an_answer_that_breaks_off_is_charged_what_it_went_on_from(tmp_path: Path) -> None:
    whole, cut = events(*PIECES, END), events(*PIECES)
    first, alone, going_on = await rows_of([(whole, FIRST), (cut, FIRST), (cut, GOING_ON)], tmp_path)
    assert (first["input_tokens"], first["output_tokens"], first["estimated"]) == (READ, 5, False)
    assert (alone["error_code"], alone["estimated"], alone["output_tokens"]) == ("upstream_cut", True, 1)
    assert alone["input_tokens"] == PLAIN
    assert (going_on["error_code"], going_on["estimated"]) == ("upstream_cut", True)
    assert going_on["input_tokens"] == READ + 5 + PLAIN
    assert going_on["cost_nano"] == (READ + 6 + PLAIN) * A_TOKEN


async def test_a_chain_of_answers_that_break_off_is_charged_all_of_it_each_time(tmp_path: Path) -> None:
    whole, cut = events(*PIECES, END), events(*PIECES)
    begun_again = {"type": "response.created", "response": {**BEGUN, "id": "resp_2"}}
    second = events(begun_again, *PIECES[1:])
    third = {**FIRST, "previous_response_id": "resp_2"}
    _, broken, last = await rows_of([(whole, FIRST), (second, GOING_ON), (cut, third)], tmp_path)
    assert broken["input_tokens"] > READ + 5
    assert last["input_tokens"] > broken["input_tokens"] + broken["output_tokens"]


async def test_a_file_is_charged_as_it_was_held_where_its_answer_breaks_off(tmp_path: Path) -> None:
    """Nobody here knows how long it is: presumed is the model's context, until more is known."""
    cut, whole = events(*PIECES), events(*PIECES, END)
    file = OwnedObject(id="file-1", provider="p", dialect="openai_chat", kind="file", team="demo", created_at=1.0)
    shown = [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]
    async with one_provider("openai", cut, tmp_path, price_overrides=(TOKENS,)) as asking:
        await asking.gateway.gateway.objects.hold([file])
        assert await charged(asking, cut, {**FIRST, "input": shown}) == (MOST_NAMED, True)
        for _ in range(ENOUGH):
            assert await charged(asking, whole, {**FIRST, "input": shown}) == (READ, False)
        assert await charged(asking, cut, {**FIRST, "input": shown}) == (READ, True)
        assert await charged(asking, cut, FIRST) == (PLAIN, True)


async def test_a_stored_prompt_is_charged_as_long_as_the_keys_usual_ones(tmp_path: Path) -> None:
    cut, whole = events(*PIECES), events(*PIECES, END)
    prompted = {**FIRST, "prompt": {"id": "pmpt_1"}}
    async with one_provider("openai", cut, tmp_path, price_overrides=(TOKENS,), stores=("pmpt_1",)) as asking:
        assert await charged(asking, cut, prompted) == (PLAIN, True)
        for _ in range(ENOUGH):
            assert await charged(asking, whole, prompted) == (READ, False)
        assert await charged(asking, cut, prompted) == (READ, True)
        assert await charged(asking, cut, FIRST) == (PLAIN, True)


def stream(*told: dict[str, Any]) -> Performance:
    """Frames of data alone, as Gemini and Mistral write them."""
    frames = "".join(f"data: {json.dumps(one)}\n\n" for one in told)
    return Performance(200, {"content-type": "text/event-stream"}, (frames.encode(),))


GEMINI = "/v1beta/models/p/m:streamGenerateContent?alt=sse"
OF_GEMINI = {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "ok"}]}}]}
GEMINI_TOLD = {"promptTokenCount": READ, "candidatesTokenCount": 1, "totalTokenCount": READ + 1}
GEMINI_ENDED = {"candidates": [{"index": 0, "content": {"role": "model", "parts": []}, "finishReason": "STOP"}]}
SAYING = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
FILM = {"fileData": {"fileUri": "gs://films/one.mp4", "mimeType": "video/mp4"}}
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
OF_MISTRAL = CHUNK | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "ok"}, "finish_reason": None}]}
MISTRAL_ENDED = CHUNK | {
    "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": READ, "completion_tokens": 1, "total_tokens": READ + 1},
}
KEPT: dict[str, tuple[ProviderKind, str, dict[str, Any], Performance, Performance]] = {
    "a cached content": (
        "gemini",
        GEMINI,
        {**SAYING, "cachedContent": "cachedContents/c1"},
        stream(OF_GEMINI),
        stream(OF_GEMINI, GEMINI_ENDED | {"usageMetadata": GEMINI_TOLD}),
    ),
    "a film at Google": (
        "gemini",
        GEMINI,
        {"contents": [{"role": "user", "parts": [{"text": "hi"}, FILM]}]},
        stream(OF_GEMINI),
        stream(OF_GEMINI, GEMINI_ENDED | {"usageMetadata": GEMINI_TOLD}),
    ),
    "a file at Mistral": (
        "mistral",
        "/mistral/v1/chat/completions",
        {
            "model": "p/m",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "file", "file_id": "f1"}]}
            ],
        },
        stream(OF_MISTRAL),
        stream(OF_MISTRAL, MISTRAL_ENDED),
    ),
}
"""(kind, path, request, what breaks off before it tells usage, what does not)"""


@pytest.mark.parametrize("kept", KEPT)
async def test_what_other_providers_keep_is_charged_alike_where_its_answer_breaks_off(
    tmp_path: Path, kept: str
) -> None:
    kind, path, tree, cut, whole = KEPT[kept]
    opened = ("cachedContents/c1", "gs://films/one.mp4")
    async with one_provider(kind, cut, tmp_path, price_overrides=(TOKENS,), stores=opened) as asking:
        file = OwnedObject(id="f1", provider="p", dialect="mistral", kind="file", team="demo", created_at=1.0)
        await asking.gateway.gateway.objects.hold([file])
        assert await charged(asking, cut, tree, path) == (MOST_NAMED, True)
        for _ in range(ENOUGH):
            assert await charged(asking, whole, tree, path) == (READ, False)
        assert await charged(asking, cut, tree, path) == (READ, True)


async def test_a_cached_content_is_charged_as_it_was_told_before_its_answer_broke_off(tmp_path: Path) -> None:
    """Gemini tells it in every piece."""
    told = stream(OF_GEMINI | {"usageMetadata": GEMINI_TOLD | {"cachedContentTokenCount": READ - PLAIN}})
    tree = {**SAYING, "cachedContent": "cachedContents/c1"}
    async with one_provider(
        "gemini", told, tmp_path, price_overrides=(TOKENS,), stores=("cachedContents/c1",)
    ) as asking:
        row = await row_of(asking, told, tree, GEMINI)
    assert (row["error_code"], row["input_tokens"], row["cached_tokens"]) == ("upstream_cut", READ, READ - PLAIN)


SHOWING = {**FIRST, "input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]}
FILE = OwnedObject(id="file-1", provider="p", dialect="openai_chat", kind="file", team="demo", created_at=1.0)


@pytest.mark.parametrize(("tree", "read"), [(GOING_ON, READ + 5), (SHOWING, MOST_NAMED)], ids=["answer", "file"])
async def test_an_answer_in_the_background_that_is_never_told_is_charged_what_it_named(
    tmp_path: Path, tree: dict[str, Any], read: int
) -> None:
    queued = {**BEGUN, "id": "resp_2", "status": "queued"}
    async with one_provider("openai", ANSWER, tmp_path, price_overrides=(TOKENS,)) as asking:
        gateway = asking.gateway.gateway
        await gateway.objects.hold([FILE])
        await asking.ask("/v1/responses", FIRST)
        await asking.gateway.usage_rows()
        asking.provider.performances["p"] = Performance(200, {}, (json.dumps(queued).encode(),))
        assert (await asking.ask("/v1/responses", {**tree, "background": True})).status_code == 200
        asking.provider.performances["p"] = Performance(404, {}, (b"{}",))
        await gateway.jobs_end.look_after(await gateway.jobs_end.of("p", "resp_2"))
        row = next(row for row in await asking.gateway.usage_rows() if row["error_code"] == "presumed")
    assert read <= row["input_tokens"] <= read + len(json.dumps(tree))
    assert (row["output_tokens"], bool(row["estimated"])) == (tree["max_output_tokens"], True)


@pytest.mark.parametrize(("tree", "read"), [(GOING_ON, READ + 5), (SHOWING, MOST_NAMED)], ids=["answer", "file"])
async def test_a_call_whose_process_is_killed_is_charged_what_it_named(
    tmp_path: Path, tree: dict[str, Any], read: int
) -> None:
    """What a kill leaves is its journal as it was while the provider had the call."""
    silent = Performance(200, {"content-length": "100"}, (b"{",))
    room = budget_of(10 * MOST_NAMED)
    async with one_provider("openai", ANSWER, tmp_path / "first", budgets=(room,), price_overrides=(TOKENS,)) as asking:
        gateway = asking.gateway
        await gateway.gateway.objects.hold([FILE])
        await asking.ask("/v1/responses", FIRST)
        await gateway.usage_rows()
        asking.provider.performances["p"] = silent
        call = asyncio.ensure_future(asking.ask("/v1/responses", tree))
        await until(lambda: len(asking.provider.received["p"]) == 2)
        shutil.copytree(tmp_path / "first" / "journal", tmp_path / "second" / "journal")
        policy, database = gateway.gateway.policies.current, gateway.database_url
        async with serving(policy, tmp_path / "second", database_url=database) as next_one:
            _, row = await next_one.usage_rows()
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
    assert (row["error_code"], bool(row["estimated"])) == ("presumed", True)
    assert read <= row["input_tokens"] <= read + MOST_SHARE * len(json.dumps(tree))
    assert row["cost_nano"] == row["input_tokens"] * A_TOKEN
