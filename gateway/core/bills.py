"""What one call costs, part by part: what a usage row keeps so that no report has to price anything again.

Promise: the meters of an amount add up to it, to the nano-unit.
"""

from __future__ import annotations

import msgspec

from gateway.core.money import Money


class Meters(msgspec.Struct, frozen=True):
    """Nano-units by what was metered, all ≥ 0. `input`: what was read and neither came from a cache nor went there."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    calls: int = 0
    """What is billed by the call, and not by the token."""

    @property
    def total(self) -> int:
        return self.input + self.cache_read + self.cache_write + self.output + self.calls


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """`cost` at the price that holds between us and the provider; `list_cost` at the public one, where there is one."""

    cost: Money
    meters: Meters
    source: str
    """Where the price is from; it ends in `free` where the model costs nothing."""
    list_cost: Money | None = None
    list_meters: Meters | None = None
    cache_saved: int = 0
    """Nano-units of the cost's currency by which the provider's prompt cache made the call cheaper; negative where
    writing to it cost more than reading from it saved."""
    unpriced_calls: tuple[str, ...] = ()
    """Kinds of calls that were made and have no price (`core.usage.Calls`): the cost is without them."""
