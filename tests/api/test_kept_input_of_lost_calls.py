"""Calls of which nobody hears how they ended, and that named what their provider keeps: what is held and charged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.call_prices import CallPrice
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.objects import OwnedObject
from gateway.core.policy import Alias, Policy, ProviderKind, ProviderPolicy, Target, TeamPolicy, Timeouts
from gateway.stages.money.input_at_provider import MOST_NAMED
from tests.api.test_kept_input import A_TOKEN, ANSWER, READ, TOKENS
from tests.support.one_provider import Asking
from tests.support.recorded_provider import Performance, playing
from tests.support.running import serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

SAID = 50
SAYING: dict[str, Any] = {"model": "both", "input": "hi", "max_output_tokens": SAID}
SHOWN = [{"type": "input_file", "file_id": "file-1"}, {"type": "input_text", "text": "hi"}]
SEARCHED = [{"type": "file_search", "vector_store_ids": ["vs_1"]}]
SILENT = Performance(200, {"content-length": "100"}, (b"{",))
GEMINI_ANSWER = {
    "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": READ, "candidatesTokenCount": 1, "totalTokenCount": READ + 1},
}
ANSWERS = {"gemini": GEMINI_ANSWER}
NAMING = {
    "an answer": {**SAYING, "previous_response_id": "resp_1"},
    "a file": {**SAYING, "input": [{"role": "user", "content": SHOWN}]},
    "a stored prompt": {**SAYING, "prompt": {"id": "pmpt_1"}},
    "a vector store": {**SAYING, "tools": SEARCHED},
}
WHAT_IT_READ = {"an answer": READ + 5, "a file": MOST_NAMED, "a stored prompt": 0, "a vector store": 0}
"""Beside what is sent, of a key's first such request."""


def whole(answer: dict[str, Any] = ANSWER) -> Performance:
    return Performance(200, {}, (json.dumps(answer).encode(),))


@contextlib.asynccontextmanager
async def two_models_of_one_provider(
    state: Path, limit: int, idle: float = 30, kind: ProviderKind = "openai"
) -> AsyncIterator[Asking]:
    """`both`: m, and n where m does not answer. `limit`: tokens of its budget. `idle`: seconds that m has."""
    async with playing({"p": whole(ANSWERS.get(kind, ANSWER))}) as upstream:
        base = f"{upstream.url}/p" + ("/v1" if kind == "openai" else "")
        provider = ProviderPolicy(
            name="p", kind=kind, base_url=base, region="us", timeouts=Timeouts(idle=idle, total=30)
        )
        patient = msgspec.structs.replace(provider, name="patient", timeouts=Timeouts(idle=30, total=30))
        m, n = Target(provider="p", model="m"), Target(provider="p" if idle == 30 else "patient", model="n")
        budget = Budget(name="day", period="day", limit=Money(limit * A_TOKEN, "USD"))
        opened = frozenset({"pmpt_1", "vs_1", "cachedContents/c1"})
        policy = Policy(
            version="v",
            providers={"p": provider, "patient": patient},
            models={"both": Alias(name="both", targets=(m,), fallbacks=(n,), budgets=(budget,))},
            teams={"demo": TeamPolicy(name="demo", models=("*",), stores=opened)},
            call_prices=(CallPrice(provider="p", models=("*",), currency="USD", since="2020-01-01", file_search=0),),
            price_overrides=(TOKENS, msgspec.structs.replace(TOKENS, provider=n.provider, model="n")),
        )
        async with serving(policy, state) as gateway:
            asking = Asking(gateway, upstream)
            file = OwnedObject(
                id="file-1", provider="p", dialect="openai_chat", kind="file", team="demo", created_at=1.0
            )
            await gateway.gateway.objects.hold([file])
            yield asking


async def left(asking: Asking, tree: dict[str, Any]) -> None:
    """A client that is gone once its provider was asked, and before it was told anything."""
    before = len(asking.provider.asked("p"))
    asking.provider.performances["p"] = SILENT
    call = asyncio.ensure_future(asking.ask("/v1/responses", tree))
    await until(lambda: len(asking.provider.asked("p")) > before)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call


async def chats(asking: Asking, calls: int) -> list[dict[str, Any]]:
    """The rows of requests for answers, once there are so many."""
    async with asyncio.timeout(60):
        while True:
            rows = [row for row in await asking.gateway.usage_rows() if row["operation"] == "chat"]
            if len(rows) == calls:
                return rows
            await asyncio.sleep(0.01)


async def spent_in_all(asking: Asking) -> int:
    """In nano-units, of the only budget, once nothing is held of it."""
    async with asyncio.timeout(60):
        while True:
            [told] = (await asking.ask("/me", {}, method="GET")).json()["budgets"]
            if not float(told["held"].split()[0]):
                return round(float(told["spent"].split()[0]) * NANO)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_an_answer_in_the_background_whose_client_left_before_it_had_an_id_is_charged_what_it_named(
    stream: bool, tmp_path: Path
) -> None:
    async with two_models_of_one_provider(tmp_path, 10 * MOST_NAMED) as asking:
        await asking.ask("/v1/responses", SAYING)
        for number, (kept, tree) in enumerate(NAMING.items()):
            before = await spent_in_all(asking)
            body = {**tree, "background": True, "stream": stream}
            await left(asking, body)
            row = (await chats(asking, number + 2))[-1]
            spent = await spent_in_all(asking) - before
            told = row["status"], bool(row["estimated"]), row["output_tokens"]
            assert told == ("client_closed", True, SAID), kept
            named, read = WHAT_IT_READ[kept], row["input_tokens"]
            assert read == named if named == MOST_NAMED else named < read <= named + len(json.dumps(body)), kept
            assert row["cost_nano"] == (read + SAID) * A_TOKEN == spent, kept


BREAKING_OFF = Performance(200, {"content-length": "100"}, (b"{",), ending="unfinished")
"""Its head tells that somebody works at it, so that it may be billed, and it is tried once more."""


async def second_answers(
    state: Path, first: Performance, tree: dict[str, Any], room: int, path: str = "/v1/responses", **more: Any
) -> tuple[int, list[dict[str, Any]], int]:
    """(status, usage rows by id, what was spent in nano-units) of a request whose first call fails in this way, where
    another would be answered.
    """
    async with two_models_of_one_provider(state, room, **more) as asking:
        asking.provider.before["p"] = [first]
        answer = await asking.ask(path, tree)
        calls = len(asking.provider.asked("p"))
        rows = await chats(asking, calls)
        return answer.status_code, sorted(rows, key=lambda row: row["request_id"]), await spent_in_all(asking)


@pytest.mark.parametrize(("room", "status"), [(3 * MOST_NAMED, 200), (MOST_NAMED + 3000, 402)])
async def test_a_call_that_broke_off_is_held_for_and_charged_with_the_file_that_it_named(
    room: int, status: int, tmp_path: Path
) -> None:
    """No other is made where the budget has no room for both."""
    told, rows, spent = await second_answers(tmp_path, BREAKING_OFF, NAMING["a file"], room)
    failed = rows[-1]
    assert (told, len(rows)) == (status, 2 if status == 200 else 1)
    code = "upstream_cut" if status == 200 else "budget_spent"
    assert (failed["error_code"], bool(failed["estimated"])) == (code, True)
    assert (failed["input_tokens"], failed["output_tokens"]) == (MOST_NAMED, 0)
    assert [row["input_tokens"] for row in rows[:-1]] == [READ] * (len(rows) - 1)
    assert sum(row["cost_nano"] for row in rows) == spent


@pytest.mark.parametrize(("room", "status"), [(3 * MOST_NAMED, 200), (MOST_NAMED + 3000, 402)])
async def test_a_call_that_ran_out_of_time_is_held_for_and_charged_with_the_cached_content_that_it_named(
    room: int, status: int, tmp_path: Path
) -> None:
    tree = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "cachedContent": "cachedContents/c1",
        "generationConfig": {"maxOutputTokens": SAID},
    }
    path = "/v1beta/models/both:generateContent"
    told, rows, spent = await second_answers(tmp_path, SILENT, tree, room, path, idle=1, kind="gemini")
    failed = rows[-1]
    assert (told, len(rows)) == (status, 2 if status == 200 else 1)
    code = "upstream_timeout" if status == 200 else "budget_spent"
    assert (failed["model"], failed["error_code"], bool(failed["estimated"])) == ("m", code, True)
    assert (failed["input_tokens"], failed["output_tokens"]) == (MOST_NAMED, 0)
    assert sum(row["cost_nano"] for row in rows) == spent


@pytest.mark.parametrize("kept", ["a file", "an answer"])
async def test_a_call_that_ran_out_of_time_and_was_the_last_is_charged_what_it_named(kept: str, tmp_path: Path) -> None:
    async with two_models_of_one_provider(tmp_path, 3 * MOST_NAMED) as asking:
        await asking.ask("/v1/responses", SAYING)
        policies = asking.gateway.gateway.policies
        hasty = msgspec.structs.replace(policies.current.providers["p"], timeouts=Timeouts(idle=1, total=30))
        policies.current = msgspec.structs.replace(policies.current, version="hasty", providers={"p": hasty})
        asking.provider.performances["p"] = SILENT
        assert (await asking.ask("/v1/responses", NAMING[kept])).status_code == 504
        _, row = await chats(asking, 2)
        spent = await spent_in_all(asking)
    named, read = WHAT_IT_READ[kept], row["input_tokens"]
    assert read == named if named == MOST_NAMED else named < read <= named + len(json.dumps(NAMING[kept]))
    assert (row["output_tokens"], bool(row["estimated"])) == (0, True)
    assert (READ + 5) * A_TOKEN + row["cost_nano"] == spent


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("tree", [SAYING, NAMING["a file"]], ids=["names nothing", "names a file"])
async def test_an_answer_in_the_background_that_got_no_id_is_charged_all_that_it_may_say(
    tree: dict[str, Any], stream: bool, tmp_path: Path
) -> None:
    """Its provider goes on with it, whether it is asked again or not."""
    read = MOST_NAMED if tree is not SAYING else 0
    deferred = tree | {"background": True, "model": "p/m", "stream": stream}
    for name, first, status, idle in (("cut", BREAKING_OFF, 200, 30), ("late", SILENT, 504, 1)):
        told, rows, _ = await second_answers(tmp_path / name, first, deferred, 3 * MOST_NAMED, idle=idle)
        failed = rows[-1]
        assert (told, len(rows), bool(failed["estimated"])) == (status, 2 if status == 200 else 1, True), name
        assert failed["output_tokens"] == SAID, name
        assert read <= failed["input_tokens"] <= read + len(json.dumps(deferred)), name
        assert failed["cost_nano"] == (failed["input_tokens"] + SAID) * A_TOKEN, name


@pytest.mark.parametrize("background", [True, False])
async def test_an_answer_in_the_background_whose_process_is_killed_before_it_has_an_id_is_charged_all_that_it_may_say(
    background: bool, tmp_path: Path
) -> None:
    """What a kill leaves is its journal as it was while the provider had the call."""
    async with two_models_of_one_provider(tmp_path / "first", 3 * MOST_NAMED) as asking:
        asking.provider.performances["p"] = SILENT
        call = asyncio.ensure_future(asking.ask("/v1/responses", SAYING | {"background": background}))
        await until(lambda: asking.provider.asked("p"))
        shutil.copytree(tmp_path / "first" / "journal", tmp_path / "second" / "journal")
        gateway = asking.gateway
        policy, database = gateway.gateway.policies.current, gateway.database_url
        async with serving(policy, tmp_path / "second", database_url=database) as next_one:
            [row] = await next_one.usage_rows()
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
    assert (row["error_code"], bool(row["estimated"])) == ("presumed", True)
    assert row["output_tokens"] == (SAID if background else 0)
    assert row["cost_nano"] == (row["input_tokens"] + row["output_tokens"]) * A_TOKEN
