"""What a local inference server tells about itself in its own metrics.

Source of the names: vLLM 0.32, SGLang 0.5.23, llama.cpp 11549, and Triton 2.7x, whose vLLM back end has vLLM's names.
Ollama has no metrics: it is ready while it answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.core.engines import Engine, EngineLoad


class _Names(msgspec.Struct, frozen=True):
    running: str
    waiting: str
    cache_used: str = ""
    read: str = ""
    """Tokens read since it started."""


_VLLM: Final = _Names(
    "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "vllm:prompt_tokens_total"
)
NAMES: Final[Mapping[Engine, _Names]] = {
    "vllm": _VLLM,
    "triton": _VLLM,
    "sglang": _Names(
        "sglang:num_running_reqs", "sglang:num_queue_reqs", "sglang:token_usage", "sglang:prompt_tokens_total"
    ),
    "llama_cpp": _Names(
        "llamacpp:requests_processing", "llamacpp:requests_deferred", read="llamacpp:prompt_tokens_total"
    ),
}

HEALTH: Final[Mapping[Engine, str]] = {
    "vllm": "/health",
    "sglang": "/health",
    "llama_cpp": "/health",
    "triton": "/v2/health/ready",
    "ollama": "/api/version",
}
"""Answered with 200 once the model is loaded."""

STARTED: Final = "process_start_time_seconds"
"""Of Prometheus' client for Python: when the process began, Unix seconds."""

_sample = re.compile(
    r"^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{[^}\n]*\})?[ \t]+"
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)[ \t]*\d*[ \t]*$",
    re.MULTILINE,
)
_awake = re.compile(
    r'^vllm:engine_sleep_state\{(?:[^}\n]*,)?sleep_state="awake"[^}\n]*\}[ \t]+([0-9]+(?:\.[0-9]+)?)[ \t]*$',
    re.MULTILINE,
)


class ServerReport(msgspec.Struct, frozen=True):
    """`load` None where the engine's own names are missing. `life`: what only grows while its process lives.

    `asleep`: it was told to rest, and has given its memory back (vLLM's sleep mode).
    """

    load: EngineLoad | None = None
    life: tuple[float | None, float | None] = (None, None)
    """(when its process began, tokens read since)."""
    asleep: bool = False


def read_metrics(engine: Engine, exposition: str) -> ServerReport:
    """All that Prometheus' text says of the server. Several models are added up."""
    names = NAMES.get(engine)
    if names is None:
        return ServerReport()
    wanted = (names.running, names.waiting, names.cache_used, names.read, STARTED)
    sums: dict[str, float] = {}
    for name, text in _sample.findall(exposition):
        if name in wanted and math.isfinite(value := float(text)):
            sums[name] = max(sums.get(name, 0.0), value) if name == names.cache_used else sums.get(name, 0.0) + value
    sums = {name: value for name, value in sums.items() if math.isfinite(value)}
    awake = [float(text) for text in _awake.findall(exposition)]
    load = None
    if names.running in sums and names.waiting in sums:
        used = sums.get(names.cache_used)
        load = EngineLoad(
            running=max(0, int(sums[names.running])),
            waiting=max(0, int(sums[names.waiting])),
            cache_used=None if used is None else min(1.0, max(0.0, used)),
        )
    return ServerReport(load, (sums.get(STARTED), sums.get(names.read)), bool(awake) and not any(awake))


def restarted(before: tuple[float | None, float | None], now: tuple[float | None, float | None]) -> bool:
    """Whether another process answers than before."""
    began = before[0] is not None and now[0] is not None and now[0] > before[0]
    return began or (before[1] is not None and now[1] is not None and now[1] < before[1])
