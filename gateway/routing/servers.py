"""The local servers of a policy, as this replica sees them: for metrics, for administrators, for `route explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gateway.core.engines import DRAINED, EngineLoad, ServerShown
from gateway.core.policy import Policy, Target
from gateway.core.targeted_models import models_by_provider
from gateway.routing.pace import TargetName
from gateway.routing.replicas import Seen

UnderWay = Mapping[TargetName, int]
"""Calls that were begun and have not ended."""


def servers(policy: Policy, seen: Seen, *under_way: UnderWay) -> list[ServerShown]:
    """Those in use in the order of the policy, then those that are drained. `under_way`: real calls, and shadows'."""
    calls: dict[str, int] = {}
    for some in under_way:
        for (provider, _), count in some.items():
            calls[provider] = calls.get(provider, 0) + count
    asked = models_by_provider(policy.models)
    found = [
        _shown(name, asked.get(name, {}), calls.get(name, 0), seen)
        for name, spec in policy.providers.items()
        if spec.kind == "local"
    ]
    for name in sorted(name for name, reason in policy.disabled.items() if reason == DRAINED):
        left = calls.get(name, 0)
        found.append(ServerShown(name=name, state="draining" if left else "empty", under_way=left, share=0.0))
    return found


def server_state(target: Target, seen: Seen) -> str:
    """What a server says now of itself and of one of its models, in a few words; empty where it was not asked."""
    if target.provider not in seen:
        return ""
    load = seen[target.provider]
    if load is None:
        return "not ready"
    state = _of_model(target.model, load)
    words = {
        "loaded": "has it",
        "loading": "is loading it",
        "idle": "would load it",
        "missing": "has no such model",
        "another": "has another model, which would answer",
        "unsaid": "ready",
    }[state]
    return f"{words}; {load.running} running, {load.waiting} waiting"


def _shown(name: str, models: dict[str, None], under_way: int, seen: Seen) -> ServerShown:
    if name not in seen:
        return ServerShown(name=name, state="unwatched", under_way=under_way, models=dict.fromkeys(models, "unsaid"))
    load = seen[name]
    if load is None:
        return ServerShown(
            name=name, state="not_ready", under_way=under_way, share=0.0, models=dict.fromkeys(models, "unsaid")
        )
    return ServerShown(
        name=name,
        state="ready" if load.share >= 1.0 else "warming",
        under_way=under_way,
        running=load.running,
        waiting=load.waiting,
        cache_used=load.cache_used,
        share=round(load.share, 3),
        models={model: _of_model(model, load) for model in models},
    )


def _of_model(model: str, load: EngineLoad) -> Literal["loaded", "loading", "idle", "missing", "another", "unsaid"]:
    if load.models is None:
        return "unsaid"
    return load.models.states.get(model) or ("another" if load.models.any_name else "missing")
