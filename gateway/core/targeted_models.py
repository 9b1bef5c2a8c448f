"""What a policy's own names ask each provider for."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.core.policy import Alias, Target


def models_by_provider(models: Mapping[str, Alias]) -> dict[str, dict[str, None]]:
    """The models that these names ask each provider for: provider -> its own names, each once, in order."""
    found: dict[str, dict[str, None]] = {}
    for alias in models.values():
        ways: list[Target] = [*alias.targets, *alias.fallbacks, *(shadow.target for shadow in alias.shadows)]
        for route in alias.routes:
            ways += [*route.targets, *route.fallbacks]
        for target in ways:
            found.setdefault(target.provider, {})[target.model] = None
    return found
