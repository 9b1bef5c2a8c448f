"""What the policy says that computing in one region alone costs on top of a provider's list."""

from __future__ import annotations

from gateway.core.models_of_provider import ModelsOfProvider


class RegionalSurcharge(ModelsOfProvider, frozen=True, kw_only=True):
    """`percent`: in hundredths of a percent of the list price, ≥ 0. It is of all that the provider's address answers;
    of a provider of kind `anthropic` only of what it says that it computed in the United States alone.
    """

    since: str
    """ISO date, UTC."""
    percent: int
