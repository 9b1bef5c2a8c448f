"""What a key may know about itself: what it spent, what was refused, and how much of a budget is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.spending import Spent


class ModelSpend(msgspec.Struct, frozen=True, kw_only=True):
    """Of one model, in the currency that its calls were charged in; None: without a price."""

    provider: str
    model: str
    day: str
    """In the reporting calendar: the rates of that day hold."""
    requests: int
    cost: Money | None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    request_id: str
    at: float
    code: str
    model: str | None


class Unknown(Exception):
    """The books cannot be read at the moment."""


class KeyHistory(Protocol):
    """What is read raises Unknown. Days are those of the reporting calendar, both included."""

    async def written(self) -> None:
        """Return when what this process has answered until now can be read, and soon in any case."""
        ...

    async def spent(self, first_day: str, last_day: str, of: Mapping[str, str]) -> Sequence[ModelSpend]:
        """By model and day; `of` names whose usage: columns of the usage table and their values."""
        ...

    async def held(self, start: float, end: float, of: Mapping[str, str]) -> Sequence[Spent]:
        """What jobs may cost that were asked for in [start, end) and have not ended, each by itself; `of` as above."""
        ...

    async def refusals(self, key_id: str, number: int) -> Sequence[Refusal]:
        """The key's latest, newest first."""
        ...


class PriceTag(msgspec.Struct, frozen=True, kw_only=True):
    """Per million tokens, at the shortest context; None: no price of its own."""

    currency: str
    input: int | None
    output: int | None
    cached_input: int | None
    calls: tuple[tuple[str, int], ...] = ()
    """(kind of `core.usage.Calls`, nano-units a call) of the provider's tools that have a price."""


class PriceTags(Protocol):
    def tag(self, policy: Policy, provider: str, model: str, at: float) -> PriceTag | None:
        """What a model costs at that time, or None where no price is known."""
        ...
