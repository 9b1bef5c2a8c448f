"""What the policy says that a provider's tools cost by the call."""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec

from gateway.core.usage import CALL_KINDS


class CallPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Prices in integer nano-units of `currency` a call, by the kinds of `core.usage.Calls`; None: this says nothing.

    They hold for every service tier: providers give batches no discount on calls.
    """

    provider: str
    models: tuple[str, ...] = ()
    """Patterns of the provider's own names; empty: all of its models."""
    currency: str
    since: str
    """ISO date, UTC."""
    web_search: int | None = None
    file_search: int | None = None
    code_session: int | None = None
    image: int | None = None
    map_search: int | None = None
    source: int | None = None

    def covers(self, provider: str, model: str) -> bool:
        named = not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)
        return named and self.provider == provider


assert CallPrice.__struct_fields__[4:] == CALL_KINDS, "each kind has its price"
