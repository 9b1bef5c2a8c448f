"""Loads as engines tell them, in the text of their own metrics; and the watch that reads it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.engines import Engine, EngineLoad, Models, WarmUp
from gateway.core.policy import Alias, Policy, ProviderPolicy, Target
from gateway.providers.engines import NAMES, read_metrics, restarted
from gateway.providers.registry import ProviderRegistry
from gateway.providers.watch import EngineWatch
from tests.support.engine_server import engine_server
from tests.support.fakes import FakePolicies
from tests.support.local_llm import MODEL, LocalLlm, start_local_llm
from tests.support.running import policy_for
from tests.support.waiting import until

VLLM = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="llama"} 3.0
vllm:num_requests_running{engine="1",model_name="llama"} 2.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="llama"} 7.0
vllm:num_requests_waiting_by_reason{reason="capacity"} 99.0
vllm:kv_cache_usage_perc{engine="0",model_name="llama"} 0.42
vllm:kv_cache_usage_perc{engine="1",model_name="llama"} 0.97
"""
SGLANG = 'sglang:num_running_reqs 4\nsglang:num_queue_reqs{m="x"} 1 1700000000000\nsglang:token_usage 1.5e-1\n'
LLAMA = "llamacpp:requests_processing 2\nllamacpp:requests_deferred 5\n"


@pytest.mark.parametrize(
    ("engine", "text", "load"),
    [
        ("vllm", VLLM, EngineLoad(running=5, waiting=7, cache_used=0.97)),
        ("triton", VLLM, EngineLoad(running=5, waiting=7, cache_used=0.97)),
        ("sglang", SGLANG, EngineLoad(running=4, waiting=1, cache_used=0.15)),
        ("llama_cpp", LLAMA, EngineLoad(running=2, waiting=5)),
        ("ollama", VLLM, None),
        ("vllm", SGLANG, None),
        ("vllm", "", None),
        ("llama_cpp", LLAMA.replace("5", "NaN"), None),
        ("llama_cpp", LLAMA + LLAMA.replace("2", "1e308") * 2, None),
    ],
)
def test_each_engines_own_names_are_read(engine: Engine, text: str, load: EngineLoad | None):
    assert read_metrics(engine, text).load == load


@given(st.text() | st.from_regex(r"(vllm:num_requests_(running|waiting)(\{[^}]{0,9}\})? \S{0,12}\n){0,4}"))
def test_no_text_breaks_the_reader(text: str):
    for engine in NAMES:
        load = read_metrics(engine, text).load
        assert load is None or (load.running >= 0 and load.waiting >= 0)


@pytest.mark.parametrize(
    ("before", "now", "another"),
    [
        ((1.0, 50.0), (1.0, 60.0), False),
        ((1.0, 50.0), (2.0, 60.0), True),
        ((None, 50.0), (None, 3.0), True),
        ((None, None), (5.0, 0.0), False),
    ],
)
def test_another_process_is_told_by_its_start_or_by_what_it_has_forgotten(
    before: tuple[float | None, float | None], now: tuple[float | None, float | None], another: bool
) -> None:
    assert restarted(before, now) is another


class Hours:
    """Monotonic seconds, as the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def watched(policy: Policy, monotonic: Callable[[], float] = time.monotonic) -> tuple[EngineWatch, ProviderRegistry]:
    registry = ProviderRegistry()
    return EngineWatch(FakePolicies(policy), registry.provider, registry.upstream, monotonic), registry


def one_server(engine: Engine, base_url: str, warm_up: WarmUp | None = None) -> Policy:
    spec = ProviderPolicy(name="gpu", kind="local", engine=engine, base_url=base_url, region="on_prem", warm_up=warm_up)
    models = {"m": Alias(name="m", targets=(Target(provider="gpu", model="llama"),))}
    return Policy(version="v", providers={"gpu": spec}, models=models, teams={})


@pytest.mark.engine
@pytest.mark.asyncio
async def test_a_real_server_is_ready_gone_and_ready_again(tmp_path: Path) -> None:
    server: LocalLlm = await asyncio.to_thread(start_local_llm, tmp_path)
    port = int(server.origin.rpartition(":")[2])
    watch, registry = watched(policy_for("http://127.0.0.1:9", local_url=server.base_url))
    there = EngineLoad(models=Models({MODEL: "loaded"}, any_name=True))
    try:
        await watch.look()
        assert watch.seen["gpu"] == there
        await asyncio.to_thread(server.close)
        await watch.look()
        assert watch.seen["gpu"] is not None, "one look without an answer is no proof"
        await watch.look()
        assert watch.seen["gpu"] is None
        server = await asyncio.to_thread(start_local_llm, tmp_path, port)
        await watch.look()
        assert watch.seen["gpu"] == there
    finally:
        await asyncio.to_thread(server.close)
        await registry.close()


@pytest.mark.asyncio
async def test_what_was_never_there_is_not_ready_and_what_policy_forgets_is_forgotten() -> None:
    policy = policy_for("http://127.0.0.1:9")
    watch, registry = watched(policy)
    await watch.look()
    assert watch.seen == {"gpu": None, "sim": None}
    providers = {name: spec for name, spec in policy.providers.items() if name != "sim"}
    watch._policies.current = msgspec.structs.replace(policy, providers=providers)  # type: ignore[misc]
    await watch.look()
    assert watch.seen == {"gpu": None}
    await registry.close()


@pytest.mark.asyncio
async def test_a_server_without_these_paths_is_taken_at_its_work(simulated: Any) -> None:
    watch, registry = watched(policy_for(simulated.url))
    await watch.look()
    assert set(watch.seen) == {"gpu", "sim"}
    assert None not in watch.seen.values()
    await registry.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("engine", get_args(Engine))
async def test_each_engine_is_asked_at_its_own_paths(engine: Engine) -> None:
    async with engine_server(engine, loaded=["llama"]) as server:
        server.running, server.waiting = 3, 2
        watch, registry = watched(one_server(engine, server.base_url))
        await watch.look()
        load = watch.seen["gpu"]
        assert load is not None
        assert load.models is not None
        assert load.models.states == {"llama": "loaded"}
        assert (load.running, load.waiting) == ((0, 0) if engine == "ollama" else (3, 2))
        await registry.close()


@pytest.mark.asyncio
async def test_its_own_word_that_it_loads_or_rests_counts_at_once() -> None:
    async with engine_server("llama_cpp", loaded=["llama"]) as loads, engine_server("vllm", loaded=["llama"]) as rests:
        for server in (loads, rests):
            watch, registry = watched(one_server(server.engine, server.base_url))
            await watch.look()
            assert watch.seen["gpu"] is not None
            server.loading, server.asleep = server is loads, server is rests
            await watch.look()
            assert watch.seen["gpu"] is None
            server.loading = server.asleep = False
            await watch.look()
            assert watch.seen["gpu"] is not None
            await registry.close()


@pytest.mark.asyncio
async def test_a_server_that_has_started_anew_is_asked_first_and_then_gets_more_and_more() -> None:
    hours = Hours()
    async with engine_server("vllm", loaded=["llama"]) as server:
        watch, registry = watched(one_server("vllm", server.base_url, WarmUp(over=100.0, prompt="Hello")), hours)

        async def share() -> float | None:
            await watch.look()
            load = watch.seen["gpu"]
            return None if load is None else load.share

        assert await share() == 1.0, "what was there before us is warm"
        assert server.chats == []
        server.hold.clear()
        server.started += 1
        assert await share() is None, "it has not answered its first"
        await until(lambda: server.chats)
        assert server.chats == [{"model": "llama", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}]
        assert await share() is None
        server.hold.set()
        async with asyncio.timeout(10):
            while await share() is None:
                await asyncio.sleep(0.005)
        shares = [await share()]
        for _ in range(2):
            hours.now += 50.0
            shares.append(await share())
        assert shares == [0.05, pytest.approx(0.525), 1.0]
        server.loading = True
        assert await share() is None
        server.loading = False
        async with asyncio.timeout(10):
            while (begun := await share()) is None:
                await asyncio.sleep(0.005)
        assert begun == 0.05
        assert len(server.chats) == 2
        await watch.close()
        await registry.close()


@pytest.mark.asyncio
async def test_what_policy_names_anew_is_brought_to_warmth_with_the_models_that_policy_asks_of_it() -> None:
    async with engine_server("vllm", loaded=["llama", "unasked"]) as server:
        policy = one_server("vllm", server.base_url, WarmUp(prompt="Hello"))
        watch, registry = watched(msgspec.structs.replace(policy, providers={}, models={}))
        await watch.look()
        watch._policies.current = policy  # type: ignore[misc]
        await watch.look()
        assert watch.seen["gpu"] is None
        async with asyncio.timeout(10):
            while watch.seen["gpu"] is None:
                await watch.look()
        assert server.asked == ["llama"]
        await watch.close()
        await registry.close()
