"""Which of a provider's models an entry of the policy's prices is about."""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec


class ModelsOfProvider(msgspec.Struct, frozen=True, kw_only=True):
    provider: str
    models: tuple[str, ...] = ()
    """Patterns of the provider's own names; empty: all of its models."""

    def covers(self, provider: str, model: str) -> bool:
        named = not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)
        return named and self.provider == provider
