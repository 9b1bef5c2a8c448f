"""What a local inference server tells about itself, read from its own metrics.

Source of the names: vLLM 0.32, SGLang 0.5.23, llama.cpp 11549, and Triton 2.7x, whose vLLM back end has vLLM's names.
Ollama has no metrics: it is ready while it answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.core.engines import EngineLoad
from gateway.core.policy import Engine


class _Names(msgspec.Struct, frozen=True):
    running: str
    waiting: str
    cache_used: str = ""


_VLLM: Final = _Names("vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc")
NAMES: Final[Mapping[Engine, _Names]] = {
    "vllm": _VLLM,
    "triton": _VLLM,
    "sglang": _Names("sglang:num_running_reqs", "sglang:num_queue_reqs", "sglang:token_usage"),
    "llama_cpp": _Names("llamacpp:requests_processing", "llamacpp:requests_deferred"),
}

HEALTH: Final[Mapping[Engine, str]] = {
    "vllm": "/health",
    "sglang": "/health",
    "llama_cpp": "/health",
    "triton": "/v2/health/ready",
    "ollama": "/api/version",
}
"""Answered with 200 once the model is loaded."""

_sample = re.compile(
    r"^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{[^}\n]*\})?[ \t]+"
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)[ \t]*\d*[ \t]*$",
    re.MULTILINE,
)


def load_of(engine: Engine, exposition: str) -> EngineLoad | None:
    """The load in Prometheus' text; None where the engine's own names are not in it. Several models are added up."""
    names = NAMES.get(engine)
    if names is None:
        return None
    sums: dict[str, float] = {}
    for name, text in _sample.findall(exposition):
        if name in (names.running, names.waiting, names.cache_used) and math.isfinite(value := float(text)):
            sums[name] = max(sums.get(name, 0.0), value) if name == names.cache_used else sums.get(name, 0.0) + value
    if names.running not in sums or names.waiting not in sums:
        return None
    used = sums.get(names.cache_used)
    return EngineLoad(
        running=max(0, int(sums[names.running])),
        waiting=max(0, int(sums[names.waiting])),
        cache_used=None if used is None else min(1.0, max(0.0, used)),
    )
