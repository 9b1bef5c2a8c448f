"""What a batch may cost is held, and what it cost is posted once: real gateways, databases, counters and an SDK."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import openai
import pytest

from gateway.core.call_prices import CallPrice
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Policy, Timeouts
from gateway.errors import Overloaded
from gateway.providers.simulated.objects import SimulatedObjects
from gateway.providers.simulated.server import SimulatedServer
from gateway.stages.answers import long_content
from gateway.stages.money import end_jobs
from gateway.storage import redis as redis_module
from gateway.storage.jobs import StoredJobs
from gateway.telemetry import logs
from tests.api.test_limits import PER_TOKEN, francs, limited, with_model
from tests.support.fault_proxy import Fault, proxied
from tests.support.running import RunningGateway, serving
from tests.support.simulated import simulated_in_thread
from tests.support.valkey import empty, valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

MONTH = Budget(name="month", period="month", limit=francs(4))
"""A token costs a thousandth of a franc: four thousand tokens."""


SAID: Any = [{"role": "user", "content": "Say yes"}]


class Client:
    """Who has a key of the team with the budget, at one replica."""

    def __init__(self, gateway: RunningGateway, sdk: openai.AsyncOpenAI) -> None:
        self.gateway = gateway
        self.sdk = sdk
        self.batches = sdk.batches

    async def upload(self, *most: int, model: str = "openai/unlisted", **more: Any) -> str:
        """A file of requests, each for so many tokens."""
        said = {"model": model, "messages": SAID, **more}
        lines = [
            {
                "custom_id": f"c{number}",
                "url": "/v1/chat/completions",
                "body": {**said, "max_completion_tokens": tokens},
            }
            for number, tokens in enumerate(most)
        ]
        content = b"\n".join(map(msgspec.json.encode, lines))
        file = await self.sdk.files.create(file=("a.jsonl", content), purpose="batch")
        return file.id

    async def batch(self, file: str) -> str:
        made = await self.batches.create(input_file_id=file, endpoint="/v1/chat/completions", completion_window="24h")
        return made.id

    async def refused(self, file: str) -> bool:
        """Whether a batch of that file is refused for want of money."""
        try:
            await self.batch(file)
        except openai.APIStatusError as error:
            return (error.status_code, error.code) == (402, "budget_spent")
        return False

    async def fits(self, tokens: int) -> bool:
        """Whether there is room for a conversation of so many tokens; if so, it costs a few."""
        await self.gateway.gateway.limits.drain()
        try:
            await self.sdk.chat.completions.create(
                model="openai/unlisted",
                max_completion_tokens=tokens,
                messages=[{"role": "user", "content": "Say yes"}],
            )
        except openai.APIStatusError as error:
            return error.code != "budget_spent"
        return True

    async def budget(self) -> dict[str, float]:
        """`spent`, `held` and `left` in tokens, as `GET /me` tells them in francs."""
        await self.gateway.gateway.recorded()
        headers = {"authorization": f"Bearer {self.sdk.api_key}"}
        async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{self.gateway.url}/me") as answer:
            (told,) = (await answer.json())["budgets"]
        return {name: round(float(told[name].split()[0]) * 1000) for name in ("spent", "held", "left")}

    async def jobs(self) -> list[dict[str, Any]]:
        """Usage rows that batches ended in."""
        return [row for row in await self.gateway.usage_rows() if row["request_id"].endswith(".job")]

    async def ask_after(self) -> None:
        """What the gateway does by itself every few minutes."""
        await self.gateway.gateway.jobs_end.look()


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_jobs, "REST", -1.0)
    monkeypatch.setattr(redis_module, "CALL_SECONDS", 2.0)


@contextlib.asynccontextmanager
async def budgeted(policy: Policy, state: Path, key: str | None = None, **more: Any) -> AsyncIterator[Client]:
    async with (
        serving(policy, state, **more) as gateway,
        openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=key or gateway.key, max_retries=0) as sdk,
    ):
        yield Client(gateway, sdk)


@pytest.fixture
def policy(simulated: SimulatedServer) -> Policy:
    return limited(simulated, budgets=(MONTH,))


async def test_a_batch_holds_what_it_may_cost_and_costs_what_it_used(
    policy: Policy, simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    async with budgeted(policy, tmp_path, database_url=database_url) as client:
        large, third = await client.upload(2500, 2500), await client.upload(1000)
        calls = len(simulated.requests)
        assert await client.refused(large)
        assert len(simulated.requests) == calls, "the provider hears nothing of it"
        batch = await client.batch(await client.upload(1000, 2000))
        held = (await client.budget())["held"]
        assert 3000 < held < 3300
        assert await client.budget() == {"spent": 0, "held": held, "left": 4000 - held}
        assert await client.refused(third)
        assert not await client.fits(1000)
        assert await client.jobs() == []
        assert (await client.batches.retrieve(batch)).status == "completed"
        await client.ask_after()
        (row,) = await client.jobs()
        used = row["input_tokens"] + row["output_tokens"]
        assert used > 0
        assert await client.budget() == {"spent": used, "held": 0, "left": 4000 - used}
        assert (row["team"], row["service_tier"], row["status"], row["cost_nano"]) == (
            "demo",
            "batch",
            "ok",
            used * PER_TOKEN,
        )
        assert await client.fits(3000)
        await client.batches.retrieve(batch)
        assert len(await client.jobs()) == 1


async def test_what_is_held_outlives_a_restart_and_ends_though_nobody_asks(
    policy: Policy, tmp_path: Path, database_url: str
) -> None:
    async with budgeted(policy, tmp_path, database_url=database_url) as client:
        await client.batch(await client.upload(3000))
    async with budgeted(policy, tmp_path, database_url=database_url) as client:
        assert await client.refused(await client.upload(1500))
        assert not await client.fits(1000)
        await client.ask_after()
        (row,) = await client.jobs()
        assert (await client.budget())["held"] == 0
        assert row["cost_nano"] > 0
        assert await client.fits(3000)


@pytest.mark.valkey
@pytest.mark.postgres
async def test_one_replica_holds_and_another_ends_through_counters_that_were_emptied(
    policy: Policy,
    tmp_path: Path,
    postgres: Any,
    valkey_url: str,  # noqa: F811
    valkey: Any,  # noqa: F811
) -> None:
    shared = {"database_url": postgres.url(postgres.create_migrated_database()), "redis_url": valkey_url}
    async with (
        budgeted(policy, tmp_path / "a", **shared) as one,
        budgeted(policy, tmp_path / "b", one.sdk.api_key, **shared) as other,
    ):
        file = await one.upload(3000)
        await one.batch(file)
        assert await other.refused(file)
        assert not await other.fits(1000)
        empty(valkey)
        assert await other.refused(file)
        assert not await one.fits(1000)
        await other.ask_after()
        assert len(await other.jobs()) == 1
        assert await one.fits(3000)
        assert (await one.budget())["held"] == 0


async def test_a_batch_that_the_provider_refuses_holds_nothing(policy: Policy, tmp_path: Path) -> None:
    with simulated_in_thread() as own:
        policy = limited(own, budgets=(MONTH,))
        async with budgeted(policy, tmp_path) as client:
            file = await client.upload(3000)
            own._objects._kept.clear()
            with pytest.raises(openai.BadRequestError):
                await client.batch(file)
            assert await client.budget() == {"spent": 0, "held": 0, "left": 4000}
            assert await client.fits(3500)
            await client.ask_after()
            assert await client.jobs() == []


async def test_a_batch_that_is_refused_while_the_book_is_away_is_not_presumed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(end_jobs, "UNANSWERED", 0.0)

    async def away(*_: object) -> None:
        raise Overloaded("The database is away.")

    with simulated_in_thread() as own:
        async with budgeted(limited(own, budgets=(MONTH,)), tmp_path, database_url=database_url) as client:
            file = await client.upload(3000)
            own._objects._kept.clear()
            with monkeypatch.context() as patched, pytest.raises(openai.BadRequestError):
                patched.setattr(StoredJobs, "drop", away)
                await client.batch(file)
            assert await client.budget() == {"spent": 0, "held": 0, "left": 4000}
            await client.ask_after()
            (row,) = await client.jobs()
            assert (row["cost_nano"], row["input_tokens"], row["error_code"]) == (0, 0, "job_refused")
            assert await client.fits(3500)


async def test_a_batch_that_was_cancelled_before_anything_was_answered_costs_nothing(
    policy: Policy, tmp_path: Path
) -> None:
    async with budgeted(policy, tmp_path) as client:
        batch = await client.batch(await client.upload(3000))
        assert (await client.batches.cancel(batch)).status == "cancelled"
        await client.ask_after()
        (row,) = await client.jobs()
        assert (row["cost_nano"], row["input_tokens"], row["status"]) == (0, 0, "ok")
        assert await client.budget() == {"spent": 0, "held": 0, "left": 4000}
        assert await client.fits(3500)


async def test_a_batch_that_is_refused_after_its_money_was_held_holds_nothing_and_is_not_presumed(
    policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(end_jobs, "UNANSWERED", 0.0)
    async with budgeted(policy, tmp_path, database_url=database_url) as client:
        file = await client.upload(3000)
        with pytest.raises(openai.APIStatusError) as told:
            await client.batches.create(
                input_file_id=file,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                extra_query={"stream": "true"},
            )
        assert told.value.status_code == 501
        assert await client.budget() == {"spent": 0, "held": 0, "left": 4000}
        book = client.gateway.gateway.jobs_end._book
        while await book.due(1e12, 0.0, 1):
            await asyncio.sleep(0.01)
        await client.ask_after()
        assert await client.jobs() == []
        assert await client.fits(3500)


async def test_results_of_any_length_are_counted_as_they_come(
    policy: Policy, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end_jobs, "MAX_ANSWER_BYTES", 2000)  # an object has room, its results have not
    monkeypatch.setattr(end_jobs, "TOGETHER", 100)  # lines are cut anywhere
    async with budgeted(policy, tmp_path) as client:
        await client.batch(await client.upload(*[20] * 25))
        await client.ask_after()
        (row,) = await client.jobs()
        assert row["status"] == "ok"
        assert (await client.budget())["spent"] == row["input_tokens"] + row["output_tokens"] > 25


@pytest.mark.parametrize("side", ["prompt_tokens", "completion_tokens"])
async def test_usage_that_no_batch_can_have_had_is_presumed_and_eats_no_budget(
    side: str, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = SimulatedObjects._results

    def nonsense(*arguments: Any) -> tuple[bytes, int]:
        results, count = told(*arguments)
        return re.sub(rb'"%s":\d+' % side.encode(), b'"%s":1000000000000' % side.encode(), results), count

    monkeypatch.setattr(SimulatedObjects, "_results", nonsense)
    before = logs.warnings[logs.USAGE_UNBELIEVABLE]
    async with budgeted(policy, tmp_path) as client:
        await client.batch(await client.upload(300, 300))
        held = (await client.budget())["held"]
        await client.ask_after()
        (row,) = await client.jobs()
        assert (row["status"], row["error_code"], bool(row["estimated"])) == ("ok", None, True)
        spent = row["input_tokens"] + row["output_tokens"]
        assert row["cost_nano"] == spent * PER_TOKEN > 0
        assert spent <= held
        assert row["output_tokens" if side == "completion_tokens" else "input_tokens"] > 50, "as held"
        assert await client.budget() == {"spent": spent, "held": 0, "left": 4000 - spent}
        assert await client.fits(1000)
    assert logs.warnings[logs.USAGE_UNBELIEVABLE] == before + 1


async def test_results_too_long_to_be_held_reach_an_sdk_whole(
    policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with budgeted(policy, tmp_path) as client:
        batch = await client.batch(await client.upload(*[20] * 25))
        (file,) = [(await client.batches.retrieve(batch)).output_file_id]
        assert file is not None
        held = await client.sdk.files.content(file)
        monkeypatch.setattr(long_content, "MAX_ANSWER_BYTES", 2000)
        monkeypatch.setattr(long_content, "PIECE", 500)
        passed_on = await client.sdk.files.content(file)
        assert passed_on.content == held.content
        assert passed_on.response.headers.get("transfer-encoding") == "chunked"
        assert [row["status"] for row in await client.jobs()] == ["ok"]


def impatient(policy: Policy, proxy_url: str) -> Policy:
    """With OpenAI behind the proxy, and not waited for."""
    brief = Timeouts(connect=2, first_byte=0.3, idle=0.3, total=0.3)
    behind = msgspec.structs.replace(policy.providers["openai"], base_url=f"{proxy_url}/openai/v1", timeouts=brief)
    return msgspec.structs.replace(policy, providers={**policy.providers, "openai": behind})


async def test_a_batch_of_a_provider_that_never_answers_again_is_presumed_in_the_end(
    policy: Policy, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxied(simulated.url) as proxy, budgeted(impatient(policy, proxy.url), tmp_path) as client:
        await client.batch(await client.upload(3000))
        held = (await client.budget())["held"]
        proxy.fault = Fault(behind=0, then="silence")
        with monkeypatch.context() as defective:
            defective.setattr(end_jobs.objects, "path_of", lambda *_: 1 / 0)
            await client.ask_after()
        await client.ask_after()
        assert await client.jobs() == []
        monkeypatch.setattr(end_jobs, "GIVEN_UP", -1.0)
        await client.ask_after()
        (row,) = await client.jobs()
        assert (row["status"], row["error_code"]) == ("failed", "presumed")
        assert await client.budget() == {"spent": held, "held": 0, "left": 4000 - held}


async def test_a_batch_whose_provider_left_the_policy_costs_what_was_held(
    policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with budgeted(policy, tmp_path) as client:
        await client.batch(await client.upload(3000))
        held = (await client.budget())["held"]
        others = {name: one for name, one in policy.providers.items() if name != "openai"}
        client.gateway.gateway.policies.current = msgspec.structs.replace(
            policy, version="later", providers=others, price_overrides=()
        )
        await client.ask_after()
        assert await client.jobs() == [], "it may come back"
        monkeypatch.setattr(end_jobs, "GIVEN_UP", -1.0)
        await client.ask_after()
        (row,) = await client.jobs()
        assert (row["error_code"], bool(row["estimated"]), bool(row["unpriced"])) == ("presumed", True, False)
        assert row["cost_nano"] == row["cost_input_nano"] > 0
        assert await client.budget() == {"spent": held, "held": 0, "left": 4000 - held}


async def test_a_batch_whose_making_is_never_answered_is_presumed(
    policy: Policy, simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxied(simulated.url) as proxy, budgeted(impatient(policy, proxy.url), tmp_path) as client:
        file = await client.upload(3000)
        proxy.fault = Fault(behind=0, then="silence")
        with pytest.raises(openai.APIStatusError) as told:
            await client.batch(file)
        assert told.value.status_code == 504
        held = (await client.budget())["held"]
        assert held > 3000, "it may run all the same"
        await client.ask_after()
        assert await client.jobs() == []
        monkeypatch.setattr(end_jobs, "UNANSWERED", 0.0)
        await client.ask_after()
        (row,) = await client.jobs()
        assert (row["status"], row["error_code"], bool(row["estimated"])) == ("failed", "presumed", True)
        assert await client.budget() == {"spent": held, "held": 0, "left": 4000 - held}


async def test_searches_of_a_batch_are_held_or_refused(policy: Policy, tmp_path: Path) -> None:
    """Three lines that search once each: at a franc a search there is no room for them, at half of one there is."""
    for price, code in ((None, "price_unknown"), (NANO, "budget_spent"), (NANO // 2, None)):
        calls = (
            ()
            if price is None
            else (CallPrice(provider="openai", currency="CHF", since="2020-01-01", web_search=price),)
        )
        state = tmp_path / str(price)
        async with budgeted(msgspec.structs.replace(policy, call_prices=calls), state) as client:
            file = await client.upload(400, 400, 400, web_search_options={})
            if code is None:
                await client.batch(file)
                assert 2700 < (await client.budget())["held"] < 3000
                continue
            with pytest.raises(openai.APIStatusError) as refused:
                await client.batch(file)
            assert refused.value.code == code


async def test_training_is_not_for_who_has_a_budget(policy: Policy, tmp_path: Path) -> None:
    async with budgeted(policy, tmp_path) as client:
        file = await client.sdk.files.create(
            file=("t.jsonl", b"{}"), purpose="fine-tune", extra_headers={"x-gateway-provider": "openai"}
        )
        with pytest.raises(openai.APIStatusError) as told:
            await client.sdk.fine_tuning.jobs.create(model="openai/unlisted", training_file=file.id)
        assert told.value.code == "price_unknown"


async def test_training_of_a_team_without_a_budget_is_unpriced_and_not_free(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    async with budgeted(limited(simulated), tmp_path) as client:
        file = await client.sdk.files.create(file=("t.jsonl", b"{}"), purpose="fine-tune")
        job = await client.sdk.fine_tuning.jobs.create(model="openai/unlisted", training_file=file.id)
        await client.sdk.fine_tuning.jobs.retrieve(job.id)
        made, asked = [row for row in await client.gateway.usage_rows() if row["operation"] == "fine_tuning"]
    assert (made["cost_nano"], bool(made["unpriced"])) == (None, True)
    assert (asked["cost_nano"], bool(asked["unpriced"])) == (0, False)


async def test_a_team_without_budgets_pays_for_its_batches_too(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with budgeted(limited(simulated), tmp_path) as client:
        await client.batch(await client.upload(10))
        await client.ask_after()
        (row,) = await client.jobs()
        assert row["cost_nano"] == (row["input_tokens"] + row["output_tokens"]) * PER_TOKEN > 0


@pytest.mark.parametrize(("geo", "tenths"), [("us", 11), ("global", 10)])
async def test_a_batch_that_claude_computes_in_the_us_alone_is_held_and_costs_a_tenth_more(
    geo: str, tenths: int, simulated: SimulatedServer, tmp_path: Path
) -> None:
    """Half of the list price, and a tenth on top. What is read is the least part of what is held."""
    budget = Budget(name="month", period="month", limit=Money(4 * NANO, "USD"))
    asked = {"model": "claude-opus-4-8", "max_tokens": 64_000, "messages": SAID, "inference_geo": geo}
    async with budgeted(limited(simulated, budgets=(budget,)), tmp_path) as client:
        headers = {"authorization": f"Bearer {client.gateway.key}", "anthropic-version": "2023-06-01"}
        wanted = {"requests": [{"custom_id": "c0", "params": {**asked, "model": "claude/claude-opus-4-8"}}]}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = f"{client.gateway.url}/v1/messages/batches"
            async with session.post(url, data=msgspec.json.encode(wanted)) as answer:
                assert answer.status == 200, await answer.text()
        assert (await client.budget())["held"] == 80 * tenths, "thousandths of a dollar, for 64,000 tokens"
        while not (rows := await client.jobs()):
            await client.ask_after()
    [row] = rows
    assert row["service_tier"] == ("batch+us" if geo == "us" else "batch")
    assert row["cost_nano"] * 10 == (row["input_tokens"] * 2500 + row["output_tokens"] * 12_500) * tenths > 0


async def test_a_batch_is_of_the_budget_of_the_model_that_its_lines_name(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    policy = with_model(limited(simulated), budgets=(MONTH,))
    async with budgeted(policy, tmp_path, database_url=database_url) as client:
        assert await client.refused(await client.upload(2500, 2500, model="shared"))
        batch = await client.batch(await client.upload(1000, 2000, model="shared"))
        held = (await client.budget())["held"]
        assert 3000 < held < 3300
        assert await client.refused(await client.upload(1000, model="shared"))
        direct = await client.batch(await client.upload(5000))
        for each in (batch, direct):
            assert (await client.batches.retrieve(each)).status == "completed"
        await client.ask_after()
        rows = {row["model_asked"]: row for row in await client.jobs()}
        assert set(rows) == {"shared", "openai/unlisted"}
        assert rows["shared"]["model"] == "unlisted"
        used = rows["shared"]["input_tokens"] + rows["shared"]["output_tokens"]
        assert used > 0
        assert await client.budget() == {"spent": used, "held": 0, "left": 4000 - used}
        with pytest.raises(openai.BadRequestError, match="by one name"):
            await client.batches.create(
                input_file_id=await client.upload(10, model="shared"),
                endpoint="/v1/chat/completions",
                completion_window="24h",
                extra_body={"model": "openai/unlisted"},
            )


SOUND: Any = [{"role": "user", "content": [{"type": "input_audio", "input_audio": "https://example.org/a.mp3"}]}]
"""Of a length that nobody knows: 16 cents at most, at Mistral's list price."""


@pytest.mark.parametrize(("model", "asked", "held"), [
    ("voxtral-small-latest", SOUND, False), ("voxtral-small-latest", SAID, True), ("mistral-small-latest", SOUND, True),
])  # fmt: skip
async def test_sound_is_held_for_where_the_model_stands_on_the_job_alone(
    simulated: SimulatedServer, tmp_path: Path, model: str, asked: Any, *, held: bool
) -> None:
    dime = Budget(name="month", period="month", limit=Money(NANO // 10, "USD"))
    form = aiohttp.FormData({"purpose": "batch"})
    line = msgspec.json.encode({"custom_id": "c", "body": {"messages": asked, "max_tokens": 5}})
    form.add_field("file", line, filename="asked.jsonl")
    async with serving(limited(simulated, budgets=(dime,)), tmp_path) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        async with aiohttp.ClientSession(f"{gateway.url}/mistral/", headers=headers) as session:
            async with session.post("v1/files", data=form) as answer:
                file = (await answer.json())["id"]
            job = {"input_files": [file], "model": f"mistral/{model}", "endpoint": "/v1/chat/completions"}
            async with session.post("v1/batch/jobs", json=job) as answer:
                assert answer.status == (200 if held else 402), await answer.text()
