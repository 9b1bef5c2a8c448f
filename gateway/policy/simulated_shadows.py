"""Shadows in a simulation: how many of the recorded requests each would have been asked, and for how much.

Invariants
- A shadow is under the request's own borders: what may not go there is not counted.
- Told is the most that there would be: what has tools that the provider runs, meets a shadow without room, or may not
  leave the house is left out by the pipeline, and cannot be seen in counts.
- Its answer is taken to be as long as the real one was.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import msgspec

from gateway.core.money import Money
from gateway.core.policy import Effective, Policy, Shadow
from gateway.core.ports import PriceBook
from gateway.core.traffic import Traffic
from gateway.policy.model_names import may_see

NOT_MIRRORED: Final = frozenset(
    {"count_tokens", "list_models", "get_model", "me", "files", "batches", "fine_tuning", "responses"}
)
"""Operations that are free, or about what a provider keeps."""

ShadowName = tuple[str, str, str]
"""(provider, model, who pays)."""


class Mirrored(msgspec.Struct, frozen=True, kw_only=True):
    """One shadow of a team's model. Requests are rounded; costs by currency; `unpriced` has no price on one side."""

    shadow: str
    paid_by: str
    before: int = 0
    after: int = 0
    cost_before: tuple[Money, ...] = ()
    cost_after: tuple[Money, ...] = ()
    unpriced: bool = False


class _Side:
    """What one policy asks one shadow."""

    __slots__ = ("costs", "requests", "unpriced")

    def __init__(self) -> None:
        self.requests = Fraction(0)
        self.costs: dict[str, Fraction] = {}
        self.unpriced = False


class Mirroring:
    """Of one team and model, under two policies."""

    def __init__(self) -> None:
        self._sides: dict[ShadowName, tuple[_Side, _Side]] = {}

    def add(self, side: int, policy: Policy, team: Effective, group: Traffic, prices: PriceBook, now: float) -> None:
        """Count a group of requests that `policy` permits. `side`: 0 before, 1 after."""
        alias = policy.models.get(group.model)
        if alias is None or group.operation in NOT_MIRRORED:
            return
        for shadow in alias.shadows:
            if may_see(team, policy.providers[shadow.target.provider]):
                self._ask(side, policy, shadow, group, prices, now)

    def changed(self) -> tuple[Mirrored, ...]:
        """The shadows that are asked otherwise than before, in order."""
        found = (_mirrored(name, *self._sides[name]) for name in sorted(self._sides))
        return tuple(one for one in found if (one.before, one.cost_before) != (one.after, one.cost_after))

    def _ask(self, side: int, policy: Policy, shadow: Shadow, group: Traffic, prices: PriceBook, now: float) -> None:
        target = shadow.target
        name = target.provider, target.model, shadow.paid_by or group.principal.team
        found = self._sides.setdefault(name, (_Side(), _Side()))[side]
        share = Fraction(shadow.share, 10_000)
        found.requests += share * group.requests
        for requests, usage in group.sizes():
            bill = prices.bill(policy, target.provider, target.model, usage, now)
            if bill is None or bill.unpriced_calls:
                found.unpriced = True
                return
            money = bill.cost
            found.costs[money.currency] = found.costs.get(money.currency, Fraction(0)) + share * requests * money.nano


def _mirrored(name: ShadowName, before: _Side, after: _Side) -> Mirrored:
    return Mirrored(
        shadow=f"{name[0]}/{name[1]}",
        paid_by=name[2],
        before=round(before.requests),
        after=round(after.requests),
        cost_before=_amounts(before),
        cost_after=_amounts(after),
        unpriced=before.unpriced or after.unpriced,
    )


def _amounts(side: _Side) -> tuple[Money, ...]:
    return tuple(Money(round(nano), currency) for currency, nano in sorted(side.costs.items()) if round(nano))
