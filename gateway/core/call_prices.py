"""What the policy says that a provider's tools cost by the call."""

from __future__ import annotations

from gateway.core.models_of_provider import ModelsOfProvider
from gateway.core.usage import CALL_KINDS


class CallPrice(ModelsOfProvider, frozen=True, kw_only=True):
    """Prices in integer nano-units of `currency` a call, by the kinds of `core.usage.Calls`; None: this says nothing.

    They hold for every service tier: providers give batches no discount on calls.
    """

    currency: str
    since: str
    """ISO date, UTC."""
    web_search: int | None = None
    file_search: int | None = None
    code_session: int | None = None
    image: int | None = None
    map_search: int | None = None
    source: int | None = None
    connector: int | None = None
    audio_second: int | None = None


assert CallPrice.__struct_fields__[4:] == CALL_KINDS, "each kind has its price"
