"""Loads as engines tell them, in the text of their own metrics; and the watch that reads it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.engines import EngineLoad
from gateway.core.policy import Engine, Policy
from gateway.providers.engines import NAMES, load_of
from gateway.providers.registry import ProviderRegistry
from gateway.providers.watch import EngineWatch
from tests.support.fakes import FakePolicies
from tests.support.local_llm import LocalLlm, start_local_llm
from tests.support.running import policy_for

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
    ],
)
def test_each_engines_own_names_are_read(engine: Engine, text: str, load: EngineLoad | None):
    assert load_of(engine, text) == load


@given(st.text() | st.from_regex(r"(vllm:num_requests_(running|waiting)(\{[^}]{0,9}\})? \S{0,12}\n){0,4}"))
def test_no_text_breaks_the_reader(text: str):
    for engine in NAMES:
        load = load_of(engine, text)
        assert load is None or (load.running >= 0 and load.waiting >= 0)


def watched(policy: Policy) -> tuple[EngineWatch, ProviderRegistry]:
    registry = ProviderRegistry()
    return EngineWatch(FakePolicies(policy), registry.provider, registry.upstream), registry


@pytest.mark.engine
@pytest.mark.asyncio
async def test_a_real_server_is_ready_gone_and_ready_again(tmp_path: Path) -> None:
    server: LocalLlm = await asyncio.to_thread(start_local_llm, tmp_path)
    port = int(server.origin.rpartition(":")[2])
    watch, registry = watched(policy_for("http://127.0.0.1:9", local_url=server.base_url))
    try:
        await watch.look()
        assert watch.seen["gpu"] == EngineLoad()
        await asyncio.to_thread(server.close)
        await watch.look()
        assert watch.seen["gpu"] is not None, "one look without an answer is no proof"
        await watch.look()
        assert watch.seen["gpu"] is None
        server = await asyncio.to_thread(start_local_llm, tmp_path, port)
        await watch.look()
        assert watch.seen["gpu"] == EngineLoad()
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
